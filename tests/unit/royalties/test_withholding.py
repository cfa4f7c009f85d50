"""What is kept back of a payment: the table of the docs, dates, small amounts, certificates."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.texts import LANGUAGES, catalogue
from core.errors import Broken
from core.money import parse_rate
from royalties.models import Ratio
from royalties.withholding import Exemption, TaxStatus, Why, withheld

PAGE = Path(__file__).parents[3] / "docs" / "payouts.md"
AT = datetime(2026, 11, 21, tzinfo=UTC)
ABROAD = TaxStatus("FR")
PAPER = Exemption("B 123", Ratio(5, 100), date(2026, 1, 1), date(2026, 11, 21))


def rows() -> list[list[str]]:
    text = PAGE.read_text("utf-8")
    table = text.split("| gross | residence |", 1)[1].split("\n\n", 1)[0]
    lines = [line for line in table.splitlines() if re.match(r"\| -?\d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def micro(text: str) -> int:
    return -parse_rate(text[1:]) if text.startswith("-") else parse_rate(text)


def test_the_table_of_the_page_is_what_is_computed() -> None:
    assert len(rows()) >= 6
    for gross, residence, treaty, paper, earlier, tax, surcharge, why in rows():
        exemption = None
        if paper:
            exemption = Exemption("x", Ratio(int(paper), 100), AT.date(), AT.date())
        status = TaxStatus(residence, treaty == "yes", exemption)
        found = withheld(micro(gross), status, AT, earlier_micro=micro(earlier))
        assert (found.tax_micro, found.surcharge_micro) == (micro(tax), micro(surcharge)), gross
        assert found.reason == why


@given(st.integers(-(10**15), 10**15))
def test_taking_back_mirrors_and_no_more_is_kept_than_the_rates_say(gross: int) -> None:
    found, back = withheld(gross, ABROAD, AT), withheld(-gross, ABROAD, AT)
    assert found.total_micro == -back.total_micro
    assert 0 <= abs(gross) * 15825 - abs(found.total_micro) * 100_000 < 200_000


def test_a_certificate_counts_on_its_last_day_and_not_after_it() -> None:
    status = TaxStatus("FR", exemption=PAPER)
    last = datetime(2026, 11, 21, 23, 59, tzinfo=UTC)
    assert withheld(10**6, status, last).reason is Why.EXEMPTED
    assert withheld(10**6, status, last).total_micro == 50_000
    after = datetime(2026, 11, 22, tzinfo=UTC)
    assert withheld(10**6, status, after).reason is Why.NON_RESIDENT


def test_small_amounts_need_a_treaty_a_year_with_the_rule_and_its_currency() -> None:
    status, limit = TaxStatus("FR", treaty=True), 10_000 * 10**6
    assert withheld(limit, status, AT).reason is Why.SMALL
    assert withheld(1, status, AT, earlier_micro=limit).reason is Why.NON_RESIDENT
    assert withheld(limit, status, AT, currency="USD").reason is Why.NON_RESIDENT
    assert withheld(limit, ABROAD, AT).reason is Why.NON_RESIDENT
    before = datetime(2023, 6, 1, tzinfo=UTC)
    assert withheld(limit // 2, status, before).reason is Why.SMALL
    assert withheld(limit, status, before).reason is Why.NON_RESIDENT
    assert withheld(1, status, datetime(2020, 1, 1, tzinfo=UTC)).reason is Why.NON_RESIDENT


def test_before_the_first_rates_nothing_is_guessed() -> None:
    with pytest.raises(Broken):
        withheld(1, ABROAD, datetime(2008, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_has_a_sentence(lang: str) -> None:
    assert {f"reason.{one.value}" for one in Why} <= catalogue(lang).keys()
