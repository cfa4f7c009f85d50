"""A registry from before books is upgraded: the same money stands, and nothing is booked anew."""

import pytest
from sqlalchemy import text

from api.schema import downgrade, upgrade
from core import rowseals
from core.clock import utc_now
from core.errors import Broken
from royalties.models_books import PeriodState, Transaction
from royalties.service.statements import account_balances, statement, trial_balance
from royalties.store import periods
from royalties.store.journal import journal
from tests.fixtures import TestWorld, before
from tests.store.royalties_stage import Stage, cleared, found
from tests.unit.royalties.worlds import tariff
from witness.audit import examine

# What the program of before would have written of the same money: the licensee owned it all.
OLD_TRANSACTIONS = """
INSERT INTO ledger_transaction (id, tenant_id, audience, recorded_at, seq, kind, live_key, revision,
    follows_revision, follows_kind, facts_key, reverses_id, reason, earned_period, performer_id,
    usage_line_id, pins, working)
SELECT t.id, a.licensee_id, t.audience, t.recorded_at, t.seq, t.kind, a.live_key, a.revision,
    a.follows_revision, a.follows_kind, t.facts_key, t.reverses_id, t.reason, t.earned_period,
    a.performer_id, a.usage_line_id, a.pins, a.working
FROM book_transaction t JOIN accrual a ON a.transaction_id = t.id ORDER BY t.seq
"""
OLD_ENTRIES = """
INSERT INTO ledger_entry (id, tenant_id, audience, recorded_at, transaction_id, position, account,
    amount_micro, currency)
SELECT e.id, a.licensee_id, t.audience, e.recorded_at, e.transaction_id, e.position,
    CASE e.account_kind WHEN 'receivable' THEN 'receivable:' || e.subject
    ELSE 'payable:' || json_extract(a.pins, '$.payee_id') END, e.amount_micro, e.currency
FROM book_entry e JOIN book_transaction t ON t.id = e.transaction_id
JOIN accrual a ON a.transaction_id = t.id ORDER BY t.seq, e.position
"""


@pytest.fixture
def stage(migrated: TestWorld) -> Stage:
    return Stage(migrated)


def busy(stage: Stage) -> list[str]:
    """Two performers, two currencies, a re-scan and a use that is gone; the performers' ids."""
    cut_id, anna = cleared(stage)
    other, bert = cleared(stage, tariff("per_view", 333, "USD"))
    stage.import_lines(*(f"{cut},DE,2026-1{n},{n}5" for cut in (cut_id, other) for n in range(3)))
    stage.accrue()
    stage.clear(cut_id, found(cut_id, anna, (40, 90_047)))
    stage.accrue()
    stage.clear(other, found(other, anna))
    stage.accrue()
    return [anna.id, bert.id]


def turned_back(stage: Stage) -> None:
    """Leave the database as the program of before would have, sealed by the log as it was."""
    with stage.db.write() as session:
        connection = session.connection()
        for name in ("ledger_transaction", "ledger_entry"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}_no_insert")
        for statement_text in (OLD_TRANSACTIONS, OLD_ENTRIES):
            connection.execute(text(statement_text))
        for name in ("ledger_transaction", "ledger_entry"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name}_no_insert BEFORE INSERT ON {name} BEGIN SELECT 1; END"
            )
        rowseals.seal_rows(session, now=utc_now())
    downgrade(stage.db, before("0065"))


def read(stage: Stage) -> tuple[list[Transaction], dict[tuple[str, str], int]]:
    operator = stage.world.operator
    with stage.db.read() as session:
        assert trial_balance(session).balanced
        return journal(session, operator), account_balances(session, operator)


def test_an_old_registry_upgrades_with_equal_books(stage: Stage) -> None:
    performers = busy(stage)
    books = read(stage)
    assert any(books[1].values())
    assert len(books[0]) > 10
    turned_back(stage)
    upgrade(stage.db)
    assert read(stage) == books
    report = stage.accrue()
    assert (report.new, report.reversed) == (0, 0)
    assert report.unchanged > 0
    with stage.db.read() as session:
        months = periods.list_periods(session, stage.world.operator, stage.world.operator.tenant_id)
        assert [one.state for one in months] == [PeriodState.OPEN]
        for performer_id in performers:
            seen = statement(
                session, stage.world.operator, performer_id=performer_id, period="2026-11"
            )
            assert seen.corrections


def test_what_the_log_had_sealed_of_the_old_ledger_still_agrees(stage: Stage) -> None:
    busy(stage)
    turned_back(stage)
    upgrade(stage.db)
    stage.db.checkpoint()
    faults = [fault for section in examine(stage.database_path) for fault in section.faults]
    assert [fault for fault in faults if "of ledger_" in fault] == []
    with stage.db.read() as session:
        sealed = "SELECT count(*) FROM log_seal WHERE table_name LIKE 'ledger_%'"
        assert session.connection().execute(text(sealed)).scalar_one() == 2


def test_nothing_is_added_to_the_old_ledger(stage: Stage) -> None:
    busy(stage)
    with pytest.raises(Broken, match="refused"), stage.db.write() as session:
        session.connection().execute(text(OLD_TRANSACTIONS))
