"""Suspensions: called and lifted by the group, told to members and licensees, and looked up.

One call reaches every member's licences at once, because nothing is written into them: whoever
decides asks here, by the number up to which he knows.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from licensing.models_suspension import Group, Suspension
from licensing.service.groups import SCOPE, get_group, own_group
from licensing.store import groups, pauses
from licensing.store import suspensions as store
from licensing.suspension import CLAUSE_LENGTH_MAX, check_since, check_text, reaching
from registry.models.works import KindOfUse

SUSPENDED, LIFTED = "group.suspended", "group.lifted"
EVERY_KIND = "*"
_LATEST = 2**62


def suspend(
    session: Session,
    principal: Principal,
    group_id: str,
    *,
    clause: str,
    kinds: Collection[KindOfUse] = (),
    since: datetime | None = None,
    now: datetime,
) -> Suspension:
    """Suspend the consent of all members, from now or a later time on; no kinds means all.

    Raises `NotFound` for a group that the caller does not speak for, `BadInput` for a time in the
    past or an unusable clause.
    """
    # Load.
    group = own_group(session, principal, group_id)
    # Decide.
    begins = check_since(since, now)
    told = check_text(clause, "clause", CLAUSE_LENGTH_MAX)
    suspension = Suspension(
        id=new_id("sus"),
        group_id=group.id,
        kinds=frozenset(kinds),
        since=begins,
        since_seq=next_seq(session),
        lifted_at=None,
        lifted_seq=None,
        clause=told,
    )
    # Save.
    index = _log(session, SUSPENDED, suspension, begins, now)
    store.add_suspension(session, suspension, tenant_id=group.tenant_id, at=now, log_index=index)
    _tell(session, SUSPENDED, suspension, group, at=begins, now=now)
    return suspension


def lift(
    session: Session,
    principal: Principal,
    suspension_id: str,
    *,
    at: datetime | None = None,
    now: datetime,
) -> Suspension:
    """End a suspension now or at a later time; nothing has to be signed again.

    Raises `NotFound` for another's, `Conflict` when its end is recorded already.
    """
    # Load.
    require(principal, SCOPE)
    suspension = get_suspension(session, principal, suspension_id)
    group = get_group(session, principal, suspension.group_id)
    # Decide.
    if group.tenant_id != principal.tenant_id:
        raise _no_suspension()
    if suspension.lifted_seq is not None:
        raise Conflict("The suspension is lifted already.", next_step="Suspend again if needed.")
    ends = check_since(at, now)
    lifted = replace(suspension, lifted_at=ends, lifted_seq=next_seq(session))
    # Save.
    index = _log(session, LIFTED, lifted, ends, now)
    store.add_lift(session, lifted, tenant_id=group.tenant_id, at=now, log_index=index)
    _tell(session, LIFTED, lifted, group, at=ends, now=now)
    return lifted


def get_suspension(session: Session, principal: Principal, suspension_id: str) -> Suspension:
    """One suspension, whoever called it; raises `NotFound`."""
    found = store.suspension(session, principal, suspension_id)
    if found is None:
        raise _no_suspension()
    return found


def list_suspensions(
    session: Session,
    principal: Principal,
    *,
    group_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[Suspension, ...]:
    """Suspensions of all groups or of one, newest first; page on with the last number."""
    return store.suspensions(
        session,
        principal,
        group_id=group_id,
        before_seq=before_seq,
        limit=min(limit, groups.ROWS_MAX),
    )


def lasting(session: Session, group_id: str, *, at: datetime) -> tuple[Suspension, ...]:
    """Suspensions of a group that are not over at `at`, those that are still to begin included."""
    capability = SearchCapability("suspension", group_id)
    found = store.suspensions_of(session, capability, [group_id], up_to_seq=_LATEST)
    return tuple(item for item in found if item.lifted_at is None or item.lifted_at > at)


def suspensions_known(
    session: Session, performer_ids: Collection[str], *, seq: int
) -> Mapping[str, tuple[Suspension, ...]]:
    """What was known at `seq` of suspensions that reach these performers, across tenants.

    Those of groups, each cut to the time in which the performer was a member, and the performer's
    own; `licensing.suspension.in_the_way` says which of them forbid a use. Performers whom none
    reaches are left out.
    """
    capability = SearchCapability("suspension", f"seq-{seq}")
    members = groups.of_performers(session, capability, performer_ids)
    called = store.suspensions_of(
        session, capability, {item.group_id for item in members}, up_to_seq=seq
    )
    found: dict[str, list[Suspension]] = {}
    for member in members:
        for suspension in called:
            if suspension.group_id == member.group_id:
                part = reaching(suspension, member, seq)
                if part is not None:
                    found.setdefault(member.performer_id, []).append(part)
    for pause in pauses.pauses_known(session, capability, performer_ids, up_to_seq=seq):
        found.setdefault(pause.group_id, []).append(pause)
    return {
        performer_id: tuple(sorted(parts, key=lambda part: (part.since_seq, part.since)))
        for performer_id, parts in found.items()
    }


def licences_concerned(
    session: Session, suspension: Suspension, *, at: datetime, party: str | None = None
) -> tuple[tuple[str, str], ...]:
    """(licence, licensee) of each licence at `at` of which some kind of use is suspended.

    With a `party` only those that it gave or holds.
    """
    capability = SearchCapability("suspension", suspension.id)
    found = store.licences_concerned(session, capability, suspension.group_id, at, party=party)
    return tuple(
        (licence_id, licensee_id)
        for licence_id, licensee_id, kinds in found
        if not suspension.kinds or kinds & suspension.kinds
    )


def concerning(
    session: Session, principal: Principal, suspension: Suspension, *, at: datetime
) -> tuple[str, ...]:
    """The caller's own licences, given or held, that a suspension concerns."""
    found = licences_concerned(session, suspension, at=at, party=principal.tenant_id)
    return tuple(sorted({licence_id for licence_id, _ in found}))


def _log(session: Session, kind: str, suspension: Suspension, at: datetime, now: datetime) -> int:
    payload = {
        "group": suspension.group_id,
        "kinds": sorted(kind.value for kind in suspension.kinds) or [EVERY_KIND],
        "clause": suspension.clause,
        "at": to_text(at),
    }
    return log.append(session, kind=kind, subject_id=suspension.id, payload=payload, at=now)


def _tell(
    session: Session,
    kind: str,
    suspension: Suspension,
    group: Group,
    *,
    at: datetime,
    now: datetime,
) -> None:
    """One notice for each organisation: members' sides and licensees, however many licences."""
    concerned = licences_concerned(session, suspension, at=now)
    count = Counter(licensee_id for _, licensee_id in concerned)
    capability = SearchCapability("suspension", suspension.id)
    told = {*count, *groups.member_tenants(session, capability, group.id)}
    for tenant_id in sorted(told):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=suspension.id,
            facts={
                "group": group.name,
                "kinds": ", ".join(sorted(kind.value for kind in suspension.kinds)) or EVERY_KIND,
                "at": to_text(at),
                "clause": suspension.clause,
                "licences": str(count[tenant_id]),
            },
            now=now,
        )


def _no_suspension() -> NotFound:
    return NotFound("There is no such suspension.", next_step="List the suspensions.")
