"""Hypothesis strategies for terms that are fit to be signed, and for what is found in a cut."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from core.ids import derived_id
from fingerprint.models import Decision, Modality, Span
from licensing.conditions import PLAIN
from licensing.models import (
    ANY,
    Context,
    Formation,
    StageRate,
    TariffKind,
    TariffRef,
    TariffTerm,
    TemplateRef,
    Terms,
)
from licensing.termrules import check_terms
from licensing.terms import ordered
from registry.models.evidence import UnknownPerson, Use
from registry.models.works import CutFormat, DeclaredUse, KindOfUse, Medium, Stage
from tests.unit.licensing.examples import (
    ANNA,
    AT,
    BERT,
    CUT,
    EPISODE,
    FILM,
    RIVAL,
    SERIES,
    STUDIO,
    TERMS,
    use,
)

EARLY, LATE = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
times = st.datetimes(
    EARLY.replace(tzinfo=None), LATE.replace(tzinfo=None), timezones=st.just(UTC)
).map(lambda at: at.replace(minute=0, second=0, microsecond=0))


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Any, or a few distinct values."""
    few = st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True).map(tuple)
    return st.just((ANY,)) | few


def _subset(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=3, unique=True).map(tuple)


_FREE = [kind for kind in KindOfUse if kind is not KindOfUse.TRAIN_MODEL]
kinds = st.one_of(
    st.just((KindOfUse.TRAIN_MODEL,)),
    st.lists(st.sampled_from(_FREE), min_size=1, max_size=4, unique=True).map(tuple),
)

modalities = st.lists(st.sampled_from(list(Modality)), min_size=1, max_size=2, unique=True).map(
    tuple
)
_rates = st.integers(0, 10**12)
_currencies = st.sampled_from(["EUR", "USD", "CNY"])
tariffs = st.one_of(
    st.builds(
        TariffTerm,
        st.sampled_from([TariffKind.PER_MINUTE, TariffKind.PER_VIEW]),
        _rates,
        _currencies,
    ),
    st.builds(
        TariffTerm,
        st.just(TariffKind.TARIFF),
        _rates,
        _currencies,
        st.builds(
            TariffRef,
            st.sampled_from(["gema-ai", "flat-day"]),
            st.integers(1, 99),
            st.sampled_from(["a" * 64, "0" * 64]),
        ),
    ),
)

terms = st.builds(
    Terms,
    performer_id=st.sampled_from([ANNA, BERT]),
    licensee_id=st.sampled_from([STUDIO, RIVAL]),
    kinds=kinds,
    modalities=modalities,
    valid_from=times,
    valid_until=times.map(lambda at: at + timedelta(days=200)),
    tariff=tariffs,
    territories=_some(["AT", "CH", "CN", "DE", "US"]),
    languages=_some(["de", "de-AT", "en", "zh-Hans"]),
    media=_some([medium.value for medium in Medium]),
    works=_some([SERIES, EPISODE, FILM, CUT]),
    seconds_max=st.none() | st.integers(1, 4) | st.integers(1, 10**6),
    contexts_prohibited=st.lists(st.sampled_from(list(Context)), max_size=5, unique=True).map(
        tuple
    ),
    label_ai=st.booleans(),
)

_STAGE_SETS = st.lists(st.sampled_from(list(Stage)), min_size=1, max_size=3, unique=True)
_rates = st.lists(
    st.builds(StageRate, st.sampled_from(list(Stage)), tariffs),
    max_size=2,
    unique_by=lambda rate: rate.stage,
)


def _fitting(rates: list[StageRate], terms: Terms) -> tuple[StageRate, ...]:
    """Only stages that are licensed have a price, in the currency of the licence."""
    currency = terms.tariff.currency
    return tuple(
        replace(rate, tariff=replace(rate.tariff, currency=currency))
        for rate in rates
        if rate.stage in terms.stages
    )


_texts = st.just("") | st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_conditions = st.fixed_dictionaries(
    {},
    optional={
        "description": _texts,
        "formats": _some([each.value for each in CutFormat]),
        "uses_max": st.none() | st.integers(1, 10**6),
        "exclusive": st.booleans(),
        "sublicensable": st.booleans(),
        "parent_licence_id": st.sampled_from(["", derived_id("lic", "parent")]),
        "approval_per_cut": st.booleans(),
        "use_notice_hours": st.integers(0, 100),
        "termination_notice_days": st.integers(0, 100),
        "post_mortem": st.booleans(),
        "paid_directly": st.booleans(),
        "template": st.none()
        | st.builds(TemplateRef, st.just("dubbing"), st.just("1"), st.just("0" * 64)),
        "framework_id": _texts,
        "framework_version": st.sampled_from(["", "2"]),
        "framework_digest": st.sampled_from(["", "0" * 64]),
        "formation": st.builds(
            Formation, *[st.booleans()] * 5, court_approval_ref=_texts, agency_key=st.booleans()
        ),
    },
)


def _conditioned(
    one: Terms, conditions: dict[str, object], stages: list[Stage], rates: list[StageRate]
) -> Terms:
    days = 14 if Stage.AUDIENCE_TEST in stages else None
    staged = replace(one, stages=tuple(stages), audience_test_days_max=days)
    return replace(staged, stage_rates=_fitting(rates, staged), **conditions)


full_terms = st.builds(_conditioned, terms, _conditions, _STAGE_SETS, _rates)
"""Terms with any of the conditions."""

fit_terms = (terms | full_terms).map(ordered).filter(lambda one: not check_terms(one, AT))
"""Terms that may be signed."""

WIDE = replace(
    TERMS,
    kinds=(KindOfUse.OWN_PERFORMANCE, KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT),
    modalities=tuple(Modality),
    valid_until=datetime(2027, 9, 1, tzinfo=UTC),
    territories=(ANY,),
    languages=("de", "en"),
    media=(ANY,),
    label_ai=False,
    seconds_max=None,
)
near_terms = st.builds(
    lambda other, field: replace(WIDE, **{field: getattr(other, field)}),
    terms,
    st.sampled_from([field.name for field in fields(Terms) if field.name not in PLAIN]),
)
"""Anna's terms that cover nearly everything drawn here, with one field of other terms."""

spans = st.lists(
    st.tuples(st.integers(0, 9_000), st.integers(0, 3_000)).map(lambda p: (p[0], p[0] + p[1])),
    min_size=1,
    max_size=3,
).map(tuple)

uses: st.SearchStrategy[Use] = st.builds(
    use,
    st.sampled_from([KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT, KindOfUse.EDIT, _FREE[0], None]),
    performer_id=st.sampled_from([ANNA, BERT]),
    modalities=modalities,
    decision=st.sampled_from([Decision.MATCH] * 4 + [Decision.REVIEW]),
    spans=spans,
    engagement_ref=st.sampled_from(["", "contract 7"]),
)

declared_uses: st.SearchStrategy[DeclaredUse] = st.builds(
    DeclaredUse,
    st.sampled_from([ANNA, BERT]),
    st.sampled_from([KindOfUse.SYNTHESISE_VOICE, KindOfUse.EDIT, _FREE[0]]),
    st.none() | st.just(Modality.VOICE),
    st.sampled_from(["", "contract 7"]),
)

strangers: st.SearchStrategy[UnknownPerson] = st.builds(
    UnknownPerson,
    st.sampled_from(list(Modality)),
    st.tuples(st.integers(0, 9_000)).map(lambda p: (Span(p[0], p[0] + 10),)),
)

names = st.text("abcdef", min_size=4, max_size=8).map(lambda name: derived_id("lic", name))
