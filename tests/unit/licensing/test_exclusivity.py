"""Exclusive promises and sublicences: against a naive oracle that tries every single use."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Modality
from licensing.exclusivity import conflicts, overlap
from licensing.models import ANY, LicenceInForce, TariffKind, TariffTerm, Terms
from licensing.sublicensing import Link, chain_above, ended_above, outside
from licensing.wording import render
from registry.models.works import KindOfUse, Stage

T0 = datetime(2027, 1, 1, tzinfo=UTC)
CLONE, DUB = KindOfUse.SYNTHESISE_VOICE, KindOfUse.DUB
SEASON, EPISODE, OTHER = ("wrk_" + letter * 26 for letter in "abc")
LANDS, MEDIA, LANGUAGES = ("DE", "AT"), ("series", "advert"), ("de", "de-AT", "en")


def day(number: int) -> datetime:
    return T0 + timedelta(days=number)


def terms(**changes: object) -> Terms:
    plain = Terms(
        performer_id="prf_1",
        licensee_id="ten_a",
        kinds=(CLONE,),
        modalities=(Modality.VOICE,),
        valid_from=day(0),
        valid_until=day(10),
        tariff=TariffTerm(TariffKind.PER_VIEW, 1, "EUR"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def licence(found: Terms, licence_id: str = "lic_1", revoked: bool = False) -> LicenceInForce:
    end = day(1) if revoked else None
    return LicenceInForce(licence_id, "urn:1", "tar_1", found, 1, end)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    named = st.sets(st.sampled_from(values), min_size=1).map(lambda found: tuple(sorted(found)))
    return st.just((ANY,)) | named


@st.composite
def scopes(draw: st.DrawFn) -> Terms:
    start = draw(st.integers(0, 4))
    return terms(
        kinds=draw(st.sampled_from([(CLONE,), (DUB,), (CLONE, DUB)])),
        territories=draw(some(*LANDS)),
        media=draw(some(*MEDIA)),
        languages=draw(some(*LANGUAGES)),
        works=draw(some(SEASON, EPISODE, OTHER)),
        stages=draw(
            st.sampled_from([(Stage.RELEASE,), (Stage.PITCH,), (Stage.PITCH, Stage.RELEASE)])
        ),
        valid_from=day(start),
        valid_until=day(start + draw(st.integers(1, 4))),
    )


def allows(found: Terms, use: tuple[KindOfUse, str, str, str, str, Stage, int]) -> bool:
    """Whether terms allow one single use; an episode belongs to its season."""
    kind, land, medium, language, work, stage, number = use
    works = {EPISODE: {EPISODE, SEASON}}.get(work, {work})
    return (
        kind in found.kinds
        and (ANY in found.territories or land in found.territories)
        and (ANY in found.media or medium in found.media)
        and any(
            wide in (ANY, language) or language.startswith(f"{wide}-") for wide in found.languages
        )
        and (ANY in found.works or bool(works & set(found.works)))
        and stage in found.stages
        and found.valid_from <= day(number) < found.valid_until
    )


@given(scopes(), scopes())
def test_scopes_meet_exactly_where_a_single_use_is_allowed_by_both(
    one: Terms, other: Terms
) -> None:
    works = (SEASON, EPISODE, OTHER)
    uses = product(
        (CLONE, DUB), LANDS, MEDIA, LANGUAGES, works, (Stage.PITCH, Stage.RELEASE), range(9)
    )
    both = any(allows(one, use) and allows(other, use) for use in uses)
    above = {EPISODE: frozenset({SEASON})}
    assert (overlap(one, other, above) is not None) is both
    assert (overlap(other, one, above) is not None) is both


def test_an_exclusive_promise_is_told_before_it_is_broken() -> None:
    promised = licence(terms(exclusive=True, territories=("DE", "AT")))
    wanted = terms(licensee_id="ten_b", territories=("DE", "FR"))
    (reason,) = conflicts(wanted, [promised], day(0))
    assert reason.code == "promised-elsewhere"
    assert reason.detail["territories"] == "DE"
    assert "for itself alone" in render(reason) and "synthesised voice" in render(reason)
    assert "für sich allein" in render(reason, "de")
    (late,) = conflicts(replace(wanted, exclusive=True), [licence(terms())], day(0))
    assert late.code == "promised-too-late"


@pytest.mark.parametrize(
    "changes",
    [
        {"licensee_id": "ten_a"},
        {"performer_id": "prf_2"},
        {"kinds": (DUB,)},
        {"territories": ("FR",)},
        {"media": ("advert",)},
        {"languages": ("en",)},
        {"stages": (Stage.PITCH,)},
        {"valid_from": day(10), "valid_until": day(20)},
        {"works": (OTHER,)},
    ],
)
def test_what_is_apart_in_one_respect_is_no_conflict(changes: dict[str, object]) -> None:
    promised = terms(
        exclusive=True,
        territories=("DE",),
        media=("series",),
        languages=("de",),
        works=(SEASON,),
    )
    same = {"territories": ("DE",), "media": ("series",), "languages": ("de",), "works": (SEASON,)}
    wanted = terms(**{"licensee_id": "ten_b", **same, **changes})
    assert conflicts(wanted, [licence(promised)], day(0)) == ()


def test_what_is_over_or_revoked_binds_nobody_and_a_sublicence_rests_on_its_own() -> None:
    promised, wanted = terms(exclusive=True), terms(licensee_id="ten_b")
    assert conflicts(wanted, [licence(promised, revoked=True)], day(0)) == ()
    assert conflicts(wanted, [licence(promised)], day(10)) == ()
    under = replace(wanted, parent_licence_id="lic_1")
    above = chain_above(under, [licence(promised)])
    assert above == ("lic_1",)
    assert conflicts(under, [licence(promised)], day(0), resting_on=above) == ()


def test_a_sublicence_lies_within_its_parent_in_every_respect() -> None:
    parent = terms(
        sublicensable=True,
        territories=LANDS,
        languages=("de",),
        media=("series",),
        seconds_max=30,
        label_ai=True,
        use_notice_hours=48,
    )
    child = replace(parent, licensee_id="ten_b", languages=("de-AT",), sublicensable=False)
    assert outside(child, parent) == ()
    assert outside(child, replace(parent, sublicensable=False))
    for changes in (
        {"kinds": (CLONE, DUB)},
        {"territories": (ANY,)},
        {"languages": ("en",)},
        {"media": ("series", "advert")},
        {"valid_until": day(11)},
        {"valid_from": day(-1)},
        {"seconds_max": None},
        {"seconds_max": 31},
        {"label_ai": False},
        {"use_notice_hours": 47},
        {"exclusive": True},
        {"performer_id": "prf_2"},
    ):
        assert len(outside(replace(child, **changes), parent)) == 1, changes


def test_a_sublicence_ends_with_whatever_is_revoked_above_it_and_not_before() -> None:
    child = licence(terms(parent_licence_id="lic_2"), "lic_3")
    links = {"lic_2": Link("lic_1", None, None), "lic_1": Link("", 7, day(5))}
    (before,) = ended_above([child], links, 6)
    (after,) = ended_above([child], links, 7)
    assert (before.revoked_at, after.revoked_at) == (None, day(5))
    (broken,) = ended_above([child], {"lic_2": Link("lic_9", None, None)}, 9)
    (circle,) = ended_above([child], {"lic_2": Link("lic_2", None, None)}, 9)
    assert broken.revoked_at is not None and circle.revoked_at is not None
