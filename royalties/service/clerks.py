"""Who may act on invoices and money received, and whose they are."""

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import Principal, require
from royalties.models_income import Invoice
from royalties.service.usage_intake import COLLECTORS
from royalties.store import invoices as store


def collecting(principal: Principal) -> None:
    """Return for a clerk of who collects; raise `NotAllowed` for anybody else."""
    require(principal, "usage")
    if principal.tenant_kind not in COLLECTORS:
        raise NotAllowed(
            "Only who collects issues invoices and takes in money.",
            next_step="Ask your society, or the operator.",
        )


def own_invoice(session: Session, principal: Principal, invoice_id: str) -> Invoice:
    """One invoice of the principal's own book; raises `NotFound`."""
    found = store.find_invoice(session, principal, invoice_id)
    if found is None or found.tenant_id != principal.tenant_id:
        raise no_invoice()
    return found


def no_invoice() -> NotFound:
    """What is said of an invoice that is not there, or not the caller's to see."""
    return NotFound("There is no such invoice.", next_step="List them: ebenbild invoice list.")
