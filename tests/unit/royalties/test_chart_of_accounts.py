"""The chart of accounts: nothing is booked to a name that is not on it."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from core.ids import derived_id
from royalties.accounts import AccountKind, Side, account, parse
from royalties.closing import first_before, month_after, month_of, posting_month
from royalties.models_books import PeriodState

PAGE = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text("utf-8")
ID = derived_id("ten", "a")
OPEN, CLOSING, CLOSED = PeriodState


def test_the_page_lists_every_kind_with_its_side() -> None:
    listed = re.findall(r"^\| `(\w+)` \| [^|]*\| (asset|liability) \|", PAGE, re.MULTILINE)
    subjects = {
        AccountKind.UNCLAIMED: "2026-09",
        AccountKind.FX: "EUR-USD",
        **dict.fromkeys((AccountKind.BANK, AccountKind.ROUNDING), ""),
        **dict.fromkeys(
            (AccountKind.RECEIVABLE, AccountKind.WRITTEN_OFF, AccountKind.UNMATCHED), ID
        ),
        **dict.fromkeys((AccountKind.ACCRUED, AccountKind.HELD), derived_id("prf", "a")),
        **dict.fromkeys((AccountKind.PAYABLE, AccountKind.BLOCKED), derived_id("pay", "a")),
        **dict.fromkeys((AccountKind.UNIDENTIFIED, AccountKind.SUSPENSE), derived_id("cut", "a")),
        **dict.fromkeys((AccountKind.RESERVE, AccountKind.IN_TRANSIT), derived_id("run", "a")),
    }
    sides = {kind: parse(account(kind, subjects.get(kind, "de"))).side for kind in AccountKind}
    assert [(AccountKind(kind), Side(side)) for kind, side in listed] == list(sides.items())


@given(st.sampled_from([f"receivable:{ID}", "bank", "fx:EUR-USD", "vat:de", "unclaimed:2026-09"]))
def test_an_account_reads_back(text: str) -> None:
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bank:",
        "bank:berlin",
        "receivable",
        "receivable:",
        "receivable:ten_short",
        f"accrued:{ID}",
        f"receivable:{ID}\n",
        "fx:EUR",
        "fx:eur-usd",
        "unclaimed:2026-13",
        "vat:DE",
        "debtor:" + ID,
        "BANK",
    ],
)
def test_what_is_not_on_the_chart_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


@given(st.integers(1900, 2199), st.integers(1, 12))
def test_the_next_month_is_the_calendars(year: int, month: int) -> None:
    later = datetime(year, month, 28, tzinfo=UTC) + timedelta(days=4)
    assert month_after(f"{year:04d}-{month:02d}") == month_of(later)


def test_a_month_is_that_of_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert month_of(datetime(2027, 1, 1, 0, 30, tzinfo=berlin)) == "2026-12"


@pytest.mark.parametrize(
    ("states", "month"),
    [
        ({}, "2026-11"),
        ({"2026-10": OPEN}, "2026-11"),
        ({"2026-11": CLOSING}, "2026-12"),
        ({"2026-11": CLOSED, "2026-12": CLOSED}, "2027-01"),
        ({"2026-11": CLOSED, "2026-12": OPEN}, "2026-12"),
        ({"2026-10": CLOSED}, "2026-11"),
        ({"2026-12": CLOSED}, "2027-01"),
    ],
)
def test_a_fact_is_posted_in_the_first_open_month(
    states: dict[str, PeriodState], month: str
) -> None:
    assert posting_month(states, datetime(2026, 11, 30, 23, tzinfo=UTC)) == month


def test_months_are_closed_in_their_order() -> None:
    states = {"2026-09": CLOSED, "2026-10": OPEN, "2026-12": CLOSING}
    assert first_before(states, "2026-12") == "2026-10"
    assert first_before(states, "2026-10") is None
