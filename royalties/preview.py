"""What terms would have earned in a month that is over: the performer's own claims, priced anew.

Each claim that stands keeps its seconds and its usage line, and takes the price that the terms
name. What the terms do not cover is counted and not priced; a figure that nobody reported is named
and never taken as nought. Nothing is booked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from licensing.models import TariffRef, Terms
from registry.models.works import ANYWHERE
from royalties.agreed import again, once
from royalties.counting import facts_pinned
from royalties.models import Pins
from royalties.models_books import Transaction, TransactionKind
from royalties.tariffs.facts import missing
from royalties.tariffs.models import POOLS, Per, Split, Tariff
from royalties.tariffs.rates import AmountWithWorking

NO_POOL, NO_POINTS, NO_WORK = "pool", "points", "work"
_VIEWS = "views"


@dataclass(slots=True)
class Previewed:
    """What some claims would have earned, in millionths of the terms' currency, and did earn.

    `lines` were priced, `outside` the terms do not cover, `missing` counts what could not be
    priced, by the figure that is lacking.
    """

    lines: int = 0
    outside: int = 0
    amount_micro: int = 0
    earned: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Preview:
    """A month under terms: `here` in the cuts of the licensee that they name, `elsewhere` of all
    others, which the terms would not bind but which say what such a price comes to."""

    here: Previewed
    elsewhere: Previewed


def preview(
    terms: Terms, transactions: Iterable[Transaction], tariffs: Mapping[TariffRef, Tariff]
) -> Preview:
    """Price every claim of a performer's month that stands at the price of the terms."""
    booked = sorted(transactions, key=lambda one: one.seq)
    gone = {one.reverses_id for one in booked}
    found = Preview(Previewed(), Previewed())
    charged: set[str] = set()
    for one in booked:
        if one.kind is not TransactionKind.ACCRUAL or one.id in gone:
            continue
        mine = one.basis.licensee_id == terms.licensee_id
        _add(found.here if mine else found.elsewhere, terms, one, tariffs, charged)
    return found


def _add(
    found: Previewed,
    terms: Terms,
    one: Transaction,
    tariffs: Mapping[TariffRef, Tariff],
    charged: set[str],
) -> None:
    pins = one.pins
    if pins.kind not in terms.kinds or not _in(terms.territories, pins.territory):
        found.outside += 1
        return
    priced = _price(pins._replace(tariff=terms.tariff), one.basis.working, tariffs, charged)
    if isinstance(priced, int):
        found.lines += 1
        found.amount_micro += priced
        found.earned[pins.tariff.currency] += _earned(one)
    else:
        found.missing.update(priced)


def _price(
    pins: Pins,
    working: Mapping[str, int | str],
    tariffs: Mapping[TariffRef, Tariff],
    charged: set[str],
) -> int | tuple[str, ...]:
    """The amount, or what is lacking for one."""
    tariff = None if pins.tariff.tariff is None else tariffs.get(pins.tariff.tariff)
    if tariff is not None:
        lacking = _lacking(tariff, pins, working)
        if lacking:
            return lacking
        if once(tariff) is Per.CUT:
            if pins.cut_id in charged:
                return 0
            charged.add(pins.cut_id)
    priced = again(pins, AmountWithWorking(0, working), tariffs)
    return (_VIEWS,) if priced is None else priced.amount_micro


def _lacking(tariff: Tariff, pins: Pins, working: Mapping[str, int | str]) -> tuple[str, ...]:
    """What a claim alone cannot say: the rest of a pool, of a division, or of a work's cuts."""
    if tariff.kind in POOLS:
        return (NO_POOL,)
    if once(tariff) is Per.WORK:
        return (NO_WORK,)
    if tariff.split is Split.POINTS and "points_total" not in working:
        return (NO_POINTS,)
    return tuple(missing(tariff, facts_pinned(pins)))


def _in(territories: tuple[str, ...], territory: str) -> bool:
    return territories == (ANYWHERE,) or territory in territories


def _earned(one: Transaction) -> int:
    """What the claim is booked with: what its licensee owes."""
    return sum(p.amount_micro for p in one.postings if p.amount_micro > 0)
