"""Quotas of new enrolments: asked at each draft, lifted for one month by two people."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit, log
from core.approvalrows import Approval
from core.db import next_seq
from core.principal import Principal, SearchCapability
from core.tenants import get_tenant
from registry import quotas as rules
from registry.models.roster import QuotaLift
from registry.service.twopeople import agreed, require_operator
from registry.store import roster

LIFT = "quota.lift"


@dataclass(frozen=True, slots=True)
class Quota:
    """What an organisation has begun this month, and how many it may."""

    month: str
    begun: int
    enrolments: int


def quota_of(session: Session, principal: Principal, *, usual: int, now: datetime) -> Quota:
    """The caller's organisation's quota; `usual` is the setting, unless it was lifted."""
    month = rules.month_of(now)
    capability = SearchCapability("quota", principal.tenant_id)
    more = roster.lifted(session, capability, principal.tenant_id, month)
    begun = roster.begun_since(session, principal, rules.begins(month))
    return Quota(month, begun, usual if more is None else more)


def require_quota(session: Session, principal: Principal, *, usual: int, now: datetime) -> None:
    """Return while one more enrolment may begin; raise `Conflict` otherwise.

    Called in the transaction that begins it, so that two at once cannot both be the last.
    """
    quota = quota_of(session, principal, usual=usual, now=now)
    rules.check_quota(quota.begun, quota.enrolments)


def lift_quota(
    session: Session,
    principal: Principal,
    tenant_id: str,
    *,
    month: str,
    enrolments: int,
    now: datetime,
) -> Approval | None:
    """Set an organisation's quota of a month, once two people agree; None when it is done."""
    # Load.
    require_operator(principal)
    get_tenant(session, tenant_id)
    # Decide.
    rules.check_lift(month, enrolments)
    payload = {"tenant": tenant_id, "month": month, "enrolments": enrolments}
    waits = agreed(session, principal, LIFT, tenant_id, payload, now=now)
    if waits is not None:
        return waits
    # Save.
    roster.add_lift(session, QuotaLift(tenant_id, month, enrolments, now), seq=next_seq(session))
    log.append(session, kind="quota.lifted", subject_id=tenant_id, payload=payload, at=now)
    audit.record(
        session, principal, action="quota.lifted", subject_id=tenant_id, details=payload, now=now
    )
    return None
