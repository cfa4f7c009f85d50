"""Dry runs over stored facts: what a month would have paid, and that nothing is written."""

from typing import Any

import pytest
from sqlalchemy import text

from api.web.texts import LANGUAGES, catalogue
from core.errors import BadInput, NotAllowed
from core.principal import Principal
from registry.models.people import Performer
from royalties.outcomes import Outcome
from royalties.service.dryruns import DryRun, dry_run
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared, found
from tests.unit.royalties.worlds import tariff

MONTH = "2026-11"
RATE = {"agreed": "0.0125"}


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def run(stage: Stage, tariff_id: str, by: Principal | None = None, **figures: Any) -> DryRun:
    with stage.db.read() as session:
        return dry_run(session, by or stage.studio, tariff_id, period=MONTH, figures=figures)


def amounts(outcome: DryRun) -> dict[str, int]:
    return {item.performer_id: item.amount_micro for item in outcome.performers}


def rows(stage: Stage) -> int:
    with stage.db.read() as session:
        return int(session.connection().execute(text("SELECT count(*) FROM ledger_entry")).scalar())


def reported(stage: Stage) -> tuple[str, Performer]:
    """A cut of one licensed minute with 1,000 views in the month, and 500 in the next."""
    cut_id, anna = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,1000", f"{cut_id},DE,2026-12,500")
    return cut_id, anna


def test_the_difference_to_what_was_booked_is_told(stage: Stage) -> None:
    cut_id, anna = reported(stage)
    stage.accrue()
    before = rows(stage)
    (by_view,) = run(stage, "aifilms-view", rows=[{"cut_id": cut_id, **RATE}]).performers
    assert (by_view.performer_id, by_view.amount_micro) == (anna.id, 12_500_000)
    assert (by_view.paid_micro, by_view.difference_micro) == (12_500, 12_487_500)
    (by_minute,) = run(stage, "direct-minute").performers
    assert by_minute.difference_micro == 0
    assert rows(stage) == before


def test_money_in_another_currency_is_shown_and_not_compared(stage: Stage) -> None:
    cut_id, _ = cleared(stage, tariff(currency="USD"))
    stage.import_lines(f"{cut_id},DE,2026-11,1000")
    stage.accrue()
    # A rate in dollars, or for minutes, is none for views in euros.
    assert run(stage, "direct-minute").missing == {"agreed_micro": 1}
    (item,) = run(stage, "aifilms-view", rows=[{"cut_id": cut_id, **RATE}]).performers
    assert (item.paid_micro, item.paid_otherwise) == (0, {"USD": 12_500})


def test_a_line_that_lacks_a_figure_counts_once_however_many_are_in_its_cut(stage: Stage) -> None:
    cut_id, anna = cleared(stage)
    ben = stage.performer()
    stage.licence(ben)
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    stage.import_lines(f"{cut_id},DE,2026-11,1000")
    outcome = run(stage, "flat-day")
    assert outcome.missing == {"days": 1}
    assert not any(item.complete for item in outcome.performers)


def test_a_figure_that_no_report_gave_is_named(stage: Stage) -> None:
    reported(stage)
    outcome = run(stage, "gema-ai")
    assert outcome.missing == {"income_micro": 1}
    assert [(item.amount_micro, item.complete) for item in outcome.performers] == [(0, False)]


def test_an_income_in_another_currency_is_not_told_as_missing(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    head = "cut_id,territory,period,income,income_kind,currency"
    stage.import_lines(f"{cut_id},DE,2026-11,1000,subscriptions,USD", head=head)
    assert run(stage, "gema-ai").missing == {"income_currency": 1}
    for lang in LANGUAGES:
        assert "societytrial.figure.income_currency" in catalogue(lang)


def test_points_are_shared_with_who_has_no_licence(stage: Stage) -> None:
    anna, ben = stage.performer(), stage.performer()
    stage.licence(anna)
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, anna, (0, 60_000)), found(cut_id, ben, (0, 30_000)))
    stage.import_lines(f"{cut_id},DE,2026-11,1000")
    figures = {"cut_id": cut_id, "income": {"subscriptions": "1000"}, "currency": "EUR"}
    outcome = run(stage, "gema-ai", rows=[figures])
    assert amounts(outcome) == {anna.id: 200_000_000}
    assert outcome.others == {Outcome.HELD: 100_000_000}
    # Of gvl-points a lead has three times the points, and the income counts whole.
    leading = run(stage, "gvl-points", rows=[figures], roles={anna.id: "lead"})
    assert amounts(leading) == {anna.id: 857_142_857}
    assert leading.others == {Outcome.HELD: 142_857_143}


def test_a_fee_is_owed_once_for_all_cuts_of_a_work_and_months(stage: Stage) -> None:
    cut_id, anna = reported(stage)
    fee = [{"cut_id": cut_id, **RATE}]
    assert amounts(run(stage, "flat-cut", rows=fee)) == {anna.id: 12_500}
    stage.import_lines(f"{cut_id},AT,2026-10,3")
    assert amounts(run(stage, "flat-cut", rows=fee)) == {anna.id: 0}
    with stage.db.read() as session:
        october = dry_run(
            session, stage.studio, "flat-work", period="2026-10", figures={"rows": fee}
        )
    assert amounts(october) == {anna.id: 12_500}


def test_a_pool_is_divided_over_all_titles(stage: Stage) -> None:
    first, anna = reported(stage)
    second, ben = cleared(stage)
    stage.import_lines(f"{second},DE,2026-11,10")
    watched = [
        {"cut_id": first, "unique_views": 300, "watched_ms": 1000},
        {"cut_id": second, "unique_views": 100, "watched_ms": 1000},
    ]
    outcome = run(stage, "aifilms-pool", rows=watched, whole={"subscribers": 1000})
    assert amounts(outcome) == {anna.id: 3_746_250_000, ben.id: 1_248_750_000}
    assert run(stage, "aifilms-pool", rows=watched[:1], whole={"subscribers": 1}).missing == {
        "unique_views": 1,
        "watched_ms": 1,
    }


def test_training_is_counted_by_performers_and_works(stage: Stage) -> None:
    income = {"income": {"training": "100"}, "currency": "SEK"}
    trained = [
        {"performer_id": "prf_a", "works": 3, "outputs": 0},
        {"performer_id": "prf_b", "works": 1, "outputs": 0},
    ]
    outcome = run(stage, "stim-training", rows=trained, whole=income)
    assert amounts(outcome) == {"prf_a": 37_500_000, "prf_b": 12_500_000}


def test_who_may_not_see_a_decision_is_told_so(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    society = stage.world.principal("society")
    stage.import_lines(f"{cut_id},DE,2026-11,1000", by=society)
    outcome = run(stage, "aifilms-view", by=society)
    assert (outcome.undecided, outcome.lines, amounts(outcome)) == (1, 1, {})
    stranger = run(stage, "aifilms-view", by=stage.world.principal("studio"))
    assert (stranger.lines, stranger.undecided, stranger.performers) == (0, 0, ())


def test_a_month_outside_of_the_tariff_is_told(stage: Stage) -> None:
    reported(stage)
    with stage.db.read() as session:
        early = dry_run(session, stage.studio, "gema-ai", period="2025-12", figures={})
    assert (early.in_force, run(stage, "gema-ai").in_force) == (False, True)


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"surprise": 1}, "bad-figures"),
        ({"rows": [{"income": {"views": 1.5}}]}, "bad-figures"),
        ({"whole": {"completion": "3/2"}}, "bad-figures"),
        ({"roles": {"prf_a": "star"}}, "bad-figures"),
    ],
)
def test_figures_are_read_strictly(stage: Stage, figures: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        run(stage, "gema-ai", **figures)
    assert refused.value.code == code


def test_figures_that_fit_two_lines_are_refused(stage: Stage) -> None:
    cut_id, _ = reported(stage)
    stage.import_lines(f"{cut_id},AT,2026-11,7")
    with pytest.raises(BadInput) as refused:
        run(stage, "gema-ai", rows=[{"cut_id": cut_id, "income": {"views": "1"}}])
    assert refused.value.code == "figures-ambiguous"


def test_a_month_and_both_scopes_are_asked_for(stage: Stage) -> None:
    with pytest.raises(BadInput), stage.db.read() as session:
        dry_run(session, stage.studio, "gema-ai", period="2026", figures={})
    for scope in ("usage", "reports"):
        with pytest.raises(NotAllowed):
            run(stage, "gema-ai", by=stage.world.principal("studio", scope))


def test_a_book_prices_its_own_claims_anew(stage: Stage) -> None:
    """Who collects needs no decision of a studio's: what stands in the book says whose it is."""
    cut_id, anna = reported(stage)
    book = stage.world.operator
    assert run(stage, "direct-minute", by=book).performers == ()
    stage.accrue()
    (by_minute,) = run(stage, "direct-minute", by=book).performers
    assert (by_minute.performer_id, by_minute.paid_micro) == (anna.id, 12_500)
    assert by_minute.difference_micro == 0
    (by_view,) = run(stage, "aifilms-view", by=book, rows=[{"cut_id": cut_id, **RATE}]).performers
    assert by_view.difference_micro == 12_487_500
    # What a later decision takes back stands in the book no more.
    stage.clear(cut_id)
    stage.accrue()
    assert run(stage, "direct-minute", by=book).performers == ()
