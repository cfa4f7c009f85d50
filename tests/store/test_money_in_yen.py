"""A yen has no hundredth: what is asked for, comes in and goes out is whole yen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BadInput
from royalties.models_income import Invoice
from royalties.models_payouts import PayoutState
from royalties.service import invoices
from royalties.service.statements import account_balances
from tests.fixtures import TestWorld
from tests.store.payouts_stage import Till
from tests.store.royalties_books import HOUSE, Office, named, office_of
from tests.store.royalties_stage import Stage, found
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money
from tests.unit.royalties.worlds import tariff

YEN = 1_000_000


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def settle(office: Office, invoice: Invoice) -> int:
    """What is left to be paid of it."""
    with office.shared.read() as session:
        return invoices.get_invoice(session, office.clerk, invoice.id).open_micro


def test_from_the_claim_to_the_payout_in_whole_yen(office: Office, tmp_path: Path) -> None:
    money, till = Money(office), Till(office, office.shared)
    named(office, office.book, HOUSE)
    stage = office.stage
    anna, cut_id = stage.performer(), stage.cut()
    money.lives_in(anna.id, anna.tenant_id, "DE")
    stage.licence(anna, tariff("per_view", 333_333, "JPY"))
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,100")
    stage.accrue()
    (invoice,) = money.receive()
    # 33.3333 yen, and 19 % of 33.
    assert (invoice.amounts.net_micro, invoice.amounts.vat_micro) == (33 * YEN, 6 * YEN)
    assert settle(office, invoice) == 0
    money.run()
    with office.shared.read() as session:
        known = account_balances(session, office.clerk)
    owed = -known[f"payable:{anna.payee_id}", "JPY"]
    assert owed % YEN > 0 and owed < 33_333_300
    till.open_account()
    till.details(anna, iban="DE89370400440532013000", name="Anna", residence="DE")
    till.send(till.propose(currency="JPY"))
    (sent,) = till.found(PayoutState.SENT)
    assert sent.amount_micro == owed - owed % YEN
    done, database = replayed(tmp_path, exported(office))
    database.close()
    assert (done.differences, done.same) == ((), True)


def test_half_a_yen_is_no_payment(office: Office) -> None:
    with pytest.raises(BadInput, match=r"0\.5 JPY is no amount") as refused:
        Money(office).pay("inv_none", YEN // 2, "JPY")
    assert refused.value.next_step == "Write whole multiples of 1 JPY."
