"""Whole books accrued step by step: stopped anywhere, nothing is lost and nothing booked twice."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.clock import utc_now
from core.errors import Broken, NotAllowed, NotFound
from core.principal import Principal
from fingerprint.models import Modality, Span
from registry.models.evidence import UnknownPerson
from royalties.models_bookaccruals import BookAccrual
from royalties.service import bookaccruals, periods
from royalties.service.statements import account_balances, trial_balance
from tests.fixtures import TestWorld
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.test_collecting_books import agree, books, mandate
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

PRICE = tariff("per_view", 10_000, "EUR")


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of few cuts, so that a few cuts take several."""
    monkeypatch.setattr(bookaccruals, "LINES_MAX", 2)


def begin(stage: Stage, who: Principal) -> BookAccrual:
    with stage.db.write() as session:
        return bookaccruals.begin(session, who, now=NOW)


def step(stage: Stage, who: Principal, name: str) -> BookAccrual:
    with stage.db.write() as session:
        return bookaccruals.step(session, who, name, now=utc_now())


def to_end(stage: Stage, who: Principal, name: str) -> BookAccrual:
    made = step(stage, who, name)
    while made.running:
        made = step(stage, who, name)
    return made


def owed(stage: Stage) -> int:
    operator = stage.world.operator
    with stage.db.read() as session:
        assert trial_balance(session).balanced
        found = account_balances(session, operator)
    return sum(net for (account, _), net in found.items() if account.startswith("receivable:"))


def earning(stage: Stage, *views: int) -> list[str]:
    """Cuts with one licensed use each, and one line of usage."""
    cuts = [cleared(stage, PRICE)[0] for _ in views]
    stage.import_lines(*(f"{cut},DE,2026-11,{n}" for cut, n in zip(cuts, views, strict=True)))
    return cuts


@pytest.mark.usefixtures("small")
def test_every_due_cut_of_the_book_is_accrued_in_steps(stage: Stage) -> None:
    earning(stage, 1, 2, 3, 4, 5)
    operator = stage.world.operator
    begun = begin(stage, operator)
    assert (begun.cuts, begun.running) == (5, True)
    assert begin(stage, operator) == begun
    first = step(stage, operator, begun.id)
    assert (first.done, first.new, first.running) == (2, 2, True)
    made = to_end(stage, operator, begun.id)
    assert (made.done, made.new, made.running) == (5, 5, False)
    assert owed(stage) == 15 * 10_000
    assert step(stage, operator, begun.id) == made


@pytest.mark.usefixtures("small")
def test_another_go_books_only_what_came_since(stage: Stage) -> None:
    cuts = earning(stage, 1, 2, 3)
    operator = stage.world.operator
    to_end(stage, operator, begin(stage, operator).id)
    stage.import_lines(f"{cuts[0]},AT,2026-11,10")
    again = to_end(stage, operator, begin(stage, operator).id)
    assert (again.new, again.unchanged, again.reversed) == (1, 3, 0)
    assert owed(stage) == 16 * 10_000


def test_one_long_cut_is_a_step_of_its_own(stage: Stage, small: None) -> None:
    cut_id, _ = cleared(stage, PRICE)
    stage.import_lines(*(f"{cut_id},DE,2026-{n:02d},1" for n in range(1, 8)))
    earning(stage, 1)
    operator = stage.world.operator
    made = to_end(stage, operator, begin(stage, operator).id)
    assert (made.done, made.new) == (2, 8)


def test_a_step_books_what_several_licensees_owe_in_one_month(stage: Stage) -> None:
    """However long it takes: also where a month ends between two of them."""
    operator, last = stage.world.operator, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    earning(stage, 1, 2)
    earning(Stage(replace(stage.world, first=stage.world.second)), 3)
    with stage.db.write() as session:
        begun = bookaccruals.begin(session, operator, now=last)
        assert bookaccruals.step(session, operator, begun.id, now=last).new == 3
    with stage.db.read() as session:
        found = periods.transactions_of(session, operator.tenant_id)
    assert {one.posted_period for one in found} == {"2026-12"}
    assert {one.recorded_at for one in found} == {last}


def test_a_licensee_accrues_its_own_cuts_and_a_stranger_sees_nothing_of_it(stage: Stage) -> None:
    earning(stage, 1, 2)
    other = stage.world.second
    with stage.db.write() as session:
        none = bookaccruals.begin(session, other, now=NOW)
    assert none.cuts == 0
    assert to_end(stage, other, none.id).new == 0
    mine = begin(stage, stage.studio)
    with pytest.raises(NotFound):
        step(stage, other, mine.id)
    assert to_end(stage, stage.studio, mine.id).new == 2


def test_who_may_not_is_refused(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        begin(stage, replace(stage.studio, scopes=frozenset({"reports"})))


def test_a_society_accrues_what_its_own_book_collects_and_nothing_else(stage: Stage) -> None:
    gvl = stage.world.principal("society")
    anna, ben = stage.performer(), stage.performer()
    cut_id = stage.cut()
    with office_of(stage) as office:
        agree(office, mandate(gvl, anna))
    for one in (anna, ben):
        stage.licence(one, PRICE)
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    stage.import_lines(f"{cut_id},DE,2026-11,5", f"{cut_id},DE,2026-10,5")
    earning(stage, 7, 8)
    made = to_end(stage, gvl, begin(stage, gvl).id)
    assert (made.new, dict(made.skipped)) == (1, {})
    assert (made.cuts, made.done) == (1, 1), "two more cuts show nobody whom it collects for"
    assert [sum(map(bool, one.values())) for one in books(stage, gvl, stage.world.operator)] == [
        2,
        0,
    ]
    assert to_end(stage, gvl, begin(stage, gvl).id).unchanged == 1
    operator = stage.world.operator
    done = to_end(stage, operator, begin(stage, operator).id)
    assert (done.cuts, done.new, done.unchanged) == (3, 5, 1)
    stage.clear(cut_id, found(cut_id, ben))
    gone = to_end(stage, gvl, begin(stage, gvl).id)
    assert (gone.new, gone.reversed) == (0, 1), "what the operator booked of her stays its own"


def test_a_mandate_for_everybody_is_for_what_was_used_within_it(stage: Stage) -> None:
    gvl, now_and_here = stage.world.principal("society"), "DE,2026-11,5"
    within = replace(mandate(gvl), territories=("DE", "US"), kinds=("synthesise_voice",))
    with office_of(stage) as office:
        agree(office, replace(within, valid_until=date(2026, 12, 1)))
    told = {}
    for line in (now_and_here, "US,2026-11,7", "FR,2026-11,11", "DE,2026-10,13", "*,2026-11,17"):
        told[line], _ = cleared(stage, PRICE)
        stage.import_lines(f"{told[line]},{line}")
    face, strangers = stage.performer(), stage.cut()
    stage.clear(strangers, strangers=[UnknownPerson(Modality.VOICE, (Span(0, 9_000),))])
    stage.import_lines(f"{strangers},{now_and_here}")
    made = to_end(stage, gvl, begin(stage, gvl).id)
    assert (made.cuts, made.done, made.new) == (2, 2, 2)
    with office_of(stage) as office:
        agree(office, replace(mandate(gvl), territories=("FR",)))
        agree(office, mandate(gvl, face))
    again = to_end(stage, gvl, begin(stage, gvl).id)
    assert (again.cuts, again.new, again.unchanged) == (3, 1, 2)


def test_why_uses_earned_nothing_is_counted(stage: Stage) -> None:
    performer, cut_id = stage.performer(), stage.cut()
    stage.licence(performer, PRICE, territories=("FR",))
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(f"{cut_id},DE,2026-11,5")
    operator = stage.world.operator
    made = to_end(stage, operator, begin(stage, operator).id)
    assert (made.new, made.skipped) == (0, {"not-cleared": 1, "unlicensed-unpriced": 1})


def test_one_that_was_given_up_has_ended_and_the_next_begins_anew(stage: Stage) -> None:
    earning(stage, 1)
    operator = stage.world.operator
    begun = begin(stage, operator)
    with stage.db.write() as session:
        bookaccruals.give_up(session, operator, begun.id)
    assert step(stage, operator, begun.id).new == 0
    assert begin(stage, operator).id != begun.id


def test_one_that_has_ended_stays_as_it_is(stage: Stage) -> None:
    operator = stage.world.operator
    to_end(stage, operator, begin(stage, operator).id)
    with pytest.raises(Broken), stage.db.write() as session:
        session.connection().exec_driver_sql("UPDATE book_accrual SET new = 7")


# Takes steps and reports each only after its transaction ended.
_WORKER = """
import sys
from pathlib import Path
from core.clock import utc_now
from core.db import Database
from core.principal import Principal
from royalties.service import bookaccruals, periods
import tests.fixtures
tests.fixtures.import_tables()
bookaccruals.LINES_MAX = 1
path, tenant, name = sys.argv[1:]
clerk = Principal(tenant, "test", frozenset({"*"}), "operator")
db = Database.open(Path(path))
print("ready", flush=True)
while True:
    with db.write() as session:
        made = bookaccruals.step(session, clerk, name, now=utc_now())
    print(made.done, flush=True)
"""


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_killed_step_is_taken_again_and_books_nothing_twice(stage: Stage, after: int) -> None:
    earning(stage, *range(1, 7))
    operator = stage.world.operator
    begun = begin(stage, operator)
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(stage.database_path), operator.tenant_id, begun.id],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert worker.stdout is not None
    with worker.stdout as output:
        for _ in range(after + 1):
            output.readline()
        os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    with stage.db.read() as session:
        left = bookaccruals.get(session, operator, begun.id)
    assert left.done >= after
    assert left.new == left.done
    made = to_end(stage, operator, begun.id)
    assert (made.done, made.new, made.unchanged) == (6, 6, 0)
    assert owed(stage) == 21 * 10_000
