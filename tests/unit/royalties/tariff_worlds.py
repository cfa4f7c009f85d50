"""Tariffs and facts of every kind, at random."""

from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import strategies as st

from licensing.rulepacks.models import Certainty
from registry.models.works import CutFormat, KindOfUse
from royalties.tariffs.facts import Facts
from royalties.tariffs.models import (
    OF_INCOME,
    SPLITS,
    Flat,
    IncomeKind,
    Kind,
    MicroPayment,
    Per,
    PerMinute,
    PerView,
    RateStep,
    RetentionStep,
    RetentionTiers,
    RevenueShare,
    Role,
    ShareStep,
    Split,
    SubscriptionPool,
    Tariff,
    Title,
    TrainingPool,
    Viewed,
    Weights,
)

amounts = st.integers(0, 10**12)
shares = st.fractions(0, 1, max_denominator=97)
factors = st.fractions(0, 50, max_denominator=12)
names = st.text("abcdef", min_size=1, max_size=4)


def rising(of: st.SearchStrategy[int] | st.SearchStrategy[Fraction]) -> st.SearchStrategy[list]:
    return st.lists(of.filter(bool), max_size=3, unique=True).map(lambda found: [0, *sorted(found)])


@st.composite
def retention(draw: st.DrawFn) -> RetentionTiers:
    ats = draw(rising(shares))
    paid = sorted(draw(st.lists(shares, min_size=len(ats), max_size=len(ats))))
    pairs = zip(ats, paid, strict=True)
    return RetentionTiers(tuple(RetentionStep(Fraction(at), share) for at, share in pairs))


PARAMS = {
    Kind.PER_MINUTE: st.builds(PerMinute, st.none() | amounts),
    Kind.PER_VIEW: st.builds(
        PerView,
        st.just(())
        | rising(st.integers(1, 10**6)).flatmap(
            lambda ats: st.tuples(*(st.builds(RateStep, st.just(at), amounts) for at in ats))
        ),
        st.sampled_from(Viewed),
    ),
    Kind.SUBSCRIPTION_POOL: st.builds(SubscriptionPool, amounts, shares),
    Kind.REVENUE_SHARE: rising(amounts)
    .flatmap(lambda ats: st.tuples(*(st.builds(ShareStep, st.just(at), shares) for at in ats)))
    .map(RevenueShare),
    Kind.RETENTION_TIERS: retention(),
    Kind.MICRO_PAYMENT: st.builds(MicroPayment, shares, factors),
    Kind.FLAT: st.builds(Flat, st.sampled_from(Per), st.none() | amounts),
    Kind.TRAINING_POOL: st.builds(TrainingPool, shares, shares),
}


@st.composite
def tariffs(draw: st.DrawFn, *kinds: Kind) -> Tariff:
    found = draw(PARAMS[draw(st.sampled_from(sorted(kinds or Kind)))])
    counted = st.sets(st.sampled_from(IncomeKind), min_size=1)
    splits = [SPLITS[found.kind]] if found.kind in SPLITS else list(Split)
    lowest, highest = sorted((draw(amounts), draw(amounts)))
    of_income = found.kind in OF_INCOME
    counts = draw(counted) if of_income else frozenset[IncomeKind]()
    return Tariff(
        id="a-tariff",
        version=draw(st.integers(1, 9)),
        title=Title("A tariff", "Ein Tarif"),
        currency="EUR",
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        source="made up",
        certainty=draw(st.sampled_from(Certainty)),
        params=found,
        split=draw(st.sampled_from(splits)),
        counts=tuple(kind for kind in IncomeKind if kind in counts),
        minimum_micro=draw(st.sampled_from([0, lowest])),
        cap_micro=draw(st.sampled_from([None, highest])),
        weights=draw(weights(territories=not of_income)),
    )


@st.composite
def weights(draw: st.DrawFn, *, territories: bool = True) -> Weights:
    places = st.dictionaries(st.sampled_from(["DE", "CH", "US"]), factors)
    return Weights(
        kinds=draw(st.dictionaries(st.sampled_from(KindOfUse), factors)),
        roles=draw(st.dictionaries(st.sampled_from(Role), factors)),
        formats=draw(st.dictionaries(st.sampled_from(CutFormat), factors)),
        territories=draw(places) if territories else {},
    )


facts = st.builds(
    Facts,
    territory=st.sampled_from(["DE", "CH", "FR"]),
    territory_factor=factors,
    use_ms=st.integers(0, 10**8),
    views=st.integers(0, 10**9),
    unique_views=st.integers(0, 10**9),
    watched_ms=st.integers(0, 10**12),
    completion=shares,
    income_micro=st.dictionaries(st.sampled_from(IncomeKind), st.integers(-(10**9), 10**14)),
    currency=st.just("EUR"),
    payments=st.integers(0, 10**9),
    free=st.booleans(),
    subscribers=st.integers(0, 10**9),
    days=factors,
    works=st.integers(0, 1000),
    outputs=st.integers(0, 10**6),
    agreed_micro=amounts,
)
lines = st.dictionaries(names, facts, min_size=1, max_size=8)
