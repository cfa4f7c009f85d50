"""Claims are invoiced once, paid by money that came in, and received to the millionth."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from api.web.faulttexts import told
from core.clock import utc_now
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from core.principal import SearchCapability
from royalties.accounts import AccountKind
from royalties.closing import begins_on, month_after, month_of
from royalties.models_income import Invoice, InvoiceKind, Payment, Receipt
from royalties.models_received import ReceivedClaim
from royalties.service import invoices, receipts
from royalties.service.received import received
from royalties.service.statements import account_balances, trial_balance
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of, untaxed
from tests.store.royalties_stage import Stage, found
from tests.store.test_books_replay import exported, replayed
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

MONTH = month_of(NOW)
LATER = month_after(MONTH)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        untaxed(opened)
        yield opened


def earn(office: Office, views: int, rate: int = 10_000) -> str:
    """A cut with one cleared use, and what it earned: rate x views."""
    stage = office.stage
    performer, cut_id = stage.performer(), stage.cut()
    stage.licence(performer, tariff("per_view", rate, "EUR"))
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(f"{cut_id},DE,2026-11,{views}")
    stage.accrue()
    return cut_id


def drop(office: Office, cut_id: str) -> None:
    """A later decision finds nobody in the cut any more: what it earned is reversed."""
    office.stage.clear(cut_id)
    office.stage.accrue()


def issue(office: Office, month: str = MONTH) -> tuple[Invoice, ...]:
    """Now, or on the first day of a month to come."""
    begins = datetime.combine(begins_on(month), time(), UTC)
    now, vault = max(utc_now(), begins), office.stage.world.vault
    with office.shared.write() as session:
        return invoices.issue(session, vault, office.clerk, month, now=now)


def come_in(office: Office, micro: int, reference: str = "r1", *, known: bool = True) -> Receipt:
    payment = Payment(
        reference=reference,
        booked_on=date(2026, 11, 20),
        amount_micro=micro,
        currency="EUR",
        licensee_id=office.stage.studio.tenant_id if known else None,
        payer="Studio Secret GmbH",
    )
    with office.shared.write() as session:
        return receipts.enter(
            session, office.stage.world.vault, office.clerk, payment, now=utc_now()
        )


def match(office: Office, receipt: Receipt, invoice: Invoice, micro: int | None = None) -> None:
    with office.shared.write() as session:
        receipts.match(
            session,
            office.clerk,
            receipt.id,
            invoice.id,
            amount_micro=micro,
            now=utc_now(),
        )


def claims(office: Office, until: datetime | None = None) -> dict[str, ReceivedClaim]:
    """What was received, by cut; of several claims of a cut the one that stands."""
    capability = SearchCapability("test", office.book)
    with office.shared.read() as session:
        at = until or NOW + timedelta(days=90)
        listed = list(received(session, capability, office.book, until=at))
    return {one.cut_id: one for one in sorted(listed, key=lambda one: one.claimed_micro)}


def balance(office: Office, account: str) -> int:
    with office.shared.read() as session:
        assert trial_balance(session).balanced
        return account_balances(session, office.clerk).get((account, "EUR"), 0)


def test_money_pays_an_invoice_and_its_claims_are_received(office: Office) -> None:
    cut_id = earn(office, 100)
    (invoice,) = issue(office)
    assert (invoice.number, invoice.amounts.gross_micro) == (f"{NOW.year}-000001", 1_000_000)
    assert claims(office)[cut_id].received_micro == 0
    match(office, come_in(office, 1_000_000), invoice)
    one = claims(office)[cut_id]
    assert one.account is AccountKind.ACCRUED
    assert (one.claimed_micro, one.received_micro) == (1_000_000, 1_000_000)
    studio = office.stage.studio.tenant_id
    assert balance(office, "bank") == 1_000_000
    assert balance(office, f"receivable:{studio}") == balance(office, f"unmatched:{studio}") == 0


def test_what_is_invoiced_is_not_invoiced_again(office: Office) -> None:
    earn(office, 100)
    assert len(issue(office)) == 1
    assert issue(office) == issue(office, LATER) == ()
    earn(office, 50)
    assert issue(office) == ()
    (second,) = issue(office, LATER)
    assert (second.no, second.claims_micro, second.lines) == (2, 500_000, 1)


def test_a_month_to_come_is_not_invoiced(office: Office) -> None:
    earn(office, 100)
    with (
        pytest.raises(Conflict, match=f"can be invoiced from {LATER}-01 on"),
        office.shared.write() as session,
    ):
        invoices.issue(session, office.stage.world.vault, office.clerk, LATER, now=NOW)
    assert len(issue(office)) == 1


def test_a_part_payment_gives_each_line_its_share(office: Office) -> None:
    cuts = [earn(office, views) for views in (100, 200, 300)]
    (invoice,) = issue(office)
    match(office, come_in(office, 1_010_000), invoice)
    parts = [claims(office)[cut].received_micro for cut in cuts]
    assert sum(parts) == 1_010_000
    assert all(
        0 <= part - exact <= 1
        for part, exact in zip(parts, (168_333, 336_666, 505_000), strict=True)
    )


def test_less_than_a_cent_waits(office: Office) -> None:
    earn(office, 1, 3_000)
    assert issue(office) == ()
    earn(office, 1, 9_999)
    (invoice,) = issue(office)
    assert (invoice.claims_micro, invoice.amounts.net_micro) == (12_999, 10_000)
    assert balance(office, "rounding") == 2_999
    match(office, come_in(office, 10_000), invoice)
    assert sum(one.received_micro for one in claims(office).values()) == 12_999


def test_a_claim_reversed_before_its_invoice_is_never_on_one(office: Office) -> None:
    drop(office, earn(office, 100))
    assert issue(office) == ()


def test_a_credit_note_takes_a_reversed_claim_back_and_frees_what_was_paid(office: Office) -> None:
    gone, stays = earn(office, 100), earn(office, 300)
    (first,) = issue(office)
    match(office, come_in(office, 4_000_000), first)
    drop(office, gone)
    assert claims(office)[gone].received_micro == 0
    assert claims(office)[stays].received_micro == 3_000_000
    third = earn(office, 50)
    note, second = issue(office, LATER)
    assert (note.kind, note.credits_id) == (InvoiceKind.CREDIT_NOTE, first.id)
    assert (note.amounts.gross_micro, note.no, second.no) == (-1_000_000, 2, 3)
    after = claims(office)
    assert after[third].received_micro == 500_000
    assert after[stays].received_micro == 3_000_000
    studio = office.stage.studio.tenant_id
    assert balance(office, f"unmatched:{studio}") == -500_000
    assert balance(office, f"receivable:{studio}") == 0


def test_a_cancelled_invoice_is_credited_whole_and_its_claims_are_due_again(office: Office) -> None:
    cut_id = earn(office, 100)
    (invoice,) = issue(office)
    receipt = come_in(office, 600_000)
    match(office, receipt, invoice)
    with office.shared.write() as session:
        note = invoices.cancel(
            session,
            office.stage.world.vault,
            office.clerk,
            invoice.id,
            reason="wrong address",
            now=utc_now(),
        )
    assert (note.amounts.gross_micro, note.reason) == (-1_000_000, "wrong address")
    assert claims(office)[cut_id].received_micro == 0
    with pytest.raises(Conflict), office.shared.write() as session:
        invoices.cancel(
            session, office.stage.world.vault, office.clerk, invoice.id, reason="again", now=NOW
        )
    (again,) = issue(office)
    assert (again.no, again.lines) == (3, 1)
    assert claims(office)[cut_id].received_micro == 600_000


def test_what_was_received_is_told_as_of_a_moment(office: Office) -> None:
    cut_id = earn(office, 100)
    (invoice,) = issue(office)
    before = utc_now()
    match(office, come_in(office, 1_000_000), invoice)
    drop(office, cut_id)
    assert claims(office, before)[cut_id].claimed_micro == 1_000_000
    assert claims(office, before)[cut_id].received_micro == 0
    assert claims(office, NOW - timedelta(days=1)) == {}


def test_nothing_is_matched_twice_or_beyond_what_there_is(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    receipt = come_in(office, 1_500_000)
    for amount, said in ((1_000_001, "more than can be"), (0, "more than nothing")):
        with pytest.raises(BadInput, match=said):
            match(office, receipt, invoice, amount)
    match(office, receipt, invoice)
    with pytest.raises(Conflict, match=f"Nothing is left to be paid of {invoice.number}"):
        match(office, receipt, invoice)
    with pytest.raises(Conflict):
        come_in(office, 1_500_000)
    with office.shared.write() as session:
        receipts.unmatch(
            session, office.clerk, receipt.id, invoice.id, reason="wrong-invoice", now=NOW
        )
    assert balance(office, f"unmatched:{office.stage.studio.tenant_id}") == -1_500_000
    match(office, receipt, invoice, 10_000)


def test_what_cannot_be_matched_says_which_side_has_nothing_left(office: Office) -> None:
    earn(office, 100)
    (paid,) = issue(office)
    receipt = come_in(office, 1_000_000)
    match(office, receipt, paid)
    earn(office, 100)
    (unpaid,) = issue(office, LATER)
    with pytest.raises(Conflict, match="All of this payment is matched"):
        match(office, receipt, unpaid)
    with office.shared.write() as session:
        note = invoices.cancel(
            session,
            office.stage.world.vault,
            office.clerk,
            unpaid.id,
            reason="wrong address",
            now=utc_now(),
        )
    with pytest.raises(Conflict, match="is a credit note"):
        match(office, come_in(office, 50_000, "r2"), note)


def test_money_comes_in_and_pays_in_whole_cents(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    with pytest.raises(BadInput, match=r"0\.001 EUR is no amount"):
        come_in(office, 1_000)
    receipt = come_in(office, 1_000_000)
    with pytest.raises(BadInput, match=r"0\.001 EUR is no amount"):
        match(office, receipt, invoice, 1_000)
    match(office, receipt, invoice, 10_000)


def test_money_of_an_unknown_payer_waits_with_the_book(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    receipt = come_in(office, 1_000_000, known=False)
    assert balance(office, f"unmatched:{office.book}") == -1_000_000
    match(office, receipt, invoice)
    assert balance(office, f"unmatched:{office.book}") == 0


def test_others_cannot_issue_match_or_look(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    receipt = come_in(office, 1_000_000)
    world = office.stage.world
    with pytest.raises(NotAllowed), office.shared.write() as session:
        invoices.issue(session, world.vault, world.first, MONTH, now=NOW)
    with pytest.raises(NotFound), office.shared.write() as session:
        receipts.match(session, world.first, receipt.id, invoice.id, now=NOW)
    with office.shared.read() as session:
        assert invoices.get_invoice(session, world.first, invoice.id).open_micro == 1_000_000
        assert receipts.list_receipts(session, world.vault, world.first) == []
        with pytest.raises(NotFound):
            invoices.get_invoice(session, world.second, invoice.id)
        shown, _ = receipts.get_receipt(session, world.vault, office.clerk, receipt.id)
    assert shown.payment.payer == "Studio Secret GmbH"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO invoice SELECT 'inv_x', tenant_id, audience, recorded_at, 99, kind, year, 3,"
        " licensee_id, month, currency, issued_on, due_on, 0, 0, 0, 0, NULL, '', '{}' FROM invoice",
        "INSERT INTO invoice_line SELECT 'ivl_x', tenant_id, audience, recorded_at, invoice_id,"
        " transaction_id, 2, 1, -1 FROM invoice_line",
        "INSERT INTO receipt_allocation SELECT 'alc_x', r.tenant_id, 'owner', r.recorded_at, 99,"
        " r.id, i.id, 9, r.amount_micro + 1, 'x' FROM receipt r, invoice i",
        "INSERT INTO receipt_allocation SELECT 'alc_x', r.tenant_id, 'owner', r.recorded_at, 99,"
        " r.id, i.id, 9, -1, 'x' FROM receipt r, invoice i",
        "UPDATE invoice SET net_micro = 1",
        "DELETE FROM receipt",
    ],
)
def test_the_database_itself_refuses_what_is_unsound(office: Office, statement: str) -> None:
    earn(office, 100)
    issue(office)
    come_in(office, 1_000_000)
    with pytest.raises(EbenbildError), office.shared.write() as session:
        session.connection().execute(text(statement))


def test_invoices_and_receipts_are_booked_again_from_facts(office: Office, tmp_path: Path) -> None:
    earn(office, 1, 12_999)
    (invoice,) = issue(office)
    match(office, come_in(office, 20_000), invoice)
    lines = exported(office)
    assert {json.loads(line)["fact"] for line in lines} >= {"invoice", "receipt"}
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same


def test_money_comes_in_on_a_day_that_has_been(office: Office) -> None:
    tomorrow, later = ((NOW + timedelta(days=days)).date() for days in (1, 2))
    vault = office.stage.world.vault
    with office.shared.write() as session:
        receipts.enter(
            session, vault, office.clerk, Payment("r1", tomorrow, 10_000, "EUR"), now=NOW
        )
    with pytest.raises(BadInput) as refused, office.shared.write() as session:
        receipts.enter(session, vault, office.clerk, Payment("r2", later, 10_000, "EUR"), now=NOW)
    assert refused.value.code == "day-to-come"
    assert told("de", refused.value.message).endswith(f"{later:%d.%m.%Y}.")


def test_nobody_is_invoiced_who_is_not_there(office: Office) -> None:
    earn(office, 100)
    vault, studio = office.stage.world.vault, office.stage.studio.tenant_id
    with pytest.raises(NotFound), office.shared.write() as session:
        invoices.issue(session, vault, office.clerk, MONTH, licensee_id="ten_x", now=NOW)
    with office.shared.write() as session:
        assert invoices.issue(session, vault, office.clerk, MONTH, licensee_id=studio, now=NOW)
