"""Which of a performer's lines may be disputed, until when, and what became of those that were."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, SearchCapability, require
from royalties.accounts import AccountKind
from royalties.complaints import last_moment
from royalties.models_complaints import Complaint, Ground, StandingClaim
from royalties.store import complaints as store
from royalties.store import standingclaims


@dataclass(frozen=True, slots=True)
class Disputable:
    """A claim that stands; `until` is None before any run handed something of it on.

    `complaint` is the newest one about it; `over` says that the window has ended.
    """

    claim: StandingClaim
    until: datetime | None
    over: bool
    complaint: Complaint | None

    @property
    def may(self) -> bool:
        """Whether a complaint about it can be made now."""
        return not self.over and not (self.complaint and self.complaint.is_open)

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """What the performer's side may say of it."""
        over = (Ground.OVER_CLAIM,) if self.claim.account.kind is AccountKind.SUSPENSE else ()
        return (Ground.WRONG_FIGURE, Ground.NOT_ME, *over)


def of_lines(
    session: Session,
    side: Principal,
    performer_id: str,
    live_keys: Collection[str],
    *,
    now: datetime,
) -> dict[str, Disputable]:
    """The claims of a performer of one's own side that stand under these live keys, by key."""
    require(side, "reports")
    capability = SearchCapability("complaint", side.tenant_id)
    keys = sorted(live_keys)
    found = [
        one
        for one in standingclaims.by_live_key(session, capability, keys, now)
        if not one.reversed
        and one.performer_id == performer_id
        and one.performer_tenant_id == side.tenant_id
    ]
    told = standingclaims.handed_on_at(session, capability, keys)
    newest = _newest(session, side)
    return {
        one.live_key: _disputable(one, told.get(one.live_key), newest.get(one.live_key), now)
        for one in found
    }


def of_line(
    session: Session, side: Principal, performer_id: str, transaction_id: str, *, now: datetime
) -> Disputable:
    """One line of a performer of one's own side; raises `NotFound`."""
    require(side, "reports")
    capability = SearchCapability("complaint", side.tenant_id)
    for one in standingclaims.by_transaction(session, capability, [transaction_id], now):
        found = of_lines(session, side, performer_id, [one.live_key], now=now)
        if one.live_key in found and found[one.live_key].claim.transaction_id == transaction_id:
            return found[one.live_key]
    raise NotFound("There is no such line of yours.", next_step="Open it from your money.")


def _newest(session: Session, side: Principal) -> dict[str, Complaint]:
    """The newest complaint about each live key that concerns one."""
    oldest_first = reversed(store.list_all(session, side))
    return {line.live_key: one for one in oldest_first for line in one.lines}


def _disputable(
    claim: StandingClaim, told_at: datetime | None, about: Complaint | None, now: datetime
) -> Disputable:
    until = last_moment(told_at)
    return Disputable(claim, until, until is not None and until < now, about)
