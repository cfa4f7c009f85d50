"""Answers of banks in their three forms, whatever version the message has, and what is none."""

import pytest

from core.errors import BadInput
from royalties.bankanswers import read
from royalties.models_payouts import Answer, Outcome

ONE, TWO, BATCH = "POT" + "A" * 26, "POT" + "B" * 26, "PBA" + "C" * 26
STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>x</MsgId><CreDtTm>2026-11-24T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
{group}</OrgnlGrpInfAndSts>{payments}</CstmrPmtStsRpt></Document>"""
PAYMENT = """<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId><TxInfAndSts>
<StsId>1</StsId><OrgnlEndToEndId>{one}</OrgnlEndToEndId><TxSts>{status}</TxSts>
<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>"""
BOOKED = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.{version}">
<BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>m</MsgId></GrpHdr><Ntfctn><Id>n</Id>{entries}</Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>"""
ENTRY = """<Ntry><Amt Ccy="EUR">{total}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}
<NtryDtls>{details}</NtryDtls></Ntry>"""
DETAIL = """<TxDtls><Refs><EndToEndId>{one}</EndToEndId></Refs>{amount}{back}</TxDtls>"""
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
AMOUNT = '<AmtDtls><TxAmt><Amt Ccy="EUR">{}</Amt></TxAmt></AmtDtls>'


def status(group: str = "", payments: str = "", version: str = "10") -> bytes:
    return STATUS.format(version=version, batch=BATCH, group=group, payments=payments).encode()


def booked(*entries: str, version: str = "08") -> bytes:
    return BOOKED.format(version=version, entries="".join(entries)).encode()


def entry(details: str, *, sign: str = "DBIT", total: str = "25.00", old: bool = False) -> str:
    said = "<Sts>BOOK</Sts>" if old else "<Sts><Cd>BOOK</Cd></Sts>"
    return ENTRY.format(total=total, sign=sign, status=said, details=details)


@pytest.mark.parametrize("version", ["03", "10"])
@pytest.mark.parametrize(
    ("said", "outcome", "code"),
    [
        ("RJCT", Outcome.RETURNED, "AC01"),
        ("ACSC", Outcome.SETTLED, ""),
        ("PDNG", Outcome.OPEN, ""),
        ("ACSP", Outcome.OPEN, ""),
    ],
)
def test_status_of_a_payment(version: str, said: str, outcome: Outcome, code: str) -> None:
    payment = PAYMENT.format(batch=BATCH, one=ONE, status=said, code="AC01")
    found = read(status("<GrpSts>PART</GrpSts>", payment, version))
    assert (found.form, found.said) == ("pain.002", (Answer(ONE, outcome, code),))


def test_status_of_a_whole_file() -> None:
    reason = "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>"
    (one,) = read(status(f"<GrpSts>RJCT</GrpSts>{reason}")).said
    assert one == Answer(BATCH, Outcome.RETURNED, "AM04", whole=True)


@pytest.mark.parametrize("old", [False, True])
def test_booked_payments_each_with_its_amount(old: bool) -> None:
    details = "".join(
        DETAIL.format(one=one, amount=AMOUNT.format(micro), back="")
        for one, micro in ((ONE, "10.50"), (TWO, "14.50"))
    )
    found = read(booked(entry(details, old=old), version="02" if old else "08"))
    assert [(one.reference, one.amount_micro) for one in found.said] == [
        (ONE, 10_500_000),
        (TWO, 14_500_000),
    ]
    assert {one.outcome for one in found.said} == {Outcome.SETTLED}


def test_a_single_payment_has_the_amount_of_its_entry() -> None:
    (one,) = read(booked(entry(DETAIL.format(one=ONE, amount="", back="")))).said
    assert one == Answer(ONE, Outcome.SETTLED, "", 25_000_000, "EUR")


def test_money_that_came_back_names_its_reason() -> None:
    back = DETAIL.format(one=ONE, amount="", back=BACK)
    (one,) = read(booked(entry(back, sign="CRDT"))).said
    assert one == Answer(ONE, Outcome.RETURNED, "AC04", 25_000_000, "EUR")


def test_a_file_booked_in_one_sum() -> None:
    details = f"<Btch><PmtInfId>{BATCH}</PmtInfId></Btch>"
    (one,) = read(booked(entry(details, total="65.00"))).said
    assert one == Answer(BATCH, Outcome.SETTLED, "", 65_000_000, "EUR", whole=True)


def test_other_entries_of_the_account_are_counted_and_pending_ones_left_out() -> None:
    rent = entry(DETAIL.format(one="RENT 11/26", amount="", back=""))
    income = entry(DETAIL.format(one="NOTPROVIDED", amount="", back=""), sign="CRDT")
    pending = entry(DETAIL.format(one=ONE, amount="", back="")).replace("BOOK", "PDNG")
    found = read(booked(rent, income, pending))
    assert (found.said, found.others) == ((), 2)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_in_any_order_of_columns(delimiter: str) -> None:
    text = f"status,end_to_end_id,code\nReturned,{ONE},ac04\nsettled,{TWO},\n"
    found = read(text.replace(",", delimiter).encode("utf-8-sig"))
    assert found.said == (
        Answer(ONE, Outcome.RETURNED, "AC04"),
        Answer(TWO, Outcome.SETTLED),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe<\x00",
        b"a,b\n1,2\n",
        f"end_to_end_id,status\n{ONE},paid\n".encode(),
        f"end_to_end_id,status,amount\n{ONE},settled,1e3\n".encode(),
        f"end_to_end_id,status,code\n{ONE},returned,<b>\n".encode(),
        b"<Document/>",
        b"<Document><Other/></Document>",
        b"<Document><CstmrPmtStsRpt>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Document><CstmrPmtStsRpt>&b;</CstmrPmtStsRpt></Document>',
        status(payments="<TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts>"),
        booked(entry(DETAIL.format(one=ONE, amount=AMOUNT.format("-1"), back=""))),
    ],
)
def test_what_is_no_answer_is_refused_with_a_next_step(data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read(data)
    assert refused.value.code == "bad-bank-answer"
    assert refused.value.next_step
