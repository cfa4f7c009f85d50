"""Pauses: a performer's side suspends consent for a time, by itself, and need not say why.

Like a strike it takes nothing from a licence: for its time nobody may rely on one. What was
released before stays as it was. Whoever falls ill owes no studio a reason, so none is kept.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, require
from licensing.models import LicenceInForce
from licensing.models_suspension import Suspension
from licensing.service import resuming
from licensing.service.licences import given_in_force
from licensing.store import pauses as store
from licensing.suspension import check_since
from registry.models.mandates import Act
from registry.models.works import KindOfUse
from registry.service.acting import check_agent
from registry.store import people

SCOPE = "licences"
PAUSED, RESUMED, RESUMING = "consent.paused", "consent.resumed", "consent.resuming"
EVERY_KIND = "*"


def begin(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    kinds: Collection[KindOfUse] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    now: datetime,
) -> Suspension:
    """Suspend a performer's consent, from now or later on, until a moment or until it is lifted.

    No kinds means all. Raises `BadInput` for a time in the past or an end before the beginning,
    `NotFound` for another tenant's performer, `NotAllowed` for an agent without a mandate.
    """
    # Load.
    require(principal, SCOPE)
    check_agent(session, principal, performer_id, Act.REVOKE, now=now)
    people.require_standing(session, principal, performer_id)
    # Decide.
    begins = check_since(since, now)
    if until is not None and until <= begins:
        raise BadInput(
            "A pause ends after it began.",
            next_step="Name a later end, or none: lift it when it is over.",
            code="ends-before-start",
        )
    item = Suspension(
        id=new_id("pau"),
        group_id=performer_id,
        kinds=frozenset(kinds),
        since=begins,
        since_seq=next_seq(session),
        lifted_at=until,
        lifted_seq=None,
        clause="",
        own=True,
    )
    # Save.
    store.add_pause(
        session,
        item,
        tenant_id=principal.tenant_id,
        begun_by=principal.person,
        until=until,
        at=now,
    )
    _tell(session, principal, PAUSED, item, now)
    return item


def lift(
    session: Session, principal: Principal, pause_id: str, *, note: str = "", now: datetime
) -> Suspension:
    """End a pause now; nothing has to be signed again.

    A child's goes on as it was until a second guardian says the same (`note` is that one's why),
    and whichever guardian began it. Raises `Conflict` for one that is over, `NotAllowed` for
    whoever is none of several guardians, and for a second one before the one who began it.
    """
    # Load.
    require(principal, SCOPE)
    item = store.pause(session, principal, pause_id)
    if item is None:
        raise NotFound("There is no such pause.", next_step="List the performer's pauses.")
    check_agent(session, principal, item.group_id, Act.REVOKE, now=now)
    # Decide.
    if item.lifted_at is not None and item.lifted_at <= now:
        raise Conflict("This pause is over.", next_step="Nothing more is needed.")
    if not resuming.agreed(session, principal, item, note=note, now=now):
        _tell(session, principal, RESUMING, item, now)
        return item
    lifted = replace(item, lifted_at=now, lifted_seq=next_seq(session))
    # Save.
    store.lift(session, item.id, seq=lifted.lifted_seq or 0, at=now)
    _tell(session, principal, RESUMED, lifted, now)
    return lifted


def pauses_of(session: Session, principal: Principal, performer_id: str) -> tuple[Suspension, ...]:
    """Pauses of the caller's performer, newest first."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    return store.pauses(session, principal, performer_id)


def concerned(
    session: Session, principal: Principal, item: Suspension, *, at: datetime
) -> tuple[LicenceInForce, ...]:
    """The performer's licences at `at` of which some kind of use is paused."""
    given = given_in_force(session, principal, item.group_id, at=at)
    return tuple(one for one in given if not item.kinds or item.kinds.intersection(one.terms.kinds))


def _tell(
    session: Session, principal: Principal, kind: str, item: Suspension, now: datetime
) -> None:
    """One leaf, one entry, and one notice for each organisation that relies on the consent."""
    kinds = ", ".join(sorted(one.value for one in item.kinds)) or EVERY_KIND
    begins = item.since if kind == PAUSED else now
    facts = {"kinds": kinds, "at": to_text(begins)}
    told = {"performer": item.group_id, "pause": item.id, **facts}
    audit.record(session, principal, action=kind, subject_id=item.group_id, details=told, now=now)
    log.append(session, kind=kind, subject_id=item.id, payload=told, at=now)
    count = Counter(one.terms.licensee_id for one in concerned(session, principal, item, at=now))
    others = set() if kind == RESUMING else {*count}
    for tenant_id in sorted({*others, principal.tenant_id}):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id=item.id,
            facts={**facts, "licences": str(count[tenant_id]), "performer": item.group_id},
            now=now,
        )
