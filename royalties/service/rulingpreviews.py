"""What a ruling would move, for whoever keeps the book, before anybody proposes or decides it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require
from royalties.models_complaints import Complaint, Ruled, Ruling
from royalties.rulingeffect import Change, effect
from royalties.service.rulings import own_open, part_of
from royalties.store import complaints as store
from royalties.store import run_lines, standingclaims


@dataclass(frozen=True, slots=True)
class RulingPreview:
    """What changes on which account, and what runs handed on of these lines before, by currency.

    What was handed on already is taken back or paid on by the next run.
    """

    ruling: Ruling
    part: str
    changes: tuple[Change, ...]
    handed_on: dict[str, int]


def preview(
    session: Session,
    principal: Principal,
    complaint_id: str,
    ruling: Ruling,
    *,
    part: str = "",
    now: datetime,
) -> RulingPreview:
    """What this ruling on an open complaint in one's own book would move.

    Raises as proposing it would, but not for what waits for its second person.
    """
    require(principal, "reports")
    item = own_open(store.get(session, principal, complaint_id), principal)
    exact = part_of(item, ruling, part)
    capability = SearchCapability("complaint", item.tenant_id)
    keys = [one.live_key for one in item.lines]
    wanted = {key: Ruled(item.id, key, item.ground, item.claimant, exact, now) for key in keys}
    changes = effect(
        standingclaims.by_live_key(session, capability, keys, now),
        store.rulings(session, capability, item.tenant_id, until=now),
        item.ground,
        ruling,
        wanted,
    )
    return RulingPreview(ruling, part, changes, _handed_on(session, capability, item))


def _handed_on(session: Session, capability: SearchCapability, item: Complaint) -> dict[str, int]:
    """What closed runs handed on of the disputed lines, by currency."""
    sums: dict[str, int] = {}
    for line in item.lines:
        for _, one in run_lines.of_claim(session, capability, item.tenant_id, line.live_key):
            amount = one.received_micro + one.drawn_micro
            if amount:
                sums[one.currency] = sums.get(one.currency, 0) + amount
    return sums
