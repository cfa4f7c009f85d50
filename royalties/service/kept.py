"""What is kept for a performer and not paid yet, with the cause, for who may ask about the money.

Derived from the accruals that stand, so it is gone as soon as its cause is: a licence that was
given later, or a claim of another party that was taken back.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import Principal, require
from registry.models.mandates import Act
from registry.models.works import KindOfUse
from registry.service.acting import view
from registry.store import people
from royalties.models import Pins
from royalties.outcomes import Outcome
from royalties.service.usage_intake import COLLECTORS
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

    Who keeps a book is told what is in it. Raises `NotFound` for another tenant's performer, of
    whom the caller has no mandate, and where a book keeps nothing for one.
    """
    require(principal, SCOPE)
    side = _side(session, principal, performer_id, at)
    found: defaultdict[Kept, int] = defaultdict(int)
    for pins, amount_micro in journal.kept(session, side or principal, performer_id):
        found[_cause(pins)] += amount_micro
    if side is None and not found:
        raise NotFound(
            "Your book keeps nothing for this performer, or there is none of this id.",
            next_step="See whom it keeps money for: ebenbild ledger trial-balance --accounts",
        )
    return {one: found[one] for one in sorted(found, key=_newest)}


def _side(
    session: Session, principal: Principal, performer_id: str, at: datetime
) -> Principal | None:
    """Who asks for the performer; None for whoever keeps a book and may not."""
    try:
        side = view(session, principal, performer_id, Act.READ, Act.COLLECT, now=at)
        people.get_performer(session, side, performer_id)
    except (NotAllowed, NotFound):
        if principal.tenant_kind in COLLECTORS:
            return None
        raise
    return side


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
