"""Pools: one amount of money divided over all lines of a month, to the last millionth.

A pool has one or more parts, each divided by weights of its own; what has nobody to go to stays
undivided and is named. The minimum and the cap bound the pool as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from royalties.tariffs.dividing import divide
from royalties.tariffs.facts import Facts, require
from royalties.tariffs.models import (
    IncomeKind,
    MicroPayment,
    SubscriptionPool,
    Tariff,
    TrainingPool,
)
from royalties.tariffs.rates import AmountWithWorking
from royalties.tariffs.working import bounded, income, stated, territory_factor

TRAINING, ATTRIBUTED, ANALOGY = "training", "attributed", "analogy"


@dataclass(frozen=True, slots=True)
class Priced:
    """What every line gets; their sum + `undivided_micro` = `total_micro`.

    `exact` are the millionths of the pool before its bounds and its cut.
    """

    amounts: Mapping[str, AmountWithWorking]
    total_micro: int
    undivided_micro: int
    exact: Fraction


@dataclass(frozen=True)
class _Part:
    """A part of a pool: its exact millionths, and the weight of each line in it."""

    name: str
    exact: Fraction
    weights: Mapping[str, Fraction]

    @cached_property
    def every(self) -> Fraction:
        """The weight of all lines."""
        return sum(self.weights.values(), Fraction(0))


def price_pool(tariff: Tariff, lines: Mapping[str, Facts], *, whole: Facts) -> Priced:
    """Divide a pool over its lines; `whole` is what was reported for it altogether.

    Raises BadInput (tariff-facts-missing) when a figure that the tariff needs was not reported.
    """
    for facts in lines.values():
        require(tariff, facts, whole=whole)
    parts = _parts(tariff, lines, whole)
    exact = sum((part.exact for part in parts), Fraction(0))
    total, bound = bounded(tariff, exact)
    whole_of = of_parts({part.name: part.exact for part in parts}, total)
    shares = [_shares(part, of) for part, of in zip(parts, whole_of, strict=True)]
    pooled = {**stated(tariff), "pool_micro": total, "bound": bound}
    amounts = {
        name: AmountWithWorking(
            sum(share.get(name, 0) for share in shares), {**pooled, **_figures(parts, name)}
        )
        for name in lines
    }
    divided = sum(one.amount_micro for one in amounts.values())
    return Priced(amounts, total, total - divided, exact)


def weight_in(tariff: Tariff, facts: Facts) -> Fraction:
    """The weight of one line in a pool that usage lines share."""
    whole = Facts(subscribers=facts.subscribers or 0)
    (part,) = _parts(tariff, {"": facts}, whole)
    return Fraction(part.weights[""])


def _parts(tariff: Tariff, lines: Mapping[str, Facts], whole: Facts) -> tuple[_Part, ...]:
    match tariff.params:
        case SubscriptionPool(price_micro=price_micro, share=share):
            exact = (whole.subscribers or 0) * price_micro * share
            return (_Part("watched", exact, _watched(tariff, lines)),)
        case MicroPayment(share=share, free_weight=free_weight):
            paid = sum(income(tariff, facts) for facts in lines.values() if not facts.free)
            return (_Part("episodes", paid * share, _episodes(lines, free_weight)),)
        case TrainingPool() as params:
            return _training(tariff, params, lines, whole)
        case _:
            raise ValueError(f"{tariff.kind.value} is no pool")


def _watched(tariff: Tariff, lines: Mapping[str, Facts]) -> dict[str, Fraction]:
    return {
        name: (facts.unique_views or 0) * (facts.watched_ms or 0) * territory_factor(tariff, facts)
        for name, facts in lines.items()
    }


def _episodes(lines: Mapping[str, Facts], free_weight: Fraction) -> dict[str, Fraction]:
    return {
        name: (facts.views or 0) * free_weight if facts.free else Fraction(facts.payments or 0)
        for name, facts in lines.items()
    }


def _training(
    tariff: Tariff, params: TrainingPool, lines: Mapping[str, Facts], whole: Facts
) -> tuple[_Part, ...]:
    """Training money by works; output money by outputs that name somebody, the rest by analogy.

    A line without works stands for outputs that name nobody.
    """
    counted = income(tariff, whole)
    trained = (whole.income_micro or {}).get(IncomeKind.TRAINING, 0)
    training = min(counted, max(0, trained)) if IncomeKind.TRAINING in tariff.counts else 0
    works = {name: Fraction(facts.works or 0) for name, facts in lines.items()}
    named = {name: Fraction(facts.outputs or 0) for name, facts in lines.items() if facts.works}
    outputs = sum((Fraction(facts.outputs or 0) for facts in lines.values()), Fraction(0))
    attributed = sum(named.values(), Fraction(0)) / outputs if outputs else Fraction(0)
    weights = {TRAINING: works, ATTRIBUTED: named, ANALOGY: works}
    money = training_money(params, training, counted, attributed)
    return tuple(_Part(name, exact, weights[name]) for name, exact in money.items())


def training_money(
    params: TrainingPool, training: int, counted: int, attributed: Fraction
) -> dict[str, Fraction]:
    """Exact millionths of training money, of outputs that name somebody, and of all others.

    `training` of the income `counted` is training money, `attributed` the part of all outputs that
    name somebody.
    """
    earned = (counted - training) * params.output_share
    return {
        TRAINING: training * params.training_share,
        ATTRIBUTED: earned * attributed,
        ANALOGY: earned * (1 - attributed),
    }


def of_parts(money: Mapping[str, Fraction], total: int) -> list[int]:
    """The whole amount over its parts; a minimum without any income goes to the first."""
    exact = {f"{place:02d}": part for place, part in enumerate(money.values())}
    if not any(exact.values()):
        return [total, *(0 for _ in [*exact][1:])]
    return list(divide(total, exact).values())


def _shares(part: _Part, total: int) -> dict[str, int]:
    return divide(total, part.weights) if any(part.weights.values()) else {}


def _figures(parts: tuple[_Part, ...], name: str) -> dict[str, int | str]:
    """For each part its exact amount, and the line's weight in it out of all."""
    found: dict[str, int | str] = {}
    for part in parts:
        own = part.weights.get(name, Fraction(0))
        found[part.name] = f"{part.exact} x {own} / {part.every}"
    return found
