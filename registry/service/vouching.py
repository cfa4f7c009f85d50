"""Who vouches for whoever lost a key: an attester from outside, or two of the operator's people."""

from datetime import datetime

from sqlmodel import Session

from core import approvals
from core.errors import NotAllowed
from core.principal import Principal
from registry.models.replacements import Replacement
from registry.service.twopeople import agreed

VOUCH = "ownkey.vouch"
_ATTESTER = "attester"


def vouched(session: Session, principal: Principal, item: Replacement, now: datetime) -> str:
    """Count the caller's word; returns the approval that waits for a second one, else nothing.

    Raises `NotAllowed` for the performer's own side, for keys, and for whoever is neither an
    attester nor of the operator's people.
    """
    if principal.tenant_id == item.tenant_id or principal.person == item.asked_by is not None:
        raise NotAllowed("Nobody vouches for himself.", next_step="Somebody else must.")
    if principal.person is not None and _ATTESTER in principal.roles:
        return ""
    wanted = {"performer": item.performer_id, "did": item.did, "replaces": item.replaces}
    waits = agreed(session, principal, VOUCH, item.id, wanted, now=now)
    if waits is None:
        return ""
    if principal.person not in (None, waits.proposed_person):
        approvals.decide(session, principal, waits.id, approve=True, note="", now=now)
        agreed(session, principal, VOUCH, item.id, wanted, now=now)
        return ""
    return waits.id
