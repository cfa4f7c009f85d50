"""Notes that a collector bills itself in a payee's name: tax by status, sums to the cent."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id
from core.money import MICRO_PER_CENT
from royalties.billing.bills import Bill, bill_lines, paper_from_dict, paper_to_dict
from royalties.billing.einvoice import einvoice
from royalties.billing.selfbilling import (
    NO_ADDRESS,
    NO_STATUS,
    Earned,
    Paid,
    decide,
    figures,
    joined,
    party_of,
    postings,
)
from royalties.billing.vat import EXEMPT, OUTSIDE, REVERSE, STANDARD, Tax, tax_to_dict
from royalties.ledger import net_by_currency
from royalties.models_income import Amounts, InvoiceKind
from royalties.payees import PayeeDetails
from tests.unit.royalties.test_billing import DAY, RAM, SELLER
from tests.unit.royalties.test_receiving import invoice

PAYEE = derived_id("pay", "anna")
DETAILS = PayeeDetails(
    name="Anna Privately",
    street="Weg",
    building="2",
    post_code="80331",
    town="München",
    country="DE",
    vat="standard",
    tax_number="27/1",
)
NINETEEN = Tax(STANDARD, 1900, "de-finanzamt", "UStG")


def paid(*months: tuple[str, int, int], lines: int = 1) -> Paid:
    parts = tuple(Earned(period, lines, net, kept) for period, net, kept in months)
    return Paid(PAYEE, "EUR", "tenant:ten_a", parts)


@pytest.mark.parametrize(
    ("changes", "category", "rate"),
    [
        ({}, STANDARD, 1900),
        ({"vat": "reduced"}, STANDARD, 700),
        ({"vat": "small"}, EXEMPT, 0),
        ({"vat": "none"}, OUTSIDE, 0),
        ({"vat": "none", "country": "FR"}, OUTSIDE, 0),
        ({"country": "FR"}, REVERSE, 0),
        ({"country": "US", "vat": "small"}, REVERSE, 0),
        ({"country": "FR", "vat": "small"}, EXEMPT, 0),
    ],
)
def test_the_tax_follows_from_the_payees_status_and_country(
    changes: dict[str, str], category: str, rate: int
) -> None:
    details = replace(DETAILS, **changes)  # type: ignore[arg-type]
    party = party_of(details)
    assert not isinstance(party, str)
    found = decide(party, details.vat, SELLER, DAY)
    assert (found.category, found.basis_points, found.authority) == (category, rate, "de-finanzamt")


def test_what_is_missing_is_said() -> None:
    assert party_of(None) == party_of(replace(DETAILS, town="")) == NO_ADDRESS
    assert party_of(replace(DETAILS, vat="")) == NO_STATUS


def test_a_note_in_yen_asks_for_whole_yen() -> None:
    one = replace(paid(("2026-11", 12_345_678, 1_600_000)), currency="JPY")
    said = figures(one, NINETEEN)
    assert said.amounts == Amounts(14_000_000, 3_000_000)
    assert (said.withheld_micro, said.due_micro) == (2_000_000, 15_000_000)


def test_a_payee_is_owed_what_the_note_says() -> None:
    one = paid(("2026-10", 12_345_678, 0), ("2026-11", 3_333_333, 0))
    said = figures(one, NINETEEN)
    assert (said.amounts.net_micro, said.amounts.vat_micro) == (15_680_000, 2_980_000)
    found = {p.account: p.amount_micro for p in postings(one, said, "de-finanzamt")}
    assert found == {f"payable:{PAYEE}": -2_980_989, "rounding": 989, "vat:de-finanzamt": 2_980_000}
    assert one.net_micro - found[f"payable:{PAYEE}"] == said.due_micro


@given(
    st.lists(
        st.tuples(st.integers(-(10**12), 10**12), st.integers(0, 10**11)), min_size=1, max_size=5
    ),
    st.sampled_from([0, 700, 1900]),
)
def test_the_books_and_the_paper_agree_to_the_cent(
    months: list[tuple[int, int]], rate: int
) -> None:
    one = paid(*((f"2026-{n:02}", net, kept) for n, (net, kept) in enumerate(months, 1)))
    said = figures(one, replace(NINETEEN, basis_points=rate))
    found = postings(one, said, "de-finanzamt")
    assert not any(net_by_currency(found).values())
    booked = one.net_micro - sum(p.amount_micro for p in found if p.account.startswith("payable:"))
    assert booked == said.due_micro
    assert said.due_micro % MICRO_PER_CENT == 0
    assert sum(group.claims_micro for group in one.groups) == abs(one.claims_micro)
    if said.amounts.net_micro:
        lines = bill_lines(one.groups, abs(said.amounts.net_micro), "EUR")
        assert sum(line.net_micro for line in lines) == abs(said.amounts.net_micro)


def test_what_a_run_paid_is_joined_by_payee_and_currency() -> None:
    other = replace(paid(("2026-11", 5, 0)), currency="USD")
    (euros, dollars) = joined(
        [paid(("2026-11", 1, 2)), other, paid(("2026-10", 3, 0)), paid(("2026-11", 4, 0))]
    )
    assert [(one.period, one.net_micro, one.withheld_micro) for one in euros.months] == [
        ("2026-10", 3, 0),
        ("2026-11", 5, 2),
    ]
    assert (euros.lines, dollars.net_micro) == (3, 5)


@pytest.mark.parametrize(
    ("kind", "code", "withheld"),
    [
        (InvoiceKind.SELF_BILLED, "389", 0),
        (InvoiceKind.SELF_BILLED, "389", 50_000),
        (InvoiceKind.SELF_BILLED_CREDIT, "261", 0),
    ],
)
def test_the_xml_names_the_payee_as_seller_and_fits_its_schema(
    kind: InvoiceKind, code: str, withheld: int
) -> None:
    one = paid(("2026-11", 1_000_000 - withheld, withheld))
    tax = decide(*_seller("FR" if withheld else "DE"), SELLER, date(2026, 11, 30))
    said = figures(one, tax)
    made = replace(
        invoice([1_000_000], tax.basis_points), kind=kind, licensee_id=PAYEE, tax=tax_to_dict(tax)
    )
    lines = bill_lines(one.groups, said.amounts.net_micro, "EUR")
    bill = Bill(made, _seller()[0], SELLER, lines, withheld_micro=said.withheld_micro)
    data = einvoice(bill)
    found = ElementTree.fromstring(data)
    assert f"<ram:TypeCode>{code}</ram:TypeCode>" in data.decode()
    seller = found.find(f".//{RAM}SellerTradeParty/{RAM}ID")
    assert seller is not None
    assert seller.text == PAYEE
    due = found.findtext(f".//{RAM}DuePayableAmount", "")
    assert float(due) == said.due_micro / 1_000_000
    assert paper_from_dict(made, paper_to_dict(bill)) == bill


def _seller(country: str = "DE"):  # type: ignore[no-untyped-def]
    party = party_of(replace(DETAILS, country=country))
    assert not isinstance(party, str)
    return party, DETAILS.vat
