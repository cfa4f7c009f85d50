"""Self-billed notes of a closed run of one's own book: issuing them, and reading their papers.

Names and addresses are people's, so each paper lies sealed under a key of its own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Session

from core import audit
from core.canonical import canonical, parse_strict
from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import derived_id
from core.principal import Principal, SearchCapability, require
from core.resealing import SealedColumn
from core.vault import Vault
from royalties import ledger
from royalties.billing import selfbilling as rules
from royalties.billing.bills import (
    Bill,
    bill_lines,
    last_day,
    paper_from_dict,
    paper_to_dict,
    reported_until,
)
from royalties.billing.einvoice import einvoice
from royalties.billing.parties import Party
from royalties.billing.selfbilling import Figures, Paid
from royalties.billing.vat import Tax, tax_from_dict, tax_to_dict
from royalties.models_books import TransactionKind
from royalties.models_income import Invoice, InvoiceKind
from royalties.models_runs import Run, RunState
from royalties.service import bills
from royalties.service.books import Clerk
from royalties.service.clerks import collecting
from royalties.service.payees import known_payees
from royalties.service.sisters import payees_of_societies
from royalties.store import ledger as ledger_store
from royalties.store import runs
from royalties.store import selfbilled as store
from royalties.store.selfbilled import SelfBilledRow

REASON = "self-billed"
PAPER, XML = "paper", "xml"


@dataclass(frozen=True, slots=True)
class Left:
    """Whom no note was issued to for what a run paid, and the code of why."""

    payee_id: str
    currency: str
    net_micro: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Desk:
    """A closed run at work on: who issues, and the clerk who books."""

    session: Session
    vault: Vault
    principal: Principal
    run: Run
    book: Party
    clerk: Clerk


def issue(
    session: Session, vault: Vault, principal: Principal, run_id: str, *, now: datetime
) -> tuple[list[Invoice], list[Left]]:
    """Issue a note to every payee whom a closed run paid and who has none; who is left, and why.

    Issued again it finds who was left. Raises `NotFound` for another book's run, `Conflict` for one
    that is not closed, or while nobody said what papers write about the own book.
    """
    # Load.
    require(principal, "usage")
    run = runs.get_run(session, principal, run_id)
    collecting(principal)
    if run.state is not RunState.CLOSED:
        raise Conflict(f"This run is {run.state}.", next_step="Close it first: ebenbild run list")
    desk = _desk(session, vault, principal, run, now)
    known = store.billed(session, principal, run_id)
    paid = [one for one in _paid(desk) if (one.payee_id, one.currency) not in known]
    named = _named(desk, [one.payee_id for one in paid])
    # Decide and save, one by one.
    issued: list[Invoice] = []
    left: list[Left] = []
    for one in paid:
        found = _issue(desk, one, named[one.payee_id])
        if isinstance(found, str):
            left.append(Left(one.payee_id, one.currency, one.net_micro, found))
        else:
            issued.append(found)
    return issued, left


def list_notes(
    session: Session,
    principal: Principal,
    *,
    run_id: str = "",
    before_seq: int | None = None,
    limit: int = store.PAGE,
) -> list[tuple[Invoice, str, int]]:
    """Notes of one's own book, or to one's own payees, each with its run and what was withheld."""
    require(principal, "reports")
    found = store.listed(session, principal, run_id=run_id, before_seq=before_seq, limit=limit)
    return [(store.note_of(one), one.run_id, one.withheld_micro) for one in found]


def bill_of(session: Session, vault: Vault, principal: Principal, note_id: str) -> tuple[Bill, str]:
    """What the paper of a note says, and its run; raises `NotFound` for others' notes."""
    row = _row(session, principal, note_id)
    plain = vault.unseal(row.id, row.sealed, _bound(row, PAPER))
    return paper_from_dict(store.note_of(row), parse_strict(plain)), row.run_id


def xml_of(session: Session, vault: Vault, principal: Principal, note_id: str) -> bytes:
    """The XML of a note as it was issued; raises `NotFound` for others' notes."""
    row = _row(session, principal, note_id)
    return vault.unseal(row.id, row.sealed_xml, _bound(row, XML))


def _desk(session: Session, vault: Vault, principal: Principal, run: Run, now: datetime) -> _Desk:
    parties = bills.parties(session, vault, principal)
    if principal.tenant_id not in parties:
        raise bills.not_named(principal.tenant_id)
    clerk = Clerk(session, principal.tenant_id, now)
    return _Desk(session, vault, principal, run, parties[principal.tenant_id], clerk)


def _paid(desk: _Desk) -> list[Paid]:
    """What the run paid; what was released counts in its last month."""
    found = store.paid_by(desk.session, desk.principal, desk.run.id)
    dated = (
        replace(
            one,
            months=tuple(
                replace(part, period=part.period or desk.run.last_month) for part in one.months
            ),
        )
        for one in found
    )
    return rules.joined(dated)


def _named(desk: _Desk, payee_ids: list[str]) -> dict[str, tuple[Party, str, str] | str]:
    """Each payee with its status and whom the note is shown to besides, or what is missing."""
    societies = payees_of_societies(desk.session)
    book = desk.principal.tenant_id
    capability = SearchCapability("self-billing", desk.run.id)
    known = known_payees(
        desk.session, desk.vault, capability, payee_ids, book=book, at=desk.clerk.at
    )
    found: dict[str, tuple[Party, str, str] | str] = {}
    for name in payee_ids:
        details = known[name].details if name in known else None
        said = rules.party_of(details)
        shown = f"tenant:{societies[name]}" if name in societies else ""
        status = details.vat if details else ""
        found[name] = said if isinstance(said, str) else (said, status, shown)
    return found


def _issue(desk: _Desk, paid: Paid, named: tuple[Party, str, str] | str) -> Invoice | str:
    """Store one note with its paper and book what it adds, or say why there is none."""
    if isinstance(named, str):
        return named
    party, status, shown = named
    before = None
    if paid.claims_micro < 0:
        before = store.newest(desk.session, desk.principal, paid.payee_id, paid.currency)
    if before is None:
        tax = rules.decide(party, status, desk.book, last_day(desk.run.last_month))
    else:
        tax = tax_from_dict(before.tax)
    said = rules.figures(paid, tax)
    if said.amounts.net_micro == 0:
        return rules.NO_CENT
    note = _note(desk, paid, said, tax, before)
    lines = bill_lines(paid.groups, abs(said.amounts.net_micro), paid.currency)
    bill = Bill(
        note,
        party,
        desk.book,
        lines,
        "" if before is None else store.note_of(before).number,
        None if before is None else store.note_of(before).issued_on,
        withheld_micro=abs(said.withheld_micro),
        until=reported_until(lines, note.issued_on),
    )
    store.add(desk.session, _kept(desk, note, bill, said, shown or paid.audience))
    _book(desk, paid, said, note, shown or paid.audience)
    details = {"number": note.number, "run": desk.run.id, "payee": paid.payee_id}
    audit.record(
        desk.session,
        desk.principal,
        action="self-billed.issued",
        subject_id=note.id,
        details=details,
        now=desk.clerk.at,
    )
    return note


def _note(
    desk: _Desk, paid: Paid, said: Figures, tax: Tax, before: SelfBilledRow | None
) -> Invoice:
    """The next note of the book."""
    at = desk.clerk.at
    day = at.astimezone(UTC).date()
    no = store.next_no(desk.session, desk.principal, day.year)
    taken_back = paid.claims_micro < 0
    return Invoice(
        id=derived_id("sbn", desk.run.id, paid.payee_id, paid.currency),
        tenant_id=desk.principal.tenant_id,
        kind=InvoiceKind.SELF_BILLED_CREDIT if taken_back else InvoiceKind.SELF_BILLED,
        year=day.year,
        no=no,
        licensee_id=paid.payee_id,
        month=desk.run.last_month,
        currency=paid.currency,
        issued_on=day,
        due_on=day,
        lines=paid.lines,
        claims_micro=paid.claims_micro,
        amounts=said.amounts,
        seq=next_seq(desk.session),
        recorded_at=at,
        credits_id=None if before is None else before.id,
        tax=tax_to_dict(tax),
    )


def _kept(desk: _Desk, note: Invoice, bill: Bill, said: Figures, audience: str) -> SelfBilledRow:
    xml = einvoice(bill)
    row = SelfBilledRow(
        id=note.id,
        tenant_id=note.tenant_id,
        audience=audience,
        recorded_at=note.recorded_at,
        seq=note.seq,
        kind=note.kind.value,
        year=note.year,
        no=note.no,
        run_id=desk.run.id,
        payee_id=note.licensee_id,
        month=note.month,
        currency=note.currency,
        issued_on=note.issued_on.isoformat(),
        lines=note.lines,
        claims_micro=note.claims_micro,
        net_micro=note.amounts.net_micro,
        vat_micro=note.amounts.vat_micro,
        withheld_micro=said.withheld_micro,
        tax=dict(note.tax),
        credits_id=note.credits_id,
        xml_sha256=hashlib.sha256(xml).hexdigest(),
        sealed=b"",
        sealed_xml=b"",
    )
    row.sealed = desk.vault.seal(row.id, canonical(paper_to_dict(bill)), _bound(row, PAPER))
    row.sealed_xml = desk.vault.seal(row.id, xml, _bound(row, XML))
    return row


def _book(desk: _Desk, paid: Paid, said: Figures, note: Invoice, audience: str) -> None:
    postings = rules.postings(paid, said, tax_from_dict(note.tax).authority)
    if not postings:
        return
    made = ledger.book(
        TransactionKind.INVOICE,
        postings,
        desk.clerk.stamp(),
        facts_key=note.id,
        reason=REASON,
        earned_period=note.month,
        audience=audience,
    )
    ledger_store.add_transactions(desk.session, [made])


def _row(session: Session, principal: Principal, note_id: str) -> SelfBilledRow:
    require(principal, "reports")
    found = store.find(session, principal, note_id)
    if found is None:
        raise NotFound(
            "There is no such credit note.", next_step="List them: ebenbild creditnote list"
        )
    return found


def _bound(row: SelfBilledRow, what: str) -> Mapping[str, str]:
    return {"tenant": row.tenant_id, "subject": row.id, "what": what}


def _of_paper(row: SelfBilledRow) -> tuple[str, Mapping[str, str]]:
    return row.id, _bound(row, PAPER)


def _of_xml(row: SelfBilledRow) -> tuple[str, Mapping[str, str]]:
    return row.id, _bound(row, XML)


SEALED = (
    SealedColumn(SelfBilledRow, "sealed", _of_paper),
    SealedColumn(SelfBilledRow, "sealed_xml", _of_xml),
)
