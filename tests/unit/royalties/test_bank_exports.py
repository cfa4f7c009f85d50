"""Exports of accounts as banks write them: what came in, and how many lines were left out."""

from datetime import date

import pytest

from core.errors import BadInput
from royalties.billing.bankstatement import BankStatement, read_statement
from royalties.models_income import Payment

OWN, PAYER = "DE89370400440532013000", "DE02120300000000202051"
DAY = date(2026, 11, 20)
SAID = "Invoice 2026-000007"

SPARKASSE = f"""
"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";\
"Kundenreferenz (End-to-End)";\
"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"
"{OWN}";"20.11.26";"20.11.26";"GUTSCHR. UEBERW.";"{SAID}";"NOTPROVIDED";"Studio Müller";\
"{PAYER}";"BYLADEM1001";\
"1.190,00";"EUR";"Umsatz gebucht"
"{OWN}";"21.11.26";"21.11.26";"LASTSCHRIFT";"Strom";"";"Werke";"";"";"-49,99";"EUR";"Umsatz gebucht"
"{OWN}";"";"22.11.26";"GUTSCHRIFT";"{SAID}";"";"Studio Müller";"{PAYER}";"";"5,00";"EUR";\
"Umsatz vorgemerkt"
"""
DKB = f"""
"Girokonto";"{OWN}"
"Kontostand vom 23.11.2026:";"2.345,67 €"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";\
"Verwendungszweck";\
"Umsatztyp";"IBAN";"Betrag (€)";"Kundenreferenz"
"20.11.26";"20.11.26";"Gebucht";"Studio Müller";"Society";"{SAID}";"Eingang";"{PAYER}";"1.190,\
00 €";""
"20.11.26";"20.11.26";"Gebucht";"Society";"Bahn";"Ticket";"Ausgang";"";"-29,9 €";""
"""
ING = f"""
Umsatzanzeige;Datei erstellt am: 23.11.2026

IBAN;{OWN}
Saldo;2.776,45;EUR

Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;\
Betrag;Währung
20.11.2026;20.11.2026;Studio Müller;Gutschrift;{SAID};2.776,45;EUR;1.190,00;EUR
19.11.2026;19.11.2026;Laden;Lastschrift;Papier;1.586,45;EUR;-206,44;EUR
"""
COMMERZBANK = f"""
Booking date;Value date;Transaction type;Booking text;Amount;Currency;Account IBAN;Category;\
Sender;Recipient;Transfer purpose
20.11.2026;20.11.2026;Transfer;Studio Müller E2E-002;1190,00;EUR;{OWN};Earnings;Studio Müller;;\
{SAID}
21.11.2026;21.11.2026;Debit;Energy;-5,75;EUR;{OWN};Other;;Energy;
"""
DEUTSCHE_BANK = f"""
Transactions Business account (00);;;Customer number: 123 456789
10/20/2026 - 11/23/2026
Old balance:;;;;88,888.88;EUR
Transactions pending are not included in this report.
Booking date;Value date;Transaction Type;Beneficiary / Originator;Payment Details;IBAN;BIC;\
Customer Reference;\
Debit;Credit;Currency
11/20/2026;11/20/2026;SEPA-Credit Transfer;Studio Müller;{SAID};{PAYER};;;;"1,190.00";EUR
11/21/2026;11/21/2026;SEPA-Direct Debit;Market;Paper;;;;-9.99;;EUR
Account balance;11/23/2026;;;90,068.89;EUR
"""
N26 = f"""
"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference",\
"Account Name","Amount (EUR)",\
"Original Amount","Original Currency","Exchange Rate"
2026-11-20,2026-11-20,"Studio Müller",{PAYER},"Credit Transfer","{SAID}","Main Account",1190.00,,,
2026-11-21,,"Café",,Presentment,,"Main Account",-15.00,15.00,EUR,1.000000
"""
REVOLUT = f"""
Date started (UTC),Date completed (UTC),ID,Type,State,Description,Reference,Payer,Orig currency,\
Orig amount,\
Payment currency,Amount,Total amount,Fee,Balance,Account,Sender account,Sender name
2026-11-20,2026-11-20,6a-1,TOPUP,COMPLETED,Money added,{SAID},,EUR,1190.00,EUR,1190.00,1190.00,\
0.00,1,Main,{PAYER},Studio Müller
2026-11-20,2026-11-20,6a-2,TRANSFER,COMPLETED,To Market,Paper,Anna,EUR,-9.99,EUR,-9.99,-9.99,\
0.00,1,Main,,
2026-11-22,,6a-3,TOPUP,PENDING,Money added,Later,,EUR,7.00,EUR,7.00,7.00,0.00,1,Main,,Somebody
"""
ING_NL = f"""
"Date","Name / Description","Account","Counterparty","Code","Debit/credit","Amount (EUR)",\
"Transaction type","Notifications"
"20261120","Studio Müller","NL91ABNA0417164300","{PAYER}","OV","Credit","1190,00","Transfer",\
"{SAID}"
"20261121","bol.com","NL91ABNA0417164300","","ID","Debit","50,00","iDEAL","Paper"
"""
BRITISH = f"""
Date,Transaction Type,Counter Party,Reference,Paid out,Paid in (GBP),Balance
20 Nov 2026,Credit,Studio Müller,{SAID},,"£1,190.00",£2
21 Nov 2026,Direct Debit,Market,Paper,£25.40,,£1
"""
WISE = f"""
TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Payer Name,\
Payee Name
TRANSFER-1,20-11-2026,1190.00,EUR,Received money,{SAID},3200.00,Studio Müller,
CARD-2,18-11-2026,-85.30,EUR,Card transaction,,3114.70,,
"""
EXPORTS = {
    "sparkasse": (SPARKASSE, 2, {OWN}),
    "dkb": (DKB, 1, set()),
    "ing": (ING, 1, set()),
    "commerzbank": (COMMERZBANK, 1, {OWN}),
    "deutsche-bank": (DEUTSCHE_BANK, 2, set()),
    "n26": (N26, 1, set()),
    "revolut": (REVOLUT, 2, set()),
    "ing-nl": (ING_NL, 1, set()),
    "british": (BRITISH, 1, set()),
    "wise": (WISE, 1, set()),
}


def taken(said: str) -> BankStatement:
    return read_statement(said.lstrip("\n").encode())


@pytest.mark.parametrize("bank", EXPORTS)
def test_what_came_in_is_read_and_the_rest_counted(bank: str) -> None:
    said, others, accounts = EXPORTS[bank]
    found = taken(said)
    (one,) = found.payments
    assert (one.booked_on, one.amount_micro) == (DAY, 1_190_000_000)
    assert one.currency == ("GBP" if bank == "british" else "EUR")
    assert (one.payer, SAID in one.text) == ("Studio Müller", True)
    assert one.payer_account in (PAYER, "")
    assert (found.others, found.accounts) == (others, accounts)
    assert one.reference.startswith("TRANSFER-1" if bank == "wise" else "sha256:")


def test_what_payers_call_a_reference_keeps_nothing_out() -> None:
    again = N26.rstrip("\n").splitlines()[2].replace("1190.00", "20.00")
    first, second, third = taken(f"{N26}{again}\n{again}\n").payments
    assert len({first.reference, second.reference, third.reference}) == 3


def test_debits_in_a_table_of_ones_own_are_left_out() -> None:
    head = "reference,booked_on,amount,currency"
    found = taken(f"{head}\n1,2026-11-20,-2,EUR\n2,2026-11-20,+2.50,EUR\n3,2026-11-20,0.00,EUR\n")
    assert found.payments == (Payment("2", DAY, 2_500_000, "EUR"),)
    assert found.others == 2


def test_only_debits_are_no_payment() -> None:
    found = taken("Booking date;Amount (EUR)\n2026-11-20;-2,00\n2026-11-21;-3,00\n")
    assert (found.payments, found.others) == ((), 2)


def test_a_line_in_the_middle_without_a_day_is_named() -> None:
    with pytest.raises(BadInput, match="Line 3 of the table cannot be read: booked_on 'sum'"):
        taken("Booking date;Amount (EUR)\n2026-11-20;2,00\nsum;2,00\n2026-11-21;3,00\n")


def test_lines_are_counted_from_the_first_of_the_file() -> None:
    with pytest.raises(BadInput, match=r"Line 8 of .* amount '-206\.44x'"):
        taken(ING.replace("-206,44", "-206.44x"))


def test_two_columns_of_one_amount_are_read_in_one_way() -> None:
    head = "Booking date;Debit;Credit;Currency\n"
    (one,) = taken(f"{head}2026-11-20;;1.190;EUR\n2026-11-21;-9,99;;EUR\n").payments
    assert one.amount_micro == 1_190_000_000
