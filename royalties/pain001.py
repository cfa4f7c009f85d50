"""The file that tells a bank whom to pay: a credit transfer initiation of ISO 20022.

Made once and kept: its ids follow from those of the payouts, its moment is handed in, so that the
same batch is the same bytes. Addresses are structured, as they must be from November 2026 on.
pain.001.001.09: https://www.iso20022.org/catalogue-messages/iso-20022-messages-archive
SEPA rules: EPC132-08, Customer-to-PSP implementation guidelines.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from core.errors import Broken
from core.money import MICRO_PER_CENT
from royalties.models_payouts import BookAccount
from royalties.payees import PayeeDetails
from royalties.sepatext import sepa_text

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CURRENCY = "EUR"
_CENTS = 100
# EPC132-08: what one transfer may carry, 999,999,999.99.
AMOUNT_MICRO_MAX = 99_999_999_999 * MICRO_PER_CENT
# ISO 20022 names these parts of an address; in this order.
_ADDRESS = (
    ("StrtNm", "street", 70),
    ("BldgNb", "building", 16),
    ("PstCd", "post_code", 16),
    ("TwnNm", "town", 35),
    ("Ctry", "country", 2),
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: the bank's reference for it, how much, to whom, and what the payee reads."""

    reference: str
    amount_micro: int
    to: PayeeDetails
    text: str


def credit_transfer(
    payer: BookAccount,
    transfers: Sequence[Transfer],
    *,
    reference: str,
    execute_on: date,
    made_at: datetime,
) -> bytes:
    """The file of a batch; raises `Broken` for amounts that are no whole cents above zero."""
    total = _amount(sum(one.amount_micro for one in transfers))
    root = ET.Element("Document", {"xmlns": NAMESPACE})
    whole = ET.SubElement(root, "CstmrCdtTrfInitn")
    head = ET.SubElement(whole, "GrpHdr")
    _put(head, "MsgId", reference)
    _put(head, "CreDtTm", f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _put(head, "NbOfTxs", str(len(transfers)))
    _put(head, "CtrlSum", total)
    _party(ET.SubElement(head, "InitgPty"), payer.name)
    order = ET.SubElement(whole, "PmtInf")
    _put(order, "PmtInfId", reference)
    _put(order, "PmtMtd", "TRF")
    _put(order, "NbOfTxs", str(len(transfers)))
    _put(order, "CtrlSum", total)
    _put(_at(order, "PmtTpInf", "SvcLvl"), "Cd", "SEPA")
    _put(_at(order, "ReqdExctnDt"), "Dt", execute_on.isoformat())
    _party(ET.SubElement(order, "Dbtr"), payer.name)
    _put(_at(order, "DbtrAcct", "Id"), "IBAN", payer.iban)
    _bank(ET.SubElement(order, "DbtrAgt"), payer.bic, required=True)
    _put(order, "ChrgBr", "SLEV")
    for one in transfers:
        _transfer(ET.SubElement(order, "CdtTrfTxInf"), one)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


def _transfer(parent: ET.Element, one: Transfer) -> None:
    _put(_at(parent, "PmtId"), "EndToEndId", one.reference)
    amount = ET.SubElement(_at(parent, "Amt"), "InstdAmt", {"Ccy": CURRENCY})
    amount.text = _amount(one.amount_micro)
    if one.to.bic:
        _bank(ET.SubElement(parent, "CdtrAgt"), one.to.bic, required=False)
    payee = ET.SubElement(parent, "Cdtr")
    _party(payee, one.to.name)
    if one.to.town and one.to.country:
        address = ET.SubElement(payee, "PstlAdr")
        for tag, field, length in _ADDRESS:
            text = sepa_text(getattr(one.to, field), length)
            if text:
                _put(address, tag, text)
    _put(_at(parent, "CdtrAcct", "Id"), "IBAN", one.to.iban)
    _put(_at(parent, "RmtInf"), "Ustrd", sepa_text(one.text, 140))


def _party(parent: ET.Element, name: str) -> None:
    _put(parent, "Nm", sepa_text(name, 70))


def _bank(parent: ET.Element, bic: str, *, required: bool) -> None:
    place = ET.SubElement(parent, "FinInstnId")
    if bic:
        _put(place, "BICFI", bic)
    elif required:
        _put(_at(place, "Othr"), "Id", "NOTPROVIDED")


def _at(parent: ET.Element, *path: str) -> ET.Element:
    for tag in path:
        parent = ET.SubElement(parent, tag)
    return parent


def _put(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = text


def _amount(micro: int) -> str:
    cents, rest = divmod(micro, MICRO_PER_CENT)
    if rest or micro <= 0:
        raise Broken(f"A transfer of {micro} millionths cannot be written.")
    return f"{cents // _CENTS}.{cents % _CENTS:02d}"
