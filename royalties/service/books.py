"""Whose book money goes into, and how a transaction gets its place in it.

A book belongs to whoever collects. Who that is follows from the registry and not from who calls: a
licensee's claims are not the licensee's to book.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from core import tenants
from core.db import next_seq, next_seqs
from core.errors import Broken
from core.principal import SearchCapability
from royalties.closing import posting_month
from royalties.ledger import Stamp
from royalties.store import periods


def collector(session: Session) -> str:
    """The tenant that collects what no society has a mandate for: the operator."""
    found = tenants.list_tenants(session, kind=tenants.OPERATOR, limit=1)
    if not found:
        raise Broken("This registry has no operator, whose book claims go into.")
    return found[0].id


@dataclass(slots=True)
class Clerk:
    """Stamps transactions for one book, all in its open month; use it within one `write()`."""

    session: Session
    book: str
    at: datetime
    _month: str | None = None
    _numbers: Iterator[int] = field(default_factory=lambda: iter(()))

    def reserve(self, count: int) -> None:
        """Take as many places as transactions follow, in one step instead of one for each."""
        self._numbers = iter(next_seqs(self.session, count) if count else ())

    def stamp(self) -> Stamp:
        """The next place in the book; opens the month where it has not begun."""
        if self._month is None:
            self._month = self._open()
        number = next(self._numbers, None) or next_seq(self.session)
        return Stamp(self.book, self._month, number, self.at)

    def stamps(self, count: int) -> list[Stamp]:
        """The next places in the book, taken in one step."""
        self.reserve(count)
        return [self.stamp() for _ in range(count)]

    def _open(self) -> str:
        capability = SearchCapability("booking", self.book)
        known = periods.states(self.session, capability, self.book)
        month = posting_month(known, self.at)
        if month not in known:
            periods.begin(self.session, self.book, month, at=self.at)
        return month


@dataclass(slots=True)
class Clerks:
    """A clerk for each book that something is booked in, all at one moment."""

    session: Session
    at: datetime
    _clerks: dict[str, Clerk] = field(default_factory=dict)

    def of(self, book: str) -> Clerk:
        """The clerk of a book."""
        found = self._clerks.get(book)
        if found is None:
            found = self._clerks[book] = Clerk(self.session, book, self.at)
        return found

    def reserve(self, books: Iterable[str]) -> None:
        """Take as many places in each book as it is named here."""
        for book, count in sorted(Counter(books).items()):
            self.of(book).reserve(count)
