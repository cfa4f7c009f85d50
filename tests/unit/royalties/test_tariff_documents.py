"""Tariff documents: read strictly, with the path of a fault; one meaning has one digest."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from royalties.tariffs.documents import digest_of, tariff_from_dict, tariff_to_dict
from royalties.tariffs.models import Tariff
from royalties.tariffs.shelf import on_shelf, shipped
from tests.unit.royalties.tariff_worlds import tariffs

STEP = {"from": "0", "share": "3/10"}


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "an-example",
        "version": 1,
        "title": {"en": "An example", "de": "Ein Beispiel"},
        "currency": "EUR",
        "valid_from": "2026-01-01T00:00:00Z",
        "source": "made up",
        "certainty": "confirmed",
        "params": {"kind": "revenue_share", "steps": [STEP]},
        "split": "points",
        "counts": ["views", "adverts"],
        **changes,
    }


@settings(deadline=None)
@given(tariffs())
def test_a_tariff_is_read_back_as_it_was_written(tariff: Tariff) -> None:
    again = tariff_from_dict(tariff_to_dict(tariff))
    assert again == tariff
    assert digest_of(again) == digest_of(tariff)


@settings(deadline=None)
@given(tariffs(), st.randoms(use_true_random=False))
def test_the_order_of_fields_changes_no_digest(tariff: Tariff, shuffler: random.Random) -> None:
    fields = list(tariff_to_dict(tariff).items())
    shuffler.shuffle(fields)
    assert digest_of(tariff_from_dict(dict(fields))) == digest_of(tariff)


@pytest.mark.parametrize(
    "changes",
    [
        {"params": {"kind": "revenue_share", "steps": [{"from": "0.0", "share": "0.3"}]}},
        {"params": {"kind": "revenue_share", "steps": [{"share": "6/20", "from": "0"}]}},
        {"counts": ["adverts", "views"]},
        {"valid_from": "2026-01-01T01:00:00+01:00"},
        {"minimum": "0.00", "cap": None, "valid_until": None, "weights": {}},
    ],
)
def test_one_meaning_has_one_digest(changes: dict[str, Any]) -> None:
    same = tariff_from_dict(document(**changes))
    assert digest_of(same) == digest_of(tariff_from_dict(document()))


@pytest.mark.parametrize(
    "changes", [{"version": 2}, {"cap": "1"}, {"source": "made up again"}, {"counts": ["views"]}]
)
def test_another_meaning_has_another_digest(changes: dict[str, Any]) -> None:
    other = tariff_from_dict(document(**changes))
    assert digest_of(other) != digest_of(tariff_from_dict(document()))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"surprise": 1}, "surprise"),
        ({"split": "evenly"}, "split"),
        ({"id": "An Example"}, "id"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"version": 1.5}, "version"),
        ({"currency": "euro"}, "currency"),
        ({"valid_from": "2026-01-01"}, "valid_from"),
        ({"valid_until": "2025-01-01T00:00:00Z"}, "valid_until lies after valid_from"),
        ({"minimum": 5}, "minimum"),
        ({"minimum": "-5"}, "minimum"),
        ({"minimum": "5", "cap": "4.99"}, "the cap lies below the minimum"),
        ({"counts": []}, "counts names kinds of income where income counts"),
        ({"counts": ["views", "views"]}, "counts"),
        ({"weights": {"territories": {"UK": "1"}}}, "weights.territories.UK"),
        ({"weights": {"territories": {"DE": "1"}}}, "territories weigh no income"),
        ({"weights": {"roles": {"star": "2"}}}, "weights.roles.star"),
        ({"params": {"kind": "guess"}}, "params: kind is one of per_minute"),
        ({"params": {"kind": "revenue_share", "steps": []}}, "params.steps"),
        (
            {"params": {"kind": "revenue_share", "steps": [{**STEP, "share": "1.01"}]}},
            "params.steps.0.share: a share is at most the whole",
        ),
        (
            {"params": {"kind": "revenue_share", "steps": [{**STEP, "share": 0.3}]}},
            "params.steps.0.share: write a fraction",
        ),
        (
            {"params": {"kind": "revenue_share", "steps": [{**STEP, "share": "1/0"}]}},
            "params.steps.0.share: a fraction has no zero",
        ),
        ({"params": {"kind": "revenue_share", "steps": [STEP, STEP]}}, "steps begin at 0"),
        (
            {"params": {"kind": "retention_tiers", "steps": [STEP, {"from": "1", "share": "0"}]}},
            "a share never falls",
        ),
        (
            {"params": {"kind": "micro_payment", "share": "1"}, "split": "each"},
            "a micro_payment is split by points",
        ),
    ],
)
def test_a_fault_is_named_by_its_path(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as refused:
        tariff_from_dict(document(**changes))
    assert refused.value.code == "bad-tariff"
    assert path in refused.value.message


def test_a_document_is_bounded() -> None:
    with pytest.raises(BadInput, match="larger than"):
        tariff_from_dict(document(source="x" * 70_000))


@pytest.mark.parametrize("data", [{"id": {1, 2}}, {"id": float("nan")}])
def test_what_is_no_json_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="no JSON"):
        tariff_from_dict(data)


def test_the_shelf_finds_versions() -> None:
    assert on_shelf("gema-ai") == on_shelf("gema-ai", 1)
    assert on_shelf("gema-ai", 2) is None
    assert on_shelf("nobody") is None
    assert len({(one.id, one.version) for one in shipped()}) == len(shipped())
