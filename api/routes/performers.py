"""Performers, their keys and their prints, for their own side only."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, from_cursor, page
from api.wire import FROZEN, Text, ToSign, from_base64
from core.clock import utc_now
from registry.models.people import KeyBinding, KeyDraft, Performer, Print
from registry.service import keys, minors, people, renaming, samples

router = APIRouter(tags=["performers"])


class NewPerformer(BaseModel):
    """A person to add; studios see only the public name, and only after a match.

    `born_on` is for minors only.
    """

    model_config = FROZEN
    name: Text
    public_name: Text
    born_on: date | None = None


class NewNames(BaseModel):
    """Other names for a performer; what is left out stays as it is."""

    model_config = FROZEN
    name: Text | None = None
    public_name: Text | None = None


class NamesOut(BaseModel):
    """Whether the names hold; else the proposal that a second person of the operator's decides."""

    performer_id: str
    approval_id: str | None


class NewKey(BaseModel):
    """The public name of the key that is to speak for the performer."""

    model_config = FROZEN
    did: Text


class KeyDraftOut(BaseModel):
    """A key binding to sign: by the new key, and by the present one where there is one."""

    id: str
    possession: ToSign
    authorisation: ToSign | None

    @classmethod
    def of(cls, draft: KeyDraft) -> Self:
        """The draft as data."""
        asked = draft.authorisation
        return cls(
            id=draft.id,
            possession=ToSign.of(draft.possession),
            authorisation=None if asked is None else ToSign.of(asked),
        )


class KeySigned(BaseModel):
    """The signatures (base64) over a key draft."""

    model_config = FROZEN
    possession: Text
    authorisation: Text | None = None


class KeyOut(BaseModel):
    """A key that speaks, or spoke, for the performer."""

    id: str
    did: str
    valid_from: datetime
    valid_until: datetime | None

    @classmethod
    def of(cls, binding: KeyBinding) -> Self:
        """The public part of a binding."""
        return cls(
            id=binding.id,
            did=binding.did,
            valid_from=binding.valid_from,
            valid_until=binding.valid_until,
        )


@router.post("/performers", status_code=201, response_model=Performer)
def add_performer(body: NewPerformer, writing: Writing, world: Open) -> Response:
    """Add a performer of your own side."""

    def add(session: Session) -> Performer:
        now = utc_now()
        made = people.create_performer(
            session, writing.caller, name=body.name, public_name=body.public_name, now=now
        )
        if body.born_on is None:
            return made
        years = world.settings.enrolment.child_agrees_from_years
        return minors.declare_minor(
            session, writing.caller, made.id, body.born_on, agrees_from_years=years, now=now
        )

    return writing.write(add)


@router.get("/performers", response_model=Page[Performer])
def list_performers(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    named: Annotated[str, Query(max_length=people.NAME_LENGTH_MAX)] = "",
) -> Page[Performer]:
    """List your performers; `named` is what stands in one of the names, whatever its case."""
    found = people.list_performers(
        reading, caller, after=asked.after, named=named, limit=asked.limit
    )
    return page(found, asked, lambda performer: performer)


@router.get("/performers/{performer_id}", response_model=Performer)
def show_performer(performer_id: str, caller: Caller, reading: Reading) -> Performer:
    """Show one performer."""
    return people.get_performer(reading, caller, performer_id)


@router.post("/performers/{performer_id}/names", response_model=NamesOut)
def rename(performer_id: str, body: NewNames, writing: Writing) -> Response:
    """Correct a performer's names: by the own side until somebody vouched, then by the operator."""

    def named(session: Session) -> NamesOut:
        waits = renaming.rename(
            session,
            writing.caller,
            performer_id,
            name=body.name,
            public_name=body.public_name,
            now=utc_now(),
        )
        return NamesOut(performer_id=performer_id, approval_id=waits.id if waits else None)

    return writing.write(named, status=200)


@router.get("/performers/{performer_id}/prints", response_model=Page[Print])
def list_prints(performer_id: str, caller: Caller, reading: Reading, asked: Asked) -> Page[Print]:
    """List a performer's prints; templates are never shown."""
    people.get_performer(reading, caller, performer_id)
    found = samples.list_prints(reading, caller, performer_id)
    return page(from_cursor(found, asked), asked, lambda item: item)


@router.get("/performers/{performer_id}/keys", response_model=list[KeyOut])
def list_keys(performer_id: str, caller: Caller, reading: Reading) -> list[KeyOut]:
    """Which key spoke for this performer, and when?"""
    people.get_performer(reading, caller, performer_id)
    return [KeyOut.of(binding) for binding in keys.key_history(reading, performer_id)]


@router.post("/performers/{performer_id}/keys", status_code=201, response_model=KeyDraftOut)
def draft_key(performer_id: str, body: NewKey, writing: Writing, world: Open) -> Response:
    """Draft the binding of a key to a performer; its holder then signs it."""
    return writing.write(
        lambda session: KeyDraftOut.of(
            keys.draft_key(
                session,
                writing.caller,
                performer_id,
                body.did,
                registry_did=world.registry_key.did,
                base_url=world.settings.base_url,
                now=utc_now(),
            )
        )
    )


@router.post("/key-drafts/{draft_id}/signature", status_code=201, response_model=KeyOut)
def sign_key(draft_id: str, body: KeySigned, writing: Writing, world: Open) -> Response:
    """Bind the key, with the signatures that its draft asked for."""
    asked = body.authorisation
    return writing.write(
        lambda session: KeyOut.of(
            keys.register_key(
                session,
                world.registry_key,
                writing.caller,
                draft_id,
                possession=from_base64(body.possession),
                authorisation=None if asked is None else from_base64(asked),
                now=utc_now(),
            )
        )
    )
