"""Terms as JSON and back, and every rule that makes them unfit to be signed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings

from core.errors import BadTerms
from core.ids import derived_id
from fingerprint.models import Modality
from licensing.conditions import PLAIN
from licensing.models import ANY, StageRate, TariffKind, TariffTerm, Terms
from licensing.termrules import check_terms
from licensing.terms import ordered, terms_from_dict, terms_to_dict
from registry.models.works import KindOfUse, Stage
from tests.unit.licensing import strategies
from tests.unit.licensing.examples import AT, FULL, TERMS, terms

K = KindOfUse
DOLLARS = TariffTerm(TariffKind.PER_VIEW, 1, "USD")


def codes(some: Terms) -> list[str]:
    return [reason.code for reason in check_terms(some, AT)]


@settings(max_examples=150, deadline=None)
@given(strategies.terms | strategies.full_terms)
def test_terms_survive_the_way_to_json_and_back(some: Terms) -> None:
    assert terms_from_dict(json.loads(json.dumps(terms_to_dict(some)))) == some


@settings(max_examples=150, deadline=None)
@given(strategies.terms)
def test_ordering_changes_nothing_but_the_order(some: Terms) -> None:
    again = ordered(some)
    assert set(again.kinds) == set(some.kinds)
    assert set(again.modalities) == set(some.modalities)
    assert ordered(again) == again


def test_good_terms_have_nothing_against_them() -> None:
    assert codes(TERMS) == []
    assert codes(FULL) == []


def test_conditions_that_say_nothing_are_not_written() -> None:
    assert "description" not in terms_to_dict(TERMS)
    assert set(terms_to_dict(FULL)) - set(terms_to_dict(TERMS)) == set(PLAIN)


def test_a_condition_may_be_named_and_say_what_its_absence_says() -> None:
    idle = {"description": "", "stages": ["release"], "formats": "*", "formation": {}}
    assert terms_from_dict({**terms_to_dict(TERMS), **idle}) == TERMS


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_until": TERMS.valid_from}, "term-reversed"),
        ({"valid_until": AT}, "term-over"),
        ({"kinds": ()}, "kinds-missing"),
        ({"kinds": (K.TRAIN_MODEL, K.SYNTHESISE_VOICE)}, "training-not-alone"),
        ({"modalities": ()}, "modalities-missing"),
        ({"kinds": (K.REPLICATE_FACE,)}, "kind-without-modality"),
        ({"kinds": (K.FULL_REPLICA,)}, "kind-without-modality"),
        ({"modalities": (Modality.VOICE, Modality.FACE)}, "modality-without-kind"),
        ({"territories": ()}, "scope-missing"),
        ({"languages": ()}, "scope-missing"),
        ({"media": ()}, "scope-missing"),
        ({"works": ()}, "scope-missing"),
        ({"territories": (ANY, "DE")}, "any-not-alone"),
        ({"territories": ("UK",)}, "scope-malformed"),
        ({"territories": ("de",)}, "scope-malformed"),
        ({"languages": ("german",)}, "scope-malformed"),
        ({"media": ("television",)}, "scope-malformed"),
        ({"works": ("wrk_1",)}, "scope-malformed"),
        ({"works": (derived_id("prf", "x"),)}, "scope-malformed"),
        ({"kinds": (K.SYNTHESISE_VOICE, K.SYNTHESISE_VOICE)}, "repeated-value"),
        ({"territories": ("DE", "DE")}, "repeated-value"),
        ({"tariff": TariffTerm(TariffKind.PER_VIEW, -1, "EUR")}, "rate-out-of-range"),
        ({"tariff": TariffTerm(TariffKind.PER_VIEW, 10**12 + 1, "EUR")}, "rate-out-of-range"),
        ({"tariff": TariffTerm(TariffKind.PER_VIEW, 1, "euro")}, "currency-malformed"),
        ({"tariff": TariffTerm(TariffKind.PER_VIEW, 1, "XYZ")}, "currency-malformed"),
        ({"seconds_max": 0}, "seconds-out-of-range"),
        ({"seconds_max": 10**7 + 1}, "seconds-out-of-range"),
        ({"formats": ()}, "scope-missing"),
        ({"formats": ("square",)}, "scope-malformed"),
        ({"stages": ()}, "scope-missing"),
        ({"stages": (Stage.PITCH, Stage.PITCH)}, "repeated-value"),
        ({"stages": (Stage.AUDIENCE_TEST,)}, "test-days-missing"),
        ({"audience_test_days_max": 14}, "test-days-idle"),
        ({"audience_test_days_max": 0}, "test-days-out-of-range"),
        ({"stage_rates": (StageRate(Stage.PITCH, TERMS.tariff),)}, "stage-rate-idle"),
        ({"stage_rates": (StageRate(Stage.RELEASE, DOLLARS),)}, "stage-rate-currency"),
        ({"stage_rates": (StageRate(Stage.RELEASE, TERMS.tariff),) * 2}, "repeated-value"),
        ({"uses_max": 0}, "uses-out-of-range"),
        ({"use_notice_hours": -1}, "use-notice-out-of-range"),
        ({"termination_notice_days": 3651}, "termination-notice-out-of-range"),
        ({"parent_licence_id": "lic_1"}, "parent-malformed"),
    ],
)
def test_each_rule_tells_what_is_wrong(changes: dict[str, Any], code: str) -> None:
    assert code in codes(terms(**changes))


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = codes(terms(kinds=(), territories=(), valid_until=AT - timedelta(days=400)))
    assert found == ["term-reversed", "term-over", "kinds-missing", "scope-missing"]


def test_training_may_be_named_alone() -> None:
    alone = terms(kinds=(K.TRAIN_MODEL,))
    assert codes(alone) == []
    assert alone.training and not TERMS.training


def test_a_free_licence_may_be_given() -> None:
    assert codes(terms(tariff=TariffTerm(TariffKind.PER_VIEW, 0, "EUR"))) == []


@pytest.mark.parametrize("field", ["territories", "languages", "media", "works", "tariff"])
def test_scope_and_price_are_never_implied(field: str) -> None:
    data = terms_to_dict(TERMS)
    del data[field]
    with pytest.raises(BadTerms, match=field):
        terms_from_dict(data)


def test_a_star_may_stand_alone() -> None:
    data = {**terms_to_dict(TERMS), "territories": "*"}
    assert terms_from_dict(data).territories == (ANY,)


def test_a_time_may_come_from_toml_in_any_zone() -> None:
    zoned = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    data = {**terms_to_dict(TERMS), "valid_from": zoned}
    assert terms_from_dict(data).valid_from == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": ["clone"]},
        {"kinds": "synthesise_voice"},
        {"modalities": [7]},
        {"territories": [None]},
        {"territories": ["DE"] * 301},
        {"valid_from": "yesterday"},
        {"valid_from": "2026-01-01T00:00:00"},
        {"valid_from": datetime(2026, 1, 1)},
        {"seconds_max": 1.5},
        {"seconds_max": True},
        {"label_ai": "yes"},
        {"performer_id": ""},
        {"performer_id": 7},
        {"tariff": 7},
        {"tariff": {"kind": "per_minute", "rate": "1", "currency": "EUR", "more": 1}},
        {"tariff": {"kind": "per_hour", "rate": "1", "currency": "EUR"}},
        {"tariff": {"kind": "per_minute", "rate": "-1", "currency": "EUR"}},
        {"tariff": {"kind": "per_minute", "rate": 0.5, "currency": "EUR"}},
        {"training": True},
        {"description": "x" * 4001},
        {"description": 7},
        {"stages": ["premiere"]},
        {"stage_rates": {}},
        {"stage_rates": [{"stage": "pitch"}]},
        {"stage_rates": ["stage"]},
        {"stage_rates": [{"kind": "per_view", "rate": "1", "currency": "EUR"}]},
        {"stage_rates": [{"stage": "x", "kind": "per_view", "rate": "1", "currency": "EUR"}]},
        {"template": "dubbing"},
        {"formation": {"witnesses": True}},
        {"formation": {"counsel": "yes"}},
        {"formation": []},
        {"exclusive": 1},
        {"uses_max": "3"},
    ],
)
def test_malformed_terms_are_refused_without_echoing_them(change: dict[str, Any]) -> None:
    with pytest.raises(BadTerms) as refusal:
        terms_from_dict({**terms_to_dict(TERMS), **change})
    assert "yesterday" not in refusal.value.message
    assert "clone" not in refusal.value.message.split(":")[0]


def test_terms_are_values() -> None:
    assert replace(TERMS) == TERMS
    assert hash(replace(TERMS)) == hash(TERMS)
