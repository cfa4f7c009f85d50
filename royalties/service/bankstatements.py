"""A bank's statement taken in: every payment once, and matched where that is beyond doubt.

The same statement, or another that names the same payments, changes nothing; where only a person
can tell whether it does, the payment is held for one.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from core.errors import BadInput
from core.principal import Principal, require
from core.vault import Vault
from royalties.billing.bankstatement import BankStatement, read_statement
from royalties.billing.parties import Party
from royalties.billing.twins import Likeness
from royalties.models_income import Imported, Payment, ToldPayment
from royalties.service import bills, toldpayments
from royalties.service.clerks import collecting
from royalties.service.comparing import Compared, compare
from royalties.service.intake import Became, Intake


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
    intake = Intake(session, vault, principal, now, parties, digest)
    first: dict[str, Payment] = {}
    for one in statement.payments:
        first.setdefault(one.reference, one)
    payments, clashes = intake.called([*first.values()])
    new = intake.new(payments)
    # Decide and save.
    compared = compare(session, vault, principal, payments, new=new, own=own)
    beside = [_beside(*one, clashes) for one in zip(new, compared, strict=True)]
    became = intake.take(new, beside)
    return Imported(
        form=statement.form,
        file_sha256=digest,
        payments=len(statement.payments),
        entered=became[Became.MATCHED] + became[Became.WAITING],
        known=len(statement.payments) - len(new) + became[Became.KNOWN],
        held=became[Became.HELD],
        matched=became[Became.MATCHED],
        waiting=became[Became.WAITING],
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
        intake = Intake(session, vault, principal, now, parties, done[0].file_sha256)
        intake.enter([one.payment for one in done])
    return done


def _beside(payment: Payment, found: Compared, clashes: Mapping[str, str]) -> Compared:
    """In doubt beside what a clerk entered by the bank's name for it, where it is like nothing."""
    if found.how is Likeness.OTHER and payment.reference in clashes:
        return Compared(Likeness.DOUBTFUL, clashes[payment.reference])
    return found


def _check_account(statement: BankStatement, own: Party | None) -> None:
    if own is not None and own.iban and statement.accounts and own.iban not in statement.accounts:
        raise BadInput(
            "This is the statement of another account.",
            next_step="Hand in that of the account on your invoices: ebenbild invoice parties",
            code="another-account",
        )
