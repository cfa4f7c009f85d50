"""Cuts accrued together owe what each of them owes by itself, however their lines are paged."""

import pytest

from royalties.models import AccrualReport
from royalties.service import accruals, nothingdue
from royalties.service.usage import import_usage
from royalties.store import usagepages
from tests.fixtures import TestWorld
from tests.store.royalties_stage import REPORTED_AT, Stage, cleared
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

PRICES = (tariff("per_view", 10_000, "EUR"), tariff("per_minute", 600_000, "EUR"))


@pytest.mark.parametrize("lines_at_once", [1, 4, 500])
def test_cuts_owe_together_what_each_owes_by_itself(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch, lines_at_once: int
) -> None:
    monkeypatch.setattr(usagepages, "PAGE", lines_at_once)
    monkeypatch.setattr(accruals, "CUTS_AT_ONCE", 3)
    stage = Stage(world)
    cuts = [cleared(stage, PRICES[number % 2])[0] for number in range(4)]
    months = [f"2026-{month:02d}" for month in range(1, 4)]
    stage.import_lines(
        *(f"{cut},DE,{month},{50 + n}" for n, cut in enumerate(cuts) for month in months)
    )
    singly = [_accrued(stage, cut) for cut in cuts]
    assert [one.new for one in singly] == [3, 3, 3, 3]
    together = stage.accrue()
    assert (together.new, together.unchanged, together.reversed) == (0, 12, 0)


def test_what_counts_no_more_is_taken_back_among_other_cuts(world: TestWorld) -> None:
    stage = Stage(world)
    (first, _), (other, _) = cleared(stage, PRICES[0]), cleared(stage, PRICES[0])
    stage.import_lines(f"{first},DE,2026-01,10", f"{other},DE,2026-01,10")
    stage.accrue()
    with stage.db.read() as session:
        (page,) = usagepages.pages_of(session, stage.studio, [first, other])
    (line,) = page.lines[first]
    head = "cut_id,territory,period,views,supersedes"
    text = f"{head}\n{first},AT,2026-02,7,{line.id}\n{other},AT,2026-02,7,"
    with stage.db.write() as session:
        import_usage(session, stage.studio, text.encode(), now=REPORTED_AT)
    report = stage.accrue()
    assert (report.new, report.unchanged, report.reversed) == (2, 1, 1)
    with stage.db.read() as session:
        (page,) = usagepages.pages_of(session, stage.studio, [first, other])
    assert (page.gone, len(page.lines[first]), len(page.lines[other])) == (
        {first: [line.id]},
        1,
        2,
    )


def test_what_is_missing_first_is_said_where_there_is_nothing_to_book(world: TestWorld) -> None:
    stage = Stage(world)
    assert stage.accrue().nothing == nothingdue.NO_USAGE
    cut_id = stage.cut()
    stage.import_lines(f"{cut_id},DE,2026-01,10")
    assert stage.accrue().nothing == nothingdue.NOT_CLEARED
    stage.clear(cut_id)
    assert stage.accrue().nothing == nothingdue.NOBODY_DUE
    other, _ = cleared(stage, PRICES[0])
    stage.import_lines(f"{other},DE,2026-01,10")
    assert [stage.accrue().nothing for _ in range(2)] == ["", ""]


def _accrued(stage: Stage, cut_id: str) -> AccrualReport:
    with stage.db.write() as session:
        return accruals.accrue_cuts(session, stage.studio, [cut_id], now=NOW)
