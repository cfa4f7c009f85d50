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
    speaking = _speaking(session, principal, item, now)
    if len(speaking) < 2:
        return True
    if principal.person is None or principal.person not in speaking:
        raise NotAllowed(
            "Two guardians say when a child's consent goes on.",
            next_step="Ask them to sign in and end the pause, each for themselves.",
            code="guardians-needed",
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


def asked_for(session: Session, principal: Principal) -> frozenset[str]:
    """The pauses of the caller's side that one guardian asked to end, and another has not yet."""
    found = approvals.open_approvals(session, principal)
    return frozenset(item.subject_id for item in found if item.action == LIFT)


def _speaking(
    session: Session, principal: Principal, item: Suspension, now: datetime
) -> frozenset[str]:
    performer = people.get_performer(session, principal, item.group_id)
    found = guardians.list_guardians(session, principal, performer.id)
    due = rules.due(found, rules.minority_in(performer), now)
    return frozenset(one.person for one in due if one.person is not None)
