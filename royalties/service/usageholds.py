"""Deciding on usage lines that wait for a person: by one clerk, or by two where much is at stake.

Whoever collects decides. A line that was released earns at the next accrual, one that was rejected
never does; where it was a correction, the line before it counts again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import approvals, audit
from core.errors import Conflict, NotAllowed, NotFound
from core.money import MICRO
from core.notices import notify
from core.principal import Principal, SearchCapability, holds, require
from royalties.models import UsageLine
from royalties.models_usage import Hold, HoldState
from royalties.service.clerks import collecting
from royalties.service.periods import DECIDERS
from royalties.service.stakes import at_stake
from royalties.service.usage_intake import COLLECTORS
from royalties.store import reportlines, screened
from royalties.store import usageholds as store

DECIDE = "usage.hold-decision"
REJECTED = "usage.rejected"
PAGE_MAX = store.PAGE_MAX


@dataclass(frozen=True, slots=True)
class Shown:
    """A hold with its line; one that was corrected meanwhile needs no decision."""

    hold: Hold
    line: UsageLine
    corrected: bool

    @property
    def waits(self) -> bool:
        """Whether a decision on it is open."""
        return self.hold.state is HoldState.HELD and not self.corrected


def list_holds(
    session: Session,
    principal: Principal,
    state: HoldState = HoldState.HELD,
    *,
    after: str = "",
) -> tuple[Shown, ...]:
    """Held lines of one's own book, and those that one reported, a page at a time."""
    require(principal, "usage")
    return _shown(session, store.list_holds(session, principal, state, after=after))


def holds_of(
    session: Session, principal: Principal, import_id: str, *, after: str = "", limit: int = 50
) -> tuple[Shown, ...]:
    """Lines of one's own report that a person had to look at, whatever became of them."""
    require(principal, "usage")
    found = reportlines.holds_in(session, principal, import_id, after=after, limit=limit)
    return _shown(session, store.holds_by_id(session, principal, found))


def may_decide(principal: Principal, item: Shown) -> bool:
    """Whether a held line is this clerk's to decide on, and nobody's word on it waits already."""
    own = item.hold.tenant_id == principal.tenant_id and principal.tenant_kind in COLLECTORS
    return own and item.waits and item.hold.approval_id is None


def count_waiting(session: Session, principal: Principal) -> int:
    """How many held lines are this clerk's to decide on, counted up to a page; none for others."""
    if not holds(principal, "usage"):
        return 0
    found = _shown(session, store.list_holds(session, principal, HoldState.HELD))
    return sum(may_decide(principal, one) for one in found)


def get_hold(
    session: Session, principal: Principal, hold_id: str
) -> tuple[Shown, tuple[int, str] | None]:
    """A hold, and for the collector's clerks what its line would earn: millionths, currency."""
    require(principal, "usage")
    (shown,) = _shown(session, [_hold(session, principal, hold_id)])
    open_here = shown.hold.tenant_id == principal.tenant_id and not shown.corrected
    return shown, at_stake(session, shown.line) if open_here else None


def decide(
    session: Session,
    principal: Principal,
    hold_id: str,
    *,
    release: bool,
    note: str,
    alone_max: int,
    now: datetime,
) -> Shown:
    """Release or reject a held line, or propose to where more than `alone_max` is at stake.

    `alone_max` is in units of the line's currency. Raises `Conflict` where it was decided, waits
    for a second person, or was corrected meanwhile.
    """
    # Load.
    found = _open(session, principal, hold_id)
    item = found.hold
    collecting(principal)
    if item.approval_id is not None:
        raise _waits(item)
    # Decide.
    told = at_stake(session, found.line)
    stake = None if told is None else told[0]
    if stake is not None and stake <= alone_max * MICRO:
        done = _settle(session, principal, item, release=release, note=note, now=now)
        return replace(found, hold=done)
    # Save.
    approval = approvals.propose(
        session,
        principal,
        action=DECIDE,
        subject_id=item.id,
        payload=_payload(item, release=release, stake=stake),
        roles=DECIDERS,
        now=now,
    )
    waiting = replace(item, approval_id=approval.id)
    store.save(session, principal, waiting)
    return replace(found, hold=waiting)


def agree(
    session: Session, principal: Principal, hold_id: str, *, approve: bool, note: str, now: datetime
) -> Shown:
    """Carry out what somebody else proposed for a held line, or let it wait on.

    A decision that was given on the approval itself is carried out.
    """
    # Load.
    found = _open(session, principal, hold_id, needs="reports")
    item = found.hold
    if item.approval_id is None:
        raise Conflict(
            "Nobody has proposed anything for this line.",
            next_step=f"Propose it: ebenbild usage held release {hold_id}",
        )
    # Decide.
    done = approvals.settle(
        session, principal, item.approval_id, approve=approve, note=note, now=now
    )
    # Save.
    if not approve:
        waiting = replace(item, approval_id=None)
        store.save(session, principal, waiting)
        return replace(found, hold=waiting)
    approvals.require_approved(
        session, DECIDE, item.id, done.payload, tenant_id=item.tenant_id, now=now
    )
    release = bool(done.payload["release"])
    settled = _settle(session, principal, item, release=release, note=note, now=now)
    return replace(found, hold=settled)


def _settle(
    session: Session, principal: Principal, item: Hold, *, release: bool, note: str, now: datetime
) -> Hold:
    state = HoldState.RELEASED if release else HoldState.REJECTED
    done = replace(item, state=state, decided_at=now)
    store.save(session, principal, done)
    audit.record(
        session,
        principal,
        action=f"usage.{state.value.lower()}",
        subject_id=item.id,
        details={**_payload(item, release=release), "note": note},
        now=now,
    )
    if not release:
        notify(
            session,
            tenant_id=item.reporter_id,
            person=None,
            kind=REJECTED,
            subject_id=item.id,
            facts={"cut": item.cut_id, "month": item.period, "line": item.line_id},
            now=now,
        )
    return done


def _payload(item: Hold, *, release: bool, stake: int | None = None) -> dict[str, object]:
    amount = {} if stake is None else {"amount_micro": str(stake)}
    return {"hold_id": item.id, "line_id": item.line_id, "release": release, **amount}


def _open(session: Session, principal: Principal, hold_id: str, *, needs: str = "usage") -> Shown:
    """A held line of the principal's own book that can still be decided on."""
    require(principal, needs)
    (shown,) = _shown(session, [_hold(session, principal, hold_id)])
    if shown.hold.tenant_id != principal.tenant_id:
        raise NotAllowed(
            "Whoever collects decides on lines that are held.",
            next_step="Correct the line instead: hand in one that names it in `supersedes`.",
        )
    if shown.hold.state is not HoldState.HELD or shown.corrected:
        raise Conflict(
            "This line was decided on or corrected before.",
            next_step="List what waits: ebenbild usage held list",
        )
    return shown


def _hold(session: Session, principal: Principal, hold_id: str) -> Hold:
    found = store.get_hold(session, principal, hold_id)
    if found is None:
        raise NotFound(
            "There is no such held line.", next_step="List them: ebenbild usage held list"
        )
    return found


def _shown(session: Session, items: Sequence[Hold]) -> tuple[Shown, ...]:
    capability = SearchCapability("holds", "list")
    ids = [one.line_id for one in items]
    lines = screened.lines_by_id(session, capability, ids)
    gone = screened.corrected(session, capability, ids)
    return tuple(Shown(one, lines[one.line_id], one.line_id in gone) for one in items)


def _waits(item: Hold) -> Conflict:
    return Conflict(
        "A decision on this line waits for a second person.",
        next_step=f"Have somebody else agree: ebenbild usage held approve {item.id}",
        code="second-person-needed",
    )
