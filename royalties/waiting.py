"""How long money waited: what came in first goes out first, day by day, weighed by its amount."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """Money that comes (above zero) or goes; only what `counts` is waited for."""

    at: datetime
    amount_micro: int
    counts: bool


def waited(steps: Iterable[Step]) -> Iterator[tuple[int, int]]:
    """Pairs of whole days and the amount that waited so long, for steps in order of booking.

    What goes without ever having come waited for nothing and is left out.
    """
    waiting: deque[tuple[datetime, int]] = deque()
    for step in steps:
        if step.amount_micro > 0:
            waiting.append((step.at, step.amount_micro))
            continue
        left = -step.amount_micro
        while left and waiting:
            since, there = waiting.popleft()
            part = min(left, there)
            if step.counts:
                yield max((step.at - since).days, 0), part
            if part < there:
                waiting.appendleft((since, there - part))
            left -= part


def quantile(found: Iterable[tuple[int, int]], part: int, whole: int) -> int:
    """The fewest days within which `part` of `whole` of the amount was handed on; 0 for nothing."""
    ordered = sorted(found)
    total = sum(amount for _, amount in ordered)
    seen = 0
    for days, amount in ordered:
        seen += amount
        if seen * whole >= total * part:
            return days
    return 0
