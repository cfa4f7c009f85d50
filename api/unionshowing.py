"""What the first page of a union shows: what waits for whoever reads it, and its groups."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api import approvalshowing
from api.scopes import ATTEST, AUDIT
from core import notices
from core.principal import Principal, holds, require_any
from licensing.models_suspension import Group
from licensing.service import frameworks, groups, suspensions
from registry.proofing.sufficiency import Demands
from registry.service import awaiting

LOOKED_AT_MAX = 100
LICENCES = "licences"


def union_page(
    session: Session, principal: Principal, *, demands: Demands, lang: str, now: datetime
) -> dict[str, Any]:
    """What waits, by what the reader's roles let him do about it, and every group with its state.

    `vouching` counts enrolments that want a word of the reader's, `more` says that they are more;
    it is None for whoever is no attester. Raises `NotAllowed` for whoever has none of these roles.
    """
    require_any(principal, LICENCES, ATTEST, AUDIT)
    vouching, more = _vouching(session, principal, demands)
    unites = holds(principal, LICENCES)
    count = groups.count_members(session, principal) if unites else {}
    own = [one for one in groups.list_groups(session, principal) if _is_ours(one, principal)]
    return {
        "waiting": approvalshowing.tally(session, principal, lang),
        "vouching": vouching,
        "more": more,
        "unread": notices.unread(session, principal),
        "audits": holds(principal, AUDIT),
        "unites": unites,
        "now": now,
        "groups": [_standing(session, principal, one, count, now) for one in own] if unites else [],
    }


def _is_ours(group: Group, principal: Principal) -> bool:
    return group.tenant_id == principal.tenant_id


def _vouching(session: Session, principal: Principal, demands: Demands) -> tuple[int | None, bool]:
    """How many enrolments want a word of this attester's, looked for among the first of them."""
    if not holds(principal, ATTEST):
        return None, False
    found = awaiting.awaiting(session, principal, demands=demands, after="", limit=LOOKED_AT_MAX)
    return sum(bool(one.facts) for one in found), len(found) == LOOKED_AT_MAX


def _standing(
    session: Session, principal: Principal, group: Group, count: dict[str, int], now: datetime
) -> dict[str, Any]:
    """A group with how many are in it, what of their consent is suspended, and its frameworks."""
    lasting = suspensions.lasting(session, group.id, at=now)
    return {
        "group": group,
        "members": count.get(group.id, 0),
        "suspended": [one for one in lasting if one.since <= now],
        "coming": [one for one in lasting if one.since > now],
        "frameworks": frameworks.list_frameworks(session, principal, group_id=group.id),
    }
