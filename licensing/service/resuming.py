"""A child's consent that one guardian paused goes on once that one and another say so.

All guardians signed it and any one of them stops it: were one enough to go on too, whoever presses
last would win, and were any two of three, they would overrule the third who stopped it. Guardians
without an account of their own cannot say anything here and are not waited for; nor is one whose
right has ended. docs/adr/0114.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core import approvals
from core.errors import NotAllowed
from core.principal import Principal
from licensing.models_suspension import Suspension
from licensing.store import pauses
from registry import minority as rules
from registry.service import guardians
from registry.store import people


class Step(StrEnum):
    """What somebody's word does to a pause now: it ends, or something is lacking.

    `first` is kept as the first of two guardians' words, `said` is kept already; `began` waits for
    the guardian who began it, and `guardians` is the word of somebody who is none of them.
    """

    ENDS = "ends"
    FIRST = "first"
    SAID = "said"
    BEGAN = "began"
    GUARDIANS = "guardians"


@dataclass(frozen=True, slots=True)
class Word:
    """What the caller's word does; `lacks` is who began it and has to say the same, if anybody."""

    step: Step
    lacks: str = ""


LIFT = "pause.lift"
_SPEAK = frozenset({"guardian", "performer", "admin"})


def agreed(
    session: Session, principal: Principal, item: Suspension, *, note: str = "", now: datetime
) -> bool:
    """Whether a pause ends now, or this was the first of two guardians' words; call in `write()`.

    Raises `NotAllowed` for a key, for people who are none of them, and for a second guardian
    while whichever of them began it has not said so.
    """
    if not _speaking(session, principal, item.group_id, now):
        return True
    check_speaks(session, principal, item.group_id, now)
    found = word(session, principal, item.id, item.group_id, now)
    if found.step is Step.BEGAN:
        raise NotAllowed(
            "The guardian who began this pause has not ended it yet.",
            next_step="Ask them to sign in and end it: your side's word is kept until then.",
            code="who-began-agrees",
        )
    wanted = {"performer": item.group_id, "pause": item.id}
    asked = approvals.propose(
        session,
        principal,
        action=LIFT,
        subject_id=item.id,
        payload=wanted,
        roles=_SPEAK,
        now=now,
    )
    if found.step is not Step.ENDS:
        return False
    approvals.decide(session, principal, asked.id, approve=True, note=note, now=now)
    approvals.require_approved(session, LIFT, item.id, wanted, now=now)
    return True


def word(
    session: Session, principal: Principal, pause_id: str, performer_id: str, now: datetime
) -> Word:
    """What the caller's word would do to a performer's pause that is not over."""
    speaking = _speaking(session, principal, performer_id, now)
    if not speaking:
        return Word(Step.ENDS)
    if principal.person not in speaking:
        return Word(Step.GUARDIANS)
    asked = asked_for(session, principal)
    first = asked.get(pause_id)
    began = pauses.begun_by(session, principal, pause_id)
    waits = speaking - {first, principal.person}
    lacks = began if began is not None and began in waits else ""
    if pause_id not in asked:
        return Word(Step.FIRST, lacks)
    if first == principal.person:
        return Word(Step.SAID, lacks)
    return Word(Step.BEGAN if lacks else Step.ENDS, lacks)


def speaks(session: Session, principal: Principal, performer_id: str, now: datetime) -> bool:
    """Whether the caller's word ends a performer's pause, alone or as one of two guardians."""
    speaking = _speaking(session, principal, performer_id, now)
    return not speaking or principal.person in speaking


def check_speaks(session: Session, principal: Principal, performer_id: str, now: datetime) -> None:
    """Raise `NotAllowed` for keys and for people who are none of a child's guardians."""
    if not speaks(session, principal, performer_id, now):
        raise NotAllowed(
            "Two guardians say when a child's consent goes on.",
            next_step="Ask them to sign in and end the pause, each for themselves.",
            code="guardians-needed",
        )


def asked_for(session: Session, principal: Principal) -> Mapping[str, str | None]:
    """The pauses of the caller's side that one guardian asked to end, and another has not yet.

    Each with the person who asked.
    """
    found = approvals.open_approvals(session, principal)
    return {item.subject_id: item.proposed_person for item in found if item.action == LIFT}


def _speaking(
    session: Session, principal: Principal, performer_id: str, now: datetime
) -> frozenset[str]:
    """The accounts of a child's guardians, two of whom end its pause; nobody's where fewer
    than two have one, and anybody of the side may.
    """
    performer = people.get_performer(session, principal, performer_id)
    named = guardians.list_guardians(session, principal, performer.id)
    due = rules.due(named, rules.minority_in(performer), now)
    found = frozenset(one.person for one in due if one.person is not None)
    return found if len(found) > 1 else frozenset()
