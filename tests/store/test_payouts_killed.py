"""Killed at any write of sending or of taking in an answer, nothing is lost and nothing twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import Database
from core.errors import Conflict
from royalties import closing
from royalties.models_payouts import PayoutState
from royalties.service.periods import transactions_of
from tests.fixtures import TestWorld
from tests.store.kills import every_kill, opened
from tests.store.payouts_stage import EUROS, IBANS, Till, table
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_killed import held


@pytest.fixture
def till(world: TestWorld) -> Iterator[Till]:
    with office_of(Stage(world)) as office:
        made = Till(office, office.shared)
        made.open_account()
        made.payee(25 * EUROS)
        made.payee(40 * EUROS, IBANS[1])
        yield made


def on(till: Till, database: Database) -> Till:
    return Till(till.office, database)


def test_killed_at_any_write_of_sending(till: Till, tmp_path: Path) -> None:
    def act(database: Database) -> None:
        mine = on(till, database)
        mine.send(mine.propose())

    till.office.stage.world.db.checkpoint()
    references: set[tuple[str, ...]] = set()
    roots: set[str] = set()
    for copy in every_kill(till.database.path, tmp_path, act):
        with opened(copy) as database:
            mine, book = on(till, database), till.office.book
            held(database, book)
            sent = mine.found(PayoutState.SENT)
            assert len(sent) in (0, 2)
            if not sent:
                mine.send(mine.propose())
            with pytest.raises(Conflict):
                mine.propose()
            sent = mine.found(PayoutState.SENT)
            references.add(tuple(sorted(one.end_to_end_id for one in sent)))
            with database.read() as session:
                roots.add(closing.root(transactions_of(session, book)))
    assert (len(references), len(roots)) == (1, 1)


def test_killed_at_any_write_of_an_answer(till: Till, tmp_path: Path) -> None:
    till.send(till.propose())
    first, second = till.found(PayoutState.SENT)
    answer = table(
        (first.end_to_end_id, "settled", "", ""),
        (second.end_to_end_id, "returned", "AC04", ""),
    )
    till.office.stage.world.db.checkpoint()
    ends: list[int] = []
    finals: set[str] = set()
    for copy in every_kill(
        till.database.path, tmp_path, lambda database: _answer(on(till, database), answer)
    ):
        with opened(copy) as database:
            mine, book = on(till, database), till.office.book
            held(database, book)
            ends.append(len(mine.found(PayoutState.SETTLED, PayoutState.RETURNED)))
            mine.answer(answer)
            finals.add(closing.root(held(database, book)))
            assert not any(name.startswith("in_transit") for name in mine.balances())
    assert set(ends) == {0, 2}
    assert len(finals) == 1


def _answer(till: Till, data: bytes) -> None:
    till.answer(data)
