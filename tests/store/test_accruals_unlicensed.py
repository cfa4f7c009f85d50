"""What was found without a licence: kept for whom it belongs to, and released by a settlement."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import BadInput, BadTerms, NotAllowed, NotFound
from core.principal import Principal
from fingerprint.models import Modality, Span
from licensing.models_clearance import Verdict
from licensing.service.clearances import get_clearance
from registry.models.evidence import UnknownPerson
from registry.models.works import KindOfUse
from royalties import accounts
from royalties.outcomes import Outcome
from royalties.service.kept import Kept, kept_for
from royalties.service.statements import account_balances, statement, trial_balance
from royalties.service.unlicensed import list_prices, name_price
from tests.fixtures import TestWorld
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import VOICE, Stage, found
from tests.store.test_accruals_by_tariff import agree, publish
from tests.store.test_books_replay import exported, replayed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def ask(
    stage: Stage,
    name: str = "graded-view",
    *,
    by: Principal | None = None,
    kind: KindOfUse | None = None,
    since: str = "2026-01",
) -> None:
    """Name the tariff for what nobody licensed; one by the view is published before."""
    if name == "graded-view":
        name = publish(stage, id=name, split="each").tariff.id  # type: ignore[union-attr]
    collector = by or stage.world.operator
    with stage.db.write() as session:
        name_price(session, collector, name, kind=kind, from_period=since, now=NOW)


def standing(stage: Stage) -> dict[str, int]:
    with stage.db.read() as session:
        assert trial_balance(session).balanced
        found_there = account_balances(session, stage.world.operator)
    return {account: total for (account, _), total in found_there.items() if total}


def kept(stage: Stage, performer: object, reader: Principal | None = None) -> dict[Kept, int]:
    with stage.db.read() as session:
        side = reader or stage.agent(performer)  # type: ignore[arg-type]
        return kept_for(session, side, performer.id, at=NOW)  # type: ignore[attr-defined]


def stranger(*spans: tuple[int, int]) -> UnknownPerson:
    return UnknownPerson(Modality.VOICE, tuple(Span(*span) for span in spans))


def test_a_refused_use_is_held_at_the_price_that_the_collector_names(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    before = stage.accrue()
    assert (before.new, before.kept) == (0, {})
    assert ("unlicensed-unpriced", 1) in [
        (one.reason.code, one.usage_lines) for one in before.skipped
    ]
    ask(stage)
    report = stage.accrue()
    assert (report.new, report.kept) == (1, {Outcome.HELD: 1})
    assert standing(stage) == {
        accounts.receivable(stage.studio.tenant_id): 12_500_000,
        accounts.held(anna.id): -12_500_000,
    }
    assert (stage.accrue().new, stage.accrue().unchanged) == (0, 1)
    why = Kept("2026-11", cut_id, VOICE, "EUR", Outcome.HELD, "not-licensed", ())
    assert kept(stage, anna) == {why: 12_500_000}
    with pytest.raises(NotFound):
        kept(stage, anna, stage.world.principal("performer"))


def test_what_is_held_stands_on_no_statement(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    ask(stage)
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    stage.accrue()
    with stage.db.read() as session:
        made = statement(session, stage.agent(anna), performer_id=anna.id, period="2026-11")
    assert (made.lines, made.totals) == ((), ())


def test_a_settlement_releases_what_was_held_and_changes_no_verdict(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    ask(stage)
    first = stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    stage.accrue()
    stage.licence(anna)
    assert stage.clear(cut_id, found(cut_id, anna)).decision.verdict is Verdict.CLEARED
    report = stage.accrue()
    assert (report.reversed, report.new, report.kept) == (1, 1, {})
    assert standing(stage) == {
        accounts.receivable(stage.studio.tenant_id): 12_500,
        accounts.accrued(anna.id): -12_500,
    }
    assert kept(stage, anna) == {}
    with stage.db.read() as session:
        old = get_clearance(session, stage.studio, first.id)
    assert old == first
    assert old.decision.verdict is Verdict.REFUSED


def test_the_newest_price_of_the_own_kind_counts_from_its_month_until_it_ends(
    stage: Stage,
) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(*(f"{cut_id},DE,2026-{month},1000" for month in ("09", "10", "11", "12")))
    ask(stage, since="2026-10")
    cheap = {"params": {"kind": "per_view", "steps": [{"from": 0, "rate": "0.001"}]}}
    publish(stage, id="cheap-view", split="each", **cheap)
    ask(stage, "cheap-view", kind=VOICE, since="2026-11")
    ask(stage, "", kind=VOICE, since="2026-12")
    ask(stage, "cheap-view", kind=KindOfUse.REPLICATE_FACE)
    stage.accrue()
    assert {one.period: amount for one, amount in kept(stage, anna).items()} == {
        "2026-10": 10_000_000,
        "2026-11": 1_000_000,
    }
    with stage.db.read() as session:
        assert len(list_prices(session, stage.studio)) == 4


def test_where_a_licence_does_not_reach_the_use_is_held(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    ask(stage)
    stage.licence(anna, territories=("DE",))
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1", f"{cut_id},US,2026-11,100")
    stage.accrue()
    assert [(one.cause, amount) for one, amount in kept(stage, anna).items()] == [
        ("territory-not-licensed", 1_000_000)
    ]


def test_a_line_divided_by_points_is_booked_whole(stage: Stage) -> None:
    """The licensed, the refused and the strangers together are what the line costs."""
    anna, ben, cut_id = stage.performer(), stage.performer(), stage.cut()
    stage.licence(anna, agree(stage, publish(stage)))
    stage.clear(
        cut_id,
        found(cut_id, anna, (0, 30_000)),
        found(cut_id, ben, (0, 20_000)),
        strangers=[stranger((0, 7_000)), stranger((5_000, 10_000))],
    )
    stage.import_lines(f"{cut_id},DE,2026-11,1", f"{cut_id},AT,2026-11,2000")
    report = stage.accrue()
    assert report.kept == {Outcome.HELD: 2, Outcome.UNIDENTIFIED: 2}
    # 0.01 and 15, of which 30, 20 and 10 of 60 seconds.
    assert standing(stage) == {
        accounts.receivable(stage.studio.tenant_id): 15_010_000,
        accounts.accrued(anna.id): -7_505_000,
        accounts.held(ben.id): -(3_333 + 5_000_000),
        accounts.unidentified(cut_id): -(1_667 + 2_500_000),
    }
    assert stage.accrue().unchanged == 6


def test_a_stranger_who_gets_a_name_is_held_instead(stage: Stage) -> None:
    anna, ben, cut_id = stage.performer(), stage.performer(), stage.cut()
    stage.licence(anna, agree(stage, publish(stage)))
    stage.clear(cut_id, found(cut_id, anna), strangers=[stranger((0, 60_000))])
    stage.import_lines(f"{cut_id},DE,2026-11,1")
    stage.accrue()
    assert standing(stage)[accounts.unidentified(cut_id)] == -5_000
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, ben))
    stage.accrue()
    assert accounts.unidentified(cut_id) not in standing(stage)
    assert standing(stage)[accounts.held(ben.id)] == -5_000


def test_where_licences_divide_by_different_tariffs_nothing_is_guessed(stage: Stage) -> None:
    anna, ben, carla, cut_id = *(stage.performer() for _ in range(3)), stage.cut()
    stage.licence(anna, agree(stage, publish(stage)))
    dearer = {"params": {"kind": "per_view", "steps": [{"from": 0, "rate": "1"}]}}
    stage.licence(ben, agree(stage, publish(stage, id="another-one", **dearer)))
    stage.clear(cut_id, *(found(cut_id, who) for who in (anna, ben, carla)))
    stage.import_lines(f"{cut_id},DE,2026-11,3")
    report = stage.accrue()
    assert (report.new, report.kept) == (2, {})
    assert "unlicensed-unpriced" in [one.reason.code for one in report.skipped]


def test_what_is_kept_is_booked_again_from_facts(stage: Stage, tmp_path: Path) -> None:
    with office_of(stage) as office:
        ask(stage)
        anna, ben, cut_id, other = *(stage.performer() for _ in "ab"), stage.cut(), stage.cut()
        stage.licence(anna, agree(stage, publish(stage)))
        stage.clear(
            cut_id, found(cut_id, anna), found(cut_id, ben), strangers=[stranger((0, 1_000))]
        )
        stage.clear(other, found(other, ben))
        stage.import_lines(f"{cut_id},DE,2026-11,7", f"{other},DE,2026-11,9")
        assert stage.accrue().new == 4
        stage.licence(ben)
        stage.clear(other, found(other, ben))
        assert stage.accrue().reversed == 1
        lines = exported(office)
    done, database = replayed(tmp_path, lines)
    with database.read() as again, stage.db.read() as session:
        clerk = stage.world.operator
        assert account_balances(again, clerk) == account_balances(session, clerk)
    database.close()
    assert done.same


@pytest.mark.parametrize("name", ["aifilms-pool", "flat-work", "flat-cut", "aifilms-view"])
def test_a_tariff_that_prices_no_single_use_is_refused(stage: Stage, name: str) -> None:
    with pytest.raises(BadTerms):
        ask(stage, name)


def test_only_who_collects_names_the_price(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        ask(stage, "gvl-points", by=stage.studio)
    with pytest.raises(NotAllowed):
        ask(stage, "gvl-points", by=replace(stage.world.operator, scopes=frozenset({"reports"})))
    with pytest.raises(BadInput):
        ask(stage, "gvl-points", since="soon")
    with pytest.raises(NotFound):
        ask(stage, "nobodys-tariff")


def test_anothers_book_asks_nothing_of_this_one(stage: Stage) -> None:
    anna, cut_id = stage.performer(), stage.cut()
    stage.clear(cut_id, found(cut_id, anna))
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    publish(stage, id="by-view", split="each")
    ask(stage, "by-view", by=stage.world.principal("society"))
    assert stage.accrue().new == 0
