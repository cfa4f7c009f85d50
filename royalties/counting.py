"""A usage line as a tariff counts it: the one place that says which figure is which."""

from collections.abc import Mapping

from royalties.models import ClearedUse, Pins, Ratio, Reported, TerritoryFactors, UsageLine
from royalties.tariffs.facts import Facts
from royalties.tariffs.models import IncomeKind


def facts_of(line: UsageLine, factors: TerritoryFactors, use: ClearedUse | None = None) -> Facts:
    """What was reported in this line; with a use, its licensed time and agreed rate as well."""
    return _facts(
        line.reported,
        views=line.views,
        territory=line.territory,
        factor=factors.of(line.territory),
        use_ms=use.use_ms if use else None,
        agreed_micro=use.tariff.rate_micro if use else None,
    )


def facts_pinned(pins: Pins) -> Facts:
    """The same facts from what a transaction pins."""
    return _facts(
        pins.reported,
        views=pins.views,
        territory=pins.territory,
        factor=pins.factor,
        use_ms=pins.use_ms,
        agreed_micro=pins.tariff.rate_micro,
    )


def _facts(
    said: Reported,
    *,
    views: int | None,
    territory: str,
    factor: Ratio,
    use_ms: int | None,
    agreed_micro: int | None,
) -> Facts:
    return Facts(
        territory=territory,
        territory_factor=factor.exact,
        use_ms=use_ms,
        views=views,
        unique_views=said.unique_views,
        watched_ms=said.watched_ms,
        completion=said.completion.exact if said.completion else None,
        income_micro=_income(said),
        currency=said.currency or "",
        payments=said.payments,
        free=bool(said.free),
        subscribers=said.subscribers,
        days=said.days.exact if said.days else None,
        agreed_micro=agreed_micro,
    )


def _income(said: Reported) -> Mapping[IncomeKind, int] | None:
    if said.income_kind is None or said.income_micro is None:
        return None
    return {said.income_kind: said.income_micro}
