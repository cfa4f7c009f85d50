"""The stored ledger: exactly once whoever runs it, append-only, and seen by the right tenants."""

import itertools
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from core.errors import BadInput, Broken, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal
from fingerprint.models import Decision
from licensing.models_clearance import Verdict
from registry.models.people import Performer
from registry.models.works import KindOfUse
from royalties import accounts, ledger
from royalties.models_books import Transaction, TransactionKind
from royalties.service.accruals import accrue
from royalties.service.statements import account_balances, periods, statement, trial_balance
from royalties.statement import Statement, recompute
from royalties.store.journal import journal
from royalties.store.ledger import add_transactions
from tests.fixtures import TestWorld
from tests.flows.serving import PATIENCE_S
from tests.store.royalties_stage import (
    Stage,
    accrue_elsewhere,
    accrue_for_ever,
    cleared,
    engaged,
    found,
)
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

PERIOD = "2026-11"


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    return Stage(world)


def booked(stage: Stage, reader: Principal | None = None) -> list[Transaction]:
    with stage.db.read() as session:
        return journal(session, reader or stage.studio)


def standing(stage: Stage) -> dict[str, int]:
    """Balances that are not zero, by account."""
    with stage.db.read() as session:
        assert trial_balance(session).balanced
        found = account_balances(session, stage.world.operator)
    return {account: total for (account, _), total in found.items() if total}


def stated(stage: Stage, performer: Performer, reader: Principal | None = None) -> Statement:
    with stage.db.read() as session:
        return statement(
            session,
            reader or stage.agent(performer),
            performer_id=performer.id,
            period=PERIOD,
        )


def test_a_cleared_use_earns_by_each_usage_line_once(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10", f"{cut_id},AT,2026-11,10")
    report = stage.accrue()
    assert (report.new, report.unchanged, report.reversed, report.skipped) == (2, 0, 0, ())
    assert standing(stage) == {
        accounts.receivable(stage.studio.tenant_id): 25_000,
        accounts.accrued(performer.id): -25_000,
    }


def test_accruing_again_changes_nothing(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    before = booked(stage)
    report = stage.accrue()
    assert (report.new, report.unchanged, report.reversed) == (0, 1, 0)
    assert booked(stage) == before


def test_every_transaction_carries_what_it_rests_on(stage: Stage) -> None:
    performer = stage.performer()
    licence = stage.licence(performer)
    cut_id = stage.cut()
    use = found(cut_id, performer)
    clearance = stage.clear(cut_id, use)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue(clearance.id)
    (accrual,) = booked(stage)
    pins = accrual.pins
    assert (pins.licence_id, pins.tariff_id, pins.tariff) == (
        licence.id,
        licence.tariff_id,
        licence.terms.tariff,
    )
    assert (pins.clearance_id, pins.scan_id, pins.use_id) == (clearance.id, use.scan_id, use.id)
    assert (pins.model_ids, pins.threshold_ids) == (use.model_ids, use.threshold_ids)
    assert (accrual.kind, accrual.revision, accrual.reason) == (
        TransactionKind.ACCRUAL,
        1,
        "owed",
    )


@pytest.mark.parametrize(
    ("spans", "models", "reason", "owed"),
    [
        (((40, 60_040),), ("ge2e-resemblyzer",), "changed:spans", 12_500),
        (((0, 120_000),), ("ge2e-resemblyzer",), "changed:spans", 25_000),
        (((0, 60_000),), ("another-model",), "changed:model_ids", 12_500),
    ],
    ids=["shift-40ms", "longer", "model"],
)
def test_a_changed_scan_is_a_reversal_and_a_new_accrual(
    stage: Stage,
    spans: tuple[tuple[int, int], ...],
    models: tuple[str, ...],
    reason: str,
    owed: int,
) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    stage.clear(cut_id, replace(found(cut_id, performer, *spans), model_ids=models))
    report = stage.accrue()
    assert (report.new, report.unchanged, report.reversed) == (1, 0, 1)
    first, reversal, second = booked(stage)
    assert (reversal.reverses_id, reversal.amount_micro) == (first.id, -first.amount_micro)
    assert (reversal.reason, second.reason, second.revision) == (reason, reason, 2)
    assert standing(stage)[accounts.accrued(performer.id)] == -owed


def test_a_new_clearance_with_the_same_outcome_changes_nothing(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    stage.clear(cut_id, found(cut_id, performer))
    assert stage.accrue().unchanged == 1


def test_a_match_gone_to_review_takes_the_money_back_until_it_is_cleared(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    stage.clear(cut_id, found(cut_id, performer, decision=Decision.REVIEW))
    report = stage.accrue()
    assert (report.new, report.reversed) == (0, 1)
    assert [(one.reason.code, one.reason.detail["verdict"]) for one in report.skipped] == [
        ("not-cleared", "REVIEW")
    ]
    assert standing(stage) == {}
    stage.clear(cut_id, found(cut_id, performer))
    assert stage.accrue().new == 1
    assert [one.reason for one in booked(stage)] == ["owed", "no-longer-owed", "owed-again"]


def test_a_use_that_is_no_longer_found_is_no_longer_owed(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    stage.clear(cut_id)
    assert stage.accrue().reversed == 1
    assert standing(stage) == {}


def test_a_revoked_licence_keeps_what_was_earned_and_earns_no_later_month(stage: Stage) -> None:
    performer = stage.performer()
    licence = stage.licence(performer)
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    stage.revoke(licence)
    refused = stage.clear(cut_id, found(cut_id, performer), at=datetime(2026, 12, 5, tzinfo=UTC))
    assert refused.decision.verdict is Verdict.REFUSED
    stage.import_lines(f"{cut_id},DE,2026-12,10", f"{cut_id},DE,2027-01,10")
    report = stage.accrue()
    assert (report.new, report.unchanged, report.reversed) == (1, 1, 0)
    assert [(one.reason.code, one.usage_lines) for one in report.skipped] == [("licence-ended", 1)]
    assert [one.earned_period for one in booked(stage)] == ["2026-11", "2026-12"]


def test_what_was_never_cleared_earns_nothing_and_says_why(stage: Stage) -> None:
    performer = stage.performer()
    cut_id = stage.cut()
    stage.clear(
        cut_id,
        found(cut_id, performer),
        engaged(found(cut_id, performer)),
        found(cut_id, performer, kind=None),
    )
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    report = stage.accrue()
    assert report.new == 0
    assert sorted((one.reason.code, str(one.reason.detail)) for one in report.skipped) == [
        ("not-cleared", "{'verdict': 'REFUSED', 'reasons': 'no-licence'}"),
        ("not-cleared", "{'verdict': 'REVIEW', 'reasons': 'found-not-declared'}"),
        ("paid-by-engagement", "{}"),
        ("unlicensed-unpriced", "{}"),
    ]
    assert booked(stage) == []


def test_an_own_performance_that_a_licence_names_is_paid_by_the_licence(stage: Stage) -> None:
    performer = stage.performer()
    stage.licence(performer, kinds=(KindOfUse.OWN_PERFORMANCE,))
    cut_id = stage.cut()
    stage.clear(cut_id, engaged(found(cut_id, performer)))
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    assert stage.accrue().new == 1


def test_a_territory_outside_the_licence_earns_nothing(stage: Stage) -> None:
    performer = stage.performer()
    stage.licence(performer, territories=("DE", "AT"))
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(*(f"{cut_id},{where},2026-11,10" for where in ("DE", "AT", "US", "*")))
    report = stage.accrue()
    assert report.new == 2
    (refused,) = report.skipped
    assert (refused.reason.code, refused.usage_lines) == ("territory-not-licensed", 2)
    assert refused.reason.detail == {"territories": "*, US"}


def test_a_cut_without_a_clearance_earns_nothing(stage: Stage) -> None:
    stage.import_lines(f"{stage.cut()},DE,2026-11,10")
    assert stage.accrue().new == 0


def test_a_society_line_is_paid_by_the_studio_whose_cut_it_is(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    society = stage.world.principal("society")
    stage.import_lines(f"{cut_id},DE,2026-11,10", by=society)
    with stage.db.write() as session:
        assert accrue(session, society, now=NOW).new == 0
    assert stage.accrue().new == 1
    with stage.db.write() as session:
        assert accrue(session, society, now=NOW).reversed == 0
    assert stated(stage, performer).totals[0].total_micro == 12_500


def test_any_order_of_import_gives_the_same_balances(stage: Stage) -> None:
    performer = stage.performer()
    stage.licence(performer, tariff("per_view", 333))
    views = (1000, 7, 31)
    totals = set()
    for order in itertools.permutations(views):
        cut_id = stage.cut()
        for number, shown in enumerate(order):
            stage.import_lines(f"{cut_id},DE,2026-11,{shown}")
            if number == 1:
                stage.clear(cut_id, found(cut_id, performer))
            stage.accrue()
        mine = [one for one in booked(stage) if one.pins.cut_id == cut_id]
        totals.add(sum(one.amount_micro for one in mine))
    assert totals == {333 * sum(views)}


def test_more_lines_than_a_page_and_several_performers(stage: Stage) -> None:
    first, second = stage.performer(), stage.performer()
    stage.licence(first, tariff("per_view", 3))
    stage.licence(second, tariff("per_view", 5))
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, first), found(cut_id, second))
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in range(1, 1202)))
    assert stage.accrue().new == 2402
    assert stage.accrue().unchanged == 2402
    views = sum(range(1, 1202))
    assert standing(stage) == {
        accounts.receivable(stage.studio.tenant_id): 8 * views,
        accounts.accrued(first.id): -3 * views,
        accounts.accrued(second.id): -5 * views,
    }
    seqs = [one.seq for one in booked(stage)]
    assert seqs == sorted(set(seqs))


def test_sums_beyond_64_bits_are_exact(stage: Stage) -> None:
    cut_id, performer = cleared(stage, tariff("per_view", 10**12))
    views = [9_223_372 - n for n in range(40)]
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in views))
    stage.accrue()
    total = sum(views) * 10**12
    assert total > 2**63
    with stage.db.read() as session:
        (balance,) = trial_balance(session).currencies
        by_account = account_balances(session, stage.world.operator)
    assert (balance.debits_micro, balance.credits_micro) == (total, total)
    assert by_account[accounts.accrued(performer.id), "EUR"] == -total
    assert stated(stage, performer).totals[0].total_micro == total


def test_the_trial_balance_sees_a_missing_entry(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    with stage.db.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER book_entry_no_delete")
        connection.exec_driver_sql("DELETE FROM book_entry WHERE position = 1")
    with stage.db.read() as session:
        assert not trial_balance(session).balanced


def test_threads_accruing_at_once_book_nothing_twice(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in range(20)))
    barrier = threading.Barrier(6)
    run = partial(accrue_elsewhere, stage.database_path, stage.studio, barrier)
    with ThreadPoolExecutor(6) as pool:
        reports = [job.result(PATIENCE_S) for job in [pool.submit(run) for _ in range(6)]]
    assert sorted(one.new for one in reports) == [0, 0, 0, 0, 0, 20]
    assert standing(stage)[accounts.accrued(performer.id)] == -20 * 12_500


def test_processes_accruing_a_change_at_once_book_nothing_twice(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in range(20)))
    stage.accrue()
    stage.clear(cut_id, found(cut_id, performer, (40, 60_040)))
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(2, mp_context=context) as pool:
        barrier = manager.Barrier(2)
        run = partial(accrue_elsewhere, stage.database_path, stage.studio, barrier)
        reports = [job.result(PATIENCE_S) for job in [pool.submit(run) for _ in range(2)]]
    assert sorted((one.new, one.reversed, one.unchanged) for one in reports) == [
        (0, 0, 20),
        (20, 20, 0),
    ]
    assert standing(stage)[accounts.accrued(performer.id)] == -20 * 12_500
    assert len(booked(stage)) == 60


def test_a_killed_run_loses_and_doubles_nothing(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(*(f"{cut_id},DE,2026-11,{n}" for n in range(400)))
    context = multiprocessing.get_context("spawn")
    for shift, pause_seconds in ((0, 0.05), (40, 0.1), (80, 0.2)):
        stage.clear(cut_id, found(cut_id, performer, (shift, 60_000 + shift)))
        started = context.Event()
        run = context.Process(
            target=accrue_for_ever, args=(stage.database_path, stage.studio, started)
        )
        run.start()
        assert started.wait(PATIENCE_S)
        time.sleep(pause_seconds)
        run.kill()
        run.join(PATIENCE_S)
        assert -standing(stage).get(accounts.accrued(performer.id), 0) in (0, 400 * 12_500)
        stage.accrue()
        assert stage.accrue().unchanged == 400
        assert standing(stage)[accounts.accrued(performer.id)] == -400 * 12_500


def test_a_run_that_breaks_leaves_nothing(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    with pytest.raises(RuntimeError), stage.db.write() as session:
        assert accrue(session, stage.studio, now=NOW).new == 1
        raise RuntimeError("the machine stops here")
    assert booked(stage) == []
    assert stage.accrue().new == 1


def test_an_accrual_decided_on_stale_books_is_refused_by_the_database(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    (accrual,) = booked(stage)
    again = accrual._replace(id=new_id("txn"), seq=accrual.seq + 1000)
    with pytest.raises(Conflict), stage.db.write() as session:
        add_transactions(session, [again])
    assert booked(stage) == [accrual]


def test_a_second_accrual_without_a_reversal_is_refused_by_the_database(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    (accrual,) = booked(stage)
    for revision in (2, 3, 0):
        added = accrual._replace(
            id=new_id("txn"),
            seq=accrual.seq + 1000,
            claim=accrual.basis._replace(revision=revision),
        )
        with pytest.raises(Broken), stage.db.write() as session:
            add_transactions(session, [added])
    assert booked(stage) == [accrual]


def test_an_accrual_is_reversed_once_at_most(stage: Stage) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    (accrual,) = booked(stage)
    for number in (1, 2):
        stamp = ledger.Stamp(
            accrual.tenant_id,
            accrual.posted_period,
            accrual.seq + 1000 + number,
            accrual.recorded_at,
        )
        reversal = ledger.reverse(accrual, stamp, reason="by-hand")
        if number == 1:
            with stage.db.write() as session:
                add_transactions(session, [reversal])
        else:
            with pytest.raises(Broken), stage.db.write() as session:
                add_transactions(session, [reversal])
            with pytest.raises(Conflict), stage.db.write() as session:
                add_transactions(session, [reversal._replace(id=new_id("txn"))])
    assert standing(stage) == {}


@pytest.mark.parametrize(
    "statement_text",
    [
        "UPDATE book_entry SET amount_micro = 0",
        "DELETE FROM book_entry",
        "UPDATE book_transaction SET earned_period = '2026-12'",
        "DELETE FROM book_transaction",
        "INSERT OR REPLACE INTO book_entry SELECT * FROM book_entry",
    ],
)
def test_the_ledger_cannot_be_edited(stage: Stage, statement_text: str) -> None:
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    before = booked(stage)
    with pytest.raises(Broken), stage.db.write() as session:
        session.connection().exec_driver_sql(statement_text)
    assert booked(stage) == before


def test_a_statement_is_the_performers_and_recomputes(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10", f"{cut_id},DE,2026-12,10")
    stage.accrue()
    stage.clear(cut_id, found(cut_id, performer, (40, 90_040)))
    stage.accrue()
    made = stated(stage, performer)
    assert [(t.currency, t.total_micro, t.total_cents) for t in made.totals] == [("EUR", 18_750, 2)]
    assert (len(made.lines), len(made.corrections)) == (1, 1)
    assert recompute(made) == ()
    assert stated(stage, performer).id == made.id
    with stage.db.read() as session:
        agent = stage.agent(performer)
        assert periods(session, agent, performer_id=performer.id) == ("2026-12", "2026-11")


def test_each_side_sees_its_own_lines_and_a_stranger_none(stage: Stage) -> None:
    first, second = stage.performer(), stage.performer()
    stage.licence(first)
    stage.licence(second)
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, first), found(cut_id, second))
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    assert len(booked(stage)) == 2
    assert [one.pins.performer_id for one in booked(stage, stage.agent(first))] == [first.id]
    assert booked(stage, stage.world.second) == []
    assert len(stated(stage, first, stage.studio).lines) == 1
    for reader in (stage.world.second, stage.agent(second)):
        with pytest.raises(NotFound):
            stated(stage, first, reader)
    with stage.db.read() as session:
        assert trial_balance(session, stage.world.second).currencies == ()
        assert trial_balance(session, stage.agent(first)).currencies[0].postings == 2


def test_an_empty_month_of_ones_own_is_a_statement_of_nothing(stage: Stage) -> None:
    assert stated(stage, stage.performer()).totals == ()


def test_malformed_requests_are_refused(stage: Stage) -> None:
    performer = stage.performer()
    agent = stage.agent(performer)
    with stage.db.read() as session:
        for period in ("2026-13", "2026", "2026-11-01", ""):
            with pytest.raises(BadInput):
                statement(session, agent, performer_id=performer.id, period=period)
        with pytest.raises(NotFound):
            statement(session, agent, performer_id=new_id("prf"), period=PERIOD)
    with pytest.raises(NotFound):
        stage.accrue(new_id("clr"))


def test_the_scope_for_reports_is_enough_to_ask_for_a_statement(stage: Stage) -> None:
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    reader = Principal(performer.tenant_id, "test", frozenset({"reports"}), "performer")
    assert len(stated(stage, performer, reader).lines) == 1
    with stage.db.read() as session, pytest.raises(NotFound):
        statement(session, reader, performer_id=new_id("prf"), period=PERIOD)


def test_scopes_are_asked_for(stage: Stage) -> None:
    nobody = stage.world.principal("studio", "licences")
    with stage.db.write() as session:
        with pytest.raises(NotAllowed):
            accrue(session, nobody, now=NOW)
        with pytest.raises(NotAllowed):
            statement(session, nobody, performer_id=new_id("prf"), period=PERIOD)
        with pytest.raises(NotAllowed):
            trial_balance(session, nobody)


def test_another_tenants_clearance_is_not_found(stage: Stage) -> None:
    performer = stage.performer()
    stage.licence(performer)
    cut_id = stage.cut()
    clearance = stage.clear(cut_id, found(cut_id, performer))
    with pytest.raises(NotFound), stage.db.write() as session:
        accrue(session, stage.world.second, clearance.id, now=NOW)
