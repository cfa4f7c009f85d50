"""Before money is sent back that runs handed on, a second person reads how much, and from whom."""

from collections.abc import Iterator

import pytest

from api.cli.payouts import note_handed_on
from core.clock import utc_now
from royalties.models_payouts import HandedOn, Refund, RefundReason
from royalties.service import handedback, invoices
from royalties.service.refunds import Asked
from royalties.service.runs import Wanted
from tests.fixtures import TestWorld
from tests.store.payouts_stage import EUROS, Till
from tests.store.refunds_stage import Desk
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_received import issue
from tests.store.test_runs import Money

WHY = RefundReason.PAID_TWICE


@pytest.fixture
def desk(world: TestWorld) -> Iterator[Desk]:
    with office_of(Stage(world)) as office:
        made = Desk(Till(office, office.shared))
        made.till.open_account()
        yield made


def asked(desk: Desk, receipt_id: str, euros: int) -> HandedOn | None:
    """What the second person reads of a refund that is proposed, and then rejects."""
    made = desk.propose(receipt_id, Asked(WHY, euros * EUROS))
    found = read(desk, made)
    desk.send(made, approve=False)
    assert read(desk, made) is None
    return found


def read(desk: Desk, made: Refund) -> HandedOn | None:
    with desk.database.read() as session:
        return handedback.of_batch(session, desk.office.clerk, desk.batch(made), now=utc_now())


def test_it_says_how_much_is_with_how_many_until_the_next_run(desk: Desk) -> None:
    money = Money(desk.office)
    for views in (1_000, 3_000):
        money.earn(views)
    (invoice,) = issue(desk.office)
    receipt_id = desk.enter(50 * EUROS)
    desk.match(receipt_id, invoice.id)
    first = money.run()
    assert asked(desk, receipt_id, 10) is None, "what was never matched was handed on to nobody"
    desk.unmatch(receipt_id, invoice.id)
    assert asked(desk, receipt_id, 50) == HandedOn(40 * EUROS, 2)
    assert asked(desk, receipt_id, 20) == HandedOn(20 * EUROS, 2)
    money.run(Wanted(follows_id=first.id))
    assert asked(desk, receipt_id, 50) is None, "the next run took it back"


def test_a_cancelled_invoice_is_the_same_and_one_paid_otherwise_is_not(desk: Desk) -> None:
    money = Money(desk.office)
    money.earn(1_000)
    (invoice,) = issue(desk.office)
    receipt_id, other = desk.enter(10 * EUROS), desk.enter(10 * EUROS)
    desk.match(receipt_id, invoice.id)
    money.run()
    with desk.database.write() as session:
        invoices.cancel(
            session, desk.vault, desk.office.clerk, invoice.id, reason="x", now=utc_now()
        )
    assert asked(desk, other, 10) is None
    made = desk.propose(receipt_id)
    assert read(desk, made) == HandedOn(10 * EUROS, 1)
    (again,) = issue(desk.office)
    desk.match(other, again.id)
    assert read(desk, made) is None, "what it had paid is paid by another payment"


def test_a_command_says_it_before_anything_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    said = {"amount_micro": "40000000", "performers": 2}
    note_handed_on("en", {"handed_on": said, "currency": "EUR"})
    note_handed_on("en", {"handed_on": None, "currency": "EUR"})
    (line,) = "".join(capsys.readouterr()).strip().split("\n\n")
    assert "40.00 EUR of it were handed on to 2 performers" in " ".join(line.split())
