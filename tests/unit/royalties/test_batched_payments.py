"""A batch that one file tells as a sum and another one by one is seen, and nothing else is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.billing.bankstatement import MADE
from royalties.billing.batches import told_otherwise
from royalties.billing.twins import Known, is_named
from royalties.billing.words import sender
from royalties.models_income import Batch, Payment

OWN_IBAN, IBAN, OTHER_IBAN = (
    "DE89370400440532013000",
    "DE02120300000000202051",
    "DE02100500000054540402",
)
OWN = sender("Society", OWN_IBAN)
DAY = date(2026, 11, 20)
AMOUNTS = st.lists(st.integers(1, 10**9), min_size=2, max_size=8)


def paid(reference: str, amount: int, batch: Batch | None = None, payer: str = "Anna") -> Payment:
    return Payment(reference, DAY, amount, "EUR", None, payer, IBAN if payer else "", "x", batch)


def a_sum(amounts: Sequence[int], *, counted: bool = True) -> Payment:
    batch = Batch("B1", sum(amounts), len(amounts)) if counted else None
    return paid("B1", sum(amounts), batch, payer="")


def lines(amounts: Sequence[int]) -> list[Payment]:
    return [paid(f"{MADE}{at}", amount) for at, amount in enumerate(amounts)]


def parts(amounts: Sequence[int], name: str = "B1") -> list[Payment]:
    batch = Batch(name, sum(amounts), len(amounts))
    return [paid(f"{name}/{at}", amount, batch) for at, amount in enumerate(amounts, 1)]


def known(payments: Sequence[Payment]) -> list[Known]:
    return [Known(f"r:{one.reference}", (one,), is_named(one)) for one in payments]


def found(payments: Sequence[Payment], before: Sequence[Payment]) -> dict[int, str]:
    return dict(told_otherwise(payments, known(before), OWN))


@given(AMOUNTS, st.booleans())
def test_a_sum_and_its_payments_are_seen_whichever_comes_first(
    amounts: Sequence[int], counted: bool
) -> None:
    whole = a_sum(amounts, counted=counted)
    assert found(lines(amounts), [whole]) == dict.fromkeys(range(len(amounts)), "r:B1")
    assert found([whole], lines(amounts)) == {0: f"r:{MADE}0"}


@given(AMOUNTS, st.integers(0, 3), st.integers(0, 3))
def test_so_many_in_a_row_as_the_bank_says_are_the_sum(
    amounts: Sequence[int], above: int, below: int
) -> None:
    others = [10**10 + at for at in range(above)], [2 * 10**10 + at for at in range(below)]
    table = lines([*others[0], *amounts, *others[1]])
    expected = {above + at: "r:B1" for at in range(len(amounts))}
    assert found(table, [a_sum(amounts)]) == expected
    assert found([a_sum(amounts)], table) == {0: f"r:{MADE}{above}"}
    # Without their number all that nobody knows has to come to it.
    is_all = not above and not below
    assert bool(found(table, [a_sum(amounts, counted=False)])) is is_all


@given(AMOUNTS, st.integers(0, 3))
def test_what_the_bank_parts_is_seen_among_whatever_else(amounts: Sequence[int], more: int) -> None:
    message = [*lines([10**10 + at for at in range(more)]), *parts(amounts)]
    line = replace(a_sum(amounts, counted=False), reference=f"{MADE}s")
    assert found([line], message) == {0: "r:B1/1"}
    assert set(found(message, [line])) == set(range(more, more + len(amounts)))


@given(AMOUNTS, st.integers(1, 10**6))
def test_another_sum_day_or_currency_is_nothing(amounts: Sequence[int], more: int) -> None:
    whole = a_sum(amounts, counted=False)
    for other in (
        replace(whole, amount_micro=whole.amount_micro + more),
        replace(whole, booked_on=DAY + timedelta(days=1)),
        replace(whole, currency="GBP"),
        replace(whole, batch=Batch("B1", whole.amount_micro, len(amounts) + 1)),
    ):
        assert found(lines(amounts), [other]) == found([other], lines(amounts)) == {}


@pytest.mark.parametrize(
    ("payer", "account", "expected"),
    [
        ("", "", True),
        ("SOCIETY", "", True),
        ("", OWN_IBAN, True),
        ("Anna", IBAN, True),
        ("ANNA BERG", "", True),
        ("Studio", "", False),
        ("", OTHER_IBAN, False),
    ],
)
def test_a_sum_is_from_nobody_the_holder_or_from_whom_all_of_it_is(
    payer: str, account: str, expected: bool
) -> None:
    whole = replace(a_sum([1, 2], counted=False), payer=payer, payer_account=account)
    assert bool(found(lines([1, 2]), [whole])) is expected
    assert bool(found([whole], lines([1, 2]))) is expected
    assert found(lines([1, 2]), [replace(whole, batch=Batch("B1", 3, 2))])


def test_a_line_that_names_an_invoice_of_its_own_is_no_sum() -> None:
    whole = replace(a_sum([1, 2], counted=False), text="2026-000001")
    assert found(lines([1, 2]), [whole]) == found([whole], lines([1, 2])) == {}
    named = [replace(one, text="Invoice 2026-000001") for one in lines([1, 2])]
    assert found(named, [whole])


def test_what_the_bank_names_as_another_entry_is_another() -> None:
    assert found(parts([1, 2]), [a_sum([1, 2])])
    assert found([a_sum([1, 2])], parts([1, 2])) == {0: "r:B1/1"}
    assert found(parts([1, 2], "B7"), [a_sum([1, 2])]) == {}
    single = [replace(one, reference=f"B{at}") for at, one in enumerate(lines([1, 2]), 5)]
    assert found(single, [a_sum([1, 2])]) == found([a_sum([1, 2])], single) == {}


def test_a_batch_of_which_a_part_is_known_otherwise_is_not_guessed_at() -> None:
    assert found(parts([1, 2, 3])[:2], [a_sum([1, 2, 3])]) == {}
    assert found(parts([1, 2, 3])[:2], [a_sum([1, 2])]) == {}


@given(AMOUNTS)
def test_no_payment_belongs_to_two_sums(amounts: Sequence[int]) -> None:
    second = replace(a_sum(amounts), reference="B2")
    twice = found(lines(amounts), [a_sum(amounts), second])
    assert set(twice.values()) == {"r:B1"}
    assert len(found([a_sum(amounts), second], lines(amounts))) == 1


def on(day: date, payments: Sequence[Payment]) -> list[Payment]:
    return [replace(one, booked_on=day) for one in payments]


# 20 November is a Friday.
@pytest.mark.parametrize(
    ("day", "is_near"),
    [(date(2026, 11, 17), True), (date(2026, 11, 25), True), (date(2026, 11, 26), False)],
)
def test_a_batch_that_the_bank_tells_is_seen_on_days_near_by_whichever_comes_first(
    day: date, is_near: bool
) -> None:
    whole, told = a_sum([1, 2, 4]), on(day, [*lines([1, 2, 4]), *lines([9])])
    assert found(told, [whole]) == (dict.fromkeys(range(3), "r:B1") if is_near else {})
    assert found([whole], told) == ({0: f"r:{MADE}0"} if is_near else {})
    line = replace(a_sum([1, 2, 4], counted=False), reference=f"{MADE}s")
    parted = on(day, parts([1, 2, 4], "B9"))
    assert found([line], parted) == ({0: "r:B9/1"} if is_near else {})
    assert found(parted, [line]) == (dict.fromkeys(range(3), f"r:{MADE}s") if is_near else {})


def test_its_own_day_comes_before_days_near_by_and_what_is_told_both_ways_is_left() -> None:
    line, tuesday = replace(a_sum([1, 2], counted=False), reference=f"{MADE}s"), DAY + timedelta(4)
    earlier, same = on(DAY - timedelta(1), parts([1, 2], "B8")), parts([1, 2], "B9")
    assert found([line], [*earlier, *same]) == {0: "r:B9/1"}
    # A batch of every day whose sum was told on its day is not the sum of the next.
    later = replace(line, booked_on=tuesday, reference=f"{MADE}t")
    assert found([later], [*same, line]) == {}
    assert found([later], same) == {0: "r:B9/1"}
    whole = a_sum([1, 2])
    assert found(on(tuesday, lines([1, 2])), [whole, *lines([1, 2])]) == {}


def test_of_days_near_by_none_stands_for_two() -> None:
    batches = [parts([1, 2], "B8"), on(DAY + timedelta(3), parts([1, 2], "B9"))]
    line = replace(a_sum([1, 2], counted=False), booked_on=DAY + timedelta(4))
    told = [replace(line, reference=f"{MADE}{at}") for at in range(3)]
    assert len(found(told, [one for each in batches for one in each])) == 2


def test_many_sums_and_lines_of_a_day_are_compared_in_time() -> None:
    before = [a_sum([at, 10**12], counted=at % 2 == 0) for at in range(1, 3000)]
    sums = [replace(one, reference=f"B{at}") for at, one in enumerate(before)]
    assert found(lines(range(1, 5000)), sums) == {}
