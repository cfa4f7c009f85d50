"""The chart of accounts: which kinds of account a book has, whose each is, and how it is written.

An account is a kind and a subject, written `kind:subject`; the few that a book has only once are
written by their kind alone. Nothing is ever booked to a name that is not on this chart, so a typing
error cannot open an account. Debits are positive, credits negative. Worked example: docs/ledger.md.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.errors import BadInput


class AccountKind(StrEnum):
    """Every kind of account."""

    BANK = "bank"
    RECEIVABLE = "receivable"
    WRITTEN_OFF = "written_off"
    IN_TRANSIT = "in_transit"
    FX = "fx"
    ACCRUED = "accrued"
    PAYABLE = "payable"
    BLOCKED = "blocked"
    HELD = "held"
    UNIDENTIFIED = "unidentified"
    SUSPENSE = "suspense"
    RESERVE = "reserve"
    UNCLAIMED = "unclaimed"
    UNMATCHED = "unmatched"
    VAT = "vat"
    TAX = "tax"
    COST = "cost"
    SOCIAL = "social"
    ROUNDING = "rounding"


class Side(StrEnum):
    """What an account's balance means: what is ours to get, or what we owe."""

    ASSET = "asset"
    LIABILITY = "liability"


_ASSETS = frozenset(
    {
        AccountKind.BANK,
        AccountKind.RECEIVABLE,
        AccountKind.WRITTEN_OFF,
        AccountKind.IN_TRANSIT,
        AccountKind.FX,
    }
)
_ID = r"_[a-z2-7]{26}"
_TENANT, _PERFORMER, _PAYEE, _CUT = (f"{prefix}{_ID}" for prefix in ("ten", "prf", "pay", "cut"))
_ANY_ID = rf"[a-z]{{3}}{_ID}"
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_NAME = r"[a-z][a-z0-9-]{0,39}"
_ALONE = ""
_KINDS = frozenset(AccountKind)
_KEPT_MAX = 65_536
_SUBJECTS = {
    AccountKind.BANK: _ALONE,
    AccountKind.RECEIVABLE: _TENANT,
    AccountKind.WRITTEN_OFF: _TENANT,
    AccountKind.IN_TRANSIT: _ANY_ID,
    AccountKind.FX: r"[A-Z]{3}-[A-Z]{3}",
    AccountKind.ACCRUED: _PERFORMER,
    AccountKind.PAYABLE: _PAYEE,
    AccountKind.BLOCKED: _PAYEE,
    AccountKind.HELD: _PERFORMER,
    AccountKind.UNIDENTIFIED: _CUT,
    AccountKind.SUSPENSE: _CUT,
    AccountKind.RESERVE: _ANY_ID,
    AccountKind.UNCLAIMED: _MONTH,
    AccountKind.UNMATCHED: _TENANT,
    AccountKind.VAT: _NAME,
    AccountKind.TAX: _NAME,
    AccountKind.COST: _NAME,
    AccountKind.SOCIAL: _NAME,
    AccountKind.ROUNDING: _ALONE,
}


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `subject` is an id, a month, a pair of currencies, a name, or empty."""

    kind: AccountKind
    subject: str

    @property
    def side(self) -> Side:
        """Whether a debit makes it grow (an asset) or a credit does (a liability)."""
        return side_of(self.kind)

    def __str__(self) -> str:
        """`kind:subject`, or the kind alone; `parse` reads it back."""
        return f"{self.kind}:{self.subject}" if self.subject else self.kind.value


def side_of(kind: AccountKind) -> Side:
    """What a balance of this kind of account means."""
    return Side.ASSET if kind in _ASSETS else Side.LIABILITY


@lru_cache(maxsize=_KEPT_MAX)
def account(kind: AccountKind, subject: str = "") -> str:
    """The text of an account; raises `BadInput` where the subject is not one of that kind."""
    if re.fullmatch(_SUBJECTS[kind], subject) is None:
        raise _unknown(f"{kind}:{subject}")
    return str(Account(kind, subject))


@lru_cache(maxsize=_KEPT_MAX)
def parse(text: str) -> Account:
    """Read an account; raises `BadInput` for what is not on the chart."""
    kind, colon, subject = text.partition(":")
    if kind not in _KINDS or (colon and not subject):
        raise _unknown(text)
    account(AccountKind(kind), subject)
    return Account(AccountKind(kind), subject)


def receivable(tenant_id: str) -> str:
    """The account of what a licensee owes."""
    return account(AccountKind.RECEIVABLE, tenant_id)


def accrued(performer_id: str) -> str:
    """The account of what was earned by a performer and has not been received yet."""
    return account(AccountKind.ACCRUED, performer_id)


def held(performer_id: str) -> str:
    """The account of what a performer is due for uses that were found and are not licensed."""
    return account(AccountKind.HELD, performer_id)


def unidentified(cut_id: str) -> str:
    """The account of what is due to people in a cut whom nobody knows."""
    return account(AccountKind.UNIDENTIFIED, cut_id)


def suspense(cut_id: str) -> str:
    """The account of what more than the whole of is claimed in a cut."""
    return account(AccountKind.SUSPENSE, cut_id)


def payable(payee_id: str) -> str:
    """The account of what is owed to a payee out of money received."""
    return account(AccountKind.PAYABLE, payee_id)


def _unknown(text: str) -> BadInput:
    return BadInput(
        f"{text[:80]!r} is no account of the chart.",
        next_step="Write it as kind:subject, as docs/ledger.md lists them.",
        code="bad-account",
    )
