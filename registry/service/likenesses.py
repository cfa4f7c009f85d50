"""The side of performers whom an invented figure is like: told of it, and heard.

What they say freezes the figure in every cut of its studio until it is taken back, or somebody
from outside both sides has decided.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import notices
from core.errors import Conflict
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.tenants import get_tenant
from fingerprint.models import Modality
from registry.models.characters import Likeness
from registry.models.evidence import Match
from registry.service.characters import note
from registry.store import characters, likenesses, prints

SCOPE = "performers"


@dataclass(frozen=True, slots=True)
class Alike:
    """A figure that is like a performer of the caller's; of the figure no more than whose it is."""

    likeness: Likeness
    studio: str
    is_over: bool


def found_alike(
    session: Session,
    capability: SearchCapability,
    character_id: str,
    print_ids: Collection[str],
    modality: Modality,
    *,
    now: datetime,
) -> None:
    """Keep whose prints of a modality a figure is like, and tell their sides once."""
    owners = prints.print_owners(session, capability, sorted(print_ids))
    for performer_id, tenant_id in sorted(
        {(owner.performer_id, owner.tenant_id) for owner in owners.values()}
    ):
        keep_alike(session, capability, character_id, (performer_id, tenant_id), modality, now=now)


def keep_alike(
    session: Session,
    capability: SearchCapability,
    character_id: str,
    performer: tuple[str, str],
    modality: Modality,
    *,
    now: datetime,
) -> None:
    """Keep that a figure is like a performer, as (id, tenant), and tell that side once."""
    performer_id, tenant_id = performer
    item = Likeness(
        id=new_id("lik"),
        character_id=character_id,
        performer_id=performer_id,
        tenant_id=tenant_id,
        modality=modality,
        found_at=now,
        disputed_at=None,
        word_id="",
        outcome=None,
    )
    if likenesses.add_likeness(session, item):
        owner = characters.any_of(session, capability, character_id).tenant_id
        facts = {"figure": character_id, "studio": get_tenant(session, owner).name}
        tell(session, tenant_id, "figure.alike", performer_id, facts, now=now)


def alike(
    session: Session,
    principal: Principal,
    *,
    performer_id: str = "",
    before: str = "",
    limit: int = likenesses.ROWS_MAX,
) -> tuple[Alike, ...]:
    """Invented figures that are like one or all of the caller's performers, newest first.

    Those behind `before`, where one is named.
    """
    require(principal, SCOPE)
    found = likenesses.of_own_performers(
        session, principal, performer_id=performer_id, before=before, limit=limit
    )
    return tuple(_alike(session, item) for item in found)


def dispute(
    session: Session,
    principal: Principal,
    character_id: str,
    performer_id: str,
    *,
    word_id: str = "",
    now: datetime,
) -> Alike:
    """Say that a figure is a performer of the caller's; it clears nothing until that is settled.

    Raises `NotFound` for a figure that is not known to be like that performer, `Conflict` where it
    is disputed, decided or over already.
    """
    # Load.
    require(principal, SCOPE)
    item = likenesses.get_likeness(session, principal, character_id, performer_id)
    found = _alike(session, item)
    # Decide.
    if item.disputed_at is not None or found.is_over:
        raise Conflict(
            "This figure is disputed, decided on or over already.",
            next_step="See how it stands with `ebenbild figure alike`.",
            code="figure-disputed",
        )
    # Save.
    likenesses.save_dispute(
        session, principal, character_id, performer_id, disputed_at=now, word_id=word_id
    )
    note(session, principal, "character.disputed", character_id, {}, now=now)
    return _alike(session, likenesses.get_likeness(session, principal, character_id, performer_id))


def take_back(
    session: Session, principal: Principal, character_id: str, performer_id: str, *, now: datetime
) -> Alike:
    """Take a dispute of one's own side back; raises `NotFound`, `Conflict` where none is open."""
    require(principal, SCOPE)
    item = likenesses.get_likeness(session, principal, character_id, performer_id)
    if not item.is_open:
        raise Conflict(
            "No dispute about this figure is open.",
            next_step="See how it stands with `ebenbild figure alike`.",
            code="figure-not-disputed",
        )
    likenesses.save_dispute(session, principal, character_id, performer_id, disputed_at=None)
    note(session, principal, "character.dispute_taken_back", character_id, {}, now=now)
    return _alike(session, likenesses.get_likeness(session, principal, character_id, performer_id))


def dispute_by_word(
    session: Session,
    principal: Principal,
    character_id: str,
    match: Match,
    word_id: str,
    *,
    now: datetime,
) -> bool:
    """Let the word that a match is the caller's performer dispute the figure that it collides with.

    False where the figure is disputed, decided on or over already.
    """
    capability = capability_on(match.id)
    performer = (match.performer_id, principal.tenant_id)
    keep_alike(session, capability, character_id, performer, match.modality, now=now)
    item = likenesses.get_likeness(session, principal, character_id, match.performer_id)
    if item.disputed_at is not None or _alike(session, item).is_over:
        return False
    dispute(session, principal, character_id, match.performer_id, word_id=word_id, now=now)
    return True


def take_word_back(
    session: Session, principal: Principal, word_id: str, *, now: datetime
) -> tuple[str, ...]:
    """Take back what a word disputed; returns the figures that this thaws."""
    found = [
        item
        for item in likenesses.of_own_performers(session, principal)
        if item.is_open and item.word_id == word_id
    ]
    for item in found:
        take_back(session, principal, item.character_id, item.performer_id, now=now)
    return tuple(item.character_id for item in found)


def _alike(session: Session, item: Likeness) -> Alike:
    found = characters.any_of(session, capability_on(item.id), item.character_id)
    return Alike(item, get_tenant(session, found.tenant_id).name, found.ended_at is not None)


def tell(
    session: Session,
    tenant_id: str,
    kind: str,
    subject_id: str,
    facts: dict[str, str],
    *,
    now: datetime,
) -> None:
    """Tell one side of a figure what happened."""
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=kind,
        subject_id=subject_id,
        facts=facts,
        now=now,
    )


def capability_on(reference: str) -> SearchCapability:
    """The right to look at figures of all tenants on behalf of a record."""
    return SearchCapability("invented-figures", reference)
