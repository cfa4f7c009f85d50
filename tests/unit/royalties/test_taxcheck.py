"""What a run withheld, computed again from where payees are taxed and from what went before."""

from datetime import UTC, datetime

import pytest

from core.ids import derived_id
from royalties import taxcheck
from royalties.distribution import TAKEN_BACK
from royalties.models import Ratio
from royalties.models_runs import Before, Outcome, Parts, Release, RunLine, Tax
from royalties.releasing import FREED, PASSED
from royalties.withholding import Exemption, TaxStatus

AT = datetime(2026, 3, 1, tzinfo=UTC)
PAYEE = derived_id("pay", "anna")
PAPER = Exemption("", Ratio(5, 100), AT.date(), AT.date())
ABROAD, HOME, SPARED = TaxStatus("US"), TaxStatus("DE"), TaxStatus("US", exemption=PAPER)
# 100 less 15 %, and 5.5 % of these.
PARTS = Parts(tax_micro=15_000_000, surcharge_micro=825_000, net_micro=84_175_000)
BEFORE = Before(PAYEE, 100_000_000, 0, PARTS)
LINE = RunLine(
    live_key="a/b/c",
    payee_id=PAYEE,
    outcome=Outcome.PAYABLE,
    reason="received",
    transaction_id="",
    performer_id="",
    performer_tenant_id="",
    earned_period="2026-02",
    currency="EUR",
    received_micro=100_000_000,
    parts=PARTS,
)


def wrong(line: RunLine, status: TaxStatus, *before: Before) -> list[tuple[str, int, int]]:
    tax = taxcheck.of_line(line, before, {PAYEE: status}, AT)
    return list(taxcheck.amounts(line.parts, tax))


def test_what_is_paid_is_taxed_by_where_the_payee_lives() -> None:
    assert wrong(LINE, ABROAD) == []
    assert [name for name, *_ in wrong(LINE, HOME)] == ["tax_micro", "surcharge_micro"]
    assert wrong(LINE, SPARED) == [
        ("tax_micro", 15_000_000, 5_000_000),
        ("surcharge_micro", 825_000, 0),
    ]


def test_what_is_blocked_or_moves_within_the_reserve_is_not_taxed() -> None:
    for outcome in (Outcome.BLOCKED, Outcome.COVERED, Outcome.HELD):
        assert taxcheck.of_line(LINE._replace(outcome=outcome), (), {}, AT) == Tax()


def test_what_is_taken_back_takes_back_its_part_of_what_was_withheld() -> None:
    third = Parts(tax_micro=-5_000_000, surcharge_micro=-275_000, net_micro=-28_058_333)
    back = LINE._replace(reason=TAKEN_BACK, received_micro=-33_333_333, parts=third)
    said = wrong(back, HOME, BEFORE)
    assert said == [("tax_micro", -5_000_000, -4_999_999), ("surcharge_micro", -275_000, -274_999)]
    assert wrong(back, HOME) == [], "what went before is not known"


@pytest.mark.parametrize(
    ("reason", "outcome", "faults"),
    [(FREED, "payable", 0), (PASSED, "payable", 2), (FREED, "blocked", 2)],
)
def test_what_is_set_free_is_taxed_when_it_is_paid(reason: str, outcome: str, faults: int) -> None:
    one = Release("", "", "", PAYEE, "EUR", Outcome(outcome), reason, "", PARTS)
    tax = taxcheck.of_release(one, {PAYEE: ABROAD}, AT)
    assert len(list(taxcheck.amounts(PARTS, tax))) == faults


def test_of_whom_nothing_is_known_the_stated_tax_counts() -> None:
    tax = taxcheck.of_line(LINE, (), {}, AT)
    assert (tax, list(taxcheck.amounts(PARTS, tax))) == (None, [])
