"""Whatever becomes of money that came in, it is matched, or waits, or was sent back."""

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.db import Database
from core.errors import BadInput, Conflict
from royalties import closing
from royalties.models_payouts import PayoutState
from royalties.service.refunds import Asked
from royalties.service.statements import account_balances
from tests.fixtures import TestWorld
from tests.store.kills import every_kill, opened
from tests.store.payouts_stage import EUROS, Till
from tests.store.refunds_stage import WHY, Desk, asked_for
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_killed import held
from tests.store.test_books_replay import exported, replayed

CENT = 10_000
STEPS = ("match", "unmatch", "propose", "send", "reject", "settled", "returned")
GONE = (PayoutState.SENT, PayoutState.SETTLED)


@pytest.fixture
def desk(world: TestWorld) -> Iterator[Desk]:
    with office_of(Stage(world)) as office:
        made = Desk(Till(office, office.shared))
        made.till.open_account()
        yield made


def test_what_came_in_is_always_accounted_for(desk: Desk, tmp_path: Path) -> None:
    """A random life of three payments, in which most steps are possible and some are refused."""
    chance, invoice_id = random.Random(1), asked_for(desk)
    for euros in (9, 20, 31):
        desk.enter(euros * EUROS + CENT)
    done = {step for _ in range(100) if (step := _step(desk, chance, invoice_id))}
    assert done == set(STEPS)
    replay, database = replayed(tmp_path, exported(desk.office))
    with desk.database.read() as session, database.read() as again:
        booked = account_balances(session, desk.office.clerk)
        assert account_balances(again, desk.office.clerk) == booked
    database.close()
    assert (replay.differences, replay.same) == ((), True)


def _step(desk: Desk, chance: random.Random, invoice_id: str) -> str:
    """Do one thing with one payment; its name if it came about."""
    step, receipt_id = chance.choice(STEPS), chance.choice(desk.taken)
    last = next(reversed(desk.refunds(receipt_id)), None)
    came_about = ""
    with suppress(Conflict, BadInput):
        if step == "match":
            desk.match(receipt_id, invoice_id, chance.randrange(1, 900) * CENT)
        elif step == "unmatch":
            desk.unmatch(receipt_id, invoice_id)
        elif step == "propose":
            desk.propose(receipt_id, Asked(WHY.reason, chance.randrange(1, 900) * CENT))
        elif last is None:
            return ""
        elif step in {"send", "reject"}:
            desk.send(last, approve=step == "send")
        else:
            desk.answer(last, step)
        came_about = step
    _check(desk)
    return came_about


def _check(desk: Desk) -> None:
    """By receipt and in the books: nothing of what came in is twice, and nothing is nowhere."""
    found = [desk.receipt(one) for one in desk.taken]
    for one in found:
        back = [made for made in desk.refunds(one.id) if made.state in GONE]
        assert one.sent_back_micro == sum(made.amount_micro for made in back)
        assert one.unmatched_micro >= 0
        parts = one.matched_micro + one.unmatched_micro + one.sent_back_micro
        assert parts == one.payment.amount_micro
    balances = desk.till.balances()
    assert balances.get(desk.waiting, 0) == -sum(one.unmatched_micro for one in found)
    transit = sum(micro for name, micro in balances.items() if name.startswith("in_transit"))
    settled = sum(one.sent_back_micro for one in found) + transit
    came = sum(one.payment.amount_micro for one in found)
    assert balances["bank"] == came - settled


def test_killed_at_any_write_of_proposing_it_is_sent_and_settled_once(
    desk: Desk, tmp_path: Path
) -> None:
    receipt_id = desk.enter(25 * EUROS)
    desk.office.stage.world.db.checkpoint()

    def act(database: Database) -> None:
        _on(desk, database).propose(receipt_id)

    roots: set[str] = set()
    for copy in every_kill(desk.database.path, tmp_path, act):
        with opened(copy) as database:
            mine, book = _on(desk, database), desk.office.book
            if not mine.receipt(receipt_id).refund_proposed:
                mine.propose(receipt_id)
            (made,) = mine.refunds(receipt_id)
            mine.send(made)
            mine.answer(made, "settled")
            roots.add(closing.root(held(database, book)))
            assert mine.till.balances() == {}
    assert len(roots) == 1


def _on(desk: Desk, database: Database) -> Desk:
    return Desk(Till(desk.office, database), desk.taken)
