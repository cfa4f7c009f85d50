"""What nobody pays is written off by two people; what comes of it after all is distributed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.approvalrows import Approval
from core.clock import utc_now
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from core.principal import SearchCapability
from royalties.billing.standing import InvoiceState
from royalties.closing import month_of
from royalties.models_books import Transaction, TransactionKind
from royalties.models_income import Invoice, Settlement, WriteOff, WriteOffReason
from royalties.service import (
    bankstatements,
    billingdesk,
    invoices,
    matching,
    receipts,
    reminders,
    writeoffs,
    yearreports,
)
from royalties.service.periods import transactions_of
from royalties.service.received import received
from royalties.service.statements import account_balances, trial_balance
from royalties.service.writeoffs import Asked
from royalties.yearreport import headlines
from tests.fixtures import TestWorld
from tests.store.royalties_books import HOUSE, STUDIO, Office, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_received import come_in, drop, earn, issue, match
from tests.store.today import NOW

EURO = 1_000_000
VAT = "vat:de-finanzamt"
LATE = NOW + timedelta(days=60)
INSOLVENT = Asked(WriteOffReason.INSOLVENCY, NOW.date())


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        named(opened, opened.book, HOUSE)
        named(opened, opened.stage.studio.tenant_id, STUDIO)
        yield opened


@pytest.fixture
def invoice(office: Office) -> Invoice:
    """100 EUR and 19 % on it."""
    earn(office, 10_000)
    (made,) = issue(office)
    assert (made.amounts.net_micro, made.amounts.vat_micro) == (100 * EURO, 19 * EURO)
    return made


def propose(office: Office, invoice: Invoice, asked: Asked = INSOLVENT) -> Approval:
    with office.shared.write() as session:
        return writeoffs.propose(session, office.clerk, invoice.id, asked, now=NOW)


def decide(office: Office, invoice: Invoice, *, approve: bool = True) -> WriteOff | None:
    with office.shared.write() as session:
        return writeoffs.decide(session, office.approver, invoice.id, approve=approve, now=NOW)


def write_off(office: Office, invoice: Invoice) -> None:
    propose(office, invoice)
    assert decide(office, invoice) is not None


def settled(office: Office, invoice: Invoice) -> Settlement:
    with office.shared.read() as session:
        return matching.settlements(session, office.clerk, [invoice])[0]


def sums(office: Office) -> dict[str, int]:
    with office.shared.read() as session:
        assert trial_balance(session, office.clerk).balanced
        found = account_balances(session, office.clerk)
    return {name: net for (name, _), net in found.items() if net}


def steps(office: Office) -> list[Transaction]:
    with office.shared.read() as session:
        booked = transactions_of(session, office.book)
    return [one for one in booked if one.kind is TransactionKind.WRITE_OFF]


def state(office: Office, invoice: Invoice) -> InvoiceState:
    with office.shared.read() as session:
        found = billingdesk.list_standing(session, office.clerk, None, now=LATE, limit=10)
    (one,) = [one for one in found if one.invoice.id == invoice.id]
    with office.shared.read() as session:
        same = billingdesk.list_standing(session, office.clerk, one.state, now=LATE, limit=10)
    assert one in same
    return one.state


def test_two_people_write_it_off_with_its_tax(office: Office, invoice: Invoice) -> None:
    studio = office.stage.studio.tenant_id
    before = sums(office)
    made = propose(office, invoice)
    assert propose(office, invoice).id == made.id, "proposed twice it is one"
    assert sums(office) == before, "nothing is booked on one word"
    with pytest.raises(NotAllowed), office.shared.write() as session:
        writeoffs.decide(session, office.clerk, invoice.id, approve=True, now=NOW)
    step = decide(office, invoice)
    assert step is not None and (step.amount_micro, step.vat_micro) == (119 * EURO, 19 * EURO)
    assert sums(office) == {
        f"written_off:{studio}": 100 * EURO,
        next(name for name in before if name.startswith("accrued:")): -100 * EURO,
    }
    (booked,) = steps(office)
    assert (booked.reason, booked.earned_period) == ("insolvency", f"{NOW:%Y-%m}")
    assert settled(office, invoice).open_micro == 0
    with pytest.raises(Conflict, match="Nobody has proposed"):
        decide(office, invoice)
    with pytest.raises(Conflict, match="Nothing is open"):
        propose(office, invoice)


def test_nobody_is_reminded_any_more_but_the_licensee_still_owes_it(
    office: Office, invoice: Invoice
) -> None:
    assert state(office, invoice) is InvoiceState.OVERDUE
    write_off(office, invoice)
    assert state(office, invoice) is InvoiceState.WRITTEN_OFF
    studio = office.stage.studio
    with office.shared.write() as session:
        assert reminders.list_overdue(session, office.clerk, now=LATE) == ()
        assert reminders.count_overdue(session, office.clerk, now=LATE) == 0
        assert reminders.remind(session, office.clerk, now=LATE) == ()
        assert billingdesk.unpaid(session, office.clerk, now=LATE) == ()
        (still,) = reminders.list_overdue(session, studio, now=LATE)
        assert still.settled.open_micro == 119 * EURO
        (owed,) = billingdesk.unpaid(session, studio, now=LATE)
        assert owed.overdue_micro == 119 * EURO
        assert writeoffs.list_steps(session, studio, invoice.id) == []
        own = account_balances(session, studio)
    assert own[f"receivable:{studio.tenant_id}", "EUR"] == 119 * EURO, "it is told of no write-off"


def test_what_comes_after_all_is_matched_and_received_and_its_tax_is_due_again(
    office: Office, invoice: Invoice
) -> None:
    studio = office.stage.studio.tenant_id
    write_off(office, invoice)
    head = "reference,booked_on,amount,currency,payer,text"
    said = f"{head}\nlate,2026-12-03,59.50,EUR,X,{invoice.number}"
    with office.shared.write() as session:
        vault, now = office.stage.world.vault, LATE
        done = bankstatements.import_statement(session, vault, office.clerk, said.encode(), now=now)
    assert (done.matched, done.waiting) == (1, 0)
    found = sums(office)
    assert found[VAT] == -9_500_000
    assert found[f"written_off:{studio}"] == 50 * EURO
    assert f"receivable:{studio}" not in found
    assert [(one.reason, one.earned_period) for one in steps(office)] == [
        ("insolvency", f"{NOW:%Y-%m}"),
        ("paid", "2026-12"),
    ]
    assert state(office, invoice) is InvoiceState.WRITTEN_OFF
    with office.shared.read() as session:
        (claim,) = received(session, SearchCapability("test", office.book), office.book, until=LATE)
    assert claim.received_micro == 50 * EURO, "what came is the performer's"


def test_paid_whole_it_is_paid_and_taken_back_it_is_lost_again(
    office: Office, invoice: Invoice
) -> None:
    write_off(office, invoice)
    receipt = come_in(office, 130 * EURO)
    match(office, receipt, invoice)
    assert settled(office, invoice).lost_micro == 0
    assert state(office, invoice) is InvoiceState.PAID
    with office.shared.write() as session:
        receipts.unmatch(
            session, office.clerk, receipt.id, invoice.id, reason="insolvency", now=LATE
        )
    assert settled(office, invoice).lost_micro == 119 * EURO
    assert sum(one.postings[1].amount_micro for one in steps(office)) == 19 * EURO


def test_a_payer_known_by_name_pays_what_was_written_off(office: Office, invoice: Invoice) -> None:
    write_off(office, invoice)
    said = (
        "reference,booked_on,amount,currency,payer\nlate,2026-11-25,119.00,EUR,Studio Secret GmbH"
    )
    with office.shared.write() as session:
        done = bankstatements.import_statement(
            session, office.stage.world.vault, office.clerk, said.encode(), now=LATE
        )
    assert done.matched == 1 and state(office, invoice) is InvoiceState.PAID


def test_of_a_part_that_was_paid_before_the_rest_alone_is_lost(
    office: Office, invoice: Invoice
) -> None:
    match(office, come_in(office, 19 * EURO), invoice)
    write_off(office, invoice)
    (booked,) = steps(office)
    tax = next(one.amount_micro for one in booked.postings if one.account == VAT)
    assert tax == 15_970_000, "100 x 19 / 119, halves up"
    assert sums(office)[VAT] == -3_030_000


def test_a_credit_note_lessens_what_is_lost(office: Office) -> None:
    gone, _ = earn(office, 4_000), earn(office, 6_000)
    (invoice,) = issue(office)
    write_off(office, invoice)
    drop(office, gone)
    issue(office)
    assert settled(office, invoice).lost_micro == 60 * EURO + 11_400_000
    assert settled(office, invoice).open_micro == 0
    with office.shared.write() as session:
        vault = office.stage.world.vault
        invoices.cancel(session, vault, office.clerk, invoice.id, reason="wrong", now=LATE)
    assert settled(office, invoice).lost_micro == 0
    found = sums(office)
    assert not [name for name in found if name.startswith(("written_off", "vat"))]


def test_what_changed_meanwhile_is_proposed_anew(office: Office, invoice: Invoice) -> None:
    propose(office, invoice)
    with pytest.raises(Conflict, match="proposed already"):
        propose(office, invoice, replace(INSOLVENT, reason=WriteOffReason.DISPUTED))
    match(office, come_in(office, EURO), invoice)
    with pytest.raises(Conflict, match="Something else is open"):
        decide(office, invoice)
    assert decide(office, invoice, approve=False) is None
    assert steps(office) == []
    write_off(office, invoice)
    assert settled(office, invoice).lost_micro == 118 * EURO


REINSTATED = Asked(WriteOffReason.REINSTATED, NOW.date())


def test_written_off_by_mistake_it_is_expected_again_for_good(
    office: Office, invoice: Invoice
) -> None:
    with pytest.raises(Conflict, match="is written off"):
        propose(office, invoice, REINSTATED)
    before = sums(office)
    write_off(office, invoice)
    receipt = come_in(office, 59_500_000)
    match(office, receipt, invoice)
    propose(office, invoice, REINSTATED)
    step = decide(office, invoice)
    assert step is not None and (step.amount_micro, step.vat_micro) == (-59_500_000, -9_500_000)
    assert state(office, invoice) is InvoiceState.OVERDUE
    assert sums(office) == before | {
        "bank": 59_500_000,
        f"receivable:{office.stage.studio.tenant_id}": 59_500_000,
    }
    with office.shared.write() as session:
        receipts.unmatch(session, office.clerk, receipt.id, invoice.id, reason="x", now=LATE)
    assert settled(office, invoice).lost_micro == 0, "what was decided before counts no more"
    write_off(office, invoice)
    assert settled(office, invoice).lost_micro == 119 * EURO


def test_a_day_a_stranger_and_a_credit_note_are_refused(
    office: Office, invoice: Invoice, world: TestWorld
) -> None:
    for day in (invoice.issued_on - timedelta(days=1), NOW.date() + timedelta(days=1)):
        with pytest.raises(BadInput, match="The day lies between"):
            propose(office, invoice, Asked(WriteOffReason.LIMITATION, day))
    stranger = world.principal("society")
    with pytest.raises(NotFound), office.shared.write() as session:
        writeoffs.propose(session, stranger, invoice.id, INSOLVENT, now=NOW)
    with office.shared.write() as session:
        vault = office.stage.world.vault
        note = invoices.cancel(session, vault, office.clerk, invoice.id, reason="x", now=NOW)
    for one in (note, invoice):
        with pytest.raises(Conflict, match="Nothing is open"):
            propose(office, one)


def test_the_database_keeps_to_it_by_itself(office: Office, invoice: Invoice) -> None:
    write_off(office, invoice)
    row = (
        "INSERT INTO write_off SELECT 'wof_x', tenant_id, audience, recorded_at, 999999,"
        " invoice_id, 9, {}, {}, month, reason FROM write_off"
    )
    for amount, tax in ((1, 0), (-120 * EURO, 0), (-EURO, 100 * EURO), (-EURO, -20 * EURO)):
        _refused(office, row.format(amount, tax), "no more is written off than is owed")
    _refused(office, "UPDATE write_off SET amount_micro = 1", "append-only")
    _refused(office, "DELETE FROM write_off", "append-only")


def test_the_year_says_what_was_lost_and_which_tax_came_back(
    office: Office, invoice: Invoice
) -> None:
    write_off(office, invoice)
    match(office, come_in(office, 59_500_000), invoice)
    with office.shared.read() as session:
        made = yearreports.year_report(session, office.clerk, f"{utc_now():%Y}", now=utc_now())
    said = {one.name: one.amount_micro for one in headlines(made, "EUR")}
    assert (said["written-off"], said["vat-corrected"]) == (59_500_000, 9_500_000)


def test_it_is_booked_again_from_facts_and_a_forged_one_is_named(
    office: Office, invoice: Invoice, tmp_path: Path
) -> None:
    match(office, come_in(office, 19 * EURO), invoice)
    write_off(office, invoice)
    match(office, come_in(office, 40 * EURO, "r2"), invoice)
    propose(office, invoice, REINSTATED)
    decide(office, invoice)
    write_off(office, invoice)
    office.close(month_of(NOW), at=NOW)
    lines = exported(office)
    done, database = replayed(tmp_path, lines)
    with office.shared.read() as session, database.read() as again:
        assert account_balances(again, office.clerk) == account_balances(session, office.clerk)
    database.close()
    assert (done.differences, done.same) == ((), True)
    place = next(n for n, line in enumerate(lines) if json.loads(line)["fact"] == "lost")
    fact = json.loads(lines[place])
    assert "postings" not in "".join(line for line in lines if '"write-off"' in line)
    forged = {**fact, "vat_micro": "15980000"}
    (tmp_path / "vat").mkdir()
    changed = [*lines[:place], json.dumps(forged), *lines[place + 1 :]]
    done, database = replayed(tmp_path / "vat", changed)
    database.close()
    assert [(one.line, one.stated) for one in done.differences] == [(place + 1, "15.98")]
    (tmp_path / "amount").mkdir()
    forged = {**fact, "amount_micro": "1000000"}
    with pytest.raises(BadInput, match=f"line {place + 1}"):
        replayed(tmp_path / "amount", [*lines[:place], json.dumps(forged), *lines[place + 1 :]])


def _refused(office: Office, sql: str, says: str) -> None:
    with pytest.raises(EbenbildError) as caught, office.shared.write() as session:
        session.connection().execute(text(sql))
    assert says in str(caught.value.__cause__)
