"""Invented figures over HTTP: a studio enrols them, performers' sides dispute, others decide."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api import freezing, uploads
from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.jobs import JobOut
from api.wire import FROZEN, ReasonOut, Text
from core.clock import utc_now
from core.principal import require
from fingerprint.models import Modality
from registry.characters import TEXT_LENGTH_MAX, shown_state
from registry.models.characters import (
    Character,
    CharacterSample,
    CharacterState,
    Outcome,
    Statement,
)
from registry.service import characterdecisions, characters, likenesses
from registry.service.characterdecisions import Decision, ToDecide
from registry.service.likenesses import Alike

router = APIRouter(tags=["figures"])


class NewCharacter(BaseModel):
    """An invented figure and its statement of invention, for which the caller answers.

    `copies_nobody` must be true: that the figure copies no real person.
    """

    model_config = FROZEN
    name: Text
    made_by: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)
    tool: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)
    model: str = Field(min_length=1, max_length=TEXT_LENGTH_MAX)
    note: str = Field(default="", max_length=TEXT_LENGTH_MAX)
    copies_nobody: bool


class NewFile(BaseModel):
    """An uploaded file of the figure; its bytes are deleted once it is a print."""

    model_config = FROZEN
    upload_id: Text
    modality: Modality


class AboutPerformer(BaseModel):
    """Which of the caller's performers a figure is like."""

    model_config = FROZEN
    performer_id: Text


class NewDecision(BaseModel):
    """What somebody from outside says of a figure that is held or disputed."""

    model_config = FROZEN
    decision: Decision


class CharacterOut(BaseModel):
    """An invented figure; it is searched for in the studio's own cuts while it is ACTIVE."""

    id: str
    name: str
    state: CharacterState
    disputed: bool
    parts: list[Modality]
    statement_sha256: str
    stated_by: str
    notice_until: datetime | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, item: Character) -> Self:
        """The figure as its studio reads it."""
        return cls(
            id=item.id,
            name=item.name,
            state=shown_state(item),
            disputed=item.frozen,
            parts=list(item.parts),
            statement_sha256=item.statement_sha256,
            stated_by=item.stated_by,
            notice_until=item.notice_until,
            created_at=item.created_at,
            ended_at=item.ended_at,
        )


class StatementOut(BaseModel):
    """What was stated about a figure."""

    made_by: str
    tool: str
    model: str
    note: str

    @classmethod
    def of(cls, said: Statement) -> Self:
        """The statement as data."""
        return cls(made_by=said.made_by, tool=said.tool, model=said.model, note=said.note)


class FileOut(BaseModel):
    """What a file of a figure gave; `accepted` is null while it is looked at."""

    id: str
    modality: Modality
    accepted: bool | None
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, item: CharacterSample) -> Self:
        """The file as data."""
        told = [ReasonOut.of(reason) for reason in item.reasons]
        return cls(id=item.id, modality=item.modality, accepted=item.accepted, reasons=told)


class WholeOut(CharacterOut):
    """A figure with its statement, while that is kept, and its files."""

    statement: StatementOut | None
    files: list[FileOut]


class AlikeOut(BaseModel):
    """An invented figure that is like a performer of yours, and whose it is."""

    figure_id: str
    performer_id: str
    modality: Modality
    studio: str
    found_at: datetime
    disputed_at: datetime | None
    outcome: Outcome | None
    over: bool

    @classmethod
    def of(cls, found: Alike) -> Self:
        """The likeness as data; of the figure itself no more than whose it is."""
        item = found.likeness
        return cls(
            figure_id=item.character_id,
            performer_id=item.performer_id,
            modality=item.modality,
            studio=found.studio,
            found_at=item.found_at,
            disputed_at=item.disputed_at,
            outcome=item.outcome,
            over=found.is_over,
        )


class WaitingOut(BaseModel):
    """A figure that waits for somebody from outside; `held` for a likeness, or disputed."""

    id: str
    studio: str
    name: str
    held: bool
    disputed: bool
    parts: list[Modality]
    performers: list[str]

    @classmethod
    def of(cls, item: ToDecide) -> Self:
        """The figure as attesters read it."""
        found = item.character
        return cls(
            id=found.id,
            studio=item.studio,
            name=found.name,
            held=found.state is CharacterState.HELD,
            disputed=found.frozen,
            parts=list(found.parts),
            performers=sorted({one.performer_id for one in item.likenesses}),
        )


@router.post("/characters", status_code=201, response_model=CharacterOut)
def add(body: NewCharacter, writing: Writing, world: Open) -> Response:
    """Enrol an invented figure with its statement of invention; files follow."""
    said = Statement(body.made_by, body.tool, body.model, body.note)
    return writing.write(
        lambda session: CharacterOut.of(
            characters.add_character(
                session,
                world.vault,
                writing.caller,
                body.name,
                said,
                copies_nobody=body.copies_nobody,
                now=utc_now(),
            )
        )
    )


@router.get("/characters", response_model=Page[CharacterOut])
def list_all(caller: Caller, reading: Reading, window: Asked) -> Page[CharacterOut]:
    """Your invented figures, ended ones too, oldest first."""
    found = characters.list_characters(reading, caller, after=window.after, limit=window.limit)
    return page(found, window, CharacterOut.of)


@router.get("/characters/{character_id}", response_model=WholeOut)
def show(character_id: str, caller: Caller, reading: Reading, world: Open) -> WholeOut:
    """One figure with its statement and what its files gave."""
    found = characters.get_character(reading, caller, character_id)
    said = characters.statement(reading, world.vault, caller, character_id)
    files = characters.list_samples(reading, caller, character_id)
    return WholeOut(
        **CharacterOut.of(found).model_dump(),
        statement=None if said is None else StatementOut.of(said),
        files=[FileOut.of(item) for item in files],
    )


@router.post("/characters/{character_id}/files", status_code=202, response_model=JobOut)
def add_file(character_id: str, body: NewFile, writing: Writing, world: Open) -> Response:
    """Hand an uploaded file of a figure in; the job makes a print of it and deletes its bytes."""
    require(writing.caller, characters.SCOPE)
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    stored = uploads.keep(world, writing.caller, body.upload_id)
    answer = writing.write(
        lambda session: JobOut.of(
            characters.add_sample(
                session, writing.caller, character_id, stored, body.modality, now=utc_now()
            )
        ),
        status=202,
    )
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return answer


@router.post("/characters/{character_id}/withdrawal", response_model=CharacterOut)
def withdraw(character_id: str, writing: Writing) -> Response:
    """End a figure: what it was made of is erased, and it clears nothing any more."""
    return writing.write(
        lambda session: CharacterOut.of(freezing.withdraw(session, writing.caller, character_id)),
        status=200,
    )


@router.get("/character-likenesses", response_model=Page[AlikeOut])
def list_alike(caller: Caller, reading: Reading, window: Asked) -> Page[AlikeOut]:
    """Invented figures that are like your performers, newest first."""
    found = likenesses.alike(reading, caller, before=window.after, limit=window.limit)
    return page(found, window, AlikeOut.of, lambda item: item.likeness.id)


@router.post("/characters/{character_id}/disputes", response_model=AlikeOut)
def dispute(character_id: str, body: AboutPerformer, writing: Writing) -> Response:
    """Say that a figure is your performer; it clears nothing until that is settled."""
    return writing.write(
        lambda session: AlikeOut.of(
            freezing.dispute(session, writing.caller, character_id, body.performer_id)
        ),
        status=200,
    )


@router.post("/characters/{character_id}/disputes/withdrawal", response_model=AlikeOut)
def take_back(character_id: str, body: AboutPerformer, writing: Writing) -> Response:
    """Take your side's dispute back."""
    return writing.write(
        lambda session: AlikeOut.of(
            freezing.take_back(session, writing.caller, character_id, body.performer_id)
        ),
        status=200,
    )


@router.get("/character-decisions", response_model=Page[WaitingOut])
def list_waiting(caller: Caller, reading: Reading, window: Asked) -> Page[WaitingOut]:
    """Figures that wait for somebody from outside, whoever's they are, oldest first."""
    found = characterdecisions.to_decide(reading, caller, after=window.after, limit=window.limit)
    return page(found, window, WaitingOut.of, lambda item: item.character.id)


@router.post("/characters/{character_id}/decision", response_model=WaitingOut)
def decide(character_id: str, body: NewDecision, writing: Writing, world: Open) -> Response:
    """Allow a held figure or refuse it; uphold a dispute about one or dismiss it."""
    return writing.write(
        lambda session: WaitingOut.of(
            characterdecisions.decided(
                session,
                freezing.decide(
                    session,
                    writing.caller,
                    character_id,
                    body.decision,
                    demands_of(world.settings),
                ),
            )
        ),
        status=200,
    )
