"""What statements hash of transactions, written as it stands: the bytes are the canonical ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import INTEGER_MAX, canonical
from core.errors import BadInput
from fingerprint.models import Span
from licensing.models import TariffRef, TariffTerm
from royalties.models import Pins, Ratio, Reported
from royalties.models_books import Claim, Posting, Transaction
from royalties.transactiontext import canonical_transactions
from royalties.wire_transactions import transaction_to_dict
from tests.unit.royalties.books_of_all_kinds import all_kinds
from tests.unit.royalties.worlds import AT

TEXTS = st.text(st.characters(codec="utf-8"), max_size=4)
SOME = st.lists(TEXTS, max_size=2).map(tuple)
WHOLE = st.one_of(st.integers(0, 999), st.integers(0, INTEGER_MAX), st.just(INTEGER_MAX))
PINS = st.builds(
    Pins,
    *(TEXTS, TEXTS, TEXTS, TEXTS, st.none() | WHOLE, TEXTS, TEXTS, TEXTS),
    spans=st.lists(st.builds(Span, st.just(3), st.integers(4, 10**9)), max_size=3).map(tuple),
    licence_id=TEXTS,
    tariff_id=TEXTS,
    tariff=st.builds(
        TariffTerm,
        rate_micro=WHOLE,
        currency=TEXTS,
        tariff=st.none() | st.builds(TariffRef, TEXTS, WHOLE, TEXTS),
    ),
    factor=st.builds(Ratio, WHOLE, st.integers(1, 9)),
    factor_set_id=TEXTS,
    clearance_id=TEXTS,
    scan_id=TEXTS,
    model_ids=SOME,
    threshold_ids=SOME,
    reported=st.just(Reported()) | st.builds(Reported, st.none() | WHOLE, free=st.booleans()),
    cause=TEXTS,
    parties=SOME,
)
CLAIMS = st.builds(
    Claim, TEXTS, WHOLE, TEXTS, PINS, st.dictionaries(TEXTS, TEXTS | WHOLE, max_size=4)
)
TRANSACTIONS = st.builds(
    Transaction,
    *(TEXTS, TEXTS, TEXTS),
    facts_key=TEXTS,
    reason=TEXTS,
    earned_period=TEXTS,
    posted_period=TEXTS,
    postings=st.lists(st.builds(Posting, TEXTS, st.integers(), TEXTS), max_size=3).map(tuple),
    seq=WHOLE,
    recorded_at=st.just(AT),
    reverses_id=st.none() | TEXTS,
    run_id=st.none() | TEXTS,
    pair_id=st.none() | TEXTS,
    claim=st.none() | CLAIMS,
)


def as_prescribed(*some: Transaction) -> bytes:
    return canonical([transaction_to_dict(one) for one in some])


@settings(max_examples=300)
@given(st.lists(TRANSACTIONS, max_size=2))
def test_what_is_written_as_it_stands_has_the_canonical_bytes(some: list[Transaction]) -> None:
    assert canonical_transactions(some) == as_prescribed(*some)


def test_a_whole_book_has_the_canonical_bytes() -> None:
    booked, _ = all_kinds()
    assert canonical_transactions(booked) == as_prescribed(*booked)


def claimed(**working: object) -> Transaction:
    """An accrual whose working says so, as a file that somebody hands in may."""
    one = next(each for each in all_kinds()[0] if each.claim is not None)
    return one._replace(claim=one.basis._replace(working=working))  # type: ignore[arg-type]


@pytest.mark.parametrize("said", [True, None, ["a", 1], {"z": 1, "b": "ü"}])
def test_a_working_with_other_values_has_the_canonical_bytes(said: object) -> None:
    one = claimed(said=said)
    assert canonical_transactions([one]) == as_prescribed(one)


@pytest.mark.parametrize("said", [INTEGER_MAX + 1, -INTEGER_MAX - 1, 0.5, "\ud800"])
def test_what_has_no_canonical_form_is_refused(said: object) -> None:
    with pytest.raises(BadInput):
        canonical_transactions([claimed(said=said)])
    if type(said) is int:
        with pytest.raises(BadInput):
            canonical_transactions([claimed()._replace(seq=said)])
