"""A sublicence is never wider than the licence above it, and ends with the first that ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.ids import derived_id
from fingerprint.models import Modality
from licensing.models import ANY, Context
from licensing.sublicensing import LINKS_MAX, Link, chain_above, ended_above, outside
from registry.models.works import KindOfUse, Stage
from tests.unit.licensing.examples import AT, BERT, CUT, FILM, SERIES, licence, terms

K = KindOfUse
PARENT: dict[str, Any] = {
    "kinds": (K.SYNTHESISE_VOICE, K.DUB),
    "modalities": tuple(Modality),
    "formats": ("vertical", "trailer"),
    "works": (SERIES, FILM),
    "stages": (Stage.PITCH, Stage.RELEASE),
    "uses_max": 12,
    "contexts_prohibited": (Context.POLITICAL,),
    "approval_per_cut": True,
    "use_notice_hours": 48,
    "exclusive": True,
    "post_mortem": True,
    "sublicensable": True,
}
WHOLE = terms(**PARENT)
HOUR = timedelta(hours=1)

NARROWER: list[dict[str, Any]] = [
    {"kinds": (K.DUB,)},
    {"modalities": (Modality.VOICE,)},
    {"territories": ("DE",)},
    {"languages": ("de-AT", "de-CH")},
    {"media": ("social",)},
    {"formats": ("vertical",)},
    {"works": (FILM,)},
    {"stages": (Stage.PITCH,)},
    {"valid_from": WHOLE.valid_from + HOUR},
    {"valid_until": WHOLE.valid_until - HOUR},
    {"seconds_max": 59},
    {"uses_max": 11},
    {"contexts_prohibited": tuple(Context)},
    {"use_notice_hours": 49},
    {"exclusive": False},
    {"post_mortem": False},
]
WIDER: list[dict[str, Any]] = [
    {"kinds": (K.SYNTHESISE_VOICE, K.TRAIN_MODEL)},
    {"territories": ("DE", "FR")},
    {"territories": (ANY,)},
    {"languages": ("de", "en")},
    {"media": ("series", "advert")},
    {"formats": ("vertical", "dub")},
    {"works": (SERIES, CUT)},
    {"stages": (Stage.PITCH, Stage.AUDIENCE_TEST)},
    {"valid_from": WHOLE.valid_from - HOUR},
    {"valid_until": WHOLE.valid_until + HOUR},
    {"seconds_max": 61},
    {"seconds_max": None},
    {"uses_max": 13},
    {"uses_max": None},
    {"contexts_prohibited": ()},
    {"label_ai": False},
    {"approval_per_cut": False},
    {"use_notice_hours": 47},
    {"paid_directly": True},
]


def fields(child: dict[str, Any], parent: dict[str, Any] = PARENT) -> list[object]:
    found = outside(terms(**{**parent, **child}), terms(**parent))
    assert {reason.code for reason in found} <= {"wider-than-parent"}
    return [reason.detail["field"] for reason in found]


@pytest.mark.parametrize("change", [{}, *NARROWER], ids=str)
def test_what_says_no_more_lies_within(change: dict[str, Any]) -> None:
    assert fields(change) == []


@pytest.mark.parametrize("change", WIDER, ids=str)
def test_what_is_wider_is_told_by_its_field(change: dict[str, Any]) -> None:
    assert fields(change) == list(change)


@pytest.mark.parametrize(
    ("field", "narrow"), [("modalities", (Modality.VOICE,)), ("exclusive", False)]
)
def test_what_the_parent_lacks_its_sublicence_has_not(field: str, narrow: object) -> None:
    assert fields({field: PARENT[field]}, {**PARENT, field: narrow}) == [field]
    assert fields({"post_mortem": True}, {**PARENT, "post_mortem": False}) == ["post_mortem"]


def test_a_parent_without_bounds_bounds_nothing() -> None:
    wide = {"territories": (ANY,), "media": (ANY,), "seconds_max": None, "languages": (ANY,)}
    assert fields({"territories": ("US",), "seconds_max": None}, {**PARENT, **wide}) == []


def test_only_the_same_performers_sublicensable_licence_has_sublicences() -> None:
    for parent in (terms(**{**PARENT, "sublicensable": False}), terms(**PARENT, performer_id=BERT)):
        assert [reason.code for reason in outside(WHOLE, parent)] == ["not-sublicensable"]


NAMES = [derived_id("lic", str(number)) for number in range(LINKS_MAX + 2)]


def test_the_chain_above_is_told_from_the_nearest_on_and_ends_even_in_a_circle() -> None:
    chain = [licence(str(n), parent_licence_id=NAMES[n + 1]) for n in range(3)]
    chain.append(licence("3", parent_licence_id=""))
    assert chain_above(chain[0].terms, chain) == tuple(NAMES[1:4])
    assert chain_above(chain[3].terms, chain) == ()
    assert chain_above(chain[0].terms, []) == (NAMES[1],)
    circle = [licence("0", parent_licence_id=NAMES[0])]
    assert chain_above(circle[0].terms, circle) == (NAMES[0],) * LINKS_MAX


def linked(*revoked: tuple[int, int] | None, more: str = "") -> dict[str, Link]:
    """Licences above one another; of each the seq at which and the day on which it was revoked."""
    above = [*NAMES[1 : len(revoked)], more]
    return {
        NAMES[n]: Link(above[n], *((None, None) if one is None else (one[0], day(one[1]))))
        for n, one in enumerate(revoked)
    }


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("links", "up_to_seq", "ends"),
    [
        (linked(None, None), 9, None),
        (linked((5, 12), None), 9, 12),
        (linked((5, 12), (7, 10)), 9, 10),
        (linked((5, 12), (9, 10)), 9, 10),
        (linked((5, 12), (10, 10)), 9, 12),
    ],
)
def test_a_sublicence_ends_with_the_first_above_it_that_is_known_to_have_ended(
    links: dict[str, Link], up_to_seq: int, ends: int | None
) -> None:
    one = licence("below", parent_licence_id=NAMES[0])
    (found,) = ended_above([one], links, up_to_seq)
    assert found.revoked_at == (None if ends is None else day(ends))
    (own,) = ended_above([licence("below", revoked_days_ago=20, parent_licence_id="")], links, 9)
    assert own.revoked_at == AT - timedelta(days=20)


def test_a_chain_that_is_broken_or_too_long_counts_as_revoked_from_its_beginning() -> None:
    one = licence("below", parent_licence_id=NAMES[0])
    for links, whole in (
        (linked(*[None] * LINKS_MAX), True),
        (linked(*[None] * (LINKS_MAX + 1)), False),
        (linked(None, more="lic_gone"), False),
        ({}, False),
    ):
        (found,) = ended_above([one], links, 9)
        assert found.revoked_at == (None if whole else one.terms.valid_from)
