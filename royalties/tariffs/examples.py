"""What a tariff comes to in round figures, worked out by the tariff itself.

Where the licence names the rate, or a figure is somebody's to report, a round one is taken and
said.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.money import MICRO
from royalties.tariffs.facts import Facts, leaves_rate
from royalties.tariffs.models import (
    Flat,
    Kind,
    Per,
    PerMinute,
    PerView,
    RetentionTiers,
    SubscriptionPool,
    Tariff,
)
from royalties.tariffs.pricing import price
from royalties.tariffs.rates import MS_PER_MINUTE

AGREED_MICRO: Mapping[Kind, int] = {
    Kind.PER_MINUTE: 10 * MICRO,
    Kind.PER_VIEW: MICRO // 100,
    Kind.FLAT: 500 * MICRO,
}
_MINUTES = (1, 5, 30)
_COUNTS = (1_000, 10_000, 100_000, 1_000_000)
_DAYS = (Fraction(1, 8), Fraction(1), Fraction(2))


@dataclass(frozen=True, slots=True)
class Example:
    """Figures by their names, as `Facts` has them, and what they come to, in millionths."""

    figures: Mapping[str, int | Fraction]
    amount_micro: int


def examples(tariff: Tariff) -> tuple[Example, ...]:
    """A few lines of usage, each with what it would cost by this tariff."""
    agreed = {"agreed_micro": AGREED_MICRO[tariff.kind]} if leaves_rate(tariff) else {}
    return tuple(_example(tariff, {**told, **agreed}) for told in _told(tariff))


def _told(tariff: Tariff) -> Iterable[Mapping[str, int | Fraction]]:
    """The round figures of each kind."""
    found: list[dict[str, int | Fraction]]
    match tariff.params:
        case RetentionTiers(steps=steps):
            income = 10_000 * MICRO
            found = [{"income_micro": income, "completion": step.at} for step in steps]
        case Flat(per=per):
            found = [{"days": days} for days in _DAYS] if per is Per.DAY else [{}]
        case PerMinute():
            found = [{"use_ms": minutes * MS_PER_MINUTE} for minutes in _MINUTES]
        case PerView():
            found = [{"views": count} for count in _COUNTS]
        case SubscriptionPool():
            found = [{"subscribers": count} for count in _COUNTS]
        case _:
            found = [{"income_micro": count * MICRO} for count in _COUNTS]
    return found


def _example(tariff: Tariff, told: Mapping[str, int | Fraction]) -> Example:
    given: dict[str, object] = {**told}
    if "income_micro" in told:
        given |= {
            "income_micro": {tariff.counts[0]: told["income_micro"]},
            "currency": tariff.currency,
        }
    if "views" in told:
        given["unique_views"] = told["views"]
    # Of a pool it is all that there is to divide: one title, one payer, one work.
    alone = {"unique_views": 1, "watched_ms": 1, "payments": 1, "works": 1, "outputs": 0}
    facts = Facts(**{**(alone if "views" not in told else {}), **given})  # type: ignore[arg-type]
    return Example(told, price(tariff, facts).amount_micro)
