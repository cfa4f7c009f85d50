"""Whoever sent payouts is reminded of those that no bank answered, each level once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import notices
from royalties.models_payouts import PayoutState
from royalties.service.payoutreminders import UNANSWERED, tend
from tests.fixtures import TestWorld
from tests.store.payouts_stage import EUROS, IBANS, Till, table
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.today import NOW


@pytest.fixture
def till(world: TestWorld) -> Iterator[Till]:
    with office_of(Stage(world)) as office:
        made = Till(office, office.shared)
        made.open_account()
        for iban in IBANS[:2]:
            made.payee(50 * EUROS, iban)
        yield made


def after(till: Till, days: int) -> int:
    with till.database.write() as session:
        return tend(session, remind_days=(5, 15), now=NOW + timedelta(days=days))


def told(till: Till) -> list[dict[str, str]]:
    with till.database.read() as session:
        found = notices.inbox(session, till.office.clerk)
    return [dict(one.facts) for one in found if one.kind == UNANSWERED]


def test_each_level_is_told_once_until_the_bank_has_answered(till: Till) -> None:
    assert after(till, 30) == 0
    batch = till.send(till.propose())
    assert [after(till, days) for days in (4, 5, 6, 15, 16)] == [0, 1, 0, 1, 0]
    number = str(batch.number)
    assert told(till) == [{"number": number, "payouts": "2", "days": days} for days in ("15", "5")]
    first, second = till.found(PayoutState.SENT)
    till.answer(table((first.end_to_end_id, "settled", "", "")))
    till.answer(table((second.end_to_end_id, "returned", "AC04", "")))
    assert after(till, 40) == 0


def test_a_level_that_was_missed_is_not_made_up_for(till: Till) -> None:
    till.send(till.propose())
    assert (after(till, 20), len(told(till))) == (1, 1)
    with till.database.write() as session:
        assert tend(session, remind_days=(), now=NOW + timedelta(days=90)) == 0
