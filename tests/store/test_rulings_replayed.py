"""What was ruled on complaints is booked again from the rulings, and nothing of it taken over."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from royalties.models_complaints import Ground, Ruling
from tests.fixtures import TestWorld
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_complaints import dispute, line_of, ruled
from tests.store.test_runs import Money


@pytest.fixture
def money(world: TestWorld) -> Iterator[Money]:
    with office_of(Stage(world)) as opened:
        yield Money(opened)


def test_what_a_ruling_moved_is_reckoned_again_from_the_ruling(
    money: Money, tmp_path: Path
) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, bert = money.people[cut_id], money.stage.performer()
    money.lives_in(bert.id, bert.tenant_id, "DE")
    item = dispute(
        money, money.office.clerk, line_of(money, anna), ground=Ground.MINE, claimant=bert.id
    )
    ruled(money, item, Ruling.SHARED, "2/5")
    money.run()
    facts = [json.loads(line) for line in exported(money.office)]
    moved = [one for one in facts if one["fact"] == "adjustment"]
    assert moved and not any("postings" in one for one in moved)
    for part, number in ((["2", "5"], 0), (["1", "2"], 1)):
        told = [{**one, "part": part} if one["fact"] == "ruling" else one for one in facts]
        folder = tmp_path / str(number)
        folder.mkdir()
        done, database = replayed(folder, list(map(json.dumps, told)))
        database.close()
        assert done.same is (number == 0)
        wrong = {one.what for one in done.differences}
        assert {one["id"] for one in moved} <= wrong or number == 0
    left_out = [json.dumps(one) for one in facts if one["fact"] != "adjustment"]
    (tmp_path / "left").mkdir()
    done, database = replayed(tmp_path / "left", left_out)
    database.close()
    assert [one.recomputed for one in done.differences] == ["adjustment"] * len(moved)


def test_facts_of_the_form_before_state_what_a_ruling_divided(tmp_path: Path) -> None:
    kept = (Path(__file__).parents[1] / "data" / "facts_form_2.jsonl").read_text("utf-8")
    done, database = replayed(tmp_path, kept.splitlines())
    database.close()
    assert done.same
