"""Statements of banks: every payment under a lasting name, and matched only beyond doubt."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInput
from royalties.billing.bankstatement import read_statement
from royalties.billing.finding import by_amount, numbers_in, payer_of
from royalties.billing.overdue import level_of, overdue
from royalties.billing.parties import Party
from royalties.billing.sealedpayment import from_sealed, to_sealed
from royalties.invoicing import settle
from royalties.models_income import Batch, Payment
from tests.unit.royalties.test_receiving import invoice

CENTS = st.integers(1, 10**11)
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{entries}</Stmt>
</BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd>
<Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls>{details}</NtryDtls></Ntry>"""
DETAIL = """<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{amount}
<RltdPties><Dbtr><Pty><Nm>Studio GmbH</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"""


BATCH = "<Btch><NbOfTxs>{count}</NbOfTxs></Btch>"


def entry(
    amount: str = "4250.30",
    *,
    way: str = "CRDT",
    status: str = "BOOK",
    reference: str = "B1",
    details: str = DETAIL.format(amount="", text="Invoice 2026-000007"),
) -> str:
    return ENTRY.format(amount=amount, way=way, status=status, reference=reference, details=details)


def camt(*entries: str) -> bytes:
    return CAMT.format(entries="".join(entries)).encode()


def test_what_was_credited_and_booked_came_in() -> None:
    found = read_statement(
        camt(entry(), entry(way="DBIT"), entry(status="PDNG"), entry("1.00", reference="B2"))
    )
    assert (found.form, found.others) == ("camt.053", 2)
    assert found.accounts == {"DE89370400440532013000"}
    first, second = found.payments
    assert (first.reference, first.amount_micro, first.currency) == ("B1", 4_250_300_000, "EUR")
    assert first.booked_on == date(2026, 11, 20)
    assert first.payer_account == "DE02120300000000202051"
    assert first.payer == "Studio GmbH"
    assert first.text == "Invoice 2026-000007"
    assert second.reference == "B2"


def test_payments_booked_in_one_sum_are_told_apart() -> None:
    parts = [
        DETAIL.format(amount=f'<Amt Ccy="EUR">{amount}</Amt>', text="x") for amount in ("1", "2.5")
    ]
    found = read_statement(camt(entry("3.50", details="".join(parts))))
    assert [(one.reference, one.amount_micro) for one in found.payments] == [
        ("B1/1", 1_000_000),
        ("B1/2", 2_500_000),
    ]
    with pytest.raises(BadInput):
        read_statement(camt(entry("3.51", details="".join(parts))))


def test_a_batch_is_told_with_its_payments_or_with_their_number() -> None:
    parts = [
        DETAIL.format(amount=f'<Amt Ccy="EUR">{amount}</Amt>', text="x") for amount in ("1", "2.5")
    ]
    (first, second) = read_statement(camt(entry("3.50", details="".join(parts)))).payments
    assert first.batch == second.batch == Batch("B1", 3_500_000, 2)
    for details, expected in (
        (BATCH.format(count=2), Batch("B1", 3_500_000, 2)),
        (BATCH.format(count=2) + DETAIL.format(amount="", text="x"), Batch("B1", 3_500_000, 2)),
        (BATCH.format(count=1), None),
        (BATCH.format(count="two"), None),
        (DETAIL.format(amount="", text="x"), None),
    ):
        (whole,) = read_statement(camt(entry("3.50", details=details))).payments
        assert (whole.reference, whole.amount_micro, whole.batch) == ("B1", 3_500_000, expected)


@given(
    st.builds(
        Payment,
        reference=st.just("B1"),
        booked_on=st.just(date(2026, 11, 20)),
        amount_micro=CENTS,
        currency=st.just("EUR"),
        payer=st.text(max_size=5),
        payer_account=st.text(max_size=5),
        text=st.text(max_size=5),
        batch=st.none() | st.builds(Batch, st.text(max_size=5), CENTS, st.integers(2, 10**15)),
    )
)
def test_what_is_sealed_of_a_payment_is_read_again(payment: Payment) -> None:
    bare = replace(payment, payer="", payer_account="", text="", batch=None)
    assert from_sealed(bare, to_sealed(payment)) == payment


def test_a_payment_without_a_reference_is_named_by_what_it_says() -> None:
    data = camt(entry(reference=""), entry(reference=""), entry("2.00", reference=""))
    names = [one.reference for one in read_statement(data).payments]
    assert len(set(names)) == 3
    assert names == [one.reference for one in read_statement(data).payments]
    assert names[0].removesuffix(":1") == names[1].removesuffix(":2")


def test_a_table_says_the_same() -> None:
    head = b"reference;booked_on;amount;currency;payer;text\n"
    table = head + b"B1;2026-11-20;10.5;EUR;Studio;2026-000001\n"
    (one,) = read_statement(table).payments
    assert one == Payment(
        "B1", date(2026, 11, 20), 10_500_000, "EUR", None, "Studio", "", "2026-000001"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE x><x/>",
        b"<x",
        b"<Document><BkToCstmrDbtCdtNtfctn/></Document>",
        b"reference,amount\n1,2\n",
        b"reference,booked_on,amount,currency\n1,2026-13-01,2,EUR\n",
        b"booked_on,amount,currency\n2026-11-01,2,EUR\n",
        b"Booking date;Amount\n2026-11-01;2\n",
        b"Booking date;Amount;Currency;Status\n2026-11-01;2;EUR;perhaps\n",
        b"Date;Debit/credit;Amount (EUR)\n2026-11-01;up;2\n",
        b"\xff\xfe",
    ],
)
def test_what_is_no_statement_is_refused_whole(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_statement(data)


@pytest.mark.parametrize(
    "wrong",
    [
        "1,2026-11-01,'476,00',EUR",
        "1,20.11.2026,2,EUR",
        '1,2026-11-01,"1.758,74",EUR',
        "1,2026-11-01,0.001,EUR",
        "1,2026-11-01,0.5,JPY",
        "1,2026-11-01,,EUR",
        "1,2026-02-30,2,EUR",
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_how_it_is_written(wrong: str) -> None:
    head = "reference,booked_on,amount,currency"
    with pytest.raises(BadInput, match="Line 3 of") as told:
        read_statement(f"{head}\n0,2026-11-01,2.50,EUR\n{wrong}\n".encode())
    assert told.value.code == "bad-bank-statement"
    assert told.value.next_step


def columns(*cells: tuple[str, str], encoding: str = "utf-8") -> list[tuple[date, int]]:
    """The days and amounts of a table as a German bank writes it."""
    lines = [f"B{number};{day};{amount};EUR;Müller" for number, (day, amount) in enumerate(cells)]
    data = "\r\n".join(["Reference;Booked_on;Amount;Currency;Payer", *lines]).encode(encoding)
    found = read_statement(data).payments
    assert {one.payer for one in found} == {"Müller"}
    return [(one.booked_on, one.amount_micro) for one in found]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252", "iso-8859-1"])
def test_german_days_and_amounts_are_read_by_the_whole_column(encoding: str) -> None:
    found = columns(
        ("23.11.2026", "1.758,74"), ("1.2.26", "1.190"), ("03.04.2026", "7"), encoding=encoding
    )
    assert found == [
        (date(2026, 11, 23), 1_758_740_000),
        (date(2026, 2, 1), 1_190_000_000),
        (date(2026, 4, 3), 7_000_000),
    ]


def test_what_one_line_leaves_open_another_decides() -> None:
    assert columns(("03/04/2026", "1,758"), ("03/23/2026", "1,758.74"))[0] == (
        date(2026, 3, 4),
        1_758_000_000,
    )


@pytest.mark.parametrize("cell", [("03/04/2026", "2"), ("2026-04-03", "1.190")])
def test_what_no_line_decides_is_refused_by_its_line(cell: tuple[str, str]) -> None:
    same = ("04/04/2026", "2") if "/" in cell[0] else ("2026-04-04", "2")
    with pytest.raises(BadInput, match="Line 3 of the table can be read in two ways"):
        columns(same, cell)


@given(st.lists(st.tuples(st.dates(date(2000, 1, 1), date(2099, 12, 31)), CENTS), min_size=1))
def test_a_column_in_german_says_what_it_says_in_english(said: list[tuple[date, int]]) -> None:
    english = [(day.isoformat(), f"{cents / 100:,.2f}") for day, cents in said]
    german = [
        (f"{day:%d.%m.%Y}", amount.translate(str.maketrans(",.", ".,")))
        for (day, _), (_, amount) in zip(said, english, strict=True)
    ]
    expected = [(day, cents * 10_000) for day, cents in said]
    assert columns(*english) == columns(*german) == expected


def paid(text: str = "", payer: str = "", account: str = "") -> Payment:
    return Payment("r", date(2026, 11, 20), 1, "EUR", None, payer, account, text)


def test_numbers_are_found_in_what_the_payer_wrote() -> None:
    assert numbers_in(paid("RE 2026-000007, 2026 - 000008 2026-000007")) == ((2026, 7), (2026, 8))
    assert numbers_in(paid("12026-0000071 2026-00007")) == ()


def test_a_payer_is_known_by_account_then_by_name_and_never_guessed() -> None:
    studio = Party("Studio GmbH", "s", "1", "c", "DE", iban="DE02120300000000202051")
    parties = {"ten_a": studio, "ten_b": replace(studio, name="Other AG", iban="")}
    assert (
        payer_of(paid(account="DE02 1203 0000 0000 2020 51", payer="Other AG"), parties) == "ten_a"
    )
    assert payer_of(paid(payer="other  ag"), parties) == "ten_b"
    assert payer_of(paid(payer="Nobody"), parties) is None
    twice = {**parties, "ten_c": parties["ten_b"]}
    assert payer_of(paid(payer="Other AG"), twice) is None


def test_an_amount_names_one_invoice_or_all_of_them() -> None:
    one, two = (settle(invoice([micro], 0), [], 0) for micro in (10_000, 20_000))
    assert by_amount(20_000, [one, two]) == (two,)
    assert by_amount(30_000, [one, two]) == (one, two)
    assert by_amount(10_000, [one, one]) == by_amount(15_000, [one, two]) == ()


def test_levels_follow_the_days_that_an_invoice_is_overdue() -> None:
    assert [level_of(days) for days in (0, 6, 7, 20, 21, 42, 400)] == [0, 0, 1, 1, 2, 3, 3]
    due = settle(invoice([10_000], 0), [], 0)
    assert list(overdue([due], date(2026, 12, 21))) == []
    (late,) = overdue([due], date(2026, 12, 28))
    assert (late.days, late.level) == (7, 1)
    assert list(overdue([settle(invoice([10_000], 0), [], 10_000)], date(2026, 12, 28))) == []
