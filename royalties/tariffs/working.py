"""What every way of pricing shares: bounds, counted income, territories, and what is stated."""

from fractions import Fraction

from royalties.tariffs.facts import Facts
from royalties.tariffs.models import Kind, Tariff


def bounded(tariff: Tariff, exact: Fraction) -> tuple[int, str]:
    """The exact amount within minimum and cap, cut to whole millionths, and which one bound it."""
    if exact < tariff.minimum_micro:
        return tariff.minimum_micro, "minimum"
    if tariff.cap_micro is not None and exact > tariff.cap_micro:
        return tariff.cap_micro, "cap"
    return int(exact), ""


def income(tariff: Tariff, facts: Facts) -> int:
    """Millionths of the kinds of income that count, nought at least: a loss is nobody's debt."""
    found = facts.income_micro or {}
    return max(0, sum(found.get(kind, 0) for kind in tariff.counts))


def territory_factor(tariff: Tariff, facts: Facts) -> Fraction:
    """The tariff's own factor where it names any, else the registry's for minutes and 1 for all."""
    own = tariff.weights.territories
    if own:
        return own.get(facts.territory, Fraction(1))
    return facts.territory_factor if tariff.kind is Kind.PER_MINUTE else Fraction(1)


def stated(tariff: Tariff) -> dict[str, int | str]:
    """Which tariff in which version an amount rests on."""
    return {"tariff": tariff.kind.value, "tariff_id": tariff.id, "tariff_version": tariff.version}
