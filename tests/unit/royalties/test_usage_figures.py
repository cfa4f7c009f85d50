"""Figures of a usage report beside views: read in one way or not at all, and never as nought."""

import hashlib
import io

import pytest

from core.errors import BadInput
from core.ids import derived_id
from royalties.counting import facts_of
from royalties.models import NOTHING, Ratio, Reject, Reported, UsageRow
from royalties.tariffs.models import IncomeKind
from royalties.usage import read_header, read_rows
from royalties.wire_usage import reported_from_dict, reported_to_dict
from tests.unit.royalties.worlds import CUT, EVEN, line

BASE = {"cut_id": CUT, "territory": "DE", "period": "2026-11"}


def one(**cells: str) -> UsageRow | Reject:
    named = BASE | cells
    text = ";".join(named) + "\n" + ";".join(named.values()) + "\n"
    stream = io.BytesIO(text.encode())
    (found,) = read_rows(stream, read_header(stream))
    return found


def said(**cells: str) -> Reported:
    found = one(**cells)
    assert isinstance(found, UsageRow), found
    return found.reported


ALL = {
    "views": "10",
    "unique_views": "7",
    "watched": "1:02:03",
    "completion": "70 %",
    "income": "1000.5",
    "income_kind": "adverts",
    "currency": "eur",
    "payments": "3",
    "free": "no",
    "subscribers": "100",
    "days": "1/2",
}
EVERYTHING = Reported(
    unique_views=7,
    watched_ms=3_723_000,
    completion=Ratio(7, 10),
    income_micro=1_000_500_000,
    income_kind=IncomeKind.ADVERTS,
    currency="EUR",
    payments=3,
    free=False,
    subscribers=100,
    days=Ratio(1, 2),
)


def test_every_figure_is_read_and_written_back() -> None:
    assert said(**ALL) == EVERYTHING
    assert reported_from_dict(reported_to_dict(EVERYTHING)) == EVERYTHING
    assert reported_to_dict(NOTHING) == {}
    assert reported_from_dict({}) is NOTHING


def test_what_is_not_there_is_not_nought() -> None:
    assert said(views="1", unique_views="", watched="") is NOTHING
    facts = facts_of(line(), EVEN)
    assert (facts.unique_views, facts.income_micro, facts.days, facts.free) == (
        None,
        None,
        None,
        False,
    )
    assert one(watched="60") == UsageRow(
        2, CUT, "DE", "2026-11", None, reported=Reported(watched_ms=60_000)
    )


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("watched", "12.5", 12_500),
        ("watched", "0:00:01", 1_000),
        ("watched", "100:00:00", 360_000_000),
        ("completion", "0.7", Ratio(7, 10)),
        ("completion", "7/10", Ratio(7, 10)),
        ("completion", "70%", Ratio(7, 10)),
        ("completion", "1", Ratio(1, 1)),
        ("completion", "12.5%", Ratio(1, 8)),
        ("free", "Ja", True),
        ("days", "2", Ratio(2, 1)),
    ],
)
def test_figures_in_their_ways_of_writing(column: str, text: str, value: object) -> None:
    names = {"watched": "watched_ms"}
    assert getattr(said(views="1", **{column: text}), names.get(column, column)) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("unique_views", "1.5"),
        ("unique_views", "-1"),
        ("watched", "1:60:00"),
        ("watched", "60s"),
        ("watched", "1,5"),
        ("completion", "70"),
        ("completion", "101 %"),
        ("completion", "1/0"),
        ("completion", "\u0667/10"),
        ("payments", "1e3"),
        ("free", "perhaps"),
        ("subscribers", "ten"),
        ("days", "-1"),
        ("days", "1/0"),
        ("supersedes", "usg_short"),
    ],
)
def test_what_can_be_read_in_two_ways_is_rejected(column: str, text: str) -> None:
    found = one(views="1", **{column: text})
    assert found == Reject(2, f"bad-{column.replace('_', '-')}", column)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"income": "1", "currency": "EUR"}, "income_kind"),
        ({"income": "1", "income_kind": "views"}, "currency"),
        ({"income": "1,5", "income_kind": "views", "currency": "EUR"}, "income"),
        ({"income": "-1", "income_kind": "views", "currency": "EUR"}, "income"),
        ({"income": "1", "income_kind": "gifts", "currency": "EUR"}, "income_kind"),
        ({"income": "1", "income_kind": "views", "currency": "euros"}, "currency"),
    ],
)
def test_an_income_needs_its_kind_and_its_currency(cells: dict[str, str], column: str) -> None:
    found = one(views="1", **cells)
    assert isinstance(found, Reject)
    assert found.column == column


def test_a_kind_and_a_currency_without_an_income_say_nothing() -> None:
    assert said(views="1", currency="EUR", income_kind="views") is NOTHING


def test_a_line_that_says_nothing_is_rejected() -> None:
    assert one(views="", watched="", free="yes") == Reject(2, "bad-views", "views")
    with pytest.raises(BadInput):
        one(free="yes")


def test_further_figures_make_another_line_and_none_make_the_same() -> None:
    plain = UsageRow(2, CUT, "DE", "2026-11", 10)
    others = [
        plain,
        UsageRow(2, CUT, "DE", "2026-11", 10, reported=Reported(payments=1)),
        UsageRow(2, CUT, "DE", "2026-11", 10, reported=Reported(subscribers=1)),
        UsageRow(2, CUT, "DE", "2026-11", 10, reported=Reported(free=False)),
        UsageRow(2, CUT, "DE", "2026-11", None, reported=Reported(payments=1)),
        UsageRow(2, CUT, "DE", "2026-11", 10, supersedes=derived_id("usg", "a")),
    ]
    assert len({row.content_hash for row in others}) == len(others)
    assert UsageRow(2, CUT, "DE", "2026-11", 10, reported=Reported()).content_hash == (
        plain.content_hash
    )
    # The hash of the five fields alone, as lines of before have it.
    told = "\x1f".join((CUT, "DE", "2026-11", "10", ""))
    assert plain.content_hash == hashlib.sha256(told.encode()).hexdigest()
