"""Who joins or leaves a group, with all that follows from it while the group suspends consent.

A strike reaches whoever joins in its midst from that moment on, and lets go of whoever leaves; so
the decisions that rest on the person's licences are made anew, in the order of events.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from api.deciding import queue
from core.principal import Principal, system
from licensing.models_suspension import Membership
from licensing.service import groups
from licensing.service.clearances import decided_under
from licensing.service.licences import given_in_force
from licensing.service.suspensions import lasting


def sign_membership(
    session: Session,
    caller: Principal,
    membership_id: str,
    *,
    signature: bytes,
    verification_method: str,
    cosigned: Mapping[str, bytes],
    now: datetime,
) -> Membership:
    """Keep the performer's signature; what the group suspends reaches him at once."""
    joined = groups.sign_membership(
        session,
        caller,
        membership_id,
        signature=signature,
        verification_method=verification_method,
        cosigned=cosigned,
        now=now,
    )
    _decide_anew(session, joined, now)
    return joined


def join_by_mandate(
    session: Session,
    caller: Principal,
    group_id: str,
    performer_id: str,
    mandate_ref: str,
    *,
    now: datetime,
) -> Membership:
    """Join under a mandate on paper; what the group suspends reaches the performer at once."""
    joined = groups.join_by_mandate(session, caller, group_id, performer_id, mandate_ref, now=now)
    _decide_anew(session, joined, now)
    return joined


def end_membership(
    session: Session, caller: Principal, membership_id: str, *, now: datetime
) -> Membership:
    """Leave a group, or put a member out; what it suspends reaches the performer no more."""
    ended = groups.end_membership(session, caller, membership_id, now=now)
    _decide_anew(session, ended, now)
    return ended


def _decide_anew(session: Session, member: Membership, now: datetime) -> None:
    """Queue each decision under the member's licences, where the group suspends anything."""
    side = system(member.tenant_id)
    if not lasting(session, member.group_id, at=now):
        return
    for licence in given_in_force(session, side, member.performer_id, at=now):
        studio = system(licence.terms.licensee_id)
        cause = f"{member.id}:{member.left_seq or member.joined_seq}"
        queue(session, studio, decided_under(session, studio, licence.id), cause)
