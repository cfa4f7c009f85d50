"""Double entry: nothing unbalanced is booked, and a reversal is the exact opposite."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput, Broken
from royalties import ledger
from royalties.models_books import Posting, TransactionKind
from tests.unit.royalties.worlds import AT, BOOK, STUDIO, Books, line, tariff, use

BIG = 2**63 - 1


def booked() -> Books:
    books = Books()
    books.accrue([use()], [line()])
    return books


def test_an_accrual_debits_the_licensee_and_credits_what_the_performer_earned() -> None:
    accrual = booked().transactions[0]
    assert accrual.postings == (
        Posting(f"receivable:{STUDIO}", 12_500, "EUR"),
        Posting(f"accrued:{use().performer_id}", -12_500, "EUR"),
    )
    assert (accrual.tenant_id, accrual.audience) == (BOOK, f"tenant:{use().performer_tenant_id}")
    assert (accrual.amount_micro, accrual.currency) == (12_500, "EUR")


def test_a_reversal_is_the_exact_opposite_in_the_month_earned() -> None:
    accrual = booked().transactions[0]
    reversal = ledger.reverse(accrual, ledger.Stamp(BOOK, "2026-12", 2, AT), reason="changed:spans")
    assert ledger.balances((*accrual.postings, *reversal.postings)) == {
        (f"receivable:{STUDIO}", "EUR"): 0,
        (f"accrued:{use().performer_id}", "EUR"): 0,
    }
    assert reversal.reverses_id == accrual.id
    assert (reversal.earned_period, reversal.posted_period) == ("2026-11", "2026-12")
    assert reversal.pins == accrual.pins


def test_a_reversal_is_never_reversed() -> None:
    accrual = booked().transactions[0]
    reversal = ledger.reverse(accrual, ledger.Stamp(BOOK, "2026-12", 2, AT), reason="x")
    assert reversal.kind is TransactionKind.REVERSAL
    with pytest.raises(Broken):
        ledger.reverse(reversal, ledger.Stamp(BOOK, "2026-12", 3, AT), reason="x")


@pytest.mark.parametrize(
    "postings",
    [
        (),
        (Posting("bank", 1, "EUR"),),
        (Posting("bank", 1, "EUR"), Posting("rounding", -2, "EUR")),
        (Posting("bank", 1, "EUR"), Posting("rounding", -1, "USD")),
        (Posting("bank", BIG + 1, "EUR"), Posting("rounding", -BIG - 1, "EUR")),
        (Posting("bank", 0, "EUR"), Posting("rounding", 0, "EUR")),
    ],
    ids=["empty", "one-sided", "unequal", "two-currencies", "out-of-range", "nothing"],
)
def test_an_unsound_transaction_is_never_booked(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(Broken):
        ledger.checked(booked().transactions[0]._replace(postings=postings))


@pytest.mark.parametrize("reason", ["", "Paid to Anna", "paid\nagain", "x" * 201])
def test_a_reason_is_a_code_and_no_text(reason: str) -> None:
    with pytest.raises(BadInput):
        ledger.checked(booked().transactions[0]._replace(reason=reason))


def test_a_transaction_of_another_book_is_never_reversed() -> None:
    with pytest.raises(Broken):
        ledger.reverse(booked().transactions[0], ledger.Stamp(STUDIO, "2026-12", 2, AT), reason="x")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, BIG), st.sampled_from(["EUR", "USD"])), max_size=30))
def test_sums_are_exact_beyond_64_bits(amounts: list[tuple[int, str]]) -> None:
    postings = [Posting("a", micro, currency) for micro, currency in amounts]
    exact = {unit: sum(n for n, c in amounts if c == unit) for _, unit in amounts}
    assert ledger.net_by_currency(postings) == exact
    assert ledger.balances(postings) == {("a", unit): total for unit, total in exact.items()}


def test_a_currency_change_books_both_currencies_separately() -> None:
    books = booked()
    books.accrue([use()._replace(tariff=tariff(currency="USD"))], [line()])
    assert books.balances() == {
        (f"receivable:{STUDIO}", "USD"): 12_500,
        (f"accrued:{use().performer_id}", "USD"): -12_500,
    }
