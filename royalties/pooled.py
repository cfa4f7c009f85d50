"""Pools that usage lines share: which lines are in one, and a line's part of it from stated facts.

A pool is one amount for a licensee's month, divided over its titles. A line that tells none of the
figures a pool is divided by is no usage of that service and stays out; one that tells only some of
them leaves nothing to divide, because it would be taken as nought.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from royalties.tariffs.facts import Facts, missing
from royalties.tariffs.models import IncomeKind, Kind, Tariff
from royalties.tariffs.pools import price_pool, weight_in
from royalties.tariffs.rates import AmountWithWorking
from royalties.tariffs.working import bounded, stated

BY_LINES = {Kind.SUBSCRIPTION_POOL: "watched", Kind.MICRO_PAYMENT: "episodes"}
PINNED = ("line_micro", "subscribers", *BY_LINES.values())
LACKING = "tariff-facts-missing"


@dataclass(frozen=True, slots=True)
class PoolReport:
    """What a licensee reports of a month as a whole; what is left out nobody reported."""

    period: str
    subscribers: int | None = None
    income_micro: Mapping[IncomeKind, int] = field(default_factory=dict)
    currency: str = ""
    seq: int = 0


def whole_of(report: PoolReport | None, lines: Mapping[str, Facts]) -> Facts:
    """What is known of a pool altogether: the report, else the one figure that all lines state."""
    if report is not None and report.subscribers is not None:
        subscribers: int | None = report.subscribers
    else:
        said = {facts.subscribers for facts in lines.values()}
        subscribers = said.pop() if len(said) == 1 else None
    if report is None:
        return Facts(subscribers=subscribers)
    income = dict(report.income_micro) or None
    return Facts(subscribers=subscribers, income_micro=income, currency=report.currency)


def in_pool(tariff: Tariff, facts: Facts) -> bool:
    """Whether a line tells any of the figures that this pool is divided by."""
    if tariff.kind is Kind.SUBSCRIPTION_POOL:
        return (facts.unique_views, facts.watched_ms) != (None, None)
    counted = any(kind in tariff.counts for kind in facts.income_micro or {})
    return facts.free or facts.payments is not None or counted


def divided(
    tariff: Tariff, lines: Mapping[str, Facts], report: PoolReport | None
) -> Mapping[str, AmountWithWorking] | str:
    """The amount of each line in the pool, or the code of why there is none to divide."""
    whole = whole_of(report, lines)
    if not lines or any(missing(tariff, facts, whole=whole) for facts in lines.values()):
        return LACKING
    known = {} if whole.subscribers is None else {"subscribers": whole.subscribers}
    amounts = price_pool(tariff, lines, whole=whole).amounts
    return {
        name: AmountWithWorking(one.amount_micro, {**one.working, **known})
        for name, one in amounts.items()
    }


def again_in_pool(
    tariff: Tariff, facts: Facts, working: Mapping[str, int | str]
) -> AmountWithWorking | None:
    """A line's amount from its own facts and the stated size of the pool; None where that lacks.

    It follows to the millionth that only all lines together settle.
    """
    name = BY_LINES.get(tariff.kind, "")
    try:
        exact, every = _figures(str(working[name]))
        line_micro = int(working["line_micro"])
        own = weight_in(tariff, facts)
        told = {}
        if "subscribers" in working:
            told = {"subscribers": int(working["subscribers"])}
        if told and tariff.kind is Kind.SUBSCRIPTION_POOL:  # What was paid is no line's alone.
            exact = price_pool(
                tariff, {"": facts}, whole=Facts(subscribers=told["subscribers"])
            ).exact
        total, bound = bounded(tariff, exact)
        due = int(total * own / every)
    except (KeyError, ValueError, ZeroDivisionError):
        return None
    settled = line_micro if 0 <= line_micro - due <= 1 else due
    pool: dict[str, int | str] = {**stated(tariff), "pool_micro": total, "bound": bound}
    return AmountWithWorking(settled, {**pool, name: f"{exact} x {own} / {every}", **told})


def _figures(text: str) -> tuple[Fraction, Fraction]:
    """The exact size of a part of a pool, and the weight of all lines in it."""
    exact, _, rest = text.partition(" x ")
    return Fraction(exact), Fraction(rest.partition(" / ")[2])
