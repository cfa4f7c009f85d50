"""Pools over all titles of a licensee: divided for real, and anew when a line comes late."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from registry.models.people import Performer
from royalties import accounts
from royalties.models import AccrualReport
from royalties.outcomes import Outcome
from royalties.service.dryruns import DryRun, dry_run
from royalties.service.pools import list_reports, report_pool
from royalties.service.usage import import_usage
from royalties.tariffs.models import IncomeKind
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.test_accruals_by_tariff import agree, shipped, stated, total
from tests.store.test_accruals_unlicensed import standing
from tests.store.test_books_replay import exported, replayed
from tests.store.today import NOW
from tests.unit.royalties.tariff_tables import rows

MONTH = "2026-11"
HEAD = (
    "cut_id,territory,period,views,unique_views,watched,income,income_kind,currency,payments,free"
)


@dataclass
class Titles:
    """A cut with one performer for each line of a worked table, under one tariff."""

    stage: Stage
    tariff: str
    cuts: list[tuple[str, Performer]]

    @classmethod
    def under(cls, stage: Stage, tariff: str, count: int) -> "Titles":
        term = agree(stage, shipped(tariff))
        return cls(stage, tariff, [cleared(stage, term) for _ in range(count)])

    def report(self, subscribers: int, period: str = MONTH) -> None:
        with self.stage.db.write() as session:
            report_pool(
                session,
                self.stage.studio,
                period,
                subscribers=subscribers,
                income_micro={},
                currency="",
                now=NOW,
            )

    def take_in(self, *lines: str) -> None:
        """Each line begins with the number of its title."""
        named = [f"{self.cuts[int(line[0])][0]}{line[1:]}" for line in lines]
        with self.stage.db.write() as session:
            text = "\n".join((HEAD, *named)).encode()
            report = import_usage(session, self.stage.studio, text, now=NOW)
        assert report.rejected == 0, report.rejects

    def watched(self) -> None:
        """The usage of the worked table of `aifilms-pool`."""
        self.take_in(*(WATCHED[:3]))

    def accrue(self) -> AccrualReport:
        return self.stage.accrue()

    def totals(self, period: str = MONTH) -> list[int]:
        """What stands on each performer's statement, which is computed again from itself."""
        return [total(self.stage, performer, period) for _, performer in self.cuts]


WATCHED = (
    "0,DE,2026-11,,300,3600,,,,,",
    "1,DE,2026-11,,100,1800,,,,,",
    "2,DE,2026-11,,7,600,,,,,",
    "2,AT,2026-11,,7,600,,,,,",
)


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def receivable(stage: Stage) -> int:
    return standing(stage).get(accounts.receivable(stage.studio.tenant_id), 0)


def test_a_subscription_pool_accrues_as_its_worked_table_says(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    titles.report(1000)
    assert titles.accrue().new == 3
    assert titles.totals() == [4_267_204_556, 711_200_759, 16_594_685]
    assert receivable(stage) == 4_995_000_000
    assert (titles.accrue().new, titles.accrue().unchanged) == (0, 3)


def test_a_trial_reads_what_was_reported_of_the_month(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    titles.report(1000)
    titles.take_in("0,DE,2026-11,90,,,,,,,")  # no usage of that service
    titles.accrue()

    def tried(**figures: Any) -> DryRun:
        with stage.db.read() as session:
            return dry_run(session, stage.studio, "aifilms-pool", period=MONTH, figures=figures)

    booked = tried()
    assert [one.difference_micro for one in booked.performers] == [0, 0, 0]
    assert all(one.complete for one in booked.performers)
    assert booked.reports[stage.studio.tenant_id].subscribers == 1000
    # The line without figures would have to be supposed too: of one pool over all titles.
    assert tried(whole={"subscribers": 2000}).missing == {"unique_views": 1, "watched_ms": 1}


def test_paid_episodes_accrue_as_their_worked_table_says(stage: Stage) -> None:
    titles = Titles.under(stage, "micro-payments", 3)
    currency = agree(stage, shipped("micro-payments")).currency
    titles.take_in(
        "0,DE,2026-11,9000,,,,,,,yes",
        f"1,DE,2026-11,200,,,199,micro_payments,{currency},200,no",
        f"2,DE,2026-11,200,,,99.5,micro_payments,{currency},100,no",
    )
    assert titles.accrue().new == 2
    assert titles.totals()[1:] == [19_900_000, 9_950_000]


def test_the_worked_table_of_a_late_line_is_what_accrues(stage: Stage) -> None:
    """Every line of docs/tariffs.md, before and after the late one; the last two are one title."""
    titles = Titles.under(stage, "aifilms-pool", 3)
    table = rows("## Pools")
    lines = [
        f"{min(number, 2)},{'AT' if number > 2 else 'DE'},{MONTH},,{row['unique_views']},"
        f"{int(row['watched_ms']) // 1000},,,,,"
        for number, row in enumerate(table)
    ]
    titles.report(1000)
    titles.take_in(*lines[:3])
    titles.accrue()
    assert titles.totals() == [int(row["before"]) for row in table[:3]]
    titles.take_in(lines[3])
    titles.accrue()
    after = [int(row["after"]) for row in table]
    assert titles.totals() == [*after[:2], after[2] + after[3]]


def test_a_late_line_divides_its_month_anew_and_touches_no_other(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    titles.take_in("0,DE,2026-10,,1,1,,,,,")
    for period in ("2026-10", MONTH):
        titles.report(1000, period)
    titles.accrue()
    titles.take_in(WATCHED[3])
    report = titles.accrue()
    assert (report.reversed, report.new, report.unchanged) == (3, 4, 1)
    assert sum(titles.totals()) == 4_995_000_000
    assert titles.totals("2026-10")[0] == 4_995_000_000
    titles.report(2000)
    assert titles.accrue().reversed == 4
    assert sum(titles.totals()) == 9_990_000_000


def test_any_order_of_lines_and_reports_ends_in_the_same_books(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.report(5)
    for line in reversed(WATCHED):
        titles.take_in(line)
        titles.accrue()
    titles.report(1000)
    titles.accrue()
    piecemeal = standing(stage)
    assert titles.accrue().new == 0
    assert receivable(stage) == 4_995_000_000
    assert len(piecemeal) == 4


def test_without_the_months_figure_nothing_is_divided_and_the_report_says_so(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    report = titles.accrue()
    assert report.new == 0
    assert {one.reason.code for one in report.skipped} == {"tariff-facts-missing"}


def test_half_a_figure_stops_the_pool_and_none_stays_out_of_it(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    titles.report(1000)
    titles.take_in("0,AT,2026-11,55,,,,,,,")
    assert titles.accrue().new == 3
    titles.take_in("1,AT,2026-11,,9,,,,,,")
    stopped = titles.accrue()
    assert (stopped.new, stopped.reversed) == (0, 3)
    assert receivable(stage) == 0


def test_who_is_in_a_title_without_a_licence_has_a_part_that_is_held(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 2)
    cut_id, anna = titles.cuts[0]
    ben = stage.performer()
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    titles.take_in(*WATCHED[:2])
    titles.report(1000)
    assert titles.accrue().kept == {Outcome.HELD: 1}
    held = -standing(stage)[accounts.held(ben.id)]
    assert held + sum(titles.totals()) == 4_995_000_000
    assert abs(held - titles.totals()[0]) <= 1


def test_accruing_one_clearance_divides_the_whole_pool(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 2)
    titles.take_in(WATCHED[0])
    titles.report(1000)
    titles.accrue()
    cut_id, ben = titles.cuts[1]
    made = stage.clear(cut_id, found(cut_id, ben))
    titles.take_in(WATCHED[1])
    report = stage.accrue(made.id)
    assert (report.reversed, report.new) == (1, 2)
    assert receivable(stage) == 4_995_000_000


def test_a_pool_is_booked_again_from_facts(office: Office, tmp_path: Path) -> None:
    titles = Titles.under(office.stage, "aifilms-pool", 3)
    titles.watched()
    titles.report(1000)
    titles.accrue()
    titles.take_in(WATCHED[3])
    titles.accrue()
    lines = exported(office)
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same
    assert done.transactions == 10
    (tmp_path / "touched").mkdir()
    touched = [line.replace('"subscribers":"1000"', '"subscribers":"1001"') for line in lines]
    assert touched != lines
    other, database = replayed(tmp_path / "touched", touched)
    database.close()
    assert not other.same


def test_a_statement_that_states_another_pool_does_not_agree(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 3)
    titles.watched()
    titles.report(1000)
    titles.accrue()
    (line,) = stated(stage, titles.cuts[0][1]).lines
    assert (line.working["subscribers"], line.working["pool_micro"]) == (1000, 4_995_000_000)


@pytest.mark.parametrize(
    ("period", "subscribers", "income", "currency"),
    [
        ("2026", 1, {}, ""),
        (MONTH, -1, {}, ""),
        (MONTH, None, {}, ""),
        (MONTH, None, {IncomeKind.ADVERTS: 1}, ""),
        (MONTH, 1, {}, "EUR"),
    ],
)
def test_what_reports_nothing_sound_is_refused(
    stage: Stage, period: str, subscribers: int | None, income: dict[IncomeKind, int], currency: str
) -> None:
    with stage.db.write() as session, pytest.raises(BadInput):
        report_pool(
            session,
            stage.studio,
            period,
            subscribers=subscribers,
            income_micro=income,
            currency=currency,
            now=NOW,
        )


def test_only_ones_own_reports_are_listed_newest_first(stage: Stage) -> None:
    titles = Titles.under(stage, "aifilms-pool", 1)
    for count in (1, 2):
        titles.report(count)
    with stage.db.read() as session:
        assert [one.subscribers for one in list_reports(session, stage.studio)] == [2, 1]
        assert list_reports(session, stage.world.principal("studio", "usage")) == ()
