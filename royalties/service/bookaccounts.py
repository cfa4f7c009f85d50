"""Accounts that a book pays from (`own`) and those of authorities that it pays taxes to."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import BadInput
from core.ids import derived_id
from core.principal import Principal, require
from royalties.accounts import AccountKind, account
from royalties.ibans import check_bic, check_iban, in_sepa
from royalties.models_payouts import BookAccount
from royalties.store import bookaccounts

OWN = "own"
_NAME_MAX = 70


def list_accounts(session: Session, principal: Principal) -> Mapping[str, BookAccount]:
    """The newest version of each account of one's own book, by whose it is."""
    require(principal, "reports")
    return bookaccounts.accounts(session, principal)


def set_account(
    session: Session,
    principal: Principal,
    whose: str,
    *,
    name: str,
    iban: str,
    bic: str,
    now: datetime,
) -> BookAccount:
    """Name the account that one's own book pays from (`own`), or that of an authority.

    What is proposed already goes from and to the account that was named then.
    """
    # Load.
    require(principal, "usage")
    known = bookaccounts.accounts(session, principal).get(whose)
    # Decide.
    account(AccountKind.TAX, whose)
    said, number = " ".join(name.split()), check_iban(iban)
    if not 0 < len(said) <= _NAME_MAX or not said.isprintable() or not in_sepa(number):
        raise BadInput(
            "An account has a name of 1 to 70 characters and lies within SEPA.",
            next_step="Name it as the bank does.",
            code="bad-account",
        )
    version = 1 if known is None else known.version + 1
    item = BookAccount(
        id=derived_id("bac", principal.tenant_id, whose, str(version)),
        tenant_id=principal.tenant_id,
        whose=whose,
        version=version,
        name=said,
        iban=number,
        bic=check_bic(bic, number) if bic else "",
        recorded_at=now,
    )
    # Save.
    bookaccounts.add_account(session, item)
    details = {"account": item.id, "whose": whose}
    audit.record(
        session, principal, action="payout.account", subject_id=item.id, details=details, now=now
    )
    return item
