"""A price that changes its currency: what was handed on in the old one is taken back in it."""

from collections.abc import Iterator

import pytest

from royalties.runbegin import Wanted
from royalties.service.statements import account_balances
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, found
from tests.store.test_runs import Money
from tests.unit.royalties.worlds import tariff


@pytest.fixture
def money(world: TestWorld) -> Iterator[Money]:
    with office_of(Stage(world)) as office:
        yield Money(office)


def open_balances(office: Office) -> dict[tuple[str, str], int]:
    with office.shared.read() as session:
        known = account_balances(session, office.clerk)
    return {key: net for key, net in known.items() if net}


def test_euros_come_back_when_the_price_is_in_dollars(money: Money) -> None:
    stage = money.stage
    anna, cut_id = stage.performer(), stage.cut()
    money.lives_in(anna.id, anna.tenant_id, "DE")
    old = stage.licence(anna, tariff("per_view", 10_000, "EUR"))
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,100")
    stage.accrue()
    money.receive()
    first = money.run()
    assert money.balance(f"payable:{anna.payee_id}") == -850_000
    stage.revoke(old)
    stage.licence(anna, tariff("per_view", 20_000, "USD"))
    stage.clear(cut_id, found(cut_id, anna))
    assert stage.accrue().reversed == 1
    money.run(Wanted(follows_id=first.id))
    left = open_balances(money.office)
    studio = stage.studio.tenant_id
    # The euros are back with who paid them, less nothing; the dollars wait to be paid.
    assert left == {
        ("bank", "EUR"): 1_000_000,
        (f"receivable:{studio}", "EUR"): -1_000_000,
        (f"receivable:{studio}", "USD"): 2_000_000,
        (f"accrued:{anna.id}", "USD"): -2_000_000,
    }
