"""Taking in usage reports: nothing twice, nothing lost, nothing of another tenant's."""

import io
from pathlib import Path

import pytest
from sqlmodel import Session

from core.errors import BadInput, Broken, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal
from royalties.models import UsageLine
from royalties.service import usage_intake
from royalties.service.usage import import_usage
from royalties.service.usage_intake import BATCH, REJECTS_MAX
from royalties.store.usage import cuts_reported, pages
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage
from tests.store.today import NOW


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def stored(stage: Stage, cut_id: str, reader: Principal | None = None) -> list[UsageLine]:
    with stage.db.read() as session:
        found = pages(session, reader or stage.studio, cut_id, size=7)
        return [line for page in found for line in page]


def test_a_report_is_taken_in_line_by_line(stage: Stage) -> None:
    cut_id = stage.cut()
    report = stage.import_lines(
        f"{cut_id},DE,2026-11,1000",
        f"{cut_id},XX,2026-11,1000",
        f"{new_id('cut')},DE,2026-11,1000",
        "",
        f"{cut_id},AT,2026-11,5",
        f"{cut_id},DE,2026-11,1000",
    )
    assert (report.lines, report.accepted, report.duplicates, report.rejected) == (5, 2, 1, 2)
    assert [(one.line_no, one.cause, one.column) for one in report.rejects] == [
        (3, "bad-territory", "territory"),
        (4, "unknown-cut", "cut_id"),
    ]
    assert {(line.line_no, line.territory, line.views) for line in stored(stage, cut_id)} == {
        (2, "DE", 1000),
        (6, "AT", 5),
    }


def test_the_same_file_again_is_known_and_adds_nothing(stage: Stage) -> None:
    cut_id = stage.cut()
    lines = [f"{cut_id},DE,2026-11,{n}" for n in range(3 * BATCH + 7)]
    first = stage.import_lines(*lines)
    again = stage.import_lines(*lines)
    assert (first.accepted, first.duplicates, first.known_file) == (len(lines), 0, None)
    assert (again.accepted, again.duplicates) == (0, len(lines))
    assert again.known_file == first.import_id
    assert again.import_id != first.import_id
    assert len(stored(stage, cut_id)) == len(lines)


def test_the_same_lines_in_another_file_order_and_delimiter_are_duplicates(stage: Stage) -> None:
    cut_id = stage.cut()
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in range(20)))
    other = "views;period;cut_id;territory\n" + "\n".join(
        f"{n};2026-11;{cut_id};de" for n in reversed(range(21))
    )
    with stage.db.write() as session:
        report = import_usage(session, stage.studio, io.BytesIO(other.encode()), now=NOW)
    assert (report.accepted, report.duplicates, report.known_file) == (1, 20, None)


def test_duplicates_within_a_file_are_counted_across_batches(stage: Stage) -> None:
    cut_id = stage.cut()
    fillers = [f"{cut_id},AT,2026-11,{n}" for n in range(BATCH)]
    twin = f"{cut_id},DE,2026-11,1"
    report = stage.import_lines(twin, twin, *fillers, twin)
    assert (report.accepted, report.duplicates) == (BATCH + 1, 2)


def test_a_reference_tells_two_lines_with_the_same_figures_apart(stage: Stage) -> None:
    cut_id = stage.cut()
    text = "cut_id,territory,period,views,reference\n" + "\n".join(
        f"{cut_id},DE,2026-11,9,{outlet}" for outlet in ("a", "b", "a")
    )
    with stage.db.write() as session:
        report = import_usage(session, stage.studio, text.encode(), now=NOW)
    assert (report.accepted, report.duplicates, report.overlapping) == (2, 1, 1)


def test_a_second_figure_for_the_same_month_is_counted_as_overlapping(stage: Stage) -> None:
    cut_id = stage.cut()
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    report = stage.import_lines(f"{cut_id},DE,2026-11,12", f"{cut_id},DE,2026-12,12")
    assert (report.accepted, report.overlapping) == (2, 1)


def test_a_line_that_names_what_it_corrects_is_no_overlap(stage: Stage) -> None:
    cut_id = stage.cut()
    stage.import_lines(f"{cut_id},DE,2026-11,10", f"{cut_id},AT,2026-11,20")
    (of_at, of_de) = sorted(stored(stage, cut_id), key=lambda line: line.territory)
    text = "cut_id,territory,period,views,supersedes\n" + "\n".join(
        (
            f"{cut_id},DE,2026-11,12,{of_de.id}",  # a figure
            f"{cut_id},CH,2026-11,20,{of_at.id}",  # a place that nobody has reported
            f"{cut_id},DE,2026-11,13,",  # and another outlet
        )
    )
    with stage.db.write() as session:
        report = import_usage(session, stage.studio, text.encode(), now=NOW)
    assert (report.accepted, report.overlapping) == (3, 1)


@pytest.mark.parametrize("remembered", [0, usage_intake._PLACES_MAX])
def test_overlapping_lines_are_counted_whatever_an_import_remembers(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(usage_intake, "_PLACES_MAX", remembered)
    cut_id = stage.cut()
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    fillers = [f"{cut_id},AT,2026-11,{n}" for n in range(BATCH)]
    later = (f"{cut_id},DE,2026-11,11", f"{cut_id},FR,2026-11,12", f"{cut_id},FR,2026-11,13")
    report = stage.import_lines(f"{cut_id},DE,2026-11,10", *fillers, *later)
    assert (report.accepted, report.duplicates) == (BATCH + 3, 1)
    assert report.overlapping == (BATCH - 1) + 2


def test_an_import_gives_back_the_room_that_it_took(stage: Stage) -> None:
    """The writer's connection lives on: what it keeps of pages is not an import's for ever."""
    kept = []
    cut_id = stage.cut()
    for _ in range(2):
        with stage.db.write() as session:
            asked = session.connection().exec_driver_sql("PRAGMA cache_size")
            kept.append(asked.scalar_one())
        stage.import_lines(f"{cut_id},DE,2026-11,10")
    assert kept[0] == kept[1]


def test_the_lines_of_a_cut_lie_together(stage: Stage) -> None:
    """Whoever reads a cut of a large report finds a few pages and not one for each line."""
    first, second = stage.cut(), stage.cut()
    stage.import_lines(
        *(f"{cut_id},DE,2026-{month:02d},9" for month in (3, 1, 2) for cut_id in (first, second))
    )
    with stage.db.read() as session:
        found = session.connection().exec_driver_sql(
            "SELECT cut_id, period FROM usage_line ORDER BY rowid"
        )
        lying = [tuple(row) for row in found]
    assert lying == sorted(lying)
    assert len(lying) == 6


def test_a_rejected_line_is_accepted_once_its_cut_is_registered(stage: Stage) -> None:
    cut_id = new_id("cut")
    line = f"{cut_id},DE,2026-11,10"
    assert stage.import_lines(line).rejects[0].cause == "unknown-cut"
    stage.cut(cut_id=cut_id)
    later = stage.import_lines(line)
    assert (later.accepted, later.known_file is not None) == (1, True)


def test_another_studios_cut_looks_like_none(stage: Stage) -> None:
    foreign = stage.cut(stage.world.principal("studio"))
    report = stage.import_lines(f"{foreign},DE,2026-11,10", f"{new_id('cut')},DE,2026-11,10")
    assert [one.cause for one in report.rejects] == ["unknown-cut", "unknown-cut"]


def test_a_society_reports_for_a_studio_and_both_see_the_line(stage: Stage) -> None:
    cut_id = stage.cut()
    society = stage.world.principal("society")
    assert stage.import_lines(f"{cut_id},DE,2026-11,10", by=society).accepted == 1
    assert len(stored(stage, cut_id)) == len(stored(stage, cut_id, society)) == 1
    assert stored(stage, cut_id, stage.world.second) == []
    with stage.db.read() as session:
        assert cuts_reported(session, stage.world.second) == ()


def test_society_and_studio_reporting_the_same_line_count_once(stage: Stage) -> None:
    cut_id = stage.cut()
    society = stage.world.principal("society")
    line = f"{cut_id},DE,2026-11,10"
    assert stage.import_lines(line).accepted == 1
    assert stage.import_lines(line, by=society).duplicates == 1


def test_only_the_first_rejects_are_kept_and_all_are_counted(stage: Stage) -> None:
    report = stage.import_lines(*(["bad,bad,bad,bad"] * (REJECTS_MAX + 5)))
    assert (report.rejected, len(report.rejects)) == (REJECTS_MAX + 5, REJECTS_MAX)


def test_a_broken_run_leaves_nothing(stage: Stage) -> None:
    cut_id = stage.cut()
    text = "cut_id,territory,period,views\n" + f"{cut_id},DE,2026-11,10\n" * 3

    def run(session: Session) -> None:
        assert import_usage(session, stage.studio, text.encode(), now=NOW).accepted == 1
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError), stage.db.write() as session:
        run(session)
    assert stored(stage, cut_id) == []
    assert stage.import_lines(f"{cut_id},DE,2026-11,10").known_file is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE usage_line SET views = 1",
        "DELETE FROM usage_line",
        "UPDATE usage_import SET accepted = 0",
        "DELETE FROM usage_import",
        "INSERT OR REPLACE INTO usage_line SELECT * FROM usage_line",
    ],
)
def test_usage_is_evidence_and_cannot_be_edited(stage: Stage, statement: str) -> None:
    cut_id = stage.cut()
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    with pytest.raises(Broken), stage.db.write() as session:
        session.connection().exec_driver_sql(statement)
    assert [line.views for line in stored(stage, cut_id)] == [10]


def test_progress_is_told_in_bytes(stage: Stage, tmp_path: Path) -> None:
    cut_id = stage.cut()
    file = tmp_path / "usage.csv"
    rows = [f"{cut_id},DE,2026-11,{n}" for n in range(BATCH + 1)]
    file.write_text("\n".join(["cut_id,territory,period,views", *rows]), "utf-8")
    told: list[int] = []
    with stage.db.write() as session:
        report = import_usage(session, stage.studio, file, told.append, now=NOW)
    assert report.accepted == BATCH + 1
    assert told == sorted(told)
    assert told[-1] == file.stat().st_size


def test_what_cannot_be_read_is_refused(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(NotFound), stage.db.write() as session:
        import_usage(session, stage.studio, tmp_path / "absent.csv", now=NOW)
    with pytest.raises(BadInput), stage.db.write() as session:
        import_usage(session, stage.studio, b"these,are,no,columns\n", now=NOW)


def test_the_scope_is_asked_for(stage: Stage) -> None:
    reader = stage.world.principal("studio", "reports")
    with pytest.raises(NotAllowed), stage.db.write() as session:
        import_usage(session, reader, b"cut_id,territory,period,views\n", now=NOW)
