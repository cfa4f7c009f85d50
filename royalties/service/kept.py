"""What is kept for a performer and not paid yet, with the cause, for who may ask about the money.

Derived from the accruals that stand, so it is gone as soon as its cause is: a licence that was
given later, or a claim of another party that was taken back.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from registry.models.mandates import Act
from registry.models.works import KindOfUse
from registry.service.acting import view
from registry.store import people
from royalties.models import Pins
from royalties.outcomes import Outcome
from royalties.store import journal

SCOPE = "reports"


@dataclass(frozen=True, slots=True)
class Kept:
    """One cause by month, cut, kind of use and currency; `parties` claim more than the whole."""

    period: str
    cut_id: str
    kind: KindOfUse | None
    currency: str
    outcome: Outcome
    cause: str
    parties: tuple[str, ...]


def kept_for(
    session: Session, principal: Principal, performer_id: str, *, at: datetime
) -> dict[Kept, int]:
    """Millionths that are kept for a performer, by cause; newest month first.

    Raises `NotFound` for another tenant's performer, of whom the caller has no mandate.
    """
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, Act.COLLECT, now=at)
    people.get_performer(session, side, performer_id)
    found: defaultdict[Kept, int] = defaultdict(int)
    for pins, amount_micro in journal.kept(session, side, performer_id):
        found[_cause(pins)] += amount_micro
    return {one: found[one] for one in sorted(found, key=_newest)}


def _cause(pins: Pins) -> Kept:
    return Kept(
        period=pins.period,
        cut_id=pins.cut_id,
        kind=pins.kind,
        currency=pins.tariff.currency,
        outcome=pins.outcome,
        cause=pins.cause,
        parties=pins.parties,
    )


def _newest(one: Kept) -> tuple[object, ...]:
    year, month = one.period.split("-")
    return -int(year), -int(month), one.cut_id, one.kind or "", one.currency, one.cause, one.parties
