"""What one line of usage costs under a tariff, in whole millionths, with its working.

Fractions are exact throughout and cut once, downwards: nobody is charged more than the tariff
says. The minimum and the cap bound the exact amount. Pools, where one amount is divided over many
lines, are in `royalties.tariffs.pools`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from royalties.tariffs.facts import Facts, require
from royalties.tariffs.models import (
    POOLS,
    Flat,
    Per,
    PerMinute,
    PerView,
    RetentionTiers,
    RevenueShare,
    Tariff,
)
from royalties.tariffs.pools import price_pool
from royalties.tariffs.rates import MS_PER_MINUTE, AmountWithWorking
from royalties.tariffs.working import bounded, income, stated, territory_factor

Working = dict[str, int | str]


def price(tariff: Tariff, facts: Facts) -> AmountWithWorking:
    """The amount of one line; a line of a pool is priced as if it were alone in it.

    Raises BadInput (tariff-facts-missing) when a figure that the tariff needs was not reported.
    """
    if tariff.kind in POOLS:
        return price_pool(tariff, {"": facts}, whole=facts).amounts[""]
    require(tariff, facts)
    exact, figures = _exact(tariff, facts)
    amount_micro, bound = bounded(tariff, exact)
    return AmountWithWorking(
        amount_micro, {**stated(tariff), **figures, "exact": str(exact), "bound": bound}
    )


def price_all(
    tariff: Tariff, lines: Mapping[str, Facts], *, whole: Facts
) -> Mapping[str, AmountWithWorking]:
    """The amount of each of the lines of a month, by name; `whole` is what a pool knows."""
    if tariff.kind in POOLS:
        return price_pool(tariff, lines, whole=whole).amounts
    return {name: price(tariff, facts) for name, facts in lines.items()}


def _exact(tariff: Tariff, facts: Facts) -> tuple[Fraction, Working]:
    match tariff.params:
        case PerMinute(rate_micro=rate):
            return _per_minute(tariff, _agreed(rate, facts), facts)
        case PerView() as params:
            return _per_view(tariff, params, facts)
        case RevenueShare() as params:
            return _revenue_share(tariff, params, facts)
        case RetentionTiers() as params:
            return _retention(tariff, params, facts)
        case Flat() as params:
            return _flat(tariff, params, facts)
        case _:
            raise ValueError(f"{tariff.kind.value} is a pool")


def _agreed(rate_micro: int | None, facts: Facts) -> int:
    return rate_micro if rate_micro is not None else facts.agreed_micro or 0


def _per_minute(tariff: Tariff, rate_micro: int, facts: Facts) -> tuple[Fraction, Working]:
    use_ms = facts.use_ms or 0
    factor = territory_factor(tariff, facts)
    exact = Fraction(rate_micro * use_ms, MS_PER_MINUTE) * factor
    return exact, {"rate_micro": rate_micro, "use_ms": use_ms, "factor": str(factor)}


def _per_view(tariff: Tariff, params: PerView, facts: Facts) -> tuple[Fraction, Working]:
    """Each view at the rate of its step, so that one view more never lowers the amount."""
    count: int = getattr(facts, params.counted.value) or 0
    factor = territory_factor(tariff, facts)
    if params.steps:
        total = graded(count, [(step.at, step.rate_micro) for step in params.steps])
        rates: Working = {"steps": len(params.steps)}
    else:
        agreed = _agreed(None, facts)
        total, rates = Fraction(agreed * count), {"rate_micro": agreed}
    return total * factor, {**rates, params.counted.value: count, "factor": str(factor)}


def _revenue_share(tariff: Tariff, params: RevenueShare, facts: Facts) -> tuple[Fraction, Working]:
    counted = income(tariff, facts)
    exact = graded(counted, [(step.at, step.share) for step in params.steps])
    return exact, {"income_micro": counted, "steps": len(params.steps)}


def _retention(tariff: Tariff, params: RetentionTiers, facts: Facts) -> tuple[Fraction, Working]:
    stayed = facts.completion or Fraction(0)
    counted = income(tariff, facts)
    reached = [step.share for step in params.steps if step.at <= stayed][-1]
    figures: Working = {"income_micro": counted, "completion": str(stayed)}
    return counted * reached, {**figures, "share": str(reached)}


def _flat(tariff: Tariff, params: Flat, facts: Facts) -> tuple[Fraction, Working]:
    fee_micro = _agreed(params.fee_micro, facts)
    factor = territory_factor(tariff, facts)
    count = (facts.days or Fraction(0)) if params.per is Per.DAY else Fraction(1)
    figures: Working = {"fee_micro": fee_micro, f"{params.per.value}s": str(count)}
    return fee_micro * count * factor, {**figures, "factor": str(factor)}


def graded(count: int, steps: Sequence[tuple[int, int | Fraction]]) -> Fraction:
    """Each unit at the rate of the step that it falls into; steps begin at 0 and rise."""
    ends = [at for at, _ in steps[1:]]
    total = Fraction(0)
    for place, (at, rate) in enumerate(steps):
        end = min(count, ends[place]) if place < len(ends) else count
        total += Fraction(max(0, end - at)) * rate
    return total
