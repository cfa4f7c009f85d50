"""The same payment in two files is one, two equal payments are two, and doubt is said."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.billing.bankdays import are_near
from royalties.billing.bankstatement import MADE
from royalties.billing.twins import Known, Likeness, is_named, likeness, paired, sort_out
from royalties.models_income import Payment

IBAN, OTHER_IBAN = "DE02120300000000202051", "DE89370400440532013000"
PAID = Payment(
    "B1", date(2026, 11, 20), 9_990_000, "EUR", None, "Müller GmbH", IBAN, "Rechnung 2026-000007"
)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Likeness.SAME),
        ({"payer": "MUELLER GMBH", "text": "RECHNUNG2026- 000007 E2E 4"}, Likeness.SAME),
        ({"payer_account": "", "text": ""}, Likeness.SAME),
        ({"payer_account": "", "payer": ""}, Likeness.SAME),
        ({"payer_account": "202051"}, Likeness.SAME),
        ({"payer": "", "payer_account": "", "text": ""}, Likeness.DOUBTFUL),
        ({"text": "something else"}, Likeness.DOUBTFUL),
        ({"payer_account": "", "payer": "M. und Söhne"}, Likeness.DOUBTFUL),
        ({"payer_account": "", "payer": "Nord AG", "text": "Miete"}, Likeness.OTHER),
        ({"payer_account": OTHER_IBAN}, Likeness.OTHER),
        ({"text": "Rechnung 2026-000008"}, Likeness.OTHER),
        ({"amount_micro": 9_980_000}, Likeness.OTHER),
        ({"currency": "GBP"}, Likeness.OTHER),
        # 20 November is a Friday. Days apart are never beyond doubt, and need sender and words.
        ({"booked_on": date(2026, 11, 21)}, Likeness.DOUBTFUL),
        ({"booked_on": date(2026, 11, 25), "text": "RECHNUNG2026-000007"}, Likeness.DOUBTFUL),
        ({"booked_on": date(2026, 11, 17), "payer_account": ""}, Likeness.DOUBTFUL),
        ({"booked_on": date(2026, 11, 23), "text": ""}, Likeness.OTHER),
        ({"booked_on": date(2026, 11, 23), "text": "something else"}, Likeness.OTHER),
        ({"booked_on": date(2026, 11, 23), "payer": "", "payer_account": ""}, Likeness.OTHER),
        ({"booked_on": date(2026, 11, 23), "payer_account": OTHER_IBAN}, Likeness.OTHER),
        ({"booked_on": date(2026, 11, 23), "text": "Rechnung 2026-000008"}, Likeness.OTHER),
        ({"booked_on": date(2026, 11, 26)}, Likeness.OTHER),
        ({"booked_on": date(2026, 12, 20)}, Likeness.OTHER),
    ],
)
def test_how_alike_two_payments_are(changed: dict[str, object], expected: Likeness) -> None:
    other = replace(PAID, **changed)  # type: ignore[arg-type]
    assert likeness(PAID, other) is likeness(other, PAID) is expected


def test_a_number_that_is_cut_in_two_is_another() -> None:
    one, other = (replace(PAID, text=text) for text in ("Vertrag 1", "Vertrag 12"))
    assert likeness(one, other) is Likeness.DOUBTFUL


WORDS = st.sampled_from(["", "Lizenz", "Lizenz 2026-000001", "Lizenz 2026-000001 Film", "Miete"])
PAYMENTS = st.builds(
    Payment,
    reference=st.just("x"),
    booked_on=st.just(date(2026, 11, 20)),
    amount_micro=st.sampled_from([1_000_000, 2_000_000]),
    currency=st.just("EUR"),
    payer=st.sampled_from(["", "Anna", "Studio Nord", "Studio Nord GmbH"]),
    payer_account=st.sampled_from(["", IBAN, OTHER_IBAN]),
    text=WORDS,
)


@given(PAYMENTS, PAYMENTS)
def test_likeness_is_the_same_both_ways(one: Payment, other: Payment) -> None:
    assert likeness(one, other) is likeness(other, one)


@given(st.lists(PAYMENTS, max_size=8), st.lists(PAYMENTS, max_size=8))
def test_what_the_bank_names_twice_is_two_payments(
    ours: Sequence[Payment], theirs: Sequence[Payment]
) -> None:
    known = [Known(f"r{at}", (one,), True) for at, one in enumerate(ours)]
    assert {how for how, _ in sort_out(theirs, known)} <= {Likeness.OTHER}


DAYS = st.integers(0, 40).map(lambda at: date(2026, 11, 1) + timedelta(days=at))


@given(DAYS, DAYS)
def test_days_of_one_payment_are_three_weekdays_apart_at_most(one: date, other: date) -> None:
    first, last = sorted((one, other))
    later = [first + timedelta(days=away) for away in range(1, (last - first).days + 1)]
    assert are_near(one, other) is (sum(day.weekday() < 5 for day in later) <= 3)
    assert are_near(one, other) is are_near(other, one)


def test_easter_lies_between_two_days_of_one_payment() -> None:
    assert are_near(date(2027, 3, 25), date(2027, 3, 30))
    assert not are_near(date(2027, 3, 25), date(2027, 4, 1))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.booleans())
def test_what_is_paid_every_week_or_month_is_never_in_doubt(
    weeks: Sequence[int], monthly: bool
) -> None:
    step = 28 if monthly else 7
    days = [PAID.booked_on + timedelta(days=step * one) for one in {*weeks}]
    table = [replace(PAID, reference=f"{MADE}{at}", booked_on=day) for at, day in enumerate(days)]
    found = sort_out(table, [Known("r1", (replace(PAID, reference=MADE),), False)])
    assert {how for how, _ in found} == {Likeness.OTHER}


def test_of_days_near_by_one_is_left_in_doubt_against_one() -> None:
    late = [
        replace(PAID, reference=f"{MADE}{at}", booked_on=PAID.booked_on + timedelta(days=at))
        for at in range(4)
    ]
    known = [Known("r1", (PAID,), True)]
    assert sort_out(late[1:], known)[0] == (Likeness.DOUBTFUL, "r1")
    assert [how for how, _ in sort_out(late[1:], known)[1:]] == [Likeness.OTHER] * 2
    # Of the same day it is the same, and stands for none of the others.
    assert [how for how, _ in sort_out(late, known)] == [Likeness.SAME] + [Likeness.OTHER] * 3


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), max_size=8),
    st.booleans(),
)
def test_a_table_of_days_of_value_books_nothing_that_the_bank_told(
    moved: Sequence[tuple[int, int]], table_first: bool
) -> None:
    days = [(monday(at), monday(at) - timedelta(days=back)) for at, back in moved]
    message = [replace(PAID, reference=f"B{at}", booked_on=day) for at, (day, _) in enumerate(days)]
    table = [
        replace(PAID, reference=f"{MADE}{at}", booked_on=day) for at, (_, day) in enumerate(days)
    ]
    first, second = (table, message) if table_first else (message, table)
    known = [Known(one.reference, (one,), is_named(one)) for one in first]
    found = sort_out(second, known)
    # As many are known or held as the first file told: nothing is booked, nothing left out.
    assert Likeness.OTHER not in {how for how, _ in found}
    same = [name for how, name in found if how is Likeness.SAME]
    assert len(same) == len({*same})


def monday(at: int) -> date:
    return date(2026, 11, 2) + timedelta(days=7 * at)


def _table_of(payments: Sequence[Payment], width: int) -> list[Payment]:
    """The same payments as a table cuts them off, without a reference of the bank's."""
    return [
        replace(one, reference=f"{MADE}{at}", payer=one.payer.upper(), text=one.text[:width])
        for at, one in enumerate(payments)
    ]


TOLD = st.builds(
    replace,
    PAYMENTS,
    payer=st.sampled_from(["Anna Berg", "Studio Nord"]),
    text=st.sampled_from(["Lizenz", "Lizenz Film", "Lizenz Serie", "Miete"]),
)


@given(st.lists(TOLD, max_size=8), st.sampled_from([6, 40]), st.booleans())
def test_two_files_of_the_same_payments_are_one_whichever_comes_first(
    payments: Sequence[Payment], width: int, table_first: bool
) -> None:
    message = [replace(one, reference=f"B{at}") for at, one in enumerate(payments)]
    first, second = message, _table_of(payments, width)
    if table_first:
        first, second = second, first
    known = [Known(one.reference, (one,), is_named(one)) for one in first]
    found = sort_out(second, known)
    assert {how for how, _ in found} <= {Likeness.SAME}
    assert len({name for _, name in found}) == len(payments)


@given(st.lists(TOLD, max_size=8), st.lists(TOLD, min_size=1, max_size=3))
def test_no_payment_stands_for_two(payments: Sequence[Payment], more: Sequence[Payment]) -> None:
    known = [Known(f"r{at}", (one,), True) for at, one in enumerate(payments)]
    found = sort_out(_table_of([*payments, *more], 40), known)
    same = [name for how, name in found if how is Likeness.SAME]
    assert len(same) == len({*same})
    # Whoever took what was known leaves nothing that the rest could be.
    assert len(same) <= len(payments) < len(found)


def test_whoever_can_take_another_makes_room() -> None:
    assert paired([["a", "b"], ["a"]]) == {0: "b", 1: "a"}
    assert paired([["a", "b"], ["a", "c"], ["a"]]) in (
        {0: "b", 1: "c", 2: "a"},
        {0: "b", 1: "a", 2: "c"},
    )
    assert paired([["a"], ["a"]]) == {0: "a"}
    assert paired([]) == {}


def test_one_that_a_table_told_too_is_not_told_again_by_another_name_of_the_banks() -> None:
    table = replace(PAID, reference=f"{MADE}1")
    known = Known("r1", (table, replace(PAID, reference="B1")), True)
    assert sort_out([replace(PAID, reference="B2")], [known]) == ((Likeness.OTHER, ""),)


def test_what_is_left_in_doubt_is_not_one_that_was_taken() -> None:
    bare = replace(PAID, reference=f"{MADE}2", payer="", payer_account="", text="")
    known = [Known("r1", (PAID,), True)]
    assert sort_out([bare], known) == ((Likeness.DOUBTFUL, "r1"),)
    told = replace(PAID, reference=f"{MADE}1")
    assert sort_out([bare, told], known) == ((Likeness.OTHER, ""), (Likeness.SAME, "r1"))


def test_two_in_doubt_are_like_two_while_there_are_two() -> None:
    bare = [
        replace(PAID, reference=f"{MADE}{at}", payer="", payer_account="", text="")
        for at in range(3)
    ]
    known = [Known("r1", (PAID,), True), Known("r2", (PAID,), True)]
    found = sort_out(bare, known)
    assert {how for how, _ in found} == {Likeness.DOUBTFUL}
    assert {name for _, name in found[:2]} == {"r1", "r2"}


def test_thousands_of_equal_payments_of_a_day_are_counted() -> None:
    many = 2000
    known = [Known(f"r{at}", (PAID,), True) for at in range(many)]
    table = [replace(PAID, reference=f"{MADE}{at}") for at in range(2 * many)]
    found = [how for how, _ in sort_out(table, known)]
    assert (found.count(Likeness.SAME), found.count(Likeness.OTHER)) == (many, many)
