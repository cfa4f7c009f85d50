"""Killed at any write of accruing and closing, a book loses nothing and holds nothing twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from core import log
from core.db import Database
from core.principal import SearchCapability
from royalties import closing
from royalties.closing import month_of
from royalties.models_books import Transaction
from royalties.service import accruals, periods
from royalties.service.accruals import accrue
from royalties.service.statements import trial_balance
from royalties.store import periods as period_store
from tests.fixtures import TestWorld
from tests.store.kills import every_kill, opened
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.today import NOW

MONTH = month_of(NOW)


@pytest.fixture
def stage(world: TestWorld, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Books with something to take back and something new to book, written cut by cut."""
    monkeypatch.setattr(accruals, "CUTS_AT_ONCE", 1)
    made = Stage(world)
    cut_id, anna = cleared(made)
    made.import_lines(f"{cut_id},DE,2026-11,10", f"{cut_id},AT,2026-11,11")
    made.accrue()
    made.clear(cut_id, found(cut_id, anna, (40, 90_040)))
    made.import_lines(f"{cut_id},CH,2026-10,10")
    other_id, _ = cleared(made)
    made.import_lines(f"{other_id},DE,2026-10,10")
    world.db.checkpoint()
    return made


def held(database: Database, book: str) -> list[Transaction]:
    """What a book holds; it balances, and no entry, transaction or accrual stands alone."""
    with database.read() as session:
        assert trial_balance(session).balanced
        connection = session.connection()
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        return periods.transactions_of(session, book)


def test_killed_at_any_write_of_accruing(stage: Stage, tmp_path: Path) -> None:
    book, studio = stage.world.operator.tenant_id, stage.studio

    def act(database: Database) -> None:
        with database.write() as session:
            accrue(session, studio, now=NOW)

    before = closing.root(held(stage.db, book))
    ends: list[str] = []
    finals: set[str] = set()
    for copy in every_kill(stage.database_path, tmp_path, act):
        with opened(copy) as database:
            ends.append(closing.root(held(database, book)))
            act(database)
            finals.add(closing.root(held(database, book)))
    (final,) = finals
    assert len(ends) > 6
    assert set(ends[:-1]) <= {before, final}
    assert (ends[0], ends[-1]) == (before, final)


def test_killed_at_any_write_of_closing(stage: Stage, tmp_path: Path) -> None:
    stage.accrue()
    stage.db.checkpoint()
    with office_of(stage) as office:
        copies = every_kill(stage.database_path, tmp_path, _act(office))
        ends = [_closed(office, copy) for copy in copies]
    assert len({root for root, _ in ends}) == 1
    states = [state for _, state in ends]
    assert states == sorted(states, key=["OPEN", "CLOSING", "CLOSED"].index)
    assert set(states) == {"OPEN", "CLOSING", "CLOSED"}


def _act(office: Office) -> Callable[[Database], None]:
    clerk, approver = office.clerk, office.approver

    def act(database: Database) -> None:
        with database.write() as session:
            periods.propose(session, clerk, MONTH, now=NOW)
        with database.write() as session:
            periods.decide(session, approver, MONTH, approve=True, note="", now=NOW)

    return act


def _closed(office: Office, copy: Path) -> tuple[str | None, str]:
    """Go on where it was killed; the root in the end, and how far it had come."""
    with opened(copy) as database:
        with database.read() as session:
            capability = SearchCapability("test", office.book)
            state = period_store.states(session, capability, office.book)[MONTH].value
        if state == "OPEN":
            _act(office)(database)
        elif state == "CLOSING":
            with database.write() as session:
                periods.decide(session, office.approver, MONTH, approve=True, note="", now=NOW)
        with database.read() as session:
            (done,) = periods.list_periods(session, office.clerk)
            leaves = log.leaves_of(session, periods.CLOSED)
            assert [leaf.index for leaf in leaves] == [done.log_index]
            assert log.faults(session) == ()
            assert periods.verify(session, office.clerk, MONTH).ok
        return done.root, state
