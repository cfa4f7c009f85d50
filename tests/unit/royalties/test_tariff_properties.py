"""Properties of pricing and dividing that hold for every tariff, fact and order."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from registry.models.works import CutFormat, KindOfUse
from royalties.outcomes import Outcome
from royalties.tariffs.facts import Facts, missing
from royalties.tariffs.models import POOLS, IncomeKind, Kind, Role, Tariff, Weights
from royalties.tariffs.points import Participant, by_points
from royalties.tariffs.pools import price_pool
from royalties.tariffs.pricing import price, price_all
from tests.unit.royalties import tariff_worlds as worlds

BY_LINE = tuple(kind for kind in Kind if kind not in POOLS)
GROWING = {
    Kind.PER_MINUTE: ("use_ms",),
    Kind.PER_VIEW: ("views", "unique_views"),
    Kind.REVENUE_SHARE: ("income_micro",),
    Kind.RETENTION_TIERS: ("income_micro", "completion"),
    Kind.FLAT: ("days",),
}
participants = st.dictionaries(
    worlds.names,
    st.builds(
        Participant,
        key=st.just(""),
        outcome=st.sampled_from([Outcome.LICENSED, Outcome.HELD, Outcome.UNIDENTIFIED]),
        ms=st.integers(0, 10**8),
        kind=st.none() | st.sampled_from(KindOfUse),
        role=st.none() | st.sampled_from(Role),
        format=st.none() | st.sampled_from(CutFormat),
        claims=st.dictionaries(worlds.names, worlds.shares, max_size=3),
    ),
    min_size=1,
    max_size=8,
).map(lambda found: [replace(one, key=key) for key, one in found.items()])


@settings(deadline=None)
@given(worlds.tariffs(*POOLS), worlds.lines, worlds.facts)
def test_a_pool_is_divided_to_the_last_millionth(
    tariff: Tariff, lines: dict[str, Facts], whole: Facts
) -> None:
    priced = price_pool(tariff, lines, whole=whole)
    amounts = [one.amount_micro for one in priced.amounts.values()]
    assert sum(amounts) + priced.undivided_micro == priced.total_micro
    assert min(*amounts, priced.undivided_micro) >= 0
    assert priced.total_micro >= tariff.minimum_micro
    assert tariff.cap_micro is None or priced.total_micro <= tariff.cap_micro


@settings(deadline=None)
@given(worlds.tariffs(), worlds.lines, worlds.facts, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(
    tariff: Tariff, lines: dict[str, Facts], whole: Facts, shuffler: random.Random
) -> None:
    mixed = list(lines.items())
    shuffler.shuffle(mixed)
    assert price_all(tariff, lines, whole=whole) == price_all(tariff, dict(mixed), whole=whole)


@settings(deadline=None)
@given(worlds.tariffs(*BY_LINE), worlds.facts)
def test_an_amount_keeps_within_its_bounds_and_follows_from_its_working(
    tariff: Tariff, facts: Facts
) -> None:
    priced = price(tariff, facts)
    assert priced.amount_micro >= tariff.minimum_micro
    assert tariff.cap_micro is None or priced.amount_micro <= tariff.cap_micro
    bounds = {"": int(Fraction(str(priced.working["exact"]))), "minimum": tariff.minimum_micro}
    assert priced.amount_micro == {**bounds, "cap": tariff.cap_micro}[str(priced.working["bound"])]


@settings(deadline=None)
@given(worlds.tariffs(*BY_LINE), worlds.facts, worlds.facts)
def test_more_use_never_costs_less(tariff: Tariff, facts: Facts, more: Facts) -> None:
    grown = replace(facts, **{name: _more(facts, more, name) for name in GROWING[tariff.kind]})
    assert price(tariff, grown).amount_micro >= price(tariff, facts).amount_micro


@settings(deadline=None)
@given(worlds.tariffs(Kind.SUBSCRIPTION_POOL), worlds.lines, worlds.facts, worlds.facts)
def test_who_is_watched_more_gets_no_less_of_a_pool(
    tariff: Tariff, lines: dict[str, Facts], whole: Facts, more: Facts
) -> None:
    name = min(lines)
    grown = replace(
        lines[name], watched_ms=_more(lines[name], more, "watched_ms"), unique_views=10**9
    )
    before = price_all(tariff, lines, whole=whole)[name].amount_micro
    after = price_all(tariff, {**lines, name: grown}, whole=whole)[name].amount_micro
    # The last millionth goes to the largest remainder, which may be another's afterwards.
    assert after >= before - 1


@settings(deadline=None)
@given(st.integers(0, 10**15), participants, worlds.weights(), st.randoms(use_true_random=False))
def test_points_divide_everything_in_any_order(
    amount_micro: int, several: list[Participant], weights: Weights, shuffler: random.Random
) -> None:
    portions = by_points(amount_micro, several, weights)
    assert sum(one.amount_micro for one in portions) == amount_micro
    mixed = several[:]
    shuffler.shuffle(mixed)
    assert by_points(amount_micro, mixed, weights) == portions


@settings(deadline=None)
@given(st.integers(0, 10**15), participants, worlds.weights())
def test_an_over_claim_blocks_its_own_portion_and_names_the_parties(
    amount_micro: int, several: list[Participant], weights: Weights
) -> None:
    by_key = {one.key: one for one in several}
    for portion in by_points(amount_micro, several, weights):
        if portion.outcome is Outcome.UNDIVIDED:
            continue
        claims = by_key[portion.key].claims
        if sum(claims.values()) > 1:
            assert portion.outcome is Outcome.SUSPENSE
            assert portion.parties == tuple(sorted(claims))
        else:
            assert (portion.outcome, portion.parties) == (by_key[portion.key].outcome, ())


@settings(deadline=None)
@given(worlds.tariffs())
def test_a_figure_that_nobody_reported_is_named_and_never_nought(tariff: Tariff) -> None:
    lacking = missing(tariff, Facts())
    if not lacking:
        return
    with pytest.raises(BadInput) as refused:
        price(tariff, Facts())
    assert refused.value.code == "tariff-facts-missing"
    assert all(name in refused.value.message for name in lacking)


@settings(deadline=None)
@given(worlds.tariffs(Kind.REVENUE_SHARE, Kind.RETENTION_TIERS), worlds.facts)
def test_income_in_another_currency_is_not_taken_for_ours(tariff: Tariff, facts: Facts) -> None:
    foreign = replace(facts, currency="USD", income_micro={IncomeKind.VIEWS: 5})
    assert missing(tariff, foreign) == ("income_currency",)


def _more(facts: Facts, more: Facts, name: str) -> object:
    """The figure of `facts`, raised by that of `more`; a part of viewers is the whole at most."""
    own, other = getattr(facts, name), getattr(more, name)
    if name == "completion":
        return max(own, other)
    if name == "income_micro":
        return {kind: own.get(kind, 0) + max(0, other.get(kind, 0)) for kind in IncomeKind}
    return own + other
