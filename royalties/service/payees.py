"""Payees' details: set by the performer's side or an agent who collects, read to pay and to tax.

For a minor and for heirs two people of the performer's side agree: the one who would see a theft is
a child, or has died. Everybody on that side is told of every change.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import approvals, audit, notices
from core.approvalrows import ApprovalState
from core.clock import to_text
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from registry.minority import is_minor, minority_in
from registry.models.mandates import Act
from registry.models.people import Performer
from registry.service.acting import represent, view
from registry.service.estates import heirs_of
from registry.store import people
from royalties import payees as rules
from royalties.payees import PayeeDetails, PayeeVersion, Standing
from royalties.service.exemptions import in_force
from royalties.service.payeeseals import open_details, seal_details
from royalties.service.sisters import details_of, versions_of
from royalties.store import payees as store
from royalties.withholding import TaxStatus

SCOPE = "performers"
CHANGE = "payee.change"
DECIDERS = frozenset({approvals.ADMIN, "guardian"})


@dataclass(frozen=True, slots=True)
class Payee:
    """Whom money is paid to, and how the details stand; `heir_id` is `None` for the performer.

    Of an `erased` performer nobody can change them any more.
    """

    payee_id: str
    performer_id: str
    heir_id: str | None
    standing: Standing
    erased: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What may be relied on now; `cooling_until` says that another account is about to count.

    `set_at` is when the details were set; None for a society, which the payer keeps.
    """

    details: PayeeDetails
    version_id: str
    cooling_until: datetime | None
    set_at: datetime | None = None


def get_payee(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    heir_id: str | None = None,
    now: datetime,
) -> Payee:
    """How a payee's details stand; raises `NotFound` for whoever has nothing to do with them."""
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.COLLECT, now=now)
    performer = people.get_performer(session, side, performer_id)
    return _payee(session, side, performer, heir_id, now)


def history(
    session: Session, vault: Vault, principal: Principal, performer_id: str
) -> list[tuple[PayeeVersion, PayeeDetails]]:
    """Every version of a performer's own details in full, for the performer's copy of the data."""
    require(principal, SCOPE)
    performer = people.get_performer(session, principal, performer_id)
    found = store.versions(session, principal, performer.payee_id)
    return [(one, open_details(vault, one)) for one in found]


def set_details(
    session: Session,
    vault: Vault,
    principal: Principal,
    performer_id: str,
    changes: Mapping[str, str | bool],
    *,
    heir_id: str | None = None,
    cooling_days: int,
    now: datetime,
) -> Payee:
    """Change details of a payee: at once, after a cooling time, or once a second person agrees.

    Raises `BadInput` for what cannot be right, `Conflict` for a performer who died.
    """
    # Load.
    side = represent(session, principal, performer_id, Act.COLLECT, now=now)
    performer = people.require_standing(session, side, performer_id)
    payee = _payee(session, side, performer, heir_id, now)
    # Decide.
    _check_alive(session, side, payee)
    base, current = (
        None if item is None else open_details(vault, item)
        for item in (payee.standing.base, payee.standing.current)
    )
    details = rules.changed(base or PayeeDetails(), changes)
    item = _drafted(session, vault, side, payee, details, now=now)
    if _needs_two(performer, payee, now):
        item = replace(item, approval_id=_proposed(session, principal, item, now))
    else:
        at = rules.effective_from(current, details, cooling_days=cooling_days, at=now)
        item = replace(item, effective_at=at)
    # Save.
    store.add_version(session, item)
    _tell(session, principal, item, now)
    return _payee(session, side, performer, heir_id, now)


def decide(
    session: Session,
    vault: Vault,
    principal: Principal,
    performer_id: str,
    *,
    heir_id: str | None = None,
    approve: bool,
    note: str = "",
    cooling_days: int,
    now: datetime,
) -> Payee:
    """Agree to details that somebody else proposed for a minor or an heir, or refuse them.

    Raises `Conflict` where nothing waits or whoever proposed decides.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.get_performer(session, principal, performer_id)
    payee = _payee(session, principal, performer, heir_id, now)
    item = payee.standing.waiting
    if item is None or item.approval_id is None:
        raise Conflict("Nothing waits for a second person.", next_step="Set the details first.")
    # Decide.
    approvals.settle(session, principal, item.approval_id, approve=approve, note=note, now=now)
    if not approve:
        return _payee(session, principal, performer, heir_id, now)
    approvals.require_approved(
        session, CHANGE, item.id, _payload(item), tenant_id=item.tenant_id, now=now
    )
    current = payee.standing.current
    known = None if current is None else open_details(vault, current)
    at = rules.effective_from(known, open_details(vault, item), cooling_days=cooling_days, at=now)
    # Save.
    store.begin(session, principal, item.id, at=at)
    _tell(session, principal, replace(item, effective_at=at), now)
    return _payee(session, principal, performer, heir_id, now)


def known_payees(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    payee_ids: Collection[str],
    *,
    book: str = "",
    at: datetime,
) -> Mapping[str, Known]:
    """What counts at `at` of each of these payees, across tenants; who said nothing is left out.

    Of a society that is one, what the payer who keeps the `book` says of it.
    """
    societies = details_of(session, vault, book, payee_ids)
    said_in = versions_of(session, book, societies) if societies else {}
    found = {name: Known(said, said_in[name], None) for name, said in societies.items()}
    for payee_id, versions in store.versions_of(session, capability, payee_ids).items():
        standing = rules.standing(versions, at)
        if standing.current is not None:
            details = open_details(vault, standing.current)
            now_counts = standing.current
            found[payee_id] = Known(
                details, now_counts.id, standing.cooling_until, now_counts.recorded_at
            )
    return found


def tax_statuses(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    payee_ids: Collection[str],
    *,
    book: str = "",
    at: datetime,
) -> Mapping[str, TaxStatus]:
    """Where each of these payees is taxed; whoever did not say where is left out.

    With the certificates of exemption that the payer holds who keeps the `book`.
    """
    known = known_payees(session, vault, capability, payee_ids, book=book, at=at)
    papers = in_force(session, vault, capability, book, payee_ids, at=at)
    return {
        payee_id: TaxStatus(one.details.residence, one.details.treaty, papers.get(payee_id))
        for payee_id, one in known.items()
        if one.details.residence
    }


def _payee(
    session: Session, side: Principal, performer: Performer, heir_id: str | None, now: datetime
) -> Payee:
    payee_id = performer.payee_id
    if heir_id is not None:
        heirs = {one.id: one.payee_id for one in heirs_of(session, side, performer.id)}
        if heir_id not in heirs:
            raise NotFound(
                "There is no such heir of a confirmed estate.",
                next_step="List the heirs: ebenbild estate show",
            )
        payee_id = heirs[heir_id]
    found = rules.standing(store.versions(session, side, payee_id), now)
    if _is_refused(session, side, found.waiting):
        found = replace(found, waiting=None)
    return Payee(payee_id, performer.id, heir_id, found, performer.erased_at is not None)


def _is_refused(session: Session, side: Principal, item: PayeeVersion | None) -> bool:
    if item is None or item.approval_id is None:
        return False
    return approvals.get_approval(session, side, item.approval_id).state is ApprovalState.REJECTED


def _check_alive(session: Session, side: Principal, payee: Payee) -> None:
    if payee.heir_id is None and heirs_of(session, side, payee.performer_id):
        raise Conflict(
            "The performer has died; the heirs are paid.",
            next_step="Name the heir: ebenbild payee set --heir ...",
            code="estate",
        )


def _needs_two(performer: Performer, payee: Payee, now: datetime) -> bool:
    return payee.heir_id is not None or is_minor(minority_in(performer), now)


def _drafted(
    session: Session,
    vault: Vault,
    side: Principal,
    payee: Payee,
    details: PayeeDetails,
    *,
    now: datetime,
) -> PayeeVersion:
    version_id = new_id("pyv")
    sealed = seal_details(
        vault, details, tenant_id=side.tenant_id, payee_id=payee.payee_id, version_id=version_id
    )
    return PayeeVersion(
        id=version_id,
        tenant_id=side.tenant_id,
        payee_id=payee.payee_id,
        performer_id=payee.performer_id,
        heir_id=payee.heir_id,
        version=len(store.versions(session, side, payee.payee_id)) + 1,
        sealed=sealed,
        recorded_at=now,
        approval_id=None,
        effective_at=None,
    )


def _proposed(session: Session, principal: Principal, item: PayeeVersion, now: datetime) -> str:
    return approvals.propose(
        session,
        principal,
        action=CHANGE,
        subject_id=item.id,
        payload=_payload(item),
        roles=DECIDERS,
        tenant_id=item.tenant_id,
        now=now,
    ).id


def _payload(item: PayeeVersion) -> Mapping[str, str | int]:
    """What is agreed to: the row cannot change, so its id says all that it holds."""
    return {"performer": item.performer_id, "payee": item.payee_id, "version": item.version}


def _tell(session: Session, principal: Principal, item: PayeeVersion, now: datetime) -> None:
    what = "payee.proposed" if item.effective_at is None else "payee.changed"
    since = "" if item.effective_at is None else to_text(item.effective_at)
    details = {"payee": item.payee_id, "version": str(item.version), "since": since}
    audit.record(
        session,
        principal,
        action=what,
        subject_id=item.performer_id,
        details=details,
        now=now,
    )
    notices.notify(
        session,
        tenant_id=item.tenant_id,
        person=None,
        kind=what,
        subject_id=item.performer_id,
        facts={"since": since},
        now=now,
    )
