"""Titles that nobody reported: reminded of, estimated, replaced, and listed as never reported."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import notices
from core.errors import BadInput
from core.principal import Principal
from core.usagesettings import UsageSettings
from royalties.models import Origin
from royalties.models_usage import Estimate, Missing, Reminded, Reporting
from royalties.service import estimates, missing, usage, usageholds
from royalties.store.usage import pages
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import REPORTED_AT, Stage, cleared, found
from tests.store.test_books_replay import exported, replayed
from tests.unit.royalties.worlds import tariff

# The stage's titles are released on 1 December 2026 under licences from January 2026 on.
MONTH = "2027-01"
ENDED = datetime(2027, 2, 1, tzinfo=UTC)
TERMS = UsageSettings()


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def after(days: int) -> datetime:
    """So many days after January 2027, as terms count them."""
    return ENDED + timedelta(days=days - 1)


def listed(
    office: Office, days: int, month: str = MONTH, by: Principal | None = None
) -> tuple[Missing, ...]:
    with office.shared.read() as session:
        return missing.list_missing(
            session, by or office.clerk, month, terms=TERMS, now=after(days)
        )


def remind(office: Office, days: int, by: Principal | None = None) -> tuple[Reminded, ...]:
    with office.shared.write() as session:
        return missing.remind(session, by or office.clerk, terms=TERMS, now=after(days))


def estimated(office: Office, days: int = 60, by: Principal | None = None) -> tuple[Estimate, ...]:
    with office.shared.write() as session:
        return estimates.estimate_month(
            session, by or office.clerk, MONTH, terms=TERMS, now=after(days)
        )


def counted(office: Office, cut_id: str) -> list[tuple[str, int | None, Origin]]:
    with office.stage.db.read() as session:
        known = pages(session, office.stage.studio, cut_id, period=MONTH)
        return [(line.territory, line.views, line.origin) for page in known for line in page]


def test_only_cleared_and_released_titles_under_a_licence_are_missing(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage)
    reported, _ = cleared(stage)
    stage.cut()
    stage.import_lines(f"{reported},DE,{MONTH},1")
    assert [(one.cut_id, one.state, one.days) for one in listed(office, 1)] == [
        (cut_id, Reporting.AWAITED, 1)
    ]
    assert len(listed(office, 1, "2026-12")) == 2
    assert listed(office, 1, "2026-11") == ()
    with pytest.raises(BadInput, match="not over"):
        listed(office, 0)
    assert [one.cut_id for one in listed(office, 1, by=stage.studio)] == [cut_id]
    assert listed(office, 1, by=stage.world.principal("studio")) == ()


def test_nothing_is_missing_without_a_licence_in_force(office: Office) -> None:
    stage = office.stage
    performer, cut_id = stage.performer(), stage.cut()
    licence = stage.licence(performer)
    stage.clear(cut_id, found(cut_id, performer))
    assert [one.cut_id for one in listed(office, 1)] == [cut_id]
    long_after = (datetime(2030, 2, 1, tzinfo=UTC) - ENDED).days + 1
    assert listed(office, long_after, "2029-12") != ()
    assert listed(office, long_after, "2030-01") == ()
    stage.revoke(licence)
    assert listed(office, 1) == ()


def test_each_reminder_is_sent_once_until_the_month_is_estimated(office: Office) -> None:
    stage = office.stage
    for _ in range(4):
        cleared(stage)
    december = Reminded(stage.studio.tenant_id, "2026-12", 2, 4)
    first = Reminded(stage.studio.tenant_id, MONTH, 1, 4)
    assert remind(office, 14) == (december,)
    assert remind(office, 15) == (first,)
    assert remind(office, 16) == ()
    assert remind(office, 30, by=stage.studio) == ()
    assert [one.level for one in remind(office, 30)] == [2]
    assert [one.month for one in remind(office, 70)] == ["2027-02"]
    with stage.db.read() as session:
        told = [one for one in notices.inbox(session, stage.studio) if one.facts["month"] == MONTH]
    assert [one.kind for one in told] == [missing.MISSING, missing.MISSING]
    assert told[0].facts["estimated_on"] == "2027-04-01"
    assert told[0].facts["cuts"].endswith("...")
    assert {one.state for one in listed(office, 31)} == {Reporting.REMINDED}


def test_a_missing_month_is_estimated_earns_and_is_taken_back_by_a_report(
    office: Office, tmp_path: Path
) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage, tariff("per_view", 1_000))
    stage.import_lines(f"{cut_id},DE,2026-11,100", f"{cut_id},DE,2026-12,51")
    with pytest.raises(BadInput, match="may still come"):
        estimated(office, 59)
    assert estimated(office, by=stage.studio) == ()
    (made,) = estimated(office)
    assert (made.rule_id, made.months) == ("estimate-1", ("2026-11", "2026-12"))
    assert len(made.inputs) == 2
    assert estimated(office) == ()
    assert counted(office, cut_id) == [("DE", 75, Origin.ESTIMATE)]
    assert [(one.state, one.estimates) for one in listed(office, 61)] == [
        (Reporting.ESTIMATED, made.lines)
    ]
    assert stage.accrue().new == 3
    report = stage.import_lines(f"{cut_id},DE,{MONTH},9")
    assert (report.accepted, report.overlapping) == (1, 0)
    assert counted(office, cut_id) == [("DE", 9, Origin.REPORT)]
    again = stage.accrue()
    assert (again.new, again.reversed, again.unchanged) == (1, 1, 2)
    assert stage.accrue().new == 0
    lines = exported(office)
    assert sum('"origin":"estimate"' in one for one in lines) == 2
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same
    with office.shared.read() as session:
        ((kept, shown, counts),) = estimates.list_estimates(session, office.clerk, MONTH)
    assert (kept.lines, [one.views for one in shown], counts) == (made.lines, [75], False)
    assert listed(office, 61) == ()


def test_a_held_report_leaves_the_estimate_until_it_is_released(office: Office) -> None:
    stage = office.stage
    cut_id, _ = cleared(stage)
    estimated(office)
    text = f"cut_id,territory,period,views,unique_views\n{cut_id},DE,{MONTH},9,10\n"
    with stage.db.write() as session:
        usage.import_usage(session, stage.studio, text.encode(), now=REPORTED_AT)
    assert [origin for _, _, origin in counted(office, cut_id)] == [Origin.ESTIMATE]
    assert listed(office, 61) == ()
    with office.shared.write() as session:
        (shown,) = usageholds.list_holds(session, office.clerk)
        usageholds.decide(
            session,
            office.clerk,
            shown.hold.id,
            release=True,
            note="",
            alone_max=1000,
            now=REPORTED_AT,
        )
    assert [origin for _, _, origin in counted(office, cut_id)] == [Origin.REPORT]


def test_a_title_never_reported_is_estimated_flat_and_listed_as_such(office: Office) -> None:
    cut_id, _ = cleared(office.stage)
    (made,) = estimated(office)
    assert (made.months, made.inputs) == ((), ())
    assert counted(office, cut_id) == [("*", 100, Origin.ESTIMATE)]
    assert [one.state for one in listed(office, 180)] == [Reporting.NEVER]


def test_no_estimate_rests_on_another(office: Office) -> None:
    cleared(office.stage)
    estimated(office)
    with office.shared.write() as session:
        (made,) = estimates.estimate_month(
            session, office.clerk, "2027-02", terms=TERMS, now=after(100)
        )
    assert made.months == ()


def test_the_clock_does_each_step_of_a_month_once(office: Office) -> None:
    stage = office.stage
    cleared(stage)

    def tend(days: int) -> None:
        with office.shared.write() as session:
            missing.tend(session, month=MONTH, terms=TERMS, now=after(days))

    tend(61)
    assert listed(office, 61)[0].estimates == ()
    for days in (1, 14, 15, 15, 20, 60, 60, 61):
        tend(days)
    cleared(stage)
    tend(62)
    with stage.db.read() as session:
        assert len(notices.inbox(session, stage.studio)) == 1
        made = estimates.list_estimates(session, office.clerk, MONTH)
    assert len(made) == 1


@pytest.mark.parametrize(
    "terms", [{"remind_days": (30, 15)}, {"estimate_days": 20}, {"never_days": 60}]
)
def test_terms_stand_in_order(terms: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="follow one another"):
        UsageSettings(**terms)
