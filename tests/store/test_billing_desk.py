"""What an accountant asks of a book: what is due, what came in, and what an invoice is about."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from core.errors import NotFound
from core.principal import Principal
from royalties.billing.standing import InvoiceState, Unpaid
from royalties.closing import month_after
from royalties.models_income import Invoice, InvoiceKind
from royalties.service import billingdesk, invoices, receipts, reminders
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of, untaxed
from tests.store.royalties_stage import Stage
from tests.store.test_received import LATER, come_in, earn, issue, match
from tests.store.today import NOW

LATE = NOW + timedelta(days=42)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        untaxed(opened)
        yield opened


def three(office: Office) -> list[Invoice]:
    """Invoices of 1, 2 and 3 euros, one a month."""
    made = []
    for number, month in enumerate((f"{NOW:%Y-%m}", LATER, month_after(LATER)), 1):
        earn(office, 100 * number)
        made += issue(office, month)
    return made


def in_state(office: Office, state: InvoiceState | None, at: datetime = NOW) -> list[str]:
    with office.shared.read() as session:
        found = billingdesk.list_standing(session, office.clerk, state, now=at, limit=10)
    assert all(state in (None, one.state) for one in found)
    return [one.invoice.id for one in found]


def cancel(office: Office, invoice: Invoice) -> Invoice:
    with office.shared.write() as session:
        return invoices.cancel(
            session, office.stage.world.vault, office.clerk, invoice.id, reason="wrong", now=NOW
        )


def test_every_invoice_stands_in_one_state(office: Office) -> None:
    first, second, third = three(office)
    assert in_state(office, InvoiceState.OPEN) == [third.id, second.id, first.id]
    match(office, come_in(office, 1_500_000), first)
    match(office, come_in(office, 500_000, "r2"), second)
    note = cancel(office, third)
    states = {state: in_state(office, state, LATE) for state in InvoiceState}
    assert states == {
        InvoiceState.OPEN: [],
        InvoiceState.OVERDUE: [second.id],
        InvoiceState.PAID: [first.id],
        InvoiceState.WRITTEN_OFF: [],
        InvoiceState.TAKEN_BACK: [third.id],
        InvoiceState.CREDIT_NOTE: [note.id],
    }
    assert sorted(in_state(office, None)) == sorted(
        name for found in states.values() for name in found
    )
    with office.shared.read() as session:
        assert billingdesk.unpaid(session, office.clerk, now=NOW) == (
            Unpaid("EUR", 1, 1_500_000, 0, 0),
        )
        assert billingdesk.unpaid(session, office.clerk, now=LATE) == (
            Unpaid("EUR", 1, 1_500_000, 1, 1_500_000),
        )
        assert billingdesk.unmatched(session, office.clerk) == (("EUR", 1, 500_000),)


def test_a_dossier_holds_lines_payments_notes_and_reminders(office: Office) -> None:
    invoice, *_ = three(office)
    receipt = come_in(office, 400_000)
    match(office, receipt, invoice)
    with office.shared.write() as session:
        reminders.remind(session, office.clerk, now=LATE)
    note = cancel(office, invoice)
    vault = office.stage.world.vault
    with office.shared.read() as session:
        found = billingdesk.dossier(session, vault, office.clerk, invoice.id, now=LATE)
        bill, line, behind = billingdesk.claims_behind(
            session, vault, office.clerk, invoice.id, 1, limit=10
        )
        studio = billingdesk.dossier(session, vault, office.stage.studio, invoice.id, now=LATE)
        with pytest.raises(NotFound):
            billingdesk.claims_behind(session, vault, office.clerk, invoice.id, 2, limit=10)
    assert [one.id for one in found.notes] == [note.id]
    assert [level for level, _ in found.reminders] == [1]
    # The credit note set the payment free, which then paid another invoice.
    assert found.paid == studio.paid == ()
    assert sum(amount for _, amount in behind) == invoice.claims_micro
    assert bill.invoice.kind is InvoiceKind.INVOICE
    assert {one.pins.cut_id for one, _ in behind} == {line.cut_id}


def test_a_payment_is_shown_what_it_is_most_likely_for(office: Office) -> None:
    first, second, third = three(office)
    receipt = come_in(office, 2_000_000)
    with office.shared.read() as session:
        found = billingdesk.candidates(session, office.clerk, receipt, now=NOW)
        waiting = receipts.list_receipts(
            session, office.stage.world.vault, office.clerk, waiting=True
        )
    assert [one.invoice.id for one in found] == [second.id, first.id, third.id]
    assert [one.id for one in waiting] == [receipt.id]


def test_another_book_shows_nothing(office: Office, world: TestWorld) -> None:
    three(office)
    stranger: Principal = world.principal("society")
    with office.shared.read() as session:
        assert billingdesk.list_standing(session, stranger, None, now=NOW, limit=10) == []
        assert billingdesk.unpaid(session, stranger, now=NOW) == ()


def test_a_licensee_sees_what_is_issued_to_it(office: Office) -> None:
    first, second, third = three(office)
    match(office, come_in(office, 400_000), first)
    studio = office.stage.studio
    with office.shared.read() as session:
        listed = billingdesk.list_standing(session, studio, None, now=NOW, limit=10)
        late = billingdesk.list_standing(session, studio, InvoiceState.OVERDUE, now=LATE, limit=10)
        owed = billingdesk.unpaid(session, studio, now=NOW)
        nobody = office.stage.world.second
        assert billingdesk.list_standing(session, nobody, None, now=NOW, limit=10) == []
    assert [one.invoice.id for one in listed] == [third.id, second.id, first.id]
    assert [one.invoice.id for one in late] == [second.id, first.id]
    assert owed == (Unpaid("EUR", 3, 5_600_000, 0, 0),)
