"""Money that nobody owed goes back by two people, once, to the account that it came from."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.db import Database
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from royalties.models_payouts import BatchState, PayoutState, RefundReason
from royalties.service import payouts
from royalties.service.refunds import Asked
from royalties.store import bookaccounts
from tests.fixtures import TestWorld
from tests.store.payouts_stage import EUROS, IBANS, Till
from tests.store.refunds_stage import WHY, Desk, asked_for
from tests.store.royalties_books import HOUSE, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.today import NOW


@pytest.fixture
def desk(world: TestWorld) -> Iterator[Desk]:
    with office_of(Stage(world)) as office:
        made = Desk(Till(office, office.shared))
        made.till.open_account()
        yield made


def test_it_goes_back_to_where_it_came_from_once_two_people_agree(desk: Desk) -> None:
    receipt_id = desk.enter(25 * EUROS + 40_000)
    made = desk.propose(receipt_id, Asked(RefundReason.TOO_MUCH, 25 * EUROS))
    assert desk.receipt(receipt_id).refund_proposed
    assert (made.amount_micro, made.state) == (25 * EUROS, PayoutState.PENDING)
    assert desk.till.balances()[desk.waiting] == -25 * EUROS - 40_000, (
        "nothing is booked on one word"
    )
    with pytest.raises(NotAllowed), desk.database.write() as session:
        payouts.decide(session, desk.vault, desk.office.clerk, made.batch_id, approve=True, now=NOW)
    batch = desk.send(made)
    assert desk.till.balances() == {
        "bank": 25 * EUROS + 40_000,
        desk.waiting: -40_000,
        f"in_transit:{made.id}": -25 * EUROS,
    }
    file = desk.till.paper(batch).decode()
    assert IBANS[0] in file and "Juergen Weiss" in file and ">25.00<" in file
    assert "Returned payment" in file
    left = desk.receipt(receipt_id)
    assert (left.sent_back_micro, left.unmatched_micro, left.refund_proposed) == (
        25 * EUROS,
        40_000,
        False,
    )
    assert desk.till.paper(batch).decode() == file
    with pytest.raises(Conflict):
        desk.send(made)
    with pytest.raises(BadInput):
        desk.propose(receipt_id, Asked(RefundReason.TOO_MUCH, 25 * EUROS))


def test_money_comes_in_in_a_currency_that_there_is(desk: Desk) -> None:
    with pytest.raises(BadInput, match="XYZ is no currency"):
        desk.enter(EUROS, currency="XYZ")


def test_the_bank_settles_it_or_sends_it_back_and_then_it_waits_again(desk: Desk) -> None:
    receipt_id = desk.enter(25 * EUROS)
    made = desk.propose(receipt_id)
    desk.send(made)
    desk.answer(made, "settled")
    assert desk.till.balances() == {}
    desk.answer(made, "returned")
    assert desk.till.balances() == {"bank": 25 * EUROS, desk.waiting: -25 * EUROS}
    (known,) = desk.refunds(receipt_id)
    assert (known.state, known.bank_code) == (PayoutState.RETURNED, "AC04")
    again = desk.propose(receipt_id, Asked(WHY.reason, 5 * EUROS))
    desk.send(again)
    assert desk.receipt(receipt_id).unmatched_micro == 20 * EUROS
    assert again.id != made.id


def test_a_rejected_refund_leaves_the_money_where_it_was(desk: Desk) -> None:
    receipt_id = desk.enter(25 * EUROS)
    made = desk.propose(receipt_id)
    assert desk.send(made, approve=False).state is BatchState.REJECTED
    left = desk.receipt(receipt_id)
    assert (left.unmatched_micro, left.refund_proposed) == (25 * EUROS, False)
    assert desk.propose(receipt_id).id != made.id


def test_several_payments_wait_for_their_second_person_side_by_side(desk: Desk) -> None:
    some = [desk.enter(EUROS * n) for n in (1, 2, 3)]
    made = [desk.propose(one) for one in some]
    for one in reversed(made):
        desk.send(one)
    assert len({one.id for one in made}) == 3
    assert desk.till.balances()["bank"] == 6 * EUROS and desk.waiting not in desk.till.balances()


def test_only_what_is_left_goes_and_only_to_where_it_came_from(desk: Desk) -> None:
    told, untold = desk.enter(EUROS), desk.enter(EUROS, iban="", payer="")
    for asked, message in (
        (Asked(WHY.reason, EUROS + 10_000), "more than is left"),
        (Asked(WHY.reason, 1), "No bank sends"),
        (Asked(WHY.reason, -EUROS), "No bank sends"),
        (Asked(WHY.reason, iban=IBANS[1]), "another account"),
        (Asked(WHY.reason, iban="DE00 3704 0044 0532 0130 00"), "check digits"),
    ):
        with pytest.raises(BadInput, match=message):
            desk.propose(told, asked)
    for asked in (WHY, Asked(WHY.reason, name="A Payer"), Asked(WHY.reason, iban=IBANS[1])):
        with pytest.raises(BadInput, match="whose account"):
            desk.propose(untold, asked)
    spaced = "fr14 2004 1010 0505 0001 3M02 606"
    named = desk.propose(untold, Asked(WHY.reason, name="A Payer", iban=spaced))
    file = desk.till.paper(desk.send(named)).decode()
    assert IBANS[1] in file and "A Payer" in file
    with pytest.raises(NotFound):
        desk.propose("rcp_" + "a" * 26)


def test_nothing_goes_to_the_account_that_it_is_sent_from(desk: Desk) -> None:
    with desk.database.read() as session:
        own = bookaccounts.accounts(session, desk.office.clerk)["own"].iban
    named(desk.office, desk.office.book, replace(HOUSE, iban=IBANS[1]))
    untold = desk.enter(EUROS, iban="")
    for iban in (own, IBANS[1]):
        with pytest.raises(BadInput, match="the book itself") as caught:
            desk.propose(untold, Asked(WHY.reason, iban=iban))
        assert "Name the payer" in caught.value.next_step
        with pytest.raises(BadInput, match="the book itself"):
            desk.propose(desk.enter(EUROS, iban=iban))


def test_what_no_file_carries_goes_by_hand(desk: Desk) -> None:
    made = desk.propose(desk.enter(EUROS, currency="USD"))
    batch = desk.send(made)
    assert batch.sha256 == ""
    (row,) = csv.DictReader(io.StringIO(desk.till.paper(batch, by_hand=True).decode()))
    assert (row["iban"], row["amount"], row["why"]) == (IBANS[0], "1", "manual-currency")


def test_what_is_proposed_is_not_matched_and_the_other_way_round(
    desk: Desk,
) -> None:
    invoice_id = asked_for(desk)
    receipt_id = desk.enter(3 * EUROS)
    made = desk.propose(receipt_id, Asked(RefundReason.TOO_MUCH, EUROS))
    with pytest.raises(Conflict, match="proposed"):
        desk.match(receipt_id, invoice_id)
    with pytest.raises(Conflict, match="proposed"):
        desk.propose(receipt_id)
    desk.send(made)
    desk.match(receipt_id, invoice_id)
    assert desk.receipt(receipt_id).unmatched_micro == 0
    with pytest.raises(Conflict, match="Nothing of this payment is left"):
        desk.propose(receipt_id)


def test_the_database_keeps_both_apart_by_itself(desk: Desk) -> None:
    receipt_id = desk.enter(3 * EUROS)
    desk.match(receipt_id, asked_for(desk), EUROS)
    made = desk.propose(receipt_id)
    row = (
        "INSERT INTO receipt_allocation SELECT 'alc_x', tenant_id, audience, recorded_at, 999999,"
        " receipt_id, invoice_id, 9, {}, 'x' FROM receipt_allocation"
    )
    _refused(desk.database, row.format(1), "while a refund is proposed")
    desk.send(made)
    _refused(desk.database, row.format(1), "no more is matched")
    refund = (
        "INSERT INTO receipt_refund SELECT id || 'x', tenant_id, audience, recorded_at, 999999,"
        " receipt_id, batch_id, 1, reason, sealed FROM receipt_refund"
    )
    _refused(desk.database, refund, "a refund is one payout")
    with desk.database.write() as session:
        session.connection().execute(
            text(
                "INSERT INTO payout SELECT id || 'x', tenant_id, audience, recorded_at, batch_id,"
                " account || 'x', payee_id, version_id, 1, currency, way, end_to_end_id || 'x',"
                " 'sent', reasons, bank_code, changed_at FROM payout"
            )
        )
    _refused(desk.database, refund, "no more is sent back")
    for sql in ("UPDATE receipt_refund SET amount_micro = 1", "DELETE FROM receipt_refund"):
        _refused(desk.database, sql, "append-only")


def _refused(database: Database, sql: str, says: str) -> None:
    with pytest.raises(EbenbildError) as caught, database.write() as session:
        session.connection().execute(text(sql))
    assert says in str(caught.value.__cause__)
