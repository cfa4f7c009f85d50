"""Killed at any write of closing a run, it is closed whole or not at all, and never twice."""

from pathlib import Path

from core.db import Database
from royalties import closing
from royalties.models_runs import Run, RunState
from royalties.service import periods, runs
from royalties.service.statements import trial_balance
from tests.fixtures import TestWorld
from tests.store.kills import every_kill, opened
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import MONTHS, Money
from tests.store.today import NOW


def decide(database: Database, money: Money, run: Run) -> RunState:
    """Approve as a further process would, whatever became of it before."""
    office = money.office
    with database.write() as session:
        known, _ = runs.get_run(session, office.approver, run.id)
        if known.state is not RunState.PROPOSED:
            return known.state
        done = runs.decide(
            session,
            money.stage.world.vault,
            office.approver,
            run.id,
            approve=True,
            note="seen",
            now=NOW,
        )
        return done.state


def root(database: Database, office: Office) -> str:
    with database.read() as session:
        assert trial_balance(session).balanced
        return closing.root(periods.transactions_of(session, office.book))


def test_killed_at_any_write_of_closing_a_run(world: TestWorld, tmp_path: Path) -> None:
    with office_of(Stage(world)) as office:
        money = Money(office)
        money.earn(10_000)
        money.earn(7, taxed="")
        money.receive()
        run = money.draft(MONTHS)
        money.propose(run)
        before = root(office.shared, office)
    world.db.checkpoint()
    ends: list[str] = []
    finals: set[str] = set()

    def act(database: Database) -> None:
        decide(database, money, run)

    for copy in every_kill(office.stage.database_path, tmp_path, act):
        with opened(copy) as database:
            ends.append(root(database, office))
            assert decide(database, money, run) is RunState.CLOSED
            finals.add(root(database, office))
    (final,) = finals
    assert len(ends) > 5
    assert set(ends) == {before, final}
    assert (ends[0], ends[-1]) == (before, final)


def test_runs_are_booked_again_from_the_facts_of_the_book(world: TestWorld, tmp_path: Path) -> None:
    with office_of(Stage(world)) as office:
        money = Money(office)
        money.earn(10_000, taxed="US")
        money.earn(7, taxed="")
        money.receive()
        money.run()
        done, database = replayed(tmp_path, exported(office))
    database.close()
    assert done.same
