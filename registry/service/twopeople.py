"""What two of the operator's people must agree on: proposed by the first call, done by the second.

Where one person runs the registry alone his word is enough, and the approval says so for good.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import approvals
from core.approvalrows import Approval
from core.db import is_single_operator
from core.errors import NotAllowed
from core.principal import Principal, require
from core.tenants import OPERATOR

SCOPE = "admin"


def agreed(
    session: Session,
    principal: Principal,
    action: str,
    subject_id: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    read_as: Mapping[str, str] | None = None,
) -> Approval | None:
    """Use up the approval of exactly this payload and return None, or return what waits for one.

    `read_as` are texts that the second person reads in place of indices. Raises
    `NotAllowed` for whoever is not of the operator's.
    """
    require_operator(principal)
    if not approvals.is_approved(session, action, subject_id, payload):
        item = approvals.propose(
            session,
            principal,
            action=action,
            subject_id=subject_id,
            payload=payload,
            now=now,
            read_as=read_as,
        )
        if not is_single_operator(session):
            return item
        approvals.decide(session, principal, item.id, approve=True, note="", now=now)
    approvals.require_approved(
        session, action, subject_id, payload, tenant_id=principal.tenant_id, now=now
    )
    return None


def require_operator(principal: Principal) -> None:
    """Return for the operator's administrators; raise `NotAllowed` for everybody else."""
    require(principal, SCOPE)
    if principal.tenant_kind != OPERATOR:
        raise NotAllowed(
            "Two people of the operator's decide on this.",
            next_step="Send the operator what shows that it is so.",
            code="operator-decides",
        )
