"""Figures that wait for a person from outside: held for a likeness, or disputed.

Neither the studio's nor the performer's people decide, unless one person runs the registry alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.errors import Conflict, NotAllowed
from core.principal import Principal, require, system
from core.tenants import get_tenant
from registry.characters import Step, advance
from registry.models.characters import Character, Likeness, Outcome
from registry.proofing.sufficiency import Demands
from registry.service.attesting import ATTEST, attester_of
from registry.service.characters import end, note, with_disputes
from registry.service.likenesses import capability_on, tell
from registry.store import characters, likenesses


class Decision(StrEnum):
    """What a person decides: on a figure that is held, or on a dispute about one."""

    ALLOW = "allow"
    REFUSE = "refuse"
    UPHOLD = "uphold"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class ToDecide:
    """A figure that waits for somebody from outside, and whom it is like."""

    character: Character
    studio: str
    likenesses: tuple[Likeness, ...]


def to_decide(
    session: Session,
    principal: Principal,
    *,
    after: str = "",
    limit: int = characters.ROWS_MAX,
) -> tuple[ToDecide, ...]:
    """Figures that are held or disputed, whoever's they are, oldest first; for attesters."""
    require(principal, ATTEST)
    capability = capability_on(principal.subject)
    disputed = likenesses.open_disputes(session, capability)
    found = characters.to_decide(session, capability, disputed, after=after, limit=limit)
    return tuple(decided(session, item) for item in found)


def decide(
    session: Session,
    principal: Principal,
    character_id: str,
    decision: Decision,
    *,
    demands: Demands,
    now: datetime,
) -> Character:
    """Say as somebody from outside what becomes of a figure; returns it as it stands then.

    Raises `NotFound`, `NotAllowed` for a key where the registry has a staff and for either side's
    own people, `Conflict` where nothing of the kind waits.
    """
    # Load.
    require(principal, ATTEST)
    capability = capability_on(character_id)
    found = with_disputes(session, characters.any_of(session, capability, character_id))
    sides = likenesses.of_character(session, capability, character_id)
    disputes = [item for item in sides if item.is_open]
    # Decide.
    attester = attester_of(principal, demands)
    _check_outside(principal, found, sides, demands)
    if decision in (Decision.UPHOLD, Decision.DISMISS) and not disputes:
        raise Conflict(
            "No dispute about this figure is open.",
            next_step="List what waits with `ebenbild figure waiting`.",
            code="figure-not-disputed",
        )
    # Save.
    details: dict[str, object] = {"attester": attester}
    match decision:
        case Decision.ALLOW:
            _allow(session, principal, found, details, now=now)
        case Decision.REFUSE:
            _end(session, principal, found, Step.REFUSE, details, now=now)
        case Decision.UPHOLD:
            _end(session, principal, found, Step.UPHOLD, details, now=now)
        case Decision.DISMISS:
            note(session, principal, "character.dismissed", found.id, details, now=now)
    outcome = {Decision.UPHOLD: Outcome.UPHELD, Decision.DISMISS: Outcome.DISMISSED}.get(decision)
    if outcome is not None:
        _close(session, disputes, outcome, now)
    return with_disputes(session, characters.any_of(session, capability, character_id))


def _allow(
    session: Session,
    principal: Principal,
    found: Character,
    details: dict[str, object],
    *,
    now: datetime,
) -> None:
    state = advance(found.state, Step.ALLOW)
    characters.save_state(session, system(found.tenant_id), found.id, state)
    note(session, principal, "character.allowed", found.id, details, now=now)


def _end(
    session: Session,
    principal: Principal,
    found: Character,
    step: Step,
    details: dict[str, object],
    *,
    now: datetime,
) -> None:
    end(session, principal, found, step, details, now=now)
    tell(session, found.tenant_id, "figure.ended", found.id, {"name": found.name}, now=now)


def _close(session: Session, disputes: Iterable[Likeness], outcome: Outcome, now: datetime) -> None:
    for item in disputes:
        likenesses.save_dispute(
            session,
            system(item.tenant_id),
            item.character_id,
            item.performer_id,
            disputed_at=item.disputed_at,
            word_id=item.word_id,
            outcome=outcome,
        )
        facts = {"figure": item.character_id, "outcome": outcome.value}
        tell(session, item.tenant_id, "figure.decided", item.performer_id, facts, now=now)


def _check_outside(
    principal: Principal, found: Character, sides: Iterable[Likeness], demands: Demands
) -> None:
    own = {found.tenant_id, *(item.tenant_id for item in sides)}
    if principal.tenant_id in own and not demands.single_operator:
        raise NotAllowed(
            "This is decided by somebody from outside both sides.",
            next_step="Ask an attester of the operator, a society or a union.",
            code="own-figure",
        )


def decided(session: Session, item: Character) -> ToDecide:
    """A figure as an attester reads it."""
    found = with_disputes(session, item)
    sides = likenesses.of_character(session, capability_on(item.id), item.id)
    return ToDecide(found, get_tenant(session, item.tenant_id).name, sides)
