"""A statement is taken in once, pays what it names, and leaves the rest to a clerk."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.letters import words_of
from core.clock import utc_now
from core.errors import BadInput, NotAllowed
from core.notices import inbox
from core.principal import Principal
from royalties.models_income import Imported
from royalties.service import receipts, reminders
from royalties.service.bankstatements import import_statement
from tests.fixtures import TestWorld
from tests.store.royalties_books import HOUSE, STUDIO, Office, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_received import balance, claims, earn, issue
from tests.store.today import NOW
from tests.unit.royalties.test_bank_statements import camt, entry

HEAD = "reference,booked_on,amount,currency,payer,payer_account,text"


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        own = replace(HOUSE, small_business=True, iban="DE89370400440532013000")
        named(opened, opened.book, own)
        named(opened, opened.stage.studio.tenant_id, STUDIO)
        yield opened


def take(office: Office, data: bytes, who: Principal | None = None) -> Imported:
    with office.shared.write() as session:
        return import_statement(
            session, office.stage.world.vault, who or office.clerk, data, now=utc_now()
        )


def table(*lines: str) -> bytes:
    return "\n".join((HEAD, *lines)).encode()


def waiting(office: Office) -> dict[str, int]:
    with office.shared.read() as session:
        found = receipts.list_receipts(session, office.stage.world.vault, office.clerk)
    return {one.payment.reference: one.unmatched_micro for one in found}


def test_a_payment_that_names_an_invoice_pays_it_once(office: Office) -> None:
    cut_id = earn(office, 100)
    (invoice,) = issue(office)
    data = table(f"b1,2026-11-20,1.00,EUR,Somebody,,invoice {invoice.number}")
    done = take(office, data)
    assert (done.entered, done.matched, done.waiting) == (1, 1, 0)
    assert claims(office)[cut_id].received_micro == 1_000_000
    again = take(office, data)
    assert (again.entered, again.known) == (0, 1)
    more = take(office, table(*data.decode().splitlines()[1:], "b2,2026-11-21,0.50,EUR,X,,y"))
    assert (more.entered, more.known, more.waiting) == (1, 1, 1)
    assert balance(office, "bank") == 1_500_000


def test_partial_double_and_over_payments_leave_the_rest_to_a_clerk(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    studio = office.stage.studio.tenant_id
    lines = (
        f"b1,2026-11-20,0.40,EUR,,,{invoice.number}",
        f"b2,2026-11-21,0.90,EUR,,,{invoice.number}",
        f"b3,2026-11-22,1.00,EUR,,,{invoice.number}",
    )
    done = take(office, table(*lines))
    assert (done.matched, done.waiting) == (1, 2)
    assert waiting(office) == {"b1": 0, "b2": 300_000, "b3": 1_000_000}
    assert balance(office, f"unmatched:{studio}") == -1_300_000


def test_a_known_payer_pays_by_amount(office: Office) -> None:
    earn(office, 100)
    issue(office)
    lines = (
        "b1,2026-11-20,0.99,EUR,Studio Secret GmbH,,x",
        "b2,2026-11-20,1,EUR,Studio Secret GmbH,,",
    )
    assert take(office, table(*lines)).matched == 1
    assert waiting(office) == {"b1": 990_000, "b2": 0}
    assert balance(office, f"unmatched:{office.stage.studio.tenant_id}") == -990_000


def test_money_of_nobody_known_waits_with_the_book(office: Office) -> None:
    assert take(office, camt(entry())).waiting == 1
    assert balance(office, f"unmatched:{office.book}") == -4_250_300_000


def test_a_statement_of_another_account_or_a_broken_one_leaves_nothing(office: Office) -> None:
    other = camt(entry()).replace(b"DE89370400440532013000", b"DE02120300000000202051", 1)
    for data in (other, table("b1,2026-11-20,1,EUR,,,", "b2,today,1,EUR,,,")):
        with pytest.raises(BadInput):
            take(office, data)
    with pytest.raises(NotAllowed):
        take(office, camt(entry()), office.stage.studio)
    assert waiting(office) == {}


def test_what_is_overdue_is_listed_and_reminded_of_once_a_level(office: Office) -> None:
    earn(office, 100)
    (invoice,) = issue(office)
    late = NOW + timedelta(days=38)

    def remind(at: datetime) -> list[int]:
        with office.shared.write() as session:
            return [one.level for one in reminders.remind(session, office.clerk, now=at)]

    assert remind(NOW) == remind(NOW + timedelta(days=31)) == []
    with office.shared.read() as session:
        (due,) = reminders.list_overdue(session, office.clerk, now=late)
    assert (due.level, due.reminded, due.is_due) == (1, 0, True)
    assert (remind(late), remind(late)) == ([1], [])
    assert remind(late + timedelta(days=60)) == [3]
    with office.shared.read() as session:
        studio = office.stage.studio
        (seen,) = reminders.list_overdue(session, studio, now=late)
        assert reminders.list_overdue(session, office.stage.world.second, now=late) == ()
        told = [one for one in inbox(session, studio) if one.kind == reminders.OVERDUE]
    assert (seen.days, seen.settled.open_micro) == (8, 1_000_000)
    assert (seen.reminded, seen.is_due) == (3, False)
    assert [one.facts["number"] for one in told] == [invoice.number] * 2


def test_a_reminder_writes_its_amount_as_its_reader_does(office: Office) -> None:
    earn(office, 123_456)
    issue(office)
    with office.shared.write() as session:
        reminders.remind(session, office.clerk, now=NOW + timedelta(days=38))
    with office.shared.read() as session:
        (told, *_) = inbox(session, office.stage.studio)
    assert "1.234,56 EUR" in words_of("de", told.kind, told.subject_id, told.facts)
    assert "1,234.56 EUR" in words_of("en", told.kind, told.subject_id, told.facts)
