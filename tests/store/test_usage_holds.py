"""Implausible lines wait for a person, and earn nothing until one has decided."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest

from core import audit, notices
from core.clock import utc_now
from core.errors import Broken, Conflict, NotAllowed, NotFound
from core.principal import Principal
from registry.service.works import save_duration
from royalties.models import ImportReport
from royalties.models_usage import Hold, HoldState
from royalties.reports.opening import open_report
from royalties.service import usage, usageholds
from royalties.service.usage_intake import batches
from royalties.service.usageholds import Shown
from royalties.store.usage import pages
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import REPORTED_AT, Stage, cleared, found
from tests.store.test_collecting_books import agree as mandated
from tests.store.test_collecting_books import mandate
from tests.unit.royalties.worlds import tariff

HEAD = "cut_id,territory,period,views,unique_views,watched,supersedes\n"


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def take_in(office: Office, *lines: str, by: Principal | None = None) -> ImportReport:
    text = HEAD + "\n".join(lines)
    with office.stage.db.write() as session:
        return usage.import_usage(
            session, by or office.stage.studio, text.encode(), now=REPORTED_AT
        )


def waiting(
    office: Office, state: HoldState = HoldState.HELD, by: Principal | None = None
) -> list[Shown]:
    with office.stage.db.read() as session:
        return list(usageholds.list_holds(session, by or office.clerk, state))


def decide(office: Office, item: Hold, *, release: bool = True, alone: int = 10**6) -> Hold:
    with office.shared.write() as session:
        shown = usageholds.decide(
            session,
            office.clerk,
            item.id,
            release=release,
            note="asked the platform",
            alone_max=alone,
            now=utc_now(),
        )
    return shown.hold


def agree(office: Office, item: Hold, who: Principal, *, approve: bool = True) -> Hold:
    with office.shared.write() as session:
        shown = usageholds.agree(session, who, item.id, approve=approve, note="", now=utc_now())
    return shown.hold


def counted(office: Office, cut_id: str) -> list[int | None]:
    with office.stage.db.read() as session:
        found = pages(session, office.stage.studio, cut_id)
        return [line.views for page in found for line in page]


def test_a_contradicting_line_is_held_and_earns_once_it_is_released(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage)
    report = take_in(office, f"{cut_id},DE,2026-11,10,11,,", f"{cut_id},AT,2026-11,10,9,,")
    assert (report.accepted, report.held) == (2, 1)
    assert stage.accrue().new == 1
    (shown,) = waiting(office)
    assert [one.code for one in shown.hold.reasons] == ["unique-above-views"]
    assert (shown.line.views, shown.hold.rules_id) == (10, "plausibility-1")
    assert decide(office, shown.hold).state is HoldState.RELEASED
    assert (stage.accrue().new, waiting(office)) == (1, [])


def test_a_societys_clerks_decide_where_all_of_a_line_goes_into_its_book(office: Office) -> None:
    stage, gvl = office.stage, office.stage.world.principal("society")
    cut_id, anna = cleared(stage)
    shared, ben = cleared(stage)
    stage.licence(anna)
    stage.clear(shared, found(shared, anna), found(shared, ben))
    mandated(office, mandate(gvl, anna))
    take_in(office, *(f"{cut},DE,2026-1{n},10,11,," for cut in (cut_id, shared) for n in (0, 1)))
    theirs = replace(office, stage=Stage(replace(stage.world, operator=gvl)))
    (mine,) = waiting(theirs)
    assert (mine.line.cut_id, mine.line.period) == (cut_id, "2026-11")
    assert {(one.line.cut_id, one.line.period) for one in waiting(office)} == {
        (cut_id, "2026-10"),
        (shared, "2026-10"),
        (shared, "2026-11"),
    }
    with pytest.raises(NotFound):
        decide(office, mine.hold)
    assert decide(theirs, mine.hold, alone=0).approval_id is not None
    assert agree(theirs, mine.hold, theirs.approver).state is HoldState.RELEASED
    assert counted(office, cut_id) == [10]


def test_a_rejected_line_never_earns_and_its_reporter_is_told(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage)
    take_in(office, f"{cut_id},DE,2026-11,10,11,,")
    (shown,) = waiting(office)
    decide(office, shown.hold, release=False)
    assert stage.accrue().new == 0
    with stage.db.read() as session:
        told = notices.inbox(session, stage.studio)
        entries = audit.entries(session, office.clerk)
    assert [one.kind for one in told] == [usageholds.REJECTED]
    assert "usage.rejected" in [one.action for one in entries]
    with pytest.raises(Conflict, match="before"):
        decide(office, shown.hold)


def test_those_who_collect_are_told_once_of_an_import(office: Office) -> None:
    cut_id = office.stage.cut()
    take_in(office, *(f"{cut_id},DE,2026-11,{n},{n + 1},," for n in range(3)))
    with office.stage.db.read() as session:
        (told,) = notices.inbox(session, office.clerk)
    assert (told.kind, told.facts) == (usage.HELD, {"count": "3"})


def test_time_is_measured_by_the_length_of_the_cut(office: Office) -> None:
    cut_id = office.stage.cut()
    line = f"{cut_id},DE,2026-11,10,,901,"
    assert take_in(office, line).held == 0
    with office.stage.db.write() as session:
        save_duration(session, office.stage.studio, cut_id, 60_000)
    assert take_in(office, line.replace("901", "902")).held == 1


def test_a_jump_against_the_cuts_own_months_is_held_however_it_is_split(office: Office) -> None:
    cut_id, other = office.stage.cut(), office.stage.cut()
    months = [f"2026-{month:02d}" for month in (7, 8, 9)]
    usual = [f"{cut},DE,{month},1000,,," for month in months for cut in (cut_id, other)]
    assert take_in(office, *usual).held == 0
    report = take_in(
        office,
        f"{cut_id},DE,2026-10,6000,,,",
        f"{cut_id},DE,2026-10,6001,,,",
        f"{cut_id},AT,2026-10,900000,,,",
        f"{other},DE,2026-10,9999,,,",
    )
    assert report.held == 2
    assert sorted(one.line.views or 0 for one in waiting(office)) == [6000, 6001]
    reason = waiting(office)[0].hold.reasons[0]
    assert (reason.code, dict(reason.detail)) == (
        "far-above-earlier-months",
        {"views": 12_001, "usual": 1000, "months": 3},
    )
    again = take_in(office, f"{cut_id},DE,2026-10,1,,,")
    assert (again.held, counted(office, cut_id).count(1)) == (0, 1)


def test_jumps_of_several_cuts_and_territories_are_each_held(office: Office) -> None:
    first, second = office.stage.cut(), office.stage.cut()
    usual = [(place, month, 2_000) for place in ("DE", "AT") for month in range(3, 7)]
    high = {(first, "DE"): 60_000, (first, "AT"): 2_100, (second, "AT"): 70_000}
    take_in(
        office,
        *(f"{cut},{place},2026-0{m},{n},,," for cut in (first, second) for place, m, n in usual),
        *(f"{cut},{place},2026-07,{views},,," for (cut, place), views in high.items()),
    )
    held = {(one.line.cut_id, one.line.territory, one.line.views) for one in waiting(office)}
    assert held == {(first, "DE", 60_000), (second, "AT", 70_000)}


def test_much_at_stake_takes_a_second_person(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage, tariff("per_view", 1_000_000))
    take_in(office, f"{cut_id},DE,2026-11,101,102,,")
    (shown,) = waiting(office)
    with stage.db.read() as session:
        assert usageholds.get_hold(session, office.clerk, shown.hold.id)[1] == (101_000_000, "EUR")
    proposed = decide(office, shown.hold, alone=100)
    assert (proposed.state, proposed.approval_id is not None) == (HoldState.HELD, True)
    with pytest.raises(Conflict, match="second person"):
        decide(office, shown.hold)
    with pytest.raises(NotAllowed):
        agree(office, shown.hold, office.clerk)
    assert stage.accrue().new == 0
    assert agree(office, shown.hold, office.approver, approve=False).approval_id is None
    decide(office, shown.hold, alone=100)
    assert agree(office, shown.hold, office.approver).state is HoldState.RELEASED
    assert stage.accrue().new == 1


def test_what_would_be_earned_is_unknown_before_anything_is_cleared(office: Office) -> None:
    take_in(office, f"{office.stage.cut()},DE,2026-11,1,2,,")
    (shown,) = waiting(office)
    assert decide(office, shown.hold).approval_id is not None


def test_the_reporter_sees_why_and_decides_nothing(office: Office) -> None:
    stage = office.stage
    take_in(office, f"{stage.cut()},DE,2026-11,1,2,,")
    (shown,) = waiting(office, by=stage.studio)
    with pytest.raises(NotAllowed), stage.db.write() as session:
        usageholds.decide(
            session, stage.studio, shown.hold.id, release=True, note="", alone_max=1, now=utc_now()
        )
    stranger = stage.world.principal("studio")
    assert waiting(office, by=stranger) == []
    with pytest.raises(NotFound), stage.db.read() as session:
        usageholds.get_hold(session, stranger, shown.hold.id)


def test_a_held_line_may_be_corrected_and_then_needs_no_decision(office: Office) -> None:
    cut_id, _ = cleared(office.stage)
    take_in(office, f"{cut_id},DE,2026-11,10,11,,")
    (shown,) = waiting(office)
    assert take_in(office, f"{cut_id},DE,2026-11,10,9,,{shown.line.id}").held == 0
    assert counted(office, cut_id) == [10]
    assert [one.corrected for one in waiting(office)] == [True]
    with pytest.raises(Conflict):
        decide(office, shown.hold)


def test_a_held_correction_stops_the_line_before_it_until_it_is_rejected(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage)
    take_in(office, f"{cut_id},DE,2026-11,10,9,,")
    stage.accrue()
    with stage.db.read() as session:
        (first,) = next(pages(session, stage.studio, cut_id))
    take_in(office, f"{cut_id},DE,2026-11,20,21,,{first.id}")
    assert (counted(office, cut_id), stage.accrue().reversed) == ([], 1)
    (shown,) = waiting(office)
    decide(office, shown.hold, release=False)
    assert (counted(office, cut_id), stage.accrue().new) == ([10], 1)
    report = take_in(office, f"{cut_id},DE,2026-11,30,21,,{shown.line.id}")
    assert [one.cause for one in report.rejects] == ["unknown-line"]
    assert take_in(office, f"{cut_id},DE,2026-11,30,21,,{first.id}").accepted == 1
    assert counted(office, cut_id) == [30]


def test_what_was_decided_stays_in_the_tables_too(office: Office) -> None:
    take_in(office, f"{cleared(office.stage)[0]},DE,2026-11,10,11,,")
    (shown,) = waiting(office)
    decide(office, shown.hold)
    for change in ("state = 'HELD'", "reasons = '[]'", "line_id = 'x'"):
        with pytest.raises(Broken), office.stage.db.write() as session:
            session.connection().exec_driver_sql(f"UPDATE usage_hold SET {change}")


def test_an_import_in_steps_holds_what_one_at_once_does(office: Office) -> None:
    stage = office.stage
    cut_id = stage.cut()
    take_in(office, *(f"{cut_id},DE,2026-0{month},1000,,," for month in (1, 2, 3)))
    rows = [f"{cut_id},DE,2026-04,50000,,,", f"{cut_id},DE,2026-04,7,8,,"]
    data = (HEAD + "\n".join(rows)).encode()
    with stage.db.write() as session:
        begun = usage.begin_import(
            session, stage.studio, file_sha256="0" * 64, sender="", now=REPORTED_AT
        )
    for stop in (True, False):
        _read(office, begun.import_id, data, stop=stop)
    with stage.db.read() as session:
        kept = usage.get_import(session, stage.studio, begun.import_id).report
    assert (kept.accepted, kept.held, kept.running) == (2, 2, False)
    assert len(waiting(office)) == 2


def _read(office: Office, import_id: str, data: bytes, *, stop: bool) -> None:
    """Take a report in line by line, or stop after its first line is kept."""
    stage = office.stage
    with stage.db.read() as session:
        intake, mapping = usage.go_on(session, stage.studio, import_id)
    opened = open_report(BytesIO(data), mapping)
    for batch in batches(opened.rows, 1):
        with stage.db.write() as session:
            intake.take(session, batch)
            usage.save(session, intake, opened.form)
        if stop:
            return
    with stage.db.write() as session:
        usage.save(session, intake, opened.form, ended=True)
