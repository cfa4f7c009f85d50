"""A first run is planned again only where something that it rests on is not as it was."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, SQLModel

from core.clock import utc_now
from core.principal import SearchCapability
from registry.minority import Minority
from registry.store import people
from royalties.models_runs import Run, RunState
from royalties.runbegin import Wanted
from royalties.service import exemptions, runs
from royalties.service.exemptions import NewExemption
from royalties.service.run_grounds import grounds_of
from royalties.service.run_planning import RunPlanning
from royalties.store import invoices, run_lines
from tests.fixtures import TestWorld
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_complaints import dispute, line_of
from tests.store.test_runs import MONTHS, Family, Money
from tests.store.today import NOW

# A run that is drafted for then rests on whatever is said before.
SOON = NOW + timedelta(hours=1)
_READ = re.compile(r"(?:FROM|JOIN|,)\s+(\w+)")


@pytest.fixture
def money(world: TestWorld) -> Iterator[Money]:
    with office_of(Stage(world)) as office:
        yield Money(office)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were planned, each as often as it was."""
    seen: list[Run] = []
    plan = RunPlanning.pages

    def pages(planning: RunPlanning) -> Iterator[Any]:
        seen.append(planning.run)
        return plan(planning)

    monkeypatch.setattr(RunPlanning, "pages", pages)
    return seen


def proposed(money: Money) -> Run:
    vault, clerk = money.stage.world.vault, money.office.clerk
    with money.office.shared.write() as session:
        run = runs.draft(session, vault, clerk, MONTHS, now=SOON)
    return money.propose(run)


def dies(money: Money, cut_id: str) -> None:
    Family.of(money, money.people[cut_id]).taxed_in("DE")


def is_a_child(money: Money, cut_id: str) -> None:
    performer, born = money.people[cut_id], Minority(date(2015, 1, 1), date(2029, 1, 1))
    with money.stage.db.write() as session:
        people.save_minority(session, money.stage.agent(performer), performer.id, born)


def moves_abroad(money: Money, cut_id: str) -> None:
    performer = money.people[cut_id]
    money.lives_in(performer.id, performer.tenant_id, "US")


def is_disputed(money: Money, cut_id: str) -> None:
    performer = money.people[cut_id]
    dispute(money, money.stage.agent(performer), line_of(money, performer))


def is_not_found(money: Money, cut_id: str) -> None:
    money.stage.clear(cut_id)
    money.stage.accrue()


def pays_the_rest(money: Money, _cut_id: str) -> None:
    capability = SearchCapability("test", money.office.book)
    with money.office.shared.read() as session:
        (one,) = invoices.of_book(session, capability, money.office.book, until=SOON)
    money.pay(one.id, one.amounts.gross_micro // 2)


@pytest.mark.parametrize(
    "change", [dies, is_a_child, moves_abroad, is_disputed, is_not_found, pays_the_rest]
)
def test_what_is_said_after_all_of_what_a_run_rests_on_drops_it(
    money: Money, planned: list[Run], change: Callable[[Money, str], None]
) -> None:
    cut_id = money.earn(10_000)
    money.receive(1, 2)
    run = proposed(money)
    change(money, cut_id)
    assert money.decide(run).state is RunState.DROPPED
    assert [one.id for one in planned] == [run.id, run.id]


def test_a_certificate_that_is_granted_after_all_drops_a_run(
    money: Money, planned: list[Run]
) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    moves_abroad(money, cut_id)
    run, now = proposed(money), utc_now()
    days = date(2000, 1, 1), date(2100, 12, 31)
    paper = NewExemption(money.people[cut_id].payee_id, "B 123", "5", *days)
    vault, office = money.stage.world.vault, money.office
    with office.shared.write() as session:
        name = exemptions.propose(session, vault, office.clerk, paper, now=now).id
    with office.shared.write() as session:
        exemptions.decide(session, office.approver, name, approve=True, now=now)
    assert money.decide(run).state is RunState.DROPPED
    assert len(planned) == 2


def test_a_run_is_planned_once_where_all_is_as_it_was(money: Money, planned: list[Run]) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    run = money.propose(money.draft())
    money.earn(20_000)
    money.receive()
    moves_abroad(money, cut_id)
    assert money.decide(run).state is RunState.CLOSED, "what is said later is another run's"
    assert [one.id for one in planned] == [run.id]
    money.run(Wanted(follows_id=run.id))
    assert len(planned) == 3, "a run that follows is planned again"


def test_what_changes_no_line_is_found_out_by_planning_again(
    money: Money, planned: list[Run]
) -> None:
    money.earn(10_000)
    money.receive()
    run = proposed(money)
    money.earn(5_000)
    assert money.decide(run).state is RunState.CLOSED, "nothing came in for what was earned since"
    assert [one.id for one in planned] == [run.id, run.id]


def test_whatever_planning_reads_is_among_the_grounds(money: Money) -> None:
    """A table that planning comes to read has to be counted, or what it says told."""
    cuts = [money.earn(10_000), money.earn(20_000), money.earn(30_000)]
    money.receive(1, 2)
    money.run(Wanted("2026-10", "2026-10"))
    is_disputed(money, cuts[0])
    is_a_child(money, cuts[1])
    dies(money, cuts[2])
    run = money.draft()
    with money.office.shared.read() as session:
        again = RunPlanning(session, money.stage.world.vault, run)
        planning = read_by(session, lambda: list(again.pages()))
        fresh = RunPlanning(session, money.stage.world.vault, run)
        grounds = read_by(session, lambda: grounds_of(session, fresh))
        owners = run_lines.owners(session, SearchCapability("test", run.tenant_id), run.id)
    # A transaction takes its entries and what it rests on with it, and then no more of them.
    assert planning - grounds == {"accrual", "book_entry"}
    assert {"book_transaction", "invoice_line", "invoice", "payee_version"} <= planning
    assert len(owners) == len({one[2] for one in owners}) == 4


def read_by(session: Session, work: Callable[[], object]) -> set[str]:
    """The tables that something reads."""
    said: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        said.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", heard)
    work()
    event.remove(connection, "before_cursor_execute", heard)
    return set(_READ.findall("\n".join(said))) & set(SQLModel.metadata.tables)
