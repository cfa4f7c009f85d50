"""A usage line as a tariff counts it: the one place that says which figure is which."""

from fractions import Fraction

from royalties.models import ClearedUse, TerritoryFactors, UsageLine
from royalties.tariffs.facts import Facts


def facts_of(line: UsageLine, factors: TerritoryFactors, use: ClearedUse | None = None) -> Facts:
    """What was reported in this line; with a use, its licensed time and agreed rate as well."""
    factor = factors.of(line.territory)
    return Facts(
        territory=line.territory,
        territory_factor=Fraction(factor.numerator, factor.denominator),
        views=line.views,
        use_ms=use.use_ms if use else None,
        agreed_micro=use.tariff.rate_micro if use else None,
    )
