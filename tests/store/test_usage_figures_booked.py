"""Figures of a report are priced for real, corrected as versions, and booked again from facts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.money import parse_rate
from licensing.models import TariffKind, TariffRef, TariffTerm
from registry.models.people import Performer
from royalties.models import UsageLine
from royalties.service.dryruns import dry_run
from royalties.service.usage import import_usage
from royalties.store.usage import pages, uncounted
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared
from tests.store.test_accruals_by_tariff import agree, total
from tests.store.test_books_replay import exported, replayed
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

HEAD = (
    "cut_id,territory,period,views,watched,completion,income,income_kind,currency,days,supersedes"
)


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


def take_in(stage: Stage, *lines: str) -> tuple[int, int, int]:
    text = "\n".join((HEAD, *lines))
    with stage.db.write() as session:
        report = import_usage(session, stage.studio, text.encode(), now=NOW)
    return report.accepted, report.duplicates, report.rejected


def counted(stage: Stage, cut_id: str) -> list[UsageLine]:
    with stage.db.read() as session:
        return [line for page in pages(session, stage.studio, cut_id, size=2) for line in page]


def term(name: str, currency: str = "EUR", rate: str = "0") -> TariffTerm:
    return TariffTerm(TariffKind.TARIFF, parse_rate(rate), currency, TariffRef(name))


PRICED = [
    ("gema-ai", "EUR", "DE,2026-11,,,,1000,subscriptions,EUR,,", 300_000_000),
    ("graded-share", "EUR", "DE,2026-11,,,,20000,subscriptions,EUR,,", 5_500_000_000),
    ("fenjiang-tiers", "CNY", "CN,2026-11,9,,70 %,5000,views,CNY,,", 400_000_000),
    ("flat-day", "EUR", "CH,2026-11,,,,,,,1/2,", 750_000_000),
]


@pytest.mark.parametrize(("name", "currency", "line", "amount"), PRICED)
def test_what_tariffs_need_is_priced_from_a_report(
    stage: Stage, name: str, currency: str, line: str, amount: int
) -> None:
    cut_id, anna = cleared(stage, agree(stage, term(name, currency)))
    assert take_in(stage, f"{cut_id},{line}") == (1, 0, 0)
    report = stage.accrue()
    assert (report.new, report.skipped) == (1, ())
    assert total(stage, anna) == amount


def test_income_in_another_currency_and_views_that_nobody_told_are_missing(stage: Stage) -> None:
    dollars, _ = cleared(stage, agree(stage, term("gema-ai")))
    viewed, _ = cleared(stage, tariff("per_view"))
    take_in(stage, f"{dollars},DE,2026-11,,,,1000,subscriptions,USD,,")
    take_in(stage, f"{viewed},DE,2026-11,,1:00:00,,,,,,")
    report = stage.accrue()
    assert (report.new, {item.reason.code for item in report.skipped}) == (
        0,
        {"tariff-facts-missing"},
    )


def test_a_correction_stands_in_the_place_of_the_line_and_what_it_earned_is_reversed(
    stage: Stage,
) -> None:
    cut_id, anna = cleared(stage, agree(stage, term("gema-ai")))
    take_in(stage, f"{cut_id},DE,2026-11,,,,1000,subscriptions,EUR,,")
    stage.accrue()
    (first,) = counted(stage, cut_id)
    better = f"{cut_id},AT,2026-11,,,,500,subscriptions,EUR,,{first.id}"
    assert take_in(stage, better, better) == (1, 1, 0)
    (second,) = counted(stage, cut_id)
    assert (second.supersedes, second.reported.income_micro) == (first.id, 500_000_000)
    with stage.db.read() as session:
        assert list(uncounted(session, stage.studio, cut_id)) == [(first.id,)]
    report = stage.accrue()
    assert (report.new, report.reversed) == (1, 1)
    assert total(stage, anna) == 150_000_000
    again = stage.accrue()
    assert (again.new, again.unchanged, again.reversed) == (0, 1, 0)


def test_a_correction_back_to_the_first_figures_is_a_line_of_its_own(stage: Stage) -> None:
    cut_id = stage.cut()
    take_in(stage, f"{cut_id},DE,2026-11,10,,,,,,,")
    for views in (11, 10):
        (now,) = counted(stage, cut_id)
        assert take_in(stage, f"{cut_id},DE,2026-11,{views},,,,,,,{now.id}") == (1, 0, 0)
    (last,) = counted(stage, cut_id)
    assert last.views == 10


def test_only_an_own_line_that_stands_is_corrected_and_once(stage: Stage) -> None:
    cut_id, other = stage.cut(), stage.cut()
    take_in(stage, f"{cut_id},DE,2026-11,10,,,,,,,")
    (line,) = counted(stage, cut_id)
    ways = [
        f"{where},DE,2026-11,{views},,,,,,,{line.id}" for where, views in ((other, 1), (cut_id, 2))
    ]
    assert take_in(stage, *ways) == (1, 0, 1)
    assert counted(stage, cut_id) == []
    society = stage.world.principal("society")
    (moved,) = counted(stage, other)
    text = "\n".join((HEAD, f"{other},DE,2026-11,3,,,,,,,{moved.id}"))
    with stage.db.write() as session:
        report = import_usage(session, society, text.encode(), now=NOW)
    assert [item.cause for item in report.rejects] == ["unknown-line"]


def test_a_dry_run_reads_the_lines_own_figures_first(stage: Stage) -> None:
    cut_id, anna = cleared(stage)
    take_in(stage, f"{cut_id},DE,2026-11,5,,,1000,subscriptions,EUR,,")
    beside = {"cut_id": cut_id, "income": {"subscriptions": "1"}, "currency": "EUR"}
    with stage.db.read() as session:
        found = dry_run(
            session, stage.studio, "gema-ai", period="2026-11", figures={"rows": [beside]}
        )
    (item,) = found.performers
    assert (item.performer_id, item.amount_micro) == (anna.id, 300_000_000)


def test_figures_are_among_the_facts_and_make_the_same_books(
    office: Office, tmp_path: Path
) -> None:
    stage = office.stage
    people: list[Performer] = []
    for name, currency, line, _ in PRICED:
        cut_id, anna = cleared(stage, agree(stage, term(name, currency)))
        people.append(anna)
        take_in(stage, f"{cut_id},{line}")
    stage.accrue()
    (first,) = counted(stage, cut_id)
    take_in(stage, f"{cut_id},CH,2026-11,,,,,,,2,{first.id}")
    assert (stage.accrue().new, total(stage, people[-1])) == (1, 3_000_000_000)
    lines = exported(office)
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same
