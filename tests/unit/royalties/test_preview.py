"""Previews: a performer's own claims at the price of terms that nobody has signed yet."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Modality
from licensing.models import TariffKind, TariffRef, TariffTerm, Terms
from registry.models.works import KindOfUse
from royalties.closing import month_after, month_before
from royalties.preview import preview
from royalties.tariffs.documents import digest_of
from royalties.tariffs.shelf import on_shelf
from tests.unit.royalties.account_worlds import MINE, Accounts
from tests.unit.royalties.worlds import STUDIO, tariff

CHEAP = tariff("per_view", 1_000)
TERMS = Terms(
    performer_id=MINE.performer_id,
    licensee_id=STUDIO,
    kinds=(KindOfUse.SYNTHESISE_VOICE,),
    modalities=(Modality.VOICE,),
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    tariff=tariff("per_view", 2_000),
)


def by_tariff(name: str, rate_micro: int = 0) -> TariffTerm:
    found = on_shelf(name)
    assert found is not None
    ref = TariffRef(name, found.version, digest_of(found))
    return TariffTerm(TariffKind.TARIFF, rate_micro, found.currency, ref)


@given(st.lists(st.integers(1, 10**9), max_size=5), st.integers(1, 10**7))
def test_every_claim_keeps_its_usage_and_takes_the_new_price(views: list[int], rate: int) -> None:
    world = Accounts()
    for shown in views:
        world.claim(shown, CHEAP)
    found = preview(replace(TERMS, tariff=tariff("per_view", rate)), world.booked, {})
    assert found.here.amount_micro == rate * sum(views)
    assert found.here.earned["EUR"] == 1_000 * sum(views)
    assert found.elsewhere.lines == 0


def test_what_was_taken_back_earns_nothing_again() -> None:
    world = Accounts()
    world.take_back(world.claim(100, CHEAP))
    assert preview(TERMS, world.booked, {}).here.lines == 0


def test_another_licensees_cuts_are_told_apart() -> None:
    world = Accounts()
    world.claim(100, CHEAP)
    found = preview(replace(TERMS, licensee_id="ten_other"), world.booked, {})
    assert (found.here.lines, found.elsewhere.amount_micro) == (0, 200_000)


@pytest.mark.parametrize(
    "terms",
    [replace(TERMS, kinds=(KindOfUse.TRAIN_MODEL,)), replace(TERMS, territories=("FR",))],
    ids=["kind", "territory"],
)
def test_what_the_terms_do_not_cover_is_counted_and_not_priced(terms: Terms) -> None:
    world = Accounts()
    world.claim(100, CHEAP)
    found = preview(terms, world.booked, {}).here
    assert (found.lines, found.outside, found.amount_micro) == (0, 1, 0)


@pytest.mark.parametrize(
    ("name", "lacking"),
    [
        ("gvl-points", "points"),
        ("aifilms-pool", "pool"),
        ("flat-work", "work"),
        ("flat-day", "days"),
    ],
)
def test_what_a_claim_alone_cannot_say_is_named(name: str, lacking: str) -> None:
    world = Accounts()
    world.claim(100, CHEAP)
    term = by_tariff(name)
    assert term.tariff is not None
    shelf = on_shelf(name)
    assert shelf is not None
    found = preview(replace(TERMS, tariff=term), world.booked, {term.tariff: shelf}).here
    assert (found.lines, found.amount_micro) == (0, 0)
    assert any(lacking in key for key in found.missing), found.missing


@pytest.mark.parametrize("month", ["2026-01", "2026-12", "2027-06"])
def test_the_month_before_is_followed_by_the_month(month: str) -> None:
    assert month_after(month_before(month)) == month


def test_a_fee_for_a_cut_is_charged_once_however_often_it_is_shown() -> None:
    world = Accounts()
    for shown in (1, 2, 3):
        world.claim(shown, CHEAP)
    term, shelf = by_tariff("flat-cut", 5_000_000), on_shelf("flat-cut")
    assert term.tariff is not None
    assert shelf is not None
    found = preview(replace(TERMS, tariff=term), world.booked, {term.tariff: shelf}).here
    assert found.lines == 3
    assert found.amount_micro > 0
    once = preview(replace(TERMS, tariff=term), world.booked[:1], {term.tariff: shelf}).here
    assert found.amount_micro == once.amount_micro
