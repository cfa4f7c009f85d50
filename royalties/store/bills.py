"""Tables of who is named on invoices, by version, and of the papers themselves; both sealed.

Whoever collects keeps both in its own book; a licensee sees the papers of its own invoices.
"""

from typing import Any

from sqlalchemy import UniqueConstraint, func
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal
from core.visibility import owned, visible
from royalties.billing.bills import Group
from royalties.models_income import Invoice
from royalties.store.balances import halves, whole
from royalties.store.invoices import InvoiceLineRow
from royalties.store.ledger import AccrualRow


class PartyRow(Owned, table=True):
    """Table of what a book writes on invoices about itself and its licensees; newest counts."""

    __tablename__ = "billing_party"
    __table_args__ = (UniqueConstraint("tenant_id", "party_id", "version"), append_only("sealed"))

    party_id: str
    version: int
    sealed: bytes


class PaperRow(Owned, table=True):
    """Table of the papers of invoices: what they say, and the XML as it was issued."""

    __tablename__ = "invoice_paper"
    __table_args__ = (append_only("sealed", "sealed_xml"),)

    invoice_id: str = Field(unique=True, foreign_key="invoice.id")
    xml_sha256: str
    sealed: bytes
    sealed_xml: bytes


def add_party(session: Session, row: PartyRow) -> None:
    """Store a version of a party."""
    session.add(row)
    session.flush()


def newest_party(session: Session, principal: Principal, party_id: str) -> PartyRow | None:
    """The newest version of a party in the principal's own book."""
    query = (
        select(PartyRow)
        .where(owned(PartyRow, principal), col(PartyRow.party_id) == party_id)
        .order_by(col(PartyRow.version).desc())
    )
    return session.exec(query.limit(1)).first()


def parties(session: Session, principal: Principal) -> list[PartyRow]:
    """The newest version of every party in the principal's own book, by id."""
    query = (
        select(PartyRow)
        .where(owned(PartyRow, principal))
        .order_by(col(PartyRow.party_id), col(PartyRow.version))
    )
    return list({row.party_id: row for row in session.exec(query)}.values())


def add_paper(session: Session, row: PaperRow) -> None:
    """Store the paper of an invoice."""
    session.add(row)
    session.flush()


def paper_of(session: Session, principal: Principal, invoice_id: str) -> PaperRow | None:
    """The paper of an invoice that the principal may see."""
    query = select(PaperRow).where(
        visible(PaperRow, principal), col(PaperRow.invoice_id) == invoice_id
    )
    return session.exec(query).first()


def groups(session: Session, principal: Principal, invoice: Invoice) -> list[Group]:
    """What stands on an invoice of the principal's own book, added up by cut, kind and month."""
    amount = col(InvoiceLineRow.amount_micro) * (-1 if invoice.claims_micro < 0 else 1)
    named: list[Any] = [
        func.json_extract(AccrualRow.pins, f"$.{name}") for name in ("cut_id", "kind")
    ]
    keys = (*named, col(AccrualRow.earned_period))
    query = (
        sql_select(*keys, func.count(), *halves(amount))
        .select_from(InvoiceLineRow)
        .join(AccrualRow, col(AccrualRow.transaction_id) == col(InvoiceLineRow.transaction_id))
        .where(
            owned(InvoiceLineRow, principal),
            col(InvoiceLineRow.invoice_id) == invoice.id,
        )
        .group_by(*keys)
    )
    return [
        Group(row[0], row[1] or "", row[2], row[3], whole(row[4], row[5]))
        for row in session.connection().execute(query)
    ]


def lines_of(
    session: Session, principal: Principal, invoice_id: str, *, after: str = "", limit: int = 1000
) -> list[tuple[str, int]]:
    """Transaction and amount of the lines of an invoice that the principal may see, by id."""
    query = (
        sql_select(col(InvoiceLineRow.transaction_id), col(InvoiceLineRow.amount_micro))
        .where(
            visible(InvoiceLineRow, principal),
            col(InvoiceLineRow.invoice_id) == invoice_id,
            col(InvoiceLineRow.transaction_id) > after,
        )
        .order_by(col(InvoiceLineRow.transaction_id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.connection().execute(query)]
