"""Money that a clerk enters by hand: compared first with all that the book was told before.

A clerk's reference is no name of the bank's, so that by hand too a payment is known by what is said
of it. Where that is in, or may be, the clerk says whether it is another (ADR 122).
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.errors import Conflict
from core.principal import Principal, require
from core.vault import Vault
from royalties.bankanswers import OURS
from royalties.billing.bankstatement import MADE
from royalties.billing.twins import Likeness
from royalties.billing.words import is_meant_as_iban
from royalties.ibans import check_iban
from royalties.models_income import HeldCause, Payment, Receipt
from royalties.service import bills, receipts, remittances, toldpayments
from royalties.service.clerks import collecting
from royalties.service.comparing import Compared, compare
from royalties.store import receipts as store


def by_hand(
    session: Session,
    vault: Vault,
    principal: Principal,
    payment: Payment,
    *,
    is_another: bool = False,
    now: datetime,
) -> Receipt:
    """Take money in as a clerk names it; call it in `write()`.

    Raises as `receipts.enter` does, `BadInput` for a mistyped IBAN, and `Conflict` for what was
    told before or is held by this name, for what is or may be in by another unless it
    `is_another`, and for what a sister paid: her bank's word enters it.
    """
    require(principal, "usage")
    receipts.check(session, payment, now)
    payment = _with_account(payment)
    collecting(principal)
    _check_name(session, principal, payment.reference)
    _check_sisters(session, principal, payment)
    if not is_another:
        own = bills.parties(session, vault, principal).get(principal.tenant_id)
        compared = [replace(payment, reference=MADE)]
        (found,) = compare(session, vault, principal, compared, new=compared, own=own)
        _check_new(session, principal, found)
    return receipts.enter(session, vault, principal, payment, now=now)


def _with_account(payment: Payment) -> Payment:
    """With its IBAN in plain form: a mistyped one would make it another sender's."""
    if not is_meant_as_iban(payment.payer_account):
        return payment
    return replace(payment, payer_account=check_iban(payment.payer_account, "payer_account"))


def _check_name(session: Session, principal: Principal, reference: str) -> None:
    """Raise where a payment came by this name, whatever it is called in the book."""
    own = receipts.id_of(principal.tenant_id, reference)
    told = toldpayments.receipt_of(session, principal, reference)
    known = store.are_in(session, principal, [own, told])
    if known:
        raise receipts.in_already(own if own in known else told)
    if told:
        raise Conflict(
            "A file named this payment: it is in by another name, or a person decides on it.",
            next_step="List what waits: ebenbild receipt held",
            code="told-before",
        )


def _check_sisters(session: Session, principal: Principal, payment: Payment) -> None:
    for named in OURS.findall(f"{payment.reference} {payment.text}".upper()):
        if remittances.is_sisters(session, principal.tenant_id, named):
            raise Conflict(
                f"Another society of this registry paid this as {named}: it is entered "
                "once her bank or yours says so, with all that it is for.",
                next_step="Take in your bank's statement: ebenbild receipt import FILE. "
                "See it: ebenbild collect received.",
                code="sisters-payment",
            )


def _check_new(session: Session, principal: Principal, found: Compared) -> None:
    """Raise where what is said of a payment is or may be that of one in the book, or held."""
    how, like = found.how, found.like
    if how is Likeness.OTHER:
        return
    if not store.are_in(session, principal, [like]):
        raise Conflict(
            "A file named a payment like this one, and a person has yet to decide on it.",
            next_step="Decide on that first: ebenbild receipt held",
            code="maybe-in-already",
        )
    is_same = how is Likeness.SAME
    if found.cause is HeldCause.BATCH:
        said = f"This may be the sum of payments that are in already: {like} and others."
    else:
        said = (
            f"This payment is in already: {like}."
            if is_same
            else f"This may be in already: {like}."
        )
    raise Conflict(
        said,
        next_step=f"See it: ebenbild receipt show {like}. If yours is another payment, say so: "
        "ebenbild receipt add with --another, or the box on the page.",
        code="in-already" if is_same else "maybe-in-already",
    )
