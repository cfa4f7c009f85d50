"""Licences under which the performer is paid directly though a society has the mandate.

What they earn waits in suspense until somebody decides: the society may give way, the performer's
side may, and whoever runs the registry may say either.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, log, notices
from core.errors import NotAllowed, NotFound
from core.principal import Principal, SearchCapability, require_any
from core.tenants import OPERATOR
from royalties.collecting import PAID_DIRECTLY, Claimed, Collectors
from royalties.models import Accrual
from royalties.models_collecting import (
    ANY_CONFLICT,
    Conflict,
    Settled,
    SoughtConflicts,
    conflict_id,
)
from royalties.service.collectors import CollectorsOf
from royalties.store import collecting as store

FOUND, SETTLED = "collecting.conflict", "collecting.settled"
SCOPES = ("reports", "usage")


def note_conflicts(
    session: Session,
    known: CollectorsOf,
    accruals: Iterable[Accrual],
    collectors: Collectors,
    *,
    now: datetime,
) -> None:
    """Keep each conflict that accruals wait for, once, and tell whom it concerns."""
    for one in accruals:
        if one.pins.cause != PAID_DIRECTLY:
            continue
        made = _conflict(one, collectors, now)
        if made.id not in known.conflicts:
            known.conflicts[made.id] = made
            store.add_conflict(session, made, owner=made.owner_id, at=now)
            _tell(session, FOUND, made, now)


def list_conflicts(
    session: Session,
    principal: Principal,
    sought: SoughtConflicts = ANY_CONFLICT,
    *,
    limit: int | None = None,
) -> list[Conflict]:
    """Conflicts that concern the caller, in the order of their finding; all for the operator."""
    require_any(principal, *SCOPES)
    if principal.tenant_kind == OPERATOR:
        capability = SearchCapability("conflicts", principal.tenant_id)
        return store.conflicts(session, capability, sought, limit=limit)
    return store.conflicts(session, principal, sought, limit=limit)


def settle(
    session: Session, principal: Principal, conflict_id: str, *, collects: bool, now: datetime
) -> Conflict:
    """Decide that the society collects, or that the performer is paid directly; the newest counts.

    What waits is booked anew by the next accrual. Raises `NotFound` for a conflict that is not the
    caller's, `NotAllowed` where the caller would decide for itself.
    """
    this = SoughtConflicts(id=conflict_id)
    found = next(iter(list_conflicts(session, principal, this)), None)
    if found is None:
        raise NotFound(
            "There is no such conflict.", next_step="List them: ebenbild collect conflicts"
        )
    gives_way = found.owner_id if collects else found.society_id
    if principal.tenant_kind != OPERATOR and principal.tenant_id != gives_way:
        raise NotAllowed(
            "Who is to be paid does not decide that for itself.",
            next_step="Have the other side give way, or ask the operator.",
        )
    settled = Settled(collects, principal.tenant_id)
    store.add_settled(session, found, settled, at=now)
    told = {"licence": found.licence_id, "collects": "yes" if collects else "no"}
    log.append(session, kind=SETTLED, subject_id=found.id, payload=told, at=now)
    audit.record(session, principal, action=SETTLED, subject_id=found.id, details=told, now=now)
    _tell(session, SETTLED, found, now)
    return replace(found, settled=settled)


def _conflict(one: Accrual, collectors: Collectors, now: datetime) -> Conflict:
    pins = one.pins
    kind = pins.kind.value if pins.kind else ""
    where = collectors.of(Claimed(kind, pins.territory, pins.performer_id, pins.period))
    return Conflict(
        id=conflict_id(pins.licence_id, one.book),
        licence_id=pins.licence_id,
        licensee_id=one.licensee_id,
        performer_id=pins.performer_id,
        owner_id=one.performer_tenant_id,
        society_id=one.book,
        mandate_id=where.mandate_id,
        found_at=now,
    )


def _tell(session: Session, kind: str, one: Conflict, now: datetime) -> None:
    """Tell the society, the performer's side and the licensee."""
    facts = {"licence": one.licence_id, "society": one.society_id, "performer": one.performer_id}
    for tenant_id in sorted({one.society_id, one.owner_id, one.licensee_id}):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=one.id,
            facts=facts,
            now=now,
        )
