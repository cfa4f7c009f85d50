"""Certificates of what was withheld in a year, and the list of it that the authority wants."""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput, NotFound
from core.money import rate_text
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from registry.models.mandates import Act
from registry.service.acting import view
from royalties import taxyear
from royalties.billing.parties import Party
from royalties.payees import PayeeDetails
from royalties.payoutfiles import cell
from royalties.service import bills
from royalties.service.payees import get_payee, known_payees
from royalties.store import taxes as store
from royalties.taxyear import TaxYear

COLUMNS = (
    "payee_id",
    "name",
    "street",
    "building",
    "post_code",
    "town",
    "country",
    "residence",
    "tax_number",
    "currency",
    "base",
    "tax",
    "surcharge",
    "months",
)
_SAID = COLUMNS[1:9]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one book withheld of one payee in a year; `payer` is who keeps it, as on invoices."""

    payer: Party
    details: PayeeDetails
    years: tuple[TaxYear, ...]


def for_payee(
    session: Session,
    vault: Vault,
    principal: Principal,
    performer_id: str,
    year: int,
    *,
    heir_id: str | None = None,
    book: str = "",
    now: datetime,
) -> Certificate:
    """The certificate of a payee of the caller's side; `book` names the payer where several paid.

    Raises `NotFound` where nothing was withheld, `BadInput` where several payers have to be told
    apart, `Conflict` where the payer has not said its name and address.
    """
    taxyear.check_year(year)
    payee = get_payee(session, principal, performer_id, heir_id=heir_id, now=now)
    side = view(session, principal, performer_id, Act.COLLECT, now=now)
    entries = store.of_payee(session, side, payee.payee_id, year)
    books = sorted({one.book for one in entries})
    if len(books) > 1 and book not in books:
        raise BadInput(
            f"Several withheld tax: {', '.join(books)}.", next_step="Name one of them as the book."
        )
    wanted = [one for one in entries if book in ("", one.book)]
    return _certificate(session, vault, taxyear.years(wanted, year), now)


def for_book(
    session: Session, vault: Vault, principal: Principal, payee_id: str, year: int, *, now: datetime
) -> Certificate:
    """The certificate that one's own book owes a payee; raises `NotFound` without anything.

    Raises `Conflict` where the book has not said under which name and address it pays.
    """
    require(principal, "usage")
    taxyear.check_year(year)
    entries = [one for one in store.of_book(session, principal, year) if one.payee_id == payee_id]
    return _certificate(session, vault, taxyear.years(entries, year), now)


def tax_list(
    session: Session, vault: Vault, principal: Principal, year: int, *, now: datetime
) -> bytes:
    """What one's own book withheld of everybody in a year, with names and addresses (CSV)."""
    require(principal, "usage")
    taxyear.check_year(year)
    found = taxyear.years(store.of_book(session, principal, year), year)
    capability = SearchCapability("tax", principal.tenant_id)
    known = known_payees(session, vault, capability, {one.payee_id for one in found}, at=now)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        details = known[one.payee_id].details if one.payee_id in known else PayeeDetails()
        amounts = (one.base_micro, one.tax_micro, one.surcharge_micro)
        writer.writerow(
            (
                one.payee_id,
                *(cell(str(getattr(details, name))) for name in _SAID),
                one.currency,
                *(rate_text(micro) for micro in amounts),
                " ".join(one.months),
            )
        )
    return out.getvalue().encode("utf-8")


def _certificate(
    session: Session, vault: Vault, found: tuple[TaxYear, ...], now: datetime
) -> Certificate:
    if not found:
        raise NotFound(
            "Nothing was withheld of this payee in that year.",
            next_step="Look at the account statements of that year.",
        )
    first = found[0]
    capability = SearchCapability("tax", first.book)
    known = known_payees(session, vault, capability, [first.payee_id], at=now)
    details = known[first.payee_id].details if first.payee_id in known else PayeeDetails()
    return Certificate(bills.of_book(session, vault, first.book), details, found)
