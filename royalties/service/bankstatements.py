"""A bank's statement taken in: every payment once, and matched where that is beyond doubt.

The same statement, or another that names the same payments, changes nothing.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput
from core.principal import Principal, require
from core.vault import Vault
from royalties.bankanswers import OURS
from royalties.billing.bankstatement import BankStatement, read_statement
from royalties.billing.finding import by_amount, numbers_in, payer_of
from royalties.billing.parties import Party
from royalties.models_income import Imported, Payment, Settlement
from royalties.service import advised, bills, matching, receipts, remittances
from royalties.service.books import Clerk
from royalties.service.clerks import collecting
from royalties.store import invoices
from royalties.store import receipts as store


def import_statement(
    session: Session, vault: Vault, principal: Principal, data: bytes, *, now: datetime
) -> Imported:
    """Take a statement in whole or not at all; call it in `write()`.

    Raises `BadInput` for what is no statement, or one of another account than the book's own,
    `NotAllowed` for who does not collect.
    """
    require(principal, "usage")
    collecting(principal)
    statement = read_statement(data)
    parties = bills.parties(session, vault, principal)
    _check_account(statement, parties.pop(principal.tenant_id, None))
    digest = hashlib.sha256(data).hexdigest()
    entered = matched = 0
    for payment in statement.payments:
        if store.is_in(session, principal, payment.reference):
            continue
        sisters = _from_sister(session, principal, payment, now)
        if sisters is not None:
            entered += sisters
            matched += sisters
            continue
        wanted, licensee = _found(session, principal, payment, parties)
        known = replace(payment, licensee_id=licensee)
        receipt = receipts.enter(session, vault, principal, known, now=now, file_sha256=digest)
        clerk = Clerk(session, principal.tenant_id, now)
        paid = sum(one.amount_micro for one in matching.pay(clerk, principal, receipt, wanted))
        paid = paid or advised.arrived(session, vault, principal, receipt, now=now)
        entered += 1
        matched += paid == payment.amount_micro
    return Imported(
        form=statement.form,
        file_sha256=digest,
        payments=len(statement.payments),
        entered=entered,
        known=len(statement.payments) - entered,
        matched=matched,
        waiting=entered - matched,
        others=statement.others,
    )


def _from_sister(
    session: Session, principal: Principal, payment: Payment, now: datetime
) -> bool | None:
    """Take in what another book of the registry paid, by the name its bank knows it by.

    Whether that was new; None for any other payment.
    """
    named = OURS.search(f"{payment.reference} {payment.text}")
    if named is None:
        return None
    amount = payment.amount_micro, payment.currency
    return remittances.arrived(session, principal.tenant_id, named[0], amount, now=now)


def _found(
    session: Session, principal: Principal, payment: Payment, parties: dict[str, Party]
) -> tuple[list[Settlement], str | None]:
    """The open invoices that a payment is for, in order, and who paid as far as that is known."""
    payer = payer_of(payment, parties)
    named = invoices.numbered(session, principal, numbers_in(payment))
    licensees = {one.licensee_id for one in named}
    if len(licensees) == 1:
        unpaid = [
            one
            for one in matching.settlements(session, principal, named)
            if one.owed_micro > 0 and one.invoice.currency == payment.currency
        ]
        return unpaid, licensees.pop()
    if payer is None or licensees:
        return [], payer
    owed = matching.owed_invoices(session, principal, payer, payment.currency)
    unpaid = [one for one in owed if one.open_micro > 0]
    found = by_amount(payment.amount_micro, unpaid) or by_amount(payment.amount_micro, owed)
    return list(found), payer


def _check_account(statement: BankStatement, own: Party | None) -> None:
    if own is not None and own.iban and statement.accounts and own.iban not in statement.accounts:
        raise BadInput(
            "This is the statement of another account.",
            next_step="Hand in that of the account on your invoices: ebenbild invoice parties",
            code="another-account",
        )
