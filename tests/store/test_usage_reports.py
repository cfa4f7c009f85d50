"""Reports of many senders: by identifiers, by mapping, and in steps that may be stopped."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import BadInput, Broken, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal
from royalties.models import ImportReport
from royalties.reports.opening import Form, open_report
from royalties.reports.rows import to_correct
from royalties.service import cutnames, mappings, usage
from royalties.service.usage_intake import batches
from royalties.store import usage as store
from royalties.store.usage import pages
from royalties.wire_usage import line_to_dict
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage
from tests.store.today import NOW

ISAN = "0000-0000-3A8D-0000-Z-0000-0000-6"


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def name(stage: Stage, cut_id: str, value: str = ISAN, by: Principal | None = None) -> str:
    with stage.db.write() as session:
        made = cutnames.name_cut(session, by or stage.studio, cut_id, "isan", value, now=NOW)
    return made.id


def take_in(stage: Stage, text: str, by: Principal | None = None, sender: str = "") -> ImportReport:
    with stage.db.write() as session:
        return usage.import_usage(
            session, by or stage.studio, text.encode(), sender=sender, now=NOW
        )


def views(stage: Stage, cut_id: str) -> list[int | None]:
    with stage.db.read() as session:
        found = pages(session, stage.studio, cut_id)
        return sorted((line.views for page in found for line in page), key=str)


def test_a_month_that_has_not_begun_is_rejected_and_taken_in_once_it_has(stage: Stage) -> None:
    text = f"{HEAD}{stage.cut()},DE,2026-12,10\n".encode()
    day = datetime(2026, 11, 30, 9, tzinfo=UTC)
    with stage.db.write() as session:
        early, late = (
            usage.import_usage(session, stage.studio, text, now=day + timedelta(hours=hours))
            for hours in (0, 2)
        )
    assert [(one.line_no, one.cause) for one in early.rejects] == [(2, "period-in-future")]
    assert (early.accepted, late.accepted, late.rejected) == (0, 1, 0)


HEAD = "cut_id,territory,period,views\n"
BY_ISAN = f"isan,territory,period,views\n{ISAN},DE,2026-11,10\n0000-0000-D07A-0090,DE,2026-11,10\n"


def test_a_line_names_its_cut_by_an_identifier(stage: Stage) -> None:
    cut_id = stage.cut()
    item = name(stage, cut_id, ISAN.lower())
    report = take_in(stage, BY_ISAN)
    assert (report.accepted, [one.cause for one in report.rejects]) == (1, ["unknown-title"])
    assert views(stage, cut_id) == [10]
    assert take_in(stage, f"{HEAD}{cut_id},DE,2026-11,10\n").duplicates == 1
    with stage.db.write() as session:
        cutnames.unname_cut(session, stage.studio, cut_id, item)
    assert take_in(stage, BY_ISAN).rejected == 2


ISNI = "0000 0001 2103 2683"
NAMED = f"cut_id,isan,isni,ipi,territory,period,views\n{{}},{ISAN},{ISNI},,DE,2026-11,{{}}\n"


def test_what_a_line_calls_title_and_people_is_kept_and_changes_nothing(stage: Stage) -> None:
    cut_id = stage.cut()
    name(stage, cut_id)
    report = take_in(stage, NAMED.format(cut_id, 10))
    assert (report.accepted, report.ignored_columns) == (1, ())
    assert take_in(stage, f"{HEAD}{cut_id},DE,2026-11,10\n").duplicates == 1
    with stage.db.read() as session:
        ((_, line, _),) = usage.lines_of_cut(session, stage.studio, cut_id)
        ((same, _, _),) = usage.lines_of(session, stage.studio, report.import_id)
    told = {"isan": "0000-0000-3A8D-0000", "isni": "0000000121032683"}
    assert dict(line.names) == dict(same.names) == told
    assert to_correct(line).items() > told.items()
    assert line_to_dict(line)["names"] == told
    corrected = to_correct(line) | {"views": "11"}
    text = f"{','.join(corrected)}\n{','.join(corrected.values())}\n"
    assert take_in(stage, text).accepted == 1
    with stage.db.read() as session:
        ((_, line, _),) = usage.lines_of_cut(session, stage.studio, cut_id)
    assert (line.views, dict(line.names)) == (11, told)


def test_a_person_alone_names_no_cut(stage: Stage) -> None:
    text = "isan,isni,territory,period,views\n,0000000121032683,DE,2026-11,10\n"
    assert [one.cause for one in take_in(stage, text).rejects] == ["bad-cut-id"]


def test_what_a_society_reports_of_a_title_its_studio_sees_and_no_stranger(stage: Stage) -> None:
    cut_id, society = stage.cut(), stage.world.principal("society")
    name(stage, cut_id)
    take_in(stage, NAMED.format(cut_id, 10), society)
    with stage.db.read() as session:
        ((line,),) = pages(session, stage.studio, cut_id)
        seen, hidden = (
            store.find_line(session, reader, line.id)
            for reader in (stage.studio, stage.world.second)
        )
    assert (line.names, hidden) == ((), None)
    assert seen is not None and len(seen.names) == 2


def test_what_names_two_studios_cuts_is_left_to_a_person(stage: Stage) -> None:
    mine, other = stage.cut(), stage.world.principal("studio")
    foreign = stage.cut(other)
    name(stage, mine)
    name(stage, foreign, by=other)
    society = stage.world.principal("society")
    assert take_in(stage, BY_ISAN).accepted == 1
    assert [one.cause for one in take_in(stage, BY_ISAN, society).rejects] == [
        "ambiguous-title",
        "unknown-title",
    ]


def test_a_line_whose_identifier_names_another_cut_is_left_to_a_person(stage: Stage) -> None:
    one, other = stage.cut(), stage.cut()
    name(stage, one)
    text = f"cut_id,isan,territory,period,views\n{other},{ISAN},DE,2026-11,10\n"
    report = take_in(stage, f"{text}{one},{ISAN},DE,2026-11,10\n")
    assert (report.accepted, [one.cause for one in report.rejects]) == (1, ["ambiguous-title"])
    assert views(stage, other) == []


def test_an_identifier_is_checked_and_names_one_cut(stage: Stage) -> None:
    cut_id = stage.cut()
    name(stage, cut_id)
    with pytest.raises(Conflict):
        name(stage, stage.cut())
    with pytest.raises(BadInput):
        name(stage, cut_id, "0000-0000-3A8D-0000-A")
    with pytest.raises(NotFound):
        name(stage, cut_id, by=stage.world.second)
    with pytest.raises(NotFound), stage.db.write() as session:
        cutnames.unname_cut(session, stage.world.second, cut_id, new_id("cid"))


def test_a_senders_mapping_is_kept_used_and_replaced(stage: Stage) -> None:
    cut_id = stage.cut()
    text = f"Fassung;Land;Monat;Aufrufe\n{cut_id};de;11/2026;7\n"
    with pytest.raises(BadInput):
        take_in(stage, text, sender="them")
    columns = {"cut_id": "Fassung", "territory": "Land", "period": "Monat", "views": "Aufrufe"}
    with stage.db.write() as session:
        for more in ({}, {"watched": "hours"}):
            document = {"sender": "them", "columns": columns, **more}
            mappings.keep_mapping(session, stage.studio, document, now=NOW)
    assert take_in(stage, text, sender="them").accepted == 1
    with stage.db.read() as session:
        (kept,) = mappings.list_mappings(session, stage.studio)
        assert mappings.list_mappings(session, stage.world.second) == ()
    assert kept.mapping.watched == "hours"
    with stage.db.write() as session:
        mappings.remove_mapping(session, stage.studio, "them", now=NOW)
    with pytest.raises(NotFound), stage.db.write() as session:
        mappings.remove_mapping(session, stage.studio, "them", now=NOW)
    reader = replace(stage.studio, scopes=frozenset({"reports"}))
    with pytest.raises(NotAllowed), stage.db.read() as session:
        mappings.list_mappings(session, reader)


def begun(stage: Stage) -> str:
    with stage.db.write() as session:
        made = usage.begin_import(session, stage.studio, file_sha256="aa", sender="", now=NOW)
    return made.import_id


def run(
    stage: Stage, import_id: str, text: str, *, stop_after: int = 99, size: int = 4
) -> list[int]:
    """Take a file in batch by batch, each in a transaction, and die after some of them."""
    with stage.db.read() as session:
        intake, mapping = usage.go_on(session, stage.studio, import_id)
    rejected: list[int] = []
    opened = open_report(io.BytesIO(text.encode()), mapping)
    for number, batch in enumerate(batches(opened.rows, size)):
        if number == stop_after:
            return rejected
        with stage.db.write() as session:
            rejected += [one.line_no for one in intake.take(session, batch)]
            usage.save(session, intake, Form.CSV)
    with stage.db.write() as session:
        usage.save(session, intake, Form.CSV, ended=True)
    return rejected


@pytest.mark.parametrize("stop_after", [0, 1, 2])
@pytest.mark.parametrize("size", [4, 3])
def test_a_stopped_import_goes_on_and_counts_nothing_twice(
    stage: Stage, stop_after: int, size: int
) -> None:
    cut_id = stage.cut()
    lines = [f"{cut_id},DE,2026-11,{n // 2}" for n in range(12)]
    lines[3], lines[9] = "bad,DE,2026-11,1", f"{new_id('cut')},DE,2026-11,1"
    text = "\n".join(("cut_id,territory,period,views", *lines))
    import_id = begun(stage)
    run(stage, import_id, text, stop_after=stop_after)
    assert run(stage, import_id, text, size=size) == [5, 11]
    with stage.db.read() as session:
        kept = usage.get_import(session, stage.studio, import_id).report
    assert (kept.lines, kept.accepted, kept.duplicates, kept.rejected) == (12, 6, 4, 2)
    assert (kept.running, views(stage, cut_id)) == (False, [0, 1, 2, 3, 4, 5])


def test_an_import_that_has_ended_stays_as_it_is(stage: Stage) -> None:
    import_id = begun(stage)
    run(stage, import_id, "cut_id,territory,period,views\n")
    with pytest.raises(Broken), stage.db.write() as session:
        session.connection().exec_driver_sql("UPDATE usage_import SET accepted = 7")
    with pytest.raises(NotFound), stage.db.read() as session:
        usage.get_import(session, stage.world.second, import_id)
