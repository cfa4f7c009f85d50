"""Invoices bear tax and papers; the licensee reads its own and nobody else does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from core.errors import Conflict, NotFound
from royalties.service import bills, invoices
from tests.fixtures import TestWorld
from tests.store.royalties_books import HOUSE, STUDIO, Office, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_received import (
    LATER,
    MONTH,
    balance,
    claims,
    come_in,
    drop,
    earn,
    issue,
    match,
)
from tests.store.today import NOW


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        named(opened, opened.book, HOUSE)
        named(opened, opened.stage.studio.tenant_id, STUDIO)
        yield opened


def test_tax_is_booked_and_is_nobodys_share(office: Office) -> None:
    gone, stays = earn(office, 100), earn(office, 300)
    (first,) = issue(office)
    assert (first.amounts.net_micro, first.amounts.vat_micro) == (4_000_000, 760_000)
    assert balance(office, "vat:de-finanzamt") == -760_000
    match(office, come_in(office, 2_380_000), first)
    found = claims(office)
    assert (found[gone].received_micro, found[stays].received_micro) == (500_000, 1_500_000)
    drop(office, gone)
    (note,) = issue(office, LATER)
    assert (note.amounts.net_micro, note.amounts.vat_micro) == (-1_000_000, -190_000)
    assert note.tax == first.tax
    assert balance(office, "vat:de-finanzamt") == -570_000
    assert claims(office)[stays].received_micro == 2_000_000
    studio = office.stage.studio.tenant_id
    assert balance(office, f"receivable:{studio}") == 3_570_000 - 2_380_000


def test_nothing_is_issued_to_whom_nobody_described(office: Office) -> None:
    world = office.stage.world
    earn(office, 100)
    with office.shared.write() as session:
        found = bills.parties(session, world.vault, office.clerk)
    assert set(found) == {office.book, office.stage.studio.tenant_id}
    with pytest.raises(Conflict), office.shared.write() as session:
        bills.sides(session, world.vault, office.clerk, world.second.tenant_id)
    with pytest.raises(NotFound), office.shared.write() as session:
        bills.set_party(session, world.vault, office.clerk, "ten_none", STUDIO, now=NOW)


def test_a_licensee_whom_nobody_described_does_not_stop_the_others(office: Office) -> None:
    world = office.stage.world
    earn(office, 100)
    earn(replace(office, stage=Stage(replace(world, first=world.second))), 50)
    (first,) = issue(office)
    assert first.licensee_id == world.first.tenant_id
    with office.shared.read() as session:
        (left,) = invoices.left(session, office.clerk, MONTH)
    assert (left.licensee_id, left.claims_micro) == (world.second.tenant_id, 500_000)
    named(office, world.second.tenant_id, STUDIO)
    (second,) = issue(office)
    assert (second.no, second.licensee_id) == (2, world.second.tenant_id)
    with office.shared.read() as session:
        assert invoices.left(session, office.clerk, MONTH) == ()


def test_papers_stay_as_they_were_issued(office: Office) -> None:
    world = office.stage.world
    cut_id = earn(office, 100)
    (first,) = issue(office)
    named(office, office.stage.studio.tenant_id, replace(STUDIO, name="Renamed GmbH"))
    with office.shared.read() as session:
        bill = bills.bill_of(session, world.vault, office.stage.studio, first.id)
        xml = bills.xml_of(session, world.vault, office.stage.studio, first.id)
        lines = bills.lines_of(session, office.stage.studio, first.id)
        for who in (world.second, office.stage.agent(office.stage.performer())):
            with pytest.raises(NotFound):
                bills.xml_of(session, world.vault, who, first.id)
    assert bill.buyer.name == "Studio Secret GmbH"
    assert b"Studio Secret GmbH" in xml
    assert [(one.cut_id, one.net_micro) for one in bill.lines] == [(cut_id, 1_000_000)]
    assert [amount for _, amount in lines] == [1_000_000]


def test_an_early_invoice_and_its_credit_note_are_for_the_days_until_it_was_issued(
    office: Office,
) -> None:
    vault = office.stage.world.vault
    cut_id = earn(office, 100)
    (early,) = issue(office)
    drop(office, cut_id)
    earn(office, 200)
    note, rest = issue(office, LATER)
    with office.shared.read() as session:
        read = [bills.bill_of(session, vault, office.clerk, one.id) for one in (early, note, rest)]
        xml = bills.xml_of(session, vault, office.clerk, early.id)
    assert [one.until for one in read] == [early.issued_on, early.issued_on, None]
    assert [one.months[1] for one in read] == [early.issued_on] * 2 + [date(2026, 11, 30)]
    assert b"before the month was over" in xml


def test_names_on_invoices_lie_sealed(office: Office) -> None:
    earn(office, 100)
    issue(office)
    raw = b"".join(path.read_bytes() for path in office.stage.database_path.parent.glob("*.db*"))
    assert b"Studio Secret" not in raw
    assert b"Weg 2" not in raw


def test_an_invoice_of_another_month_is_not_due_to_anybody_else(office: Office) -> None:
    earn(office, 100)
    with office.shared.read() as session:
        assert len(invoices.due(session, office.clerk, MONTH)) == 1
        assert invoices.due(session, office.stage.world.second, MONTH) == ()
        assert invoices.due(session, office.clerk, "2020-01") == ()
