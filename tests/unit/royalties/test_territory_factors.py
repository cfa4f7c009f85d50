"""Territory factors: every set names its source, and every month has one."""

import pytest

from royalties.models import Ratio, TerritoryFactors
from royalties.territories import factor_sets, factors_for


@pytest.mark.parametrize("period", ["1900-01", "1999-12", "2026-11", "2099-12"])
def test_every_month_has_a_set(period: str) -> None:
    assert factors_for(period).of("DE").denominator > 0


def test_every_set_names_its_source_and_certainty() -> None:
    sets = factor_sets()
    assert all(one.source and one.certainty for one in sets)
    assert len({one.value.id for one in sets}) == len(sets)


def test_a_territory_that_is_not_named_counts_the_default() -> None:
    made = TerritoryFactors("x", Ratio(1, 1), {"AT": Ratio(1, 2)})
    assert (made.of("AT"), made.of("*")) == (Ratio(1, 2), Ratio(1, 1))
