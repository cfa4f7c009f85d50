"""What waits for a second person and concerns somebody: a page of it, and how much of each kind."""

from itertools import islice

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.approvalrows import Approval, ApprovalState
from core.approvals import concerns, may_decide, told_open
from core.approvaltables import ApprovalRow
from core.principal import Principal
from core.visibility import owned


def waiting(
    session: Session, principal: Principal, *, after_seq: int = 0, limit: int
) -> list[tuple[int, Approval]]:
    """(number, proposal) of what the principal may decide on or proposed, oldest first."""
    found = told_open(session, principal, after_seq)
    return list(islice((one for one in found if concerns(principal, one[1])), limit))


def tally(session: Session, principal: Principal) -> dict[str, int]:
    """How many there are of what `waiting` lists, by action, as they first come."""
    mine = col(ApprovalRow.proposed_by) == principal.subject
    if principal.person is not None:
        mine |= func.coalesce(ApprovalRow.proposed_person, "") == principal.person
    groups = (col(ApprovalRow.action), col(ApprovalRow.roles), mine)
    query = (
        sql_select(*groups, func.count())
        .where(
            owned(ApprovalRow, principal),
            col(ApprovalRow.state) == ApprovalState.OPEN,
        )
        .group_by(*groups)
        .order_by(func.min(ApprovalRow.seq))
    )
    found: dict[str, int] = {}
    for action, roles, is_mine, count in session.connection().execute(query):
        if is_mine or may_decide(principal, frozenset(roles)):
            found[action] = found.get(action, 0) + count
    return found
