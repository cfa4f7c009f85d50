"""Terms beside a framework's minimums: better is shown, below is refused, in plain words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from core.canonical import canonical, parse_strict
from core.errors import BadProof, BadTerms
from core.ids import derived_id
from core.keys import PrivateKey, generate, sign
from licensing.frameworks import (
    body_of,
    check_proofs,
    digest_of,
    framework_facts,
    framework_from_body,
    minimums_from_dict,
    minimums_to_dict,
    open_framework,
    signed_framework,
    signing_request,
)
from licensing.minimums import below, compare, lines
from licensing.models import StageRate, TariffKind, TariffTerm, Terms
from licensing.models_framework import Framework, FrameworkFacts, Minimums
from licensing.wording import render
from registry.models.works import KindOfUse, Stage
from tests.unit.licensing.examples import TERMS
from tests.unit.licensing.strategies import fit_terms

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
UNION, REGISTRY = generate(), generate()
FLOOR = TariffTerm(TariffKind.PER_MINUTE, 90_000_000, "EUR")


def facts(key: PrivateKey = UNION, **minimums: Any) -> FrameworkFacts:
    body = {
        "title": "AI in film",
        "agreement": "Agreement of 3 May 2026",
        "valid_from": "2026-05-03T00:00:00Z",
        "minimums": minimums_to_dict(replace(Minimums(), **minimums)),
    }
    group = (derived_id("grp", "guild"), "Guild")
    return framework_from_body(
        body, id=derived_id("frw", "ai"), version=2, group=group, key=key.did, at=NOW
    )


def framework(**minimums: Any) -> Framework:
    said = facts(**minimums)
    signature = sign(UNION, signing_request(said).signing_input)
    signed = signed_framework(said, signature, REGISTRY, NOW)
    return Framework(said, "ten_union", 1, NOW, 0, signed, digest_of(signed))


def codes(terms: Terms, **minimums: Any) -> list[str]:
    return [reason.code for reason in below(framework(**minimums), terms)]


@pytest.mark.parametrize(
    ("minimums", "changes", "kept"),
    [
        ({}, {}, True),
        ({"kinds": (KindOfUse.SYNTHESISE_VOICE,)}, {"kinds": (KindOfUse.SYNTHESISE_VOICE,)}, True),
        ({"kinds": (KindOfUse.SYNTHESISE_VOICE,)}, {"kinds": (KindOfUse.EDIT,)}, False),
        ({"rates": (FLOOR,)}, {"tariff": FLOOR}, True),
        ({"rates": (FLOOR,)}, {"tariff": replace(FLOOR, rate_micro=90_000_001)}, True),
        ({"rates": (FLOOR,)}, {"tariff": replace(FLOOR, rate_micro=89_999_999)}, False),
        ({"rates": (FLOOR,)}, {"tariff": replace(FLOOR, currency="USD")}, False),
        ({"rates": (FLOOR,)}, {"tariff": replace(FLOOR, kind=TariffKind.PER_VIEW)}, False),
        ({"use_notice_hours": 48}, {"use_notice_hours": 48}, True),
        ({"use_notice_hours": 48}, {"use_notice_hours": 47}, False),
        ({"description_words_min": 3}, {"description": "a cloned voice"}, True),
        ({"description_words_min": 3}, {"description": "cloned voice"}, False),
    ],
)
def test_each_floor_on_both_sides_of_its_edge(
    minimums: dict[str, Any], changes: dict[str, Any], *, kept: bool
) -> None:
    assert (codes(replace(TERMS, **changes), **minimums) == []) is kept


def test_a_price_of_a_stage_has_the_same_floor() -> None:
    cheap = StageRate(Stage.PITCH, replace(FLOOR, rate_micro=1))
    staged = replace(TERMS, tariff=FLOOR, stage_rates=(cheap,))
    assert codes(staged, rates=(FLOOR,)) == ["framework-below"]


def test_deviations_read_as_prose_and_only_what_is_below_refuses() -> None:
    least = Minimums(rates=(FLOOR,), use_notice_hours=48)
    dear = replace(FLOOR, rate_micro=120_000_000)
    terms = replace(TERMS, tariff=dear, stage_rates=(), use_notice_hours=24)
    compared = compare(least, terms)
    assert [(item.field, item.kept) for item in compared] == [
        ("tariff", True),
        ("use_notice_hours", False),
    ]
    assert lines(compared, "en")[1] == (
        "Hours of notice before a use: the framework asks for at least 48, agreed is 24."
    )
    (reason,) = below(framework(rates=(FLOOR,), use_notice_hours=48), terms)
    assert "mindestens 48" in render(reason, "de") and "at least 48" in render(reason, "en")


@given(fit_terms)
def test_without_minimums_nothing_is_below(terms: Terms) -> None:
    assert below(framework(), terms) == ()


def test_the_document_says_all_of_it_and_is_verified() -> None:
    made = framework(rates=(FLOOR,), use_notice_hours=48, members_only=False)
    assert open_framework(made.signed) == made.facts
    assert check_proofs(parse_strict(made.signed), made.facts) == REGISTRY.verification_method
    assert body_of(made.facts)["minimums"] == minimums_to_dict(made.facts.minimums)


@pytest.mark.parametrize("part", ["minimums", "created", "group", "key", "proof"])
def test_a_changed_document_is_refused(part: str) -> None:
    document = parse_strict(framework(use_notice_hours=48).signed)
    forged: dict[str, Any] = {
        "minimums": {**document["minimums"], "use_notice_hours": 0},
        "created": "2026-11-21T08:00:00Z",
        "group": document["group"][:-1] + "a",
        "key": REGISTRY.did,
        "proof": document["proof"][0],
    }
    changed = parse_strict(canonical({**document, part: forged[part]}))
    with pytest.raises((BadTerms, BadProof)):
        check_proofs(changed, framework_facts(changed))


def test_the_unions_signature_is_needed() -> None:
    said = facts()
    foreign = sign(REGISTRY, signing_request(said).signing_input)
    with pytest.raises(BadProof):
        signed_framework(said, foreign, REGISTRY, NOW)


@pytest.mark.parametrize(
    "data",
    [
        {"unknown": 1},
        {"kinds": ["fly"]},
        {"use_notice_hours": -1},
        {"use_notice_hours": True},
        {"rates": "none"},
        {"rates": [{"kind": "per_minute", "rate": "1", "currency": "EUR"}] * 2},
    ],
)
def test_unusable_minimums_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadTerms):
        minimums_from_dict(data)


def test_a_framework_that_is_over_before_it_begins_is_refused() -> None:
    body = {**body_of(facts()), "valid_until": (NOW - timedelta(days=1)).isoformat()}
    with pytest.raises(BadTerms):
        framework_from_body(
            body, id="frw_x", version=1, group=("grp_x", "G"), key=UNION.did, at=NOW
        )
