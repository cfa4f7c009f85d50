"""Ruling on complaints: proposed by a clerk of whoever collects, decided by a second person.

What was ruled about whose the money is moves it in the next run; a line that nobody owes is taken
back at once, and never booked again. What was stated before stays as it was.
"""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from core import approvals, audit
from core.db import is_single_operator
from core.errors import BadInput, Conflict, NotAllowed
from core.principal import Principal, SearchCapability, require, require_any, system
from registry.estates import parse_share
from royalties import ledger
from royalties.accrual import VOIDED
from royalties.models_complaints import VOIDING, Complaint, Ground, Ruling
from royalties.service.adjusting import REVERSED, moved_of
from royalties.service.books import Clerk
from royalties.service.clerks import collecting
from royalties.service.complaintnotices import tell
from royalties.service.periods import DECIDERS
from royalties.store import complaints as store
from royalties.store import journal, standingclaims
from royalties.store import ledger as ledger_store

RULE = "complaint.rule"


def withdraw(
    session: Session, principal: Principal, complaint_id: str, *, now: datetime
) -> Complaint:
    """Take one's own complaint back while nobody proposed how to rule; its lines are free again."""
    require_any(principal, "usage", "performers")
    item = store.get(session, principal, complaint_id)
    if item.by_tenant_id != principal.tenant_id:
        raise NotAllowed("Only who complained takes it back.", next_step="Wait for the ruling.")
    if not item.is_open:
        raise _ruled(item)
    if item.approval_id:
        raise _waits(item)
    done = replace(item, ruling=Ruling.WITHDRAWN, decided_at=now)
    _end(session, principal, done, now)
    return done


def propose(
    session: Session,
    principal: Principal,
    complaint_id: str,
    ruling: Ruling,
    *,
    part: str = "",
    now: datetime,
) -> Complaint:
    """Propose how to rule on a complaint in one's own book; `part` is the claimant's where shared.

    Raises `Conflict` where it is ruled or waits for its second person, `BadInput` for a part that
    the ground does not know.
    """
    require(principal, "usage")
    item = own_open(store.get(session, principal, complaint_id), principal)
    collecting(principal)
    if item.approval_id:
        raise _waits(item)
    wanted = replace(item, ruling=ruling, part=part_of(item, ruling, part))
    _check_corrected(session, wanted, now)
    approval = approvals.propose(
        session,
        principal,
        action=RULE,
        subject_id=item.id,
        payload=_payload(wanted),
        roles=DECIDERS,
        now=now,
    )
    wanted = replace(wanted, approval_id=approval.id)
    store.save(session, principal, wanted)
    return wanted


def decide(
    session: Session,
    principal: Principal,
    complaint_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Complaint:
    """Rule as somebody else proposed, or leave the complaint open for another proposal.

    A line that nobody owes is taken back here; whose the money is counts from the next run on.
    """
    # Load.
    require(principal, "reports")
    item = own_open(store.get(session, principal, complaint_id), principal)
    if not item.approval_id:
        raise Conflict(
            "Nobody has proposed how to rule on this complaint.",
            next_step=f"ebenbild complaint propose {item.id} upheld",
        )
    # Decide.
    approvals.settle(session, principal, item.approval_id, approve=approve, note=note, now=now)
    if not approve:
        again = replace(item, ruling=None, part=Fraction(1), approval_id="")
        store.save(session, principal, again)
        return again
    used = approvals.require_approved(
        session, RULE, item.id, _payload(item), tenant_id=item.tenant_id, now=now
    )
    # Save.
    single = used.single_operator or is_single_operator(session)
    done = replace(item, decided_at=now, single_operator=single)
    _check_corrected(session, done, now)
    if done.ground in VOIDING and done.ruling is Ruling.UPHELD:
        _take_back(session, done, now)
    _end(session, principal, done, now)
    return done


def _end(session: Session, principal: Principal, done: Complaint, now: datetime) -> None:
    store.save(session, principal, done)
    audit.record(
        session,
        principal,
        action="complaint.decided",
        subject_id=done.id,
        details=_payload(done),
        now=now,
    )
    tell(session, done, now)


def _check_corrected(session: Session, item: Complaint, now: datetime) -> None:
    """Return unless it upholds that a figure is wrong which still stands as it was reported."""
    if item.ground is not Ground.WRONG_FIGURE or item.ruling is not Ruling.UPHELD:
        return
    capability = SearchCapability("complaint", item.tenant_id)
    keys = [one.live_key for one in item.lines]
    if all(one.reversed for one in standingclaims.by_live_key(session, capability, keys, now)):
        return
    raise Conflict(
        "The figures still stand as they were reported.",
        next_step="Have the licensee correct the report first, or reject the complaint.",
        code="figure-not-corrected",
    )


def _take_back(session: Session, item: Complaint, now: datetime) -> None:
    """Reverse what stands of the lines, in whichever revision."""
    capability = SearchCapability("complaint", item.tenant_id)
    keys = [one.live_key for one in item.lines]
    found = standingclaims.by_live_key(session, capability, keys, now)
    names = [one.transaction_id for one in found if not one.reversed]
    booked = journal.by_ids(session, system(item.tenant_id), names)
    moved = moved_of(session, list(booked.values()), at=now)
    clerk = Clerk(session, item.tenant_id, now)
    back = [ledger.reverse(one, clerk.stamp(), reason=REVERSED) for one in moved]
    back += [ledger.reverse(booked[name], clerk.stamp(), reason=VOIDED) for name in names]
    ledger_store.add_transactions(session, back)


def part_of(item: Complaint, ruling: Ruling, part: str) -> Fraction:
    """What the claimant gets: all of it, or where shared the part that was said."""
    shared = ruling is Ruling.SHARED
    if ruling is Ruling.WITHDRAWN or shared is not bool(part):
        raise BadInput(
            "A complaint is upheld, rejected, or shared with a part.",
            next_step="Such as: ebenbild complaint propose CPL shared --part 2/5",
        )
    if not shared:
        return Fraction(1)
    exact = parse_share(part)
    if item.ground is not Ground.MINE or exact >= 1:
        raise BadInput(
            "Only money that another performer claims is shared, by a part below the whole.",
            next_step="Uphold or reject this one.",
        )
    return exact


def _payload(item: Complaint) -> dict[str, Any]:
    return {
        "complaint": item.id,
        "ground": item.ground.value,
        "lines": [one.live_key for one in item.lines],
        "claimant": item.claimant.performer_id,
        "ruling": None if item.ruling is None else item.ruling.value,
        "part": [str(item.part.numerator), str(item.part.denominator)],
    }


def _waits(item: Complaint) -> Conflict:
    return Conflict(
        "A ruling on this complaint waits for its second person.",
        next_step=f"Approve or reject it first: ebenbild complaint approve {item.id}",
    )


def _ruled(item: Complaint) -> Conflict:
    return Conflict(
        "This complaint has ended.", next_step=f"See how: ebenbild complaint show {item.id}"
    )


def own_open(item: Complaint, principal: Principal) -> Complaint:
    """A complaint in the principal's own book that has not ended."""
    if item.tenant_id != principal.tenant_id:
        raise NotAllowed(
            "Only who keeps the book rules on a complaint.", next_step="Wait for the ruling."
        )
    if not item.is_open:
        raise _ruled(item)
    return item
