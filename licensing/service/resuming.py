"""A child's consent that one guardian paused goes on once that one and another say so.

All guardians signed it and any one of them stops it: were one enough to go on too, whoever presses
last would win, and were any two of three, they would overrule the third who stopped it. Guardians
without an account of their own cannot say anything here and are not waited for; nor is one whose
right has ended. docs/adr/0114.
"""

from datetime import datetime

from sqlmodel import Session

from core import approvals
from core.errors import NotAllowed
from core.principal import Principal
from licensing.models_suspension import Suspension
from licensing.store import pauses
from registry import minority as rules
from registry.service import guardians
from registry.store import people

LIFT = "pause.lift"
_SPEAK = frozenset({"guardian", "performer", "admin"})


def agreed(
    session: Session, principal: Principal, item: Suspension, *, note: str = "", now: datetime
) -> bool:
    """Whether a pause ends now, or this was the first of two guardians' words; call in `write()`.

    Raises `NotAllowed` for a key, for people who are none of them, and for a second guardian
    while whichever of them began it has not said so.
    """
    speaking = _speaking(session, principal, item.group_id, now)
    if not speaking:
        return True
    check_speaks(session, principal, item.group_id, now)
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
    if asked.proposed_person == principal.person:
        return False
    began = pauses.begun_by(session, principal, item.id)
    if began in speaking - {asked.proposed_person, principal.person}:
        raise NotAllowed(
            "The guardian who began this pause has not ended it yet.",
            next_step="Ask them to sign in and end it: your side's word is kept until then.",
            code="who-began-agrees",
        )
    approvals.decide(session, principal, asked.id, approve=True, note=note, now=now)
    approvals.require_approved(session, LIFT, item.id, wanted, now=now)
    return True


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


def asked_for(session: Session, principal: Principal) -> frozenset[str]:
    """The pauses of the caller's side that one guardian asked to end, and another has not yet."""
    found = approvals.open_approvals(session, principal)
    return frozenset(item.subject_id for item in found if item.action == LIFT)


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
