"""Which invoices are overdue, and how urgently to remind of each; levels are data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from core.canonical import parse_strict
from royalties.models_income import InvoiceKind, Settlement


@dataclass(frozen=True, slots=True)
class Overdue:
    """An invoice that should have been paid; `level` is 0 before the first reminder is due.

    `reminded` is the highest level that its licensee was told, 0 before any.
    """

    settled: Settlement
    days: int
    level: int
    reminded: int = 0

    @property
    def is_due(self) -> bool:
        """Whether a reminder is due that nobody was told yet."""
        return self.level > self.reminded


def overdue(
    settlements: Iterable[Settlement], on: date, reminded: Mapping[str, int] = MappingProxyType({})
) -> Iterator[Overdue]:
    """Invoices of which something is open after the day it was due on; `reminded` by invoice."""
    for one in settlements:
        days = (on - one.invoice.due_on).days
        if one.invoice.kind is InvoiceKind.INVOICE and one.open_micro > 0 and days > 0:
            yield Overdue(one, days, level_of(days), reminded.get(one.invoice.id, 0))


def level_of(days: int) -> int:
    """The highest level that is due after so many days."""
    return max((level for level, due in _levels() if days >= due), default=0)


@cache
def _levels() -> tuple[tuple[int, int], ...]:
    data = parse_strict(files("royalties").joinpath("data", "reminders.json").read_bytes())
    return tuple((int(one["level"]), int(one["days_overdue"])) for one in data["levels"])
