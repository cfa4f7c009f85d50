"""What was reported about one line of usage, or about a pool as a whole, as a tariff counts it.

A figure that nobody reported is None and never nought: a tariff that needs it gives no amount, and
says which figure is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.errors import BadInput
from registry.models.works import ANYWHERE
from royalties.tariffs.models import (
    OF_INCOME,
    Flat,
    IncomeKind,
    Kind,
    MicroPayment,
    Per,
    PerMinute,
    PerView,
    Tariff,
)

OTHER_CURRENCY = "income_currency"
WHOLE_ONLY = frozenset({Kind.SUBSCRIPTION_POOL, Kind.TRAINING_POOL})


@dataclass(frozen=True, slots=True)
class Facts:
    """Reported figures; times in milliseconds, `income_micro` and `agreed_micro` in millionths.

    `completion` is the part of viewers who stayed to the end, `free` marks a free episode,
    `days` may be part of one. Of training, `works` are a performer's works in the dataset and
    `outputs` those that name the performer, or a part of them. `agreed_micro` is the rate that
    the licence names, `territory_factor` that of the registry's own dated set, `currency` that of
    the income.
    """

    territory: str = ANYWHERE
    territory_factor: Fraction = Fraction(1)
    use_ms: int | None = None
    views: int | None = None
    unique_views: int | None = None
    watched_ms: int | None = None
    completion: Fraction | None = None
    income_micro: Mapping[IncomeKind, int] | None = None
    currency: str = ""
    payments: int | None = None
    free: bool = False
    subscribers: int | None = None
    days: Fraction | None = None
    works: int | Fraction | None = None
    outputs: int | Fraction | None = None
    agreed_micro: int | None = None


def missing(tariff: Tariff, facts: Facts, *, whole: Facts | None = None) -> tuple[str, ...]:
    """Names of the figures that this tariff needs of a line and that nobody reported.

    Of a pool, `whole` holds what was reported for it altogether. Of an income in another currency
    that of the tariff's is missing (`income_currency`): it is not converted here.
    """
    pool = facts if whole is None else whole
    wanted = {name: getattr(facts, name) for name in _of_line(tariff, facts)}
    wanted |= {name: getattr(pool, name) for name in _of_whole(tariff)}
    told = [name for name, value in wanted.items() if value is None]
    source = pool if tariff.kind in WHOLE_ONLY else facts
    if source.income_micro and tariff.kind in OF_INCOME and source.currency != tariff.currency:
        told.append(OTHER_CURRENCY)
    return tuple(dict.fromkeys(told))


def needed(tariff: Tariff) -> tuple[str, ...]:
    """Names of all figures that this tariff needs, of a line and of the whole."""
    return (*_of_line(tariff, Facts()), *_of_whole(tariff))


def leaves_rate(tariff: Tariff) -> bool:
    """Whether the licence has to name the rate."""
    match tariff.params:
        case PerMinute(rate_micro=None) | PerView(steps=()) | Flat(fee_micro=None):
            return True
        case _:
            return False


def require(tariff: Tariff, facts: Facts, *, whole: Facts | None = None) -> None:
    """Raise BadInput (tariff-facts-missing) naming what `missing` finds."""
    lacking = missing(tariff, facts, whole=whole)
    if lacking:
        raise BadInput(
            f"The tariff {tariff.id} needs figures that were not reported: {', '.join(lacking)}.",
            next_step=f"Report them; income in {tariff.currency}.",
            code="tariff-facts-missing",
        )


def _of_line(tariff: Tariff, facts: Facts) -> tuple[str, ...]:
    match tariff.params:
        case PerMinute(rate_micro=rate):
            return ("use_ms",) if rate is not None else ("use_ms", "agreed_micro")
        case PerView(steps=steps, counted=counted):
            return (counted.value,) if steps else (counted.value, "agreed_micro")
        case MicroPayment():
            return ("views",) if facts.free else ("income_micro", "payments")
        case Flat(per=per, fee_micro=fee):
            days = ("days",) if per is Per.DAY else ()
            return days if fee is not None else (*days, "agreed_micro")
        case _:
            return _OF_LINE[tariff.kind]


_OF_LINE: Mapping[Kind, tuple[str, ...]] = {
    Kind.SUBSCRIPTION_POOL: ("unique_views", "watched_ms"),
    Kind.REVENUE_SHARE: ("income_micro",),
    Kind.RETENTION_TIERS: ("income_micro", "completion"),
    Kind.TRAINING_POOL: ("works", "outputs"),
}


def _of_whole(tariff: Tariff) -> tuple[str, ...]:
    if tariff.kind is Kind.SUBSCRIPTION_POOL:
        return ("subscribers",)
    return ("income_micro",) if tariff.kind is Kind.TRAINING_POOL else ()
