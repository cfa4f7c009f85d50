"""Invented figures: stated and enrolled by a studio, looked at by a person where too like somebody.

The studio never learns whether a figure is like anybody enrolled: it reads a notice period that
goes on, as newcomers do who resemble somebody.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, jobs
from core.errors import Conflict
from core.ids import new_id
from core.jobs import Job
from core.objects import ObjectRef
from core.principal import Principal, SearchCapability, actor, require, system
from core.vault import Vault
from fingerprint.models import Modality
from registry.characters import (
    OVER,
    Step,
    advance,
    check_statement,
    digest,
    statement_bytes,
)
from registry.models.characters import (
    Character,
    CharacterSample,
    CharacterState,
    Statement,
)
from registry.service.statements import open_statement, seal_statement
from registry.store import characters, invented, likenesses

SCOPE = "submissions"
EMBED_JOB = "embed_figure"
SHRED_JOB = "shred_figure"


def add_character(
    session: Session,
    vault: Vault,
    principal: Principal,
    name: str,
    statement: Statement,
    *,
    copies_nobody: bool,
    now: datetime,
) -> Character:
    """Keep a figure with its statement of invention; the caller answers for what it says.

    Raises `BadInput` for what the statement lacks.
    """
    # Decide.
    require(principal, SCOPE)
    plain = check_statement(name, statement, copies_nobody=copies_nobody)
    said = statement_bytes(plain, statement)
    item = Character(
        id=new_id("chr"),
        tenant_id=principal.tenant_id,
        name=plain,
        state=CharacterState.DRAFT,
        statement_sha256=digest(said),
        stated_by=actor(principal),
        parts=(),
        notice_until=None,
        created_at=now,
        ended_at=None,
    )
    # Save.
    characters.add_character(session, item, seal_statement(vault, item, said))
    details = {"statement_sha256": item.statement_sha256, "copies_nobody": True}
    note(session, principal, "character.stated", item.id, details, now=now)
    return item


def get_character(session: Session, principal: Principal, character_id: str) -> Character:
    """One figure of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return with_disputes(session, characters.get_character(session, principal, character_id))


def list_characters(
    session: Session,
    principal: Principal,
    *,
    after: str = "",
    limit: int = characters.ROWS_MAX,
) -> tuple[Character, ...]:
    """The caller's figures, ended ones too, oldest first, those behind the figure `after`."""
    require(principal, SCOPE)
    found = characters.list_characters(session, principal, after=after, limit=limit)
    frozen = likenesses.open_disputes(session, _capability(principal.tenant_id)) if found else ()
    return tuple(_frozen(item, item.id in frozen) for item in found)


def may_be_named(session: Session, principal: Principal, character_id: str) -> None:
    """Return where an answer may name a figure; raises `NotFound`, `Conflict` once it is over."""
    found = characters.get_character(session, principal, character_id)
    if found.state in OVER:
        raise Conflict(
            "That figure is over.",
            next_step="Name another, or answer otherwise.",
            code="figure-state",
        )


def statement(
    session: Session, vault: Vault, principal: Principal, character_id: str
) -> Statement | None:
    """What was stated about a figure of the caller's, None once it is erased."""
    require(principal, SCOPE)
    item = characters.get_character(session, principal, character_id)
    return open_statement(vault, item, characters.statement_of(session, principal, character_id))


def add_sample(
    session: Session,
    principal: Principal,
    character_id: str,
    stored: ObjectRef,
    modality: Modality,
    *,
    now: datetime,
) -> Job:
    """Take a stored file of a figure and queue its embedding; the job's subject is the file.

    Raises `NotFound`, `Conflict` for a figure that is over.
    """
    require(principal, SCOPE)
    item = characters.get_character(session, principal, character_id)
    advance(item.state, Step.CAPTURE)
    sample_id = new_id("chs")
    job = jobs.enqueue(
        session,
        principal,
        kind=EMBED_JOB,
        subject_key=sample_id,
        payload={
            "sample_id": sample_id,
            "character_id": character_id,
            "modality": modality.value,
        },
    )
    sample = CharacterSample(
        id=sample_id,
        tenant_id=principal.tenant_id,
        character_id=character_id,
        modality=modality,
        object_name=stored.name,
        job_id=job.id,
        reasons=(),
        accepted=None,
    )
    characters.add_sample(session, sample, at=now)
    return job


def list_samples(
    session: Session, principal: Principal, character_id: str
) -> tuple[CharacterSample, ...]:
    """What was handed in for a figure of the caller's, oldest first; raises `NotFound`."""
    require(principal, SCOPE)
    characters.get_character(session, principal, character_id)
    return characters.list_samples(session, principal, character_id)


def withdraw(
    session: Session, principal: Principal, character_id: str, *, now: datetime
) -> Character:
    """End a figure of the caller's: what it was made of goes, the digest of its statement stays."""
    require(principal, SCOPE)
    found = characters.get_character(session, principal, character_id)
    end(session, principal, found, Step.WITHDRAW, {}, now=now)
    return characters.get_character(session, principal, character_id)


def end(
    session: Session,
    by: Principal,
    found: Character,
    step: Step,
    details: dict[str, object],
    *,
    now: datetime,
) -> None:
    """Delete a figure's vectors and statement and queue the end of its key; raises `Conflict`."""
    state = advance(found.state, step)
    owner = system(found.tenant_id)
    characters.save_state(session, owner, found.id, state, ended_at=now)
    invented.drop_templates(session, owner, found.id)
    jobs.enqueue(
        session,
        owner,
        kind=SHRED_JOB,
        subject_key=found.id,
        payload={"character_id": found.id},
    )
    note(session, by, f"character.{state.lower()}", found.id, details, now=now)


def shred(session: Session, vault: Vault, principal: Principal, character_id: str) -> None:
    """Destroy the key of a figure that is over, backups included; raises `Conflict` for others."""
    found = characters.get_character(session, principal, character_id)
    if found.state not in OVER:
        raise Conflict("The figure is not over.", next_step="Withdraw it first.")
    vault.erase(character_id)


def owner_of(session: Session, capability: SearchCapability, character_id: str) -> str:
    """The tenant whose figure it is, across tenants; raises `NotFound`."""
    return characters.any_of(session, capability, character_id).tenant_id


def with_disputes(session: Session, item: Character) -> Character:
    """The figure as it stands now, frozen while a dispute about it is open."""
    found = likenesses.of_character(session, _capability(item.id), item.id)
    return _frozen(item, any(one.is_open for one in found))


def _frozen(item: Character, frozen: bool) -> Character:
    return replace(item, frozen=frozen) if frozen else item


def _capability(reference: str) -> SearchCapability:
    return SearchCapability("invented-figures", reference)


def note(
    session: Session,
    principal: Principal,
    action: str,
    character_id: str,
    details: dict[str, object],
    *,
    now: datetime,
) -> None:
    """Record what was done about a figure, and by whom, in the audit log and so in the public."""
    audit.record(
        session, principal, action=action, subject_id=character_id, details=details, now=now
    )
