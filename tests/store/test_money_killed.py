"""Killed at any write of usage, invoices, money or proposals, nothing is lost and nothing twice."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlmodel import select

from core.db import Database
from core.errors import Conflict
from core.principal import SearchCapability
from royalties import closing
from royalties.closing import month_of
from royalties.models_income import Payment
from royalties.models_payouts import BatchState
from royalties.models_runs import RunState
from royalties.reports.opening import Form, open_report
from royalties.service import invoices, payoutviews, receipts, runs, usage
from royalties.service.usage_intake import batches
from royalties.store import invoices as invoice_store
from royalties.store import runs as run_store
from royalties.store.receipts import AllocationRow, ReceiptRow
from royalties.store.usage import UsageLineRow
from tests.fixtures import TestWorld
from tests.store.kills import every_kill, killed_everywhere, opened
from tests.store.payouts_stage import EUROS, IBANS, Till
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_killed import held
from tests.store.test_runs import MONTHS, Money
from tests.store.today import NOW

MONTH = month_of(NOW)


@pytest.fixture
def money(world: TestWorld) -> Iterator[Money]:
    with office_of(Stage(world)) as office:
        made = Money(office)
        made.earn(10_000)
        made.earn(7, taxed="")
        yield made


def book_of(office: Office, database: Database) -> str:
    """The root over the book, which stands in itself whatever was killed."""
    return closing.root(held(database, office.book))


def test_killed_at_any_write_of_issuing(money: Money, tmp_path: Path) -> None:
    office = money.office
    gone = money.earn(300)
    money.receive()
    money.stage.clear(gone)
    money.stage.accrue()
    money.earn(44)
    money.stage.world.db.checkpoint()
    later = closing.month_after(MONTH)
    begins = datetime.combine(closing.begins_on(later), time(), UTC)

    def act(database: Database) -> None:
        vault = money.stage.world.vault
        with database.write() as session:
            invoices.issue(session, vault, office.clerk, later, now=begins)

    def look(database: Database) -> object:
        capability = SearchCapability("test", office.book)
        with database.read() as session:
            found = invoice_store.of_book(
                session, capability, office.book, until=datetime(9999, 1, 1, tzinfo=UTC)
            )
            numbers = [(one.number, one.kind, one.claims_micro) for one in found]
        return numbers, book_of(office, database)

    # A credit note with what it frees, and an invoice that the freed money pays.
    assert killed_everywhere(office.stage.database_path, tmp_path, act, look) > 20


def test_killed_at_any_write_of_money(money: Money, tmp_path: Path) -> None:
    office, vault = money.office, money.stage.world.vault
    with office.shared.write() as session:
        (invoice,) = invoices.issue(session, vault, office.clerk, MONTH, now=NOW)
    payment = Payment("r1", date(2026, 11, 20), 70_000_000, "EUR", money.stage.studio.tenant_id)
    money.stage.world.db.checkpoint()

    def enter(database: Database) -> None:
        try:
            with database.write() as session:
                receipts.enter(session, vault, office.clerk, payment, now=NOW)
        except Conflict:
            return

    def match(database: Database) -> None:
        with database.read() as session:
            (receipt_id,) = session.exec(select(ReceiptRow.id)).all()
        try:
            with database.write() as session:
                receipts.match(session, office.clerk, receipt_id, invoice.id, now=NOW)
        except Conflict:
            return

    def look(database: Database) -> object:
        with database.read() as session:
            came = session.exec(select(ReceiptRow.id)).all()
            paid = session.exec(select(AllocationRow.amount_micro)).all()
        return list(came), list(paid), book_of(office, database)

    path = office.stage.database_path
    assert killed_everywhere(path, tmp_path, enter, look) > 4
    with office.shared.write() as session:
        receipts.enter(session, vault, office.clerk, payment, now=NOW)
    money.stage.world.db.checkpoint()
    assert killed_everywhere(path, tmp_path, match, look) > 4


def test_killed_at_any_write_of_drafting_and_proposing_a_run(money: Money, tmp_path: Path) -> None:
    office, vault = money.office, money.stage.world.vault
    money.receive()
    money.stage.world.db.checkpoint()

    def known(database: Database) -> list[tuple[RunState, str]]:
        with database.read() as session:
            found = run_store.list_runs(session, office.clerk)
        return [(one.state, one.run_hash) for one in found]

    def draft(database: Database) -> None:
        if not known(database):
            with database.write() as session:
                runs.draft(session, vault, office.clerk, MONTHS, now=NOW)

    def propose(database: Database) -> None:
        with database.write() as session:
            (run,) = runs.list_runs(session, office.clerk)
            runs.propose(session, office.clerk, run.id, now=NOW)

    path = office.stage.database_path
    assert killed_everywhere(path, tmp_path, draft, known) > 1
    draft(office.shared)
    money.stage.world.db.checkpoint()
    assert killed_everywhere(path, tmp_path, propose, known) > 2


def test_killed_at_any_write_of_proposing_payouts(world: TestWorld, tmp_path: Path) -> None:
    with office_of(Stage(world)) as office:
        till = Till(office, office.shared)
        till.open_account()
        till.payee(25 * EUROS)
        till.payee(40 * EUROS, IBANS[1])
        world.db.checkpoint()

        def act(database: Database) -> None:
            Till(office, database).propose()

        def look(database: Database) -> list[tuple[BatchState, str, int]]:
            with database.read() as session:
                found = payoutviews.list_batches(session, office.clerk)
            return [(one.state, one.digest, one.count) for one in found]

        assert killed_everywhere(office.stage.database_path, tmp_path, act, look) > 2


def test_killed_at_any_write_of_an_import_it_goes_on(world: TestWorld, tmp_path: Path) -> None:
    """Batch by batch, as the job takes a large file in: what was kept stays, and counts once."""
    stage = Stage(world)
    cut_id = stage.cut()
    lines = [f"{cut_id},DE,2026-11,{n // 2}" for n in range(12)]
    lines[3] = "bad,DE,2026-11,1"
    text = "\n".join(("cut_id,territory,period,views", *lines)).encode()
    with world.db.write() as session:
        made = usage.begin_import(session, stage.studio, file_sha256="aa", sender="", now=NOW)
    world.db.checkpoint()

    def act(database: Database) -> None:
        with database.read() as session:
            intake, mapping = usage.go_on(session, stage.studio, made.import_id)
        if not intake.report.running:
            return
        opened_ = open_report(io.BytesIO(text), mapping)
        for batch in batches(opened_.rows, 4):
            with database.write() as session:
                intake.take(session, batch)
                usage.save(session, intake, Form.CSV)
        with database.write() as session:
            usage.save(session, intake, Form.CSV, ended=True)

    def look(database: Database) -> tuple[int, int, int, bool, int]:
        with database.read() as session:
            kept = usage.get_import(session, stage.studio, made.import_id).report
            stored = session.exec(select(UsageLineRow.id)).all()
        return kept.lines, kept.accepted, kept.rejected, kept.running, len(stored)

    ends = []
    for copy in every_kill(stage.database_path, tmp_path, act):
        with opened(copy) as database:
            ends.append(look(database))
            act(database)
            assert look(database) == (12, 6, 1, False, 6)
    assert all(accepted == stored for _, accepted, _, _, stored in ends)
    assert [one[0] for one in ends] == sorted(one[0] for one in ends)
    assert len(ends) > 8 and {one[0] for one in ends} == {0, 4, 8, 12}
