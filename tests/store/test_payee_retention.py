"""Details of payees go when the law wants them no longer, and not a day before."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.retention import enforce
from core.errors import NotFound
from core.principal import SearchCapability
from registry.models.people import Performer
from registry.service import forgetting
from royalties.service import payeeretention, payees
from royalties.service.payeeseals import open_details
from royalties.store import payees as store
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_runs import Money

IBAN = "DE89370400440532013000"
ERASED = datetime(2026, 11, 21, tzinfo=UTC)
LAST = datetime(2034, 12, 31, 23, 59, tzinfo=UTC)
OVER = datetime(2035, 1, 1, tzinfo=UTC)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def destroyed(office: Office, at: datetime) -> tuple[str, ...]:
    vault, capability = office.stage.world.vault, SearchCapability("retention", "housekeeping")
    with office.shared.read() as session:
        return payeeretention.over(session, capability, vault.subjects("pay_"), now=at)


def named_payee(office: Office) -> Performer:
    """Somebody who earned, and whose payee was last named when `ERASED`, whatever today is."""
    money, stage = Money(office), office.stage
    anna = money.people[money.earn(10_000)]
    with office.shared.write() as session:
        payees.set_details(
            session,
            stage.world.vault,
            stage.agent(anna),
            anna.id,
            {"name": "Anna", "iban": IBAN},
            cooling_days=0,
            now=ERASED,
        )
    return anna


def test_an_iban_is_gone_from_every_copy_once_its_term_is_over(office: Office) -> None:
    stage, anna = office.stage, named_payee(office)
    side, vault = stage.agent(anna), stage.world.vault
    assert destroyed(office, OVER) == (), "who is not erased is paid again"
    with office.shared.write() as session:
        forgetting.erase_performer(session, side, anna.id, now=ERASED)
    vault.erase(anna.id)
    with office.shared.read() as session:
        versions = store.versions(session, side, anna.payee_id)
    assert open_details(vault, versions[-1]).iban == IBAN
    assert destroyed(office, LAST) == ()
    assert destroyed(office, OVER) == (anna.payee_id,)
    for name in destroyed(office, OVER):
        vault.erase(name)
    assert destroyed(office, OVER) == ()
    for one in versions:
        with pytest.raises(NotFound):
            open_details(vault, one)


def test_nobody_goes_to_whom_something_is_owed(office: Office) -> None:
    money, stage = Money(office), office.stage
    anna = money.people[money.earn(10_000)]
    money.receive()
    money.run()
    with office.shared.write() as session:
        forgetting.erase_performer(session, stage.agent(anna), anna.id, now=ERASED)
    assert money.balance(f"payable:{anna.payee_id}") < 0
    assert destroyed(office, OVER) == ()


def test_the_hourly_job_destroys_them(office: Office) -> None:
    world, anna = office.stage.world.world, named_payee(office)
    with office.shared.write() as session:
        forgetting.erase_performer(session, office.stage.agent(anna), anna.id, now=ERASED)
    assert enforce(world, now=LAST)["payees"] == 0
    assert anna.payee_id in world.vault.subjects("pay_")
    assert enforce(world, now=OVER)["payees"] == 1
    assert anna.payee_id not in world.vault.subjects("pay_")
