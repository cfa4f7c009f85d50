"""One payment told by two files is booked once; what is in doubt waits for a person."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from core import audit
from core.audit import Sought
from core.clock import utc_now
from core.errors import Broken, Conflict, NotFound
from core.principal import Principal, actor
from royalties.models_income import HeldCause, Payment, ToldPayment, ToldState
from royalties.service import bankstatements, entering, receipts, toldpayments
from tests.store.royalties_books import Office
from tests.store.test_bank_statements_taken_in import balance, office, take, waiting
from tests.unit.royalties.test_bank_statements import BATCH, DETAIL, camt, entry

__all__ = ["office"]
DAY = date(2026, 11, 20)
HEAD = "booked_on,amount,currency,payer,payer_account,text,reference"
SENDER = "Studio GmbH,DE02120300000000202051"
TWO = (entry(reference="B1"), entry(reference="B2"))


def line(said: str = "Invoice 2026-000007", who: str = SENDER, reference: str = "") -> str:
    return f"2026-11-20,4250.30,EUR,{who},{said},{reference}"


def table(*lines: str) -> bytes:
    return "\n".join((HEAD, *lines)).encode()


def held(office: Office, who: Principal | None = None) -> list[ToldPayment]:
    with office.shared.read() as session:
        return toldpayments.list_held(session, office.stage.world.vault, who or office.clerk)


def decide(
    office: Office, told_id: str, *, enter: bool, who: Principal | None = None
) -> ToldPayment:
    with office.shared.write() as session:
        done = bankstatements.decide_held(
            session,
            office.stage.world.vault,
            who or office.clerk,
            told_id,
            enter=enter,
            now=utc_now(),
        )
    return done[0]


def by_hand(office: Office, payment: Payment, *, is_another: bool = False) -> str:
    with office.shared.write() as session:
        made = entering.by_hand(
            session,
            office.stage.world.vault,
            office.clerk,
            payment,
            is_another=is_another,
            now=utc_now(),
        )
    return made.id


def entered(office: Office) -> list[str]:
    with office.shared.read() as session:
        found = receipts.list_receipts(session, office.stage.world.vault, office.clerk)
    return [one.id for one in found]


def test_two_kinds_of_file_of_the_same_payments_book_them_once(office: Office) -> None:
    files = [camt(*TWO), table(line(), line())]
    for data in files:
        take(office, data)
    for data in files:
        done = take(office, data)
        assert (done.entered, done.known, done.held) == (0, 2, 0)
    assert sorted(waiting(office)) == ["B1", "B2"]
    assert balance(office, "bank") == 8_500_600_000


def test_the_table_may_come_first(office: Office) -> None:
    assert take(office, table(line(), line())).entered == 2
    done = take(office, camt(*TWO))
    assert (done.entered, done.known, done.held) == (0, 2, 0)
    assert balance(office, "bank") == 8_500_600_000


def test_equal_payments_are_counted_one_against_one(office: Office) -> None:
    take(office, camt(*TWO))
    more = take(office, table(line(), line(), line()))
    assert (more.entered, more.known) == (1, 2)
    # Each of the bank's own names is another payment, whatever a table said meanwhile.
    assert take(office, camt(entry(reference="B3"))).known == 1
    assert take(office, camt(entry(reference="B4"))).entered == 1
    assert len(waiting(office)) == 4


def test_two_equal_payments_of_one_file_are_two(office: Office) -> None:
    assert take(office, table(line(), line())).entered == 2
    assert take(office, table(line(), line(), line())).entered == 1
    assert take(office, camt(*TWO, entry(reference="B3"), entry(reference="B4"))).entered == 1
    assert len(waiting(office)) == 4


def test_one_reference_twice_in_a_file_is_one_payment(office: Office) -> None:
    done = take(office, camt(entry(reference="B1"), entry(reference="B1")))
    assert (done.entered, done.known) == (1, 1)
    # Of two amounts by one name the first counts, as it did in the earlier file.
    done = take(office, camt(entry(reference="B2"), entry(amount="1.00", reference="B2")))
    assert (done.entered, done.known, balance(office, "bank")) == (1, 1, 8_500_600_000)


def test_what_is_in_doubt_is_held_and_changes_nothing_again(office: Office) -> None:
    take(office, camt(entry()))
    doubtful = table(line("", ","))
    done = take(office, doubtful)
    assert (done.payments, done.entered, done.known, done.held) == (1, 0, 0, 1)
    again = take(office, doubtful)
    assert (again.entered, again.known, again.held) == (0, 1, 0)
    (item,) = held(office)
    with office.shared.read() as session:
        assert item.like == receipts.id_of(office.book, "B1")
        (found,) = receipts.list_receipts(session, office.stage.world.vault, office.clerk)
    assert (item.cause, item.state, found.id) == (
        HeldCause.LIKE_ANOTHER,
        ToldState.HELD,
        item.like,
    )
    assert balance(office, "bank") == 4_250_300_000


def test_a_held_payment_is_entered_once_with_who_entered_it(office: Office) -> None:
    take(office, camt(entry()))
    take(office, table(line("Something else")))
    (item,) = held(office)
    assert (item.payment.payer, item.payment.text) == ("Studio GmbH", "Something else")
    assert decide(office, item.id, enter=True).state is ToldState.ENTERED
    assert (held(office), balance(office, "bank")) == ([], 8_500_600_000)
    with pytest.raises(Conflict):
        decide(office, item.id, enter=False)
    with office.shared.read() as session:
        found = audit.entries(session, office.clerk, sought=Sought(action=toldpayments.DECIDED))
    assert [(one.person or one.subject, one.subject_id, one.details["state"]) for one in found] == [
        (actor(office.clerk), item.id, "entered")
    ]


def test_a_dropped_payment_is_the_one_it_is_like(office: Office) -> None:
    by_hand(office, Payment("typed", DAY, 4_250_300_000, "EUR"))
    assert take(office, table(line())).held == 1
    (item,) = held(office)
    decide(office, item.id, enter=False)
    assert balance(office, "bank") == 4_250_300_000
    # The bank's own word of it is the third telling, and the next of its names another payment.
    assert take(office, camt(entry(reference="B1"))).known == 1
    assert take(office, camt(entry(reference="B2"))).entered == 1
    assert balance(office, "bank") == 8_500_600_000


def test_another_file_of_what_is_held_is_not_held_again(office: Office) -> None:
    take(office, camt(entry(details=DETAIL.format(amount="", text="Something else"))))
    assert take(office, table(line())).held == 1
    other = table(line().replace("Studio GmbH", "STUDIO GMBH"))
    assert (take(office, other).known, len(held(office))) == (1, 1)


def test_what_a_file_named_is_not_entered_by_hand_too(office: Office) -> None:
    take(office, table(line()))
    take(office, camt(entry(reference="B1")))
    known = Payment("B1", DAY, 4_250_300_000, "EUR")
    (is_in,) = entered(office)
    for one in (known, replace(known, payer="Somebody")):
        with pytest.raises(Conflict, match=f"in already: {is_in}"):
            by_hand(office, one, is_another=True)


TYPED = Payment("typed", DAY, 4_250_300_000, "EUR", payer="Studio GmbH", text="Invoice 2026-000007")


@pytest.mark.parametrize("data", [camt(entry(reference="B1")), table(line())])
def test_what_a_clerk_types_is_the_payment_that_a_file_told(office: Office, data: bytes) -> None:
    take(office, data)
    (is_in,) = entered(office)
    with pytest.raises(Conflict, match=f"is in already: {is_in}") as refused:
        by_hand(office, TYPED)
    assert f"receipt show {is_in}" in refused.value.next_step
    with pytest.raises(Conflict, match=f"may be in already: {is_in}"):
        by_hand(office, replace(TYPED, payer="", text=""))
    assert (entered(office), balance(office, "bank")) == ([is_in], 4_250_300_000)
    # Another amount or invoice number is another payment, and so is what the clerk says is one.
    by_hand(office, replace(TYPED, reference="of another", text="2026-000008"))
    by_hand(office, replace(TYPED, reference="of less", amount_micro=10_000))
    by_hand(office, TYPED, is_another=True)
    assert balance(office, "bank") == 3 * 4_250_300_000 + 10_000


def test_two_clerks_who_type_one_payment_are_told(office: Office) -> None:
    first = by_hand(office, TYPED)
    with pytest.raises(Conflict, match=first):
        by_hand(office, replace(TYPED, reference="typed again"))
    assert balance(office, "bank") == 4_250_300_000


def test_what_is_held_is_decided_on_and_not_typed(office: Office) -> None:
    take(office, camt(entry()))
    take(office, table(line("Something else")))
    with pytest.raises(Conflict, match="yet to decide"):
        by_hand(office, replace(TYPED, text="Something else"))
    (item,) = held(office)
    with pytest.raises(Conflict, match="a person decides"):
        by_hand(office, replace(TYPED, reference=item.payment.reference), is_another=True)
    decide(office, item.id, enter=False)
    (is_in,) = entered(office)
    with pytest.raises(Conflict, match=is_in):
        by_hand(office, replace(TYPED, text="Something else"))


@pytest.mark.parametrize("said", ["Invoice 2026-000007", ""])
@pytest.mark.parametrize("data", [camt(entry(reference="B1")), table(line())])
def test_a_file_that_tells_later_what_was_typed_books_nothing_more(
    office: Office, data: bytes, said: str
) -> None:
    first = by_hand(office, replace(TYPED, payer="Studio GmbH" if said else "", text=said))
    done = take(office, data)
    assert (done.entered, done.known, done.held) == (0, bool(said), not said)
    assert (entered(office), balance(office, "bank")) == ([first], 4_250_300_000)
    # Two of the bank's own names are two payments, whatever a clerk typed.
    for one in held(office):
        decide(office, one.id, enter=False)
    done = take(office, camt(*TWO))
    assert (done.entered, done.held, balance(office, "bank")) == (1, 0, 8_500_600_000)


def test_a_name_that_a_clerk_gave_to_another_amount_is_not_the_banks(office: Office) -> None:
    first = by_hand(office, Payment("B1", DAY, 10_000, "EUR"))
    for expected in ((0, 0, 1), (0, 1, 0)):
        done = take(office, camt(entry(reference="B1")))
        assert (done.entered, done.known, done.held) == expected
    (item,) = held(office)
    assert (item.like, item.payment.amount_micro) == (first, 4_250_300_000)
    decide(office, item.id, enter=True)
    assert take(office, camt(entry(reference="B1"))).known == 1
    assert balance(office, "bank") == 4_250_310_000


def of_value(*lines: str, day: str = "2026-11-18") -> bytes:
    """A table that gives the day of value, two days before the bank booked it."""
    return table(*(one.replace("2026-11-20", day) for one in lines))


@pytest.mark.parametrize("table_first", [False, True])
@pytest.mark.parametrize("is_another", [False, True])
def test_a_payment_of_two_days_is_held_and_decided_on_with_one_press(
    office: Office, table_first: bool, is_another: bool
) -> None:
    files = [camt(entry(reference="B1")), of_value(line())]
    for data in reversed(files) if table_first else files:
        done = take(office, data)
    assert (done.entered, done.known, done.held) == (0, 0, 1)
    (item,) = held(office)
    assert entered(office) == [item.like]
    decide(office, item.id, enter=is_another)
    for data in files:
        again = take(office, data)
        assert (again.entered, again.known, again.held) == (0, 1, 0)
    assert balance(office, "bank") == (1 + is_another) * 4_250_300_000


def test_what_the_bank_books_on_two_days_stays_two(office: Office) -> None:
    later = entry(reference="B2").replace("2026-11-20", "2026-11-18")
    assert take(office, camt(entry(reference="B1"), later)).entered == 2
    table_of_both = table(line(), line().replace("2026-11-20", "2026-11-18"))
    assert take(office, table_of_both).known == 2
    assert (
        take(office, camt(entry(reference="B3").replace("2026-11-20", "2026-11-17"))).entered == 1
    )
    assert balance(office, "bank") == 3 * 4_250_300_000


def test_what_is_paid_every_week_is_booked_file_by_file(office: Office) -> None:
    for day in ("2026-10-20", "2026-11-06", "2026-11-13", "2026-11-20"):
        assert take(office, of_value(line(), day=day)).entered == 1


def test_a_dropped_payment_of_another_day_is_known_by_both_its_days(office: Office) -> None:
    take(office, camt(entry(reference="B1")))
    take(office, of_value(line()))
    (item,) = held(office)
    decide(office, item.id, enter=False)
    other = of_value(line().replace("Studio GmbH", "STUDIO GMBH"))
    assert take(office, other).known == 1
    assert (
        take(office, camt(entry(reference="B2").replace("2026-11-20", "2026-11-18"))).entered == 1
    )
    assert take(office, table(line())).known == 1
    assert balance(office, "bank") == 2 * 4_250_300_000


def test_what_a_clerk_types_may_bear_a_day_near_the_banks(office: Office) -> None:
    take(office, camt(entry(reference="B1")))
    near = replace(TYPED, booked_on=date(2026, 11, 19))
    with pytest.raises(Conflict, match="may be in already"):
        by_hand(office, near)
    by_hand(office, replace(near, text="Another thing"))
    # By the bank's own name it is that one, though the clerk was a day off.
    by_hand(office, Payment("B7", date(2026, 11, 2), 70_000, "EUR"))
    seventh = entry("0.07", reference="B7").replace("2026-11-20", "2026-11-03")
    assert take(office, camt(seventh)).known == 1


PARTS = ("1000.00", "1250.30", "2000.00")
SUMMED = entry(reference="B1", details=BATCH.format(count=3))
PARTED = entry(
    reference="B1",
    details="".join(
        DETAIL.format(amount=f'<Amt Ccy="EUR">{amount}</Amt>', text=f"Fee {amount}")
        for amount in PARTS
    ),
)
SUM_LINE = line("SAMMELGUTSCHRIFT", ",")
PART_LINES = [f"2026-11-20,{amount},EUR,{SENDER},Fee {amount}," for amount in PARTS]
OTHER = f"2026-11-20,70.00,EUR,{SENDER},Something else,"


@pytest.mark.parametrize("is_another", [False, True])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("summed", "parted"),
    [
        (camt(SUMMED), table(*PART_LINES)),
        (camt(SUMMED), table(OTHER, *PART_LINES)),
        (table(SUM_LINE), camt(PARTED)),
        (table(SUM_LINE, OTHER), camt(PARTED)),
        (table(SUM_LINE), table(*PART_LINES)),
        (camt(SUMMED), camt(PARTED)),
        (camt(SUMMED), table(*(one.replace("-20", "-18") for one in PART_LINES))),
        (table(SUM_LINE.replace("-20", "-18")), camt(PARTED)),
    ],
)
def test_a_batch_told_as_a_sum_and_one_by_one_is_held(
    office: Office, summed: bytes, parted: bytes, turned: bool, is_another: bool
) -> None:
    first, second = (parted, summed) if turned else (summed, parted)
    other = 70_000_000 * (b"Something" in summed + parted)
    before = take(office, first)
    assert before.held == 0
    done = take(office, second)
    assert done.held == (1 if turned else 3)
    assert balance(office, "bank") == 4_250_300_000 + other
    waits = held(office)
    assert {one.cause for one in waits} == {HeldCause.BATCH}
    assert {one.like for one in waits} <= set(entered(office))
    for data in (first, second):
        again = take(office, data)
        assert (again.entered, again.known, again.held) == (0, again.payments, 0)
    # One answer decides on all of them.
    assert decide(office, waits[-1].id, enter=is_another).id == waits[-1].id
    assert held(office) == []
    assert balance(office, "bank") == (1 + is_another) * 4_250_300_000 + other
    for data in (first, second, table(*PART_LINES), camt(SUMMED)):
        assert take(office, data).entered == 0


def test_of_two_batches_each_is_a_question_of_its_own(office: Office) -> None:
    second = entry("3000.00", reference="B2", details=BATCH.format(count=2))
    take(office, camt(SUMMED, second))
    lines = [f"2026-11-20,{amount},EUR,{SENDER},Two {amount}," for amount in ("1400.00", "1600.00")]
    assert take(office, table(*PART_LINES, *lines)).held == 5
    with office.shared.read() as session:
        vault = office.stage.world.vault
        asked = toldpayments.list_questions(session, vault, office.clerk, limit=50)
    assert sorted(told[1:] for told in asked) == [(2, 3_000_000_000), (3, 4_250_300_000)]
    decide(office, asked[0][0].id, enter=False)
    assert len(held(office)) == asked[1][1]


def test_the_sum_of_a_batch_that_is_in_is_not_typed(office: Office) -> None:
    take(office, table(*PART_LINES))
    with pytest.raises(Conflict, match="may be the sum of payments") as refused:
        by_hand(office, replace(TYPED, payer="", text=""))
    assert "--another" in refused.value.next_step
    by_hand(office, replace(TYPED, payer="Nord AG"))
    # What a clerk typed as a sum is known by the message that parts it.
    earlier = replace(TYPED, reference="sum", payer="", text="", booked_on=date(2026, 11, 10))
    by_hand(office, earlier)
    assert take(office, camt(PARTED.replace("2026-11-20", "2026-11-10"))).held == 3


def test_only_the_books_own_clerk_decides(office: Office) -> None:
    take(office, camt(entry()))
    take(office, table(line("", ",")))
    (item,) = held(office)
    world = office.stage.world
    assert held(office, world.second) == []
    for who in (office.stage.studio, world.second):
        with pytest.raises(NotFound):
            decide(office, item.id, enter=True, who=who)
    assert len(held(office)) == 1


def test_the_database_lets_a_held_payment_be_decided_once(office: Office) -> None:
    take(office, camt(entry()))
    take(office, table(line("", ",")))
    (item,) = held(office)
    decide(office, item.id, enter=False)
    for change in ("state = 'held'", "state = 'entered'", "amount_micro = 1"):
        with pytest.raises(Broken), office.shared.write() as session:
            session.connection().execute(text(f"UPDATE told_payment SET {change}"))
