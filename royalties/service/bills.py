"""Who is named on invoices, and the papers of invoices: written when they are issued, then kept.

Names and addresses may be those of people, so both lie sealed: a party under a key of its version's
own, a paper under its invoice's.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit, tenants
from core.canonical import canonical, parse_strict
from core.errors import BadInput, Conflict
from core.ids import derived_id
from core.principal import Principal, require, system
from core.resealing import SealedColumn
from core.vault import Vault
from royalties.billing import vat
from royalties.billing.bills import (
    Bill,
    bill_lines,
    last_day,
    paper_from_dict,
    paper_to_dict,
    reported_until,
)
from royalties.billing.einvoice import einvoice
from royalties.billing.parties import Party, checked, party_from_dict, party_to_dict
from royalties.billing.vat import Tax
from royalties.models_income import Invoice
from royalties.service.clerks import collecting, no_invoice
from royalties.store import bills as store
from royalties.store import invoices
from royalties.store.bills import PaperRow, PartyRow

PARTY, PAPER, XML = "party", "paper", "xml"


@dataclass(frozen=True, slots=True)
class Sides:
    """Who invoices whom."""

    seller: Party
    buyer: Party


def set_party(
    session: Session,
    vault: Vault,
    principal: Principal,
    party_id: str,
    party: Party,
    *,
    now: datetime,
) -> Party:
    """Say what the own book writes on invoices about itself or a licensee, from now on.

    Raises `BadInput` for what an invoice cannot bear, `NotFound` for an unknown organisation.
    """
    require(principal, "usage")
    tenants.get_tenant(session, party_id)
    collecting(principal)
    said = checked(party)
    before = store.newest_party(session, principal, party_id)
    version = 1 if before is None else before.version + 1
    row_id = derived_id("bpt", principal.tenant_id, party_id, str(version))
    plain = canonical(party_to_dict(said))
    sealed = vault.seal(row_id, plain, _bound(principal.tenant_id, row_id, PARTY))
    store.add_party(
        session,
        PartyRow(
            id=row_id,
            tenant_id=principal.tenant_id,
            recorded_at=now,
            party_id=party_id,
            version=version,
            sealed=sealed,
        ),
    )
    details = {"party": party_id, "version": str(version)}
    audit.record(
        session, principal, action="billing.party-set", subject_id=row_id, details=details, now=now
    )
    return said


def parties(session: Session, vault: Vault, principal: Principal) -> dict[str, Party]:
    """What the own book writes on invoices, by the organisation's id."""
    require(principal, "usage")
    return {row.party_id: _party(vault, row) for row in store.parties(session, principal)}


def named(session: Session, principal: Principal) -> frozenset[str]:
    """The organisations about which the own book knows what to write."""
    return frozenset(row.party_id for row in store.parties(session, principal))


def sides(session: Session, vault: Vault, principal: Principal, licensee_id: str) -> Sides:
    """Who invoices whom, of the principal's own book; raises `Conflict` where one is not named."""
    found = []
    for party_id in (principal.tenant_id, licensee_id):
        row = store.newest_party(session, principal, party_id)
        if row is None:
            raise not_named(party_id)
        found.append(_party(vault, row))
    return Sides(*found)


def of_book(session: Session, vault: Vault, book: str) -> Party:
    """What a book writes about whoever keeps it, for whom it made a paper for.

    Raises `Conflict` where nobody said it.
    """
    row = store.newest_party(session, system(book), book)
    if row is None:
        raise Conflict(
            f"{tenants.get_tenant(session, book).name} has not said under which name and address "
            "it pays.",
            next_step=f"Whoever keeps its book says it once: ebenbild invoice party {book} FILE",
            code="party-missing",
        )
    return _party(vault, row)


def not_named(party_id: str) -> Conflict:
    """What is said where nobody described an organisation whom a paper has to name."""
    return Conflict(
        f"Nobody has said what invoices write about {party_id}.",
        next_step=f"Say it: ebenbild invoice party {party_id} FILE",
        code="party-missing",
    )


def tax_of(named: Sides, month: str) -> Tax:
    """The tax of what was supplied by the end of a month."""
    return vat.decide(named.seller, named.buyer, last_day(month))


def write(
    session: Session,
    vault: Vault,
    principal: Principal,
    invoice: Invoice,
    *,
    named: Sides,
    credited: Invoice | None,
) -> None:
    """Write the paper of an invoice that was just issued, and keep it."""
    net = abs(invoice.amounts.net_micro)
    lines = bill_lines(store.groups(session, principal, invoice), net, invoice.currency)
    bill = Bill(
        invoice,
        named.seller,
        named.buyer,
        lines,
        "" if credited is None else credited.number,
        None if credited is None else credited.issued_on,
        until=reported_until(lines, (credited or invoice).issued_on),
    )
    xml = einvoice(bill)
    row = PaperRow(
        id=derived_id("ipa", invoice.id),
        tenant_id=invoice.tenant_id,
        audience=f"tenant:{invoice.licensee_id}",
        recorded_at=invoice.recorded_at,
        invoice_id=invoice.id,
        xml_sha256=hashlib.sha256(xml).hexdigest(),
        sealed=_seal(vault, invoice, canonical(paper_to_dict(bill)), PAPER),
        sealed_xml=_seal(vault, invoice, xml, XML),
    )
    store.add_paper(session, row)


def bill_of(session: Session, vault: Vault, principal: Principal, invoice_id: str) -> Bill:
    """What the paper of an invoice says, for its book and its licensee; raises `NotFound`."""
    invoice, row = _kept(session, principal, invoice_id)
    bound = _bound(row.tenant_id, row.invoice_id, PAPER)
    return paper_from_dict(invoice, parse_strict(vault.unseal(row.invoice_id, row.sealed, bound)))


def xml_of(session: Session, vault: Vault, principal: Principal, invoice_id: str) -> bytes:
    """The XML of an invoice as it was issued; raises `NotFound`."""
    _, row = _kept(session, principal, invoice_id)
    return vault.unseal(row.invoice_id, row.sealed_xml, _bound(row.tenant_id, row.invoice_id, XML))


def lines_of(
    session: Session, principal: Principal, invoice_id: str, *, after: str = "", limit: int = 1000
) -> list[tuple[str, int]]:
    """Transaction and amount of each claim on an invoice, by transaction id after `after`."""
    require(principal, "reports")
    _kept(session, principal, invoice_id)
    if not 0 < limit <= invoices.PAGE:
        raise BadInput("That is no page.", next_step=f"Ask for 1 to {invoices.PAGE} at once.")
    return store.lines_of(session, principal, invoice_id, after=after, limit=limit)


def _kept(session: Session, principal: Principal, invoice_id: str) -> tuple[Invoice, PaperRow]:
    require(principal, "reports")
    invoice = invoices.find_invoice(session, principal, invoice_id)
    row = store.paper_of(session, principal, invoice_id)
    if invoice is None or row is None:
        raise no_invoice()
    return invoice, row


def _party(vault: Vault, row: PartyRow) -> Party:
    plain = vault.unseal(row.id, row.sealed, _bound(row.tenant_id, row.id, PARTY))
    return party_from_dict(parse_strict(plain))


def _seal(vault: Vault, invoice: Invoice, plain: bytes, what: str) -> bytes:
    return vault.seal(invoice.id, plain, _bound(invoice.tenant_id, invoice.id, what))


def _bound(tenant_id: str, subject_id: str, what: str) -> Mapping[str, str]:
    return {"tenant": tenant_id, "subject": subject_id, "what": what}


def _of_party(row: PartyRow) -> tuple[str, Mapping[str, str]]:
    return row.id, _bound(row.tenant_id, row.id, PARTY)


def _of_paper(row: PaperRow) -> tuple[str, Mapping[str, str]]:
    return row.invoice_id, _bound(row.tenant_id, row.invoice_id, PAPER)


def _of_xml(row: PaperRow) -> tuple[str, Mapping[str, str]]:
    return row.invoice_id, _bound(row.tenant_id, row.invoice_id, XML)


SEALED = (
    SealedColumn(PartyRow, "sealed", _of_party),
    SealedColumn(PaperRow, "sealed", _of_paper),
    SealedColumn(PaperRow, "sealed_xml", _of_xml),
)
