"""A bank's statement taken in: every payment once, and matched where that is beyond doubt.

The same statement, or another that names the same payments, changes nothing; where only a person
can tell whether it does, the payment is held for one.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.errors import BadInput
from core.principal import Principal, require
from core.vault import Vault
from royalties.bankanswers import OURS
from royalties.billing.bankstatement import BankStatement, read_statement
from royalties.billing.finding import by_amount, numbers_in, payer_of
from royalties.billing.parties import Party
from royalties.billing.twins import Likeness
from royalties.models_income import (
    HeldCause,
    Imported,
    Payment,
    Settlement,
    ToldPayment,
    ToldState,
)
from royalties.service import advised, bills, matching, receipts, remittances, toldpayments
from royalties.service.books import Clerk
from royalties.service.clerks import collecting
from royalties.service.comparing import Compared, compare
from royalties.store import invoices
from royalties.store import receipts as store
from royalties.store import toldpayments as told_store


class _Became(StrEnum):
    """What became of a payment."""

    MATCHED = "matched"
    WAITING = "waiting"
    HELD = "held"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class _Intake:
    """A file at work for a book, and whom it may be from."""

    session: Session
    vault: Vault
    principal: Principal
    now: datetime
    parties: dict[str, Party]
    digest: str
    clashes: dict[str, str] = field(default_factory=dict)

    def is_in(self, payment: Payment) -> bool:
        """Whether a payment came by this name before."""
        of = self.session, self.principal, payment.reference
        return store.named(*of) is not None or told_store.is_in(*of)

    def called(self, payment: Payment) -> Payment:
        """A payment by a name of its own where a clerk gave the bank's to another amount or day."""
        found = store.named(self.session, self.principal, payment.reference)
        if found is None or found[1] or found[0].payment.what in receipts.near([payment]):
            return payment
        receipt, _ = found
        own = replace(payment, reference=f"{payment.reference} {payment.booked_on}")
        self.clashes[own.reference] = receipt.id
        return own

    def take(self, payment: Payment, found: Compared) -> _Became:
        """Enter a new payment, unless it was told before; hold it where only a person can tell."""
        receipts.check(self.session, payment, self.now)
        if found.how is Likeness.OTHER and payment.reference in self.clashes:
            found = Compared(Likeness.DOUBTFUL, self.clashes[payment.reference])
        if found.how is Likeness.SAME:
            self._note(payment, ToldState.KNOWN, found.cause, found.like)
            return _Became.KNOWN
        for named in OURS.findall(f"{payment.reference} {payment.text}".upper()):
            if remittances.is_sisters(self.session, self.principal.tenant_id, named):
                return self._from_sister(payment, named)
        if found.how is Likeness.DOUBTFUL:
            self._note(payment, ToldState.HELD, found.cause, found.like)
            return _Became.HELD
        return self.enter(payment)

    def enter(self, payment: Payment) -> _Became:
        """Take it in, and match it where that is beyond doubt."""
        session, vault, principal, now = self.session, self.vault, self.principal, self.now
        wanted, licensee = _found(session, principal, payment, self.parties)
        known = replace(payment, licensee_id=licensee)
        receipt = receipts.enter(session, vault, principal, known, now=now, file_sha256=self.digest)
        clerk = Clerk(session, principal.tenant_id, now)
        paid = sum(one.amount_micro for one in matching.pay(clerk, principal, receipt, wanted))
        paid = paid or advised.arrived(session, vault, principal, receipt, now=now)
        return _Became.MATCHED if paid == payment.amount_micro else _Became.WAITING

    def _from_sister(self, payment: Payment, reference: str) -> _Became:
        """Take in what another book of the registry paid, by the name its bank knows it by."""
        amount = payment.amount_micro, payment.currency
        new = remittances.arrived(
            self.session, self.principal.tenant_id, reference, amount, now=self.now
        )
        state = ToldState.HELD if new is None else ToldState.KNOWN
        self._note(payment, state, HeldCause.SISTERS, reference)
        if new is None:
            return _Became.HELD
        return _Became.MATCHED if new else _Became.KNOWN

    def _note(self, payment: Payment, state: ToldState, cause: HeldCause, like: str) -> None:
        toldpayments.note(
            self.session,
            self.vault,
            self.principal,
            payment,
            state,
            cause=cause,
            like=like,
            file_sha256=self.digest,
            now=self.now,
        )


def import_statement(
    session: Session, vault: Vault, principal: Principal, data: bytes, *, now: datetime
) -> Imported:
    """Take a statement in whole or not at all; call it in `write()`.

    Raises `BadInput` for what is no statement, or one of another account than the book's own,
    `NotAllowed` for who does not collect.
    """
    # Load.
    require(principal, "usage")
    collecting(principal)
    statement = read_statement(data)
    parties = bills.parties(session, vault, principal)
    own = parties.pop(principal.tenant_id, None)
    _check_account(statement, own)
    digest = hashlib.sha256(data).hexdigest()
    intake = _Intake(session, vault, principal, now, parties, digest)
    first: dict[str, Payment] = {}
    for one in statement.payments:
        first.setdefault(one.reference, one)
    payments = [intake.called(one) for one in first.values()]
    new = [one for one in payments if not intake.is_in(one)]
    # Decide and save.
    compared = compare(session, vault, principal, payments, new=new, own=own)
    became = Counter(intake.take(*one) for one in zip(new, compared, strict=True))
    return Imported(
        form=statement.form,
        file_sha256=digest,
        payments=len(statement.payments),
        entered=became[_Became.MATCHED] + became[_Became.WAITING],
        known=len(statement.payments) - len(new) + became[_Became.KNOWN],
        held=became[_Became.HELD],
        matched=became[_Became.MATCHED],
        waiting=became[_Became.WAITING],
        others=statement.others,
    )


def decide_held(
    session: Session,
    vault: Vault,
    principal: Principal,
    told_id: str,
    *,
    enter: bool,
    now: datetime,
) -> list[ToldPayment]:
    """Enter a payment that was held, matched where that is beyond doubt, or drop it.

    All that a file told of one batch is decided on at once, the payment asked for first. Raises as
    `toldpayments.decide` does; call it in `write()`.
    """
    done = toldpayments.decide(session, vault, principal, told_id, enter=enter, now=now)
    if enter:
        parties = bills.parties(session, vault, principal)
        parties.pop(principal.tenant_id, None)
        intake = _Intake(session, vault, principal, now, parties, done[0].file_sha256)
        for one in done:
            intake.enter(one.payment)
    return done


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
