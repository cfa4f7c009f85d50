"""Double entry: nothing unbalanced is booked, and a reversal is the exact opposite."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Broken
from royalties import ledger
from royalties.models import Posting, TransactionKind
from tests.unit.royalties.worlds import AT, STUDIO, Books, line, tariff, use

BIG = 2**63 - 1


def booked() -> Books:
    books = Books()
    books.accrue([use()], [line()])
    return books


def test_an_accrual_debits_the_licensee_and_credits_the_payee() -> None:
    accrual = booked().transactions[0]
    assert accrual.postings == (
        Posting(f"receivable:{STUDIO}", 12_500, "EUR"),
        Posting(f"payable:{use().payee_id}", -12_500, "EUR"),
    )
    assert (accrual.tenant_id, accrual.audience) == (STUDIO, f"tenant:{use().performer_tenant_id}")
    assert (accrual.amount_micro, accrual.currency) == (12_500, "EUR")


def test_a_reversal_is_the_exact_opposite_in_the_month_earned() -> None:
    accrual = booked().transactions[0]
    reversal = ledger.reverse(accrual, ledger.Stamp("txn", 2, AT), reason="changed:spans")
    assert ledger.balances((*accrual.postings, *reversal.postings)) == {
        (f"receivable:{STUDIO}", "EUR"): 0,
        (f"payable:{use().payee_id}", "EUR"): 0,
    }
    assert reversal.reverses_id == accrual.id
    assert reversal.earned_period == accrual.earned_period
    assert reversal.pins == accrual.pins


def test_a_reversal_is_never_reversed() -> None:
    accrual = booked().transactions[0]
    reversal = ledger.reverse(accrual, ledger.Stamp("txn", 2, AT), reason="x")
    assert reversal.kind is TransactionKind.REVERSAL
    with pytest.raises(Broken):
        ledger.reverse(reversal, ledger.Stamp("txn2", 3, AT), reason="x")


@pytest.mark.parametrize(
    "postings",
    [
        (Posting("a", 1, "EUR"),),
        (Posting("a", 1, "EUR"), Posting("b", -2, "EUR")),
        (Posting("a", 1, "EUR"), Posting("b", -1, "USD")),
        (Posting("a", BIG + 1, "EUR"), Posting("b", -BIG - 1, "EUR")),
    ],
    ids=["one-sided", "unequal", "two-currencies", "out-of-range"],
)
def test_an_unsound_transaction_is_never_booked(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(Broken):
        ledger.checked(replace(booked().transactions[0], postings=postings))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, BIG), st.sampled_from(["EUR", "USD"])), max_size=30))
def test_sums_are_exact_beyond_64_bits(amounts: list[tuple[int, str]]) -> None:
    postings = [Posting("a", micro, currency) for micro, currency in amounts]
    exact = {unit: sum(n for n, c in amounts if c == unit) for _, unit in amounts}
    assert ledger.net_by_currency(postings) == exact
    assert ledger.balances(postings) == {("a", unit): total for unit, total in exact.items()}


def test_a_currency_change_books_both_currencies_separately() -> None:
    books = booked()
    books.accrue([replace(use(), tariff=tariff(currency="USD"))], [line()])
    assert books.balances() == {
        (f"receivable:{STUDIO}", "USD"): 12_500,
        (f"payable:{use().payee_id}", "USD"): -12_500,
    }
