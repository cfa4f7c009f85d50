"""Tax by dated data, and papers whose cents come to their sums in XML that fits its schema."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.currencies import is_payable
from core.errors import BadInput
from core.money import MICRO_PER_CENT
from royalties.billing.bills import (
    LINES_MAX,
    Bill,
    Group,
    bill_lines,
    last_day,
    paper_from_dict,
    paper_to_dict,
    reported_until,
)
from royalties.billing.einvoice import einvoice
from royalties.billing.parties import Party, checked, party_from_dict, party_to_dict
from royalties.billing.vat import EXEMPT, OUTSIDE, REVERSE, STANDARD, decide, tax_to_dict
from tests.unit.royalties.test_receiving import invoice, note

SELLER = Party(
    name="Society",
    street="Str 1",
    postcode="10115",
    city="Berlin",
    country="DE",
    email="pay@society.example",
    vat_id="DE136695976",
    tax_number="27/123/45678",
    iban="DE89370400440532013000",
)
GERMAN = Party("Studio", "Weg 2", "80331", "München", "DE")
FRENCH = replace(GERMAN, country="FR", vat_id="FR12345678901")
CHECKED = replace(FRENCH, vat_checked_on=date(2026, 1, 9), vat_check_reference="WAPI-1")
DAY = date(2026, 11, 30)
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@pytest.mark.parametrize(
    ("seller", "buyer", "on", "category", "rate"),
    [
        (SELLER, GERMAN, DAY, STANDARD, 1900),
        (replace(SELLER, rate_class="reduced"), GERMAN, DAY, STANDARD, 700),
        (SELLER, GERMAN, date(2020, 12, 31), STANDARD, 1600),
        (SELLER, GERMAN, date(2021, 1, 1), STANDARD, 1900),
        (SELLER, FRENCH, DAY, STANDARD, 1900),
        (SELLER, CHECKED, DAY, REVERSE, 0),
        (SELLER, CHECKED, date(2026, 1, 8), STANDARD, 1900),
        (SELLER, replace(CHECKED, vat_id="IT12345678901"), DAY, STANDARD, 1900),
        (SELLER, replace(CHECKED, country="GR", vat_id="EL123456789"), DAY, REVERSE, 0),
        (SELLER, replace(GERMAN, country="US"), DAY, OUTSIDE, 0),
        (replace(SELLER, small_business=True), CHECKED, DAY, EXEMPT, 0),
        (replace(SELLER, country="AT"), CHECKED, DAY, REVERSE, 0),
        (replace(SELLER, country="AT"), replace(GERMAN, country="AT"), DAY, STANDARD, 2000),
        (replace(SELLER, country="NL", rate_class="reduced"), GERMAN, DAY, STANDARD, 900),
        (replace(SELLER, country="AT", rate_class="reduced"), GERMAN, DAY, STANDARD, 1300),
        *(
            (replace(SELLER, country="AT", rate_class="reduced"), GERMAN, date(*on), STANDARD, rate)
            for *on, rate in ((2015, 12, 31, 1000), (2020, 6, 30, 1300), (2021, 12, 31, 500))
        ),
        (replace(SELLER, country="NL"), replace(GERMAN, country="CH"), DAY, OUTSIDE, 0),
    ],
)
def test_the_tax_follows_from_both_sides_and_the_day(
    seller: Party, buyer: Party, on: date, category: str, rate: int
) -> None:
    found = decide(seller, buyer, on)
    assert (found.category, found.basis_points) == (category, rate)
    assert found.percent == f"{rate / 100:.2f}"
    assert replace(found, basis_points=705).percent == "7.05"
    assert found.source


@pytest.mark.parametrize(
    ("seller", "on"), [(replace(SELLER, country="FR"), DAY), (SELLER, date(2006, 12, 31))]
)
def test_what_the_data_do_not_know_is_said(seller: Party, on: date) -> None:
    with pytest.raises(BadInput):
        decide(seller, GERMAN, on)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("country", "Germany"),
        ("vat_id", "DE136695977"),
        ("vat_id", "136695976"),
        ("email", "nobody"),
        ("iban", "DE89370400440532013001"),
        ("rate_class", "none"),
        ("vat_checked_on", DAY),
        ("street", "x" * 201),
    ],
)
def test_a_party_that_an_invoice_cannot_bear_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadInput):
        checked(replace(GERMAN, **{name: value}))  # type: ignore[arg-type]


def test_a_party_is_kept_in_its_normal_form() -> None:
    found = checked(replace(SELLER, vat_id="de 136 695 976", iban="de89 3704 0044 0532 0130 00"))
    assert found == SELLER
    assert party_from_dict(party_to_dict(CHECKED)) == CHECKED


GROUPS = [
    Group("cut_a", "synthesise_voice", "2026-10", 2, 12_500),
    Group("cut_b", "dub", "2026-11", 1, 333_333),
]


def bill(buyer: Party, seller: Party = SELLER) -> Bill:
    tax = decide(seller, buyer, DAY)
    made = invoice([12_500, 333_333], tax.basis_points)
    lines = bill_lines(GROUPS, made.amounts.net_micro, "EUR")
    return Bill(replace(made, tax=tax_to_dict(tax)), seller, buyer, lines)


@pytest.mark.parametrize(
    ("buyer", "seller"),
    [
        (GERMAN, SELLER),
        (CHECKED, SELLER),
        (replace(GERMAN, country="US", vat_id="US1234"), SELLER),
        (GERMAN, replace(SELLER, small_business=True)),
    ],
)
def test_the_xml_fits_its_schema_and_adds_up(buyer: Party, seller: Party) -> None:
    made = bill(buyer, seller)
    data = einvoice(made)
    assert data == einvoice(made)
    found = ElementTree.fromstring(data)
    lines = [float(one.text or "") for one in found.iter(f"{RAM}LineTotalAmount")]
    (total,) = (float(one.text or "") for one in found.iter(f"{RAM}DuePayableAmount"))
    assert sum(lines[:-1]) == pytest.approx(lines[-1])
    assert total == (made.net_micro + made.vat_micro) / 1_000_000
    outside = made.tax.category == OUTSIDE
    assert ('schemeID="VA"' in data.decode()) is not outside
    if made.tax.basis_points == 0:
        reason = found.findtext(f".//{RAM}ExemptionReason", "")
        assert made.tax.source in reason
        assert reason.startswith("Reverse charge") is (made.tax.category == REVERSE)


def test_a_credit_note_names_its_invoice() -> None:
    made = bill(GERMAN)
    back = note(made.invoice, [12_500], [], 1900)
    lines = bill_lines(GROUPS[:1], -back.amounts.net_micro, "EUR")
    data = einvoice(Bill(back, SELLER, GERMAN, lines, made.invoice.number, made.invoice.issued_on))
    found = ElementTree.fromstring(data)
    assert found.findtext(f".//{RAM}IssuerAssignedID") == "2026-000007"
    assert "<ram:TypeCode>381</ram:TypeCode>" in data.decode()


def test_a_paper_is_read_back_as_it_was_written() -> None:
    made = replace(bill(CHECKED), credits_number="2026-000001", credits_issued_on=DAY)
    assert paper_from_dict(made.invoice, paper_to_dict(made)) == made
    assert made.months == (date(2026, 10, 1), last_day("2026-11"))


def test_a_month_that_was_not_over_is_billed_until_the_day_of_the_invoice() -> None:
    made = bill(GERMAN)
    day = date(2026, 11, 12)
    early = replace(made, until=reported_until(made.lines, day))
    assert (early.until, early.months) == (day, (date(2026, 10, 1), day))
    assert paper_from_dict(early.invoice, paper_to_dict(early)) == early
    kept = {name: value for name, value in paper_to_dict(made).items() if name != "until"}
    assert paper_from_dict(made.invoice, kept) == made
    said = einvoice(early).decode()
    assert "reported until 2026-11-12" in said
    assert ">20261112</udt:DateTimeString>" in said
    assert "reported until" not in einvoice(made).decode()


@pytest.mark.parametrize("issued_on", [date(2026, 11, 30), date(2026, 12, 1)])
def test_a_month_that_was_over_is_billed_whole(issued_on: date) -> None:
    assert reported_until(bill(GERMAN).lines, issued_on) is None
    assert reported_until((), issued_on) is None


def test_yen_are_written_whole() -> None:
    made = invoice([1_234_560_000, 2_000_000_000], 1900, "JPY")
    lines = bill_lines(GROUPS, made.amounts.net_micro, "JPY")
    tax = tax_to_dict(decide(SELLER, GERMAN, DAY))
    found = ElementTree.fromstring(einvoice(Bill(replace(made, tax=tax), SELLER, GERMAN, lines)))
    told = [one for one in found.iter() if one.tag.endswith("Amount")]
    assert {one.get("currencyID") for one in told} <= {None, "JPY"}
    assert [float(one.text or "") for one in told if float(one.text or "") % 1] == []
    assert found.findtext(f".//{RAM}DuePayableAmount") == "3850.00"


@given(
    st.lists(st.integers(1, 10**12), min_size=1, max_size=40),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_lines_come_to_the_net_amount(sums: list[int], currency: str) -> None:
    groups = [Group(f"cut_{n}", "dub", "2026-11", 1, micro) for n, micro in enumerate(sums)]
    net = invoice(sums, 1900, currency).amounts.net_micro
    lines = bill_lines(groups, net, currency)
    assert sum(line.net_micro for line in lines) == net
    assert all(line.net_micro % MICRO_PER_CENT == 0 for line in lines)
    assert all(is_payable(line.net_micro, currency) for line in lines)


def test_too_many_cuts_are_added_up_by_kind_and_month() -> None:
    groups = [Group(f"cut_{n}", "dub", "2026-11", 1, 10_000) for n in range(LINES_MAX + 1)]
    (line,) = bill_lines(groups, 10_000 * len(groups), "EUR")
    assert (line.cut_id, line.claims, line.net_micro) == ("", 501, 5_010_000)
