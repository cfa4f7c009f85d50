"""Advices of payments from another registry beside what was booked by them, and how each stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal
from royalties.advice import refused
from royalties.models_advised import UNDONE, AdviceMatch, KeptAdvice
from royalties.service.placing import Book
from royalties.store import advices as store

REFUSED = ("paid-before", "earlier-missing")
NO_PAYMENT, HELD = "no-payment", "held"


@dataclass(frozen=True, slots=True)
class State:
    """How an advice stands: its receipt, what of it is booked to claims, and why not all of it.

    `waits` is a code, empty where all is booked; `lines` are those that are.
    """

    receipt_id: str
    claims_micro: int
    waits: str
    lines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Matched:
    """An advice with what was booked by it, and the receipt while that stands."""

    kept: KeptAdvice
    rows: Sequence[AdviceMatch]

    @property
    def receipt_id(self) -> str:
        """The payment that it is of; empty while none is."""
        return self.rows[-1].receipt_id if self.stands else ""

    @property
    def stands(self) -> bool:
        """Whether a payment is matched to it."""
        return bool(self.rows) and self.rows[-1].reason != UNDONE

    @property
    def claims_micro(self) -> int:
        """What of it is booked to claims."""
        return sum(one.claims_micro for one in self.rows)

    @property
    def lines(self) -> frozenset[int]:
        """The lines that are booked."""
        found: set[int] = set()
        for one in self.rows:
            found = set() if one.reason == UNDONE else found | set(one.lines)
        return frozenset(found)


def state_of(session: Session, principal: Principal, kept: KeptAdvice) -> State:
    """How an advice stands beside all others of the same payer."""
    every = every_advice(session, principal, book_of(kept))
    (own,) = (one for one in every if one.kept.id == kept.id)
    if own.stands:
        whole = len(own.lines) == len(kept.advice.lines)
        return State(own.receipt_id, own.claims_micro, "" if whole else HELD, own.lines)
    return State("", 0, refused(kept.advice, paid(every)) or NO_PAYMENT)


def every_advice(session: Session, principal: Principal, book: Book) -> list[Matched]:
    """All advices of a payer in a currency, with what was booked by each."""
    kept = store.every(session, principal, book.payer, book.currency)
    rows = store.matches(session, principal, [one.id for one in kept])
    return [Matched(one, rows[one.id]) for one in kept]


def others(every: Iterable[Matched], own: Matched) -> list[Matched]:
    """Those that stand beside one of them."""
    return [one for one in every if one.stands and one.kept.id != own.kept.id]


def paid(every: Iterable[Matched]) -> list[str]:
    """The runs of the payer that standing advices paid."""
    return [name for one in every if one.stands for name in one.kept.advice.runs]


def book_of(kept: KeptAdvice) -> Book:
    """The book that an advice is for, and from whom."""
    return Book(kept.tenant_id, kept.payer_id, kept.advice.currency)
