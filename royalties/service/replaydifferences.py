"""Where what a fact states is not what comes out, and facts that come to no booking at all."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import BadInput
from core.money import rate_text


@dataclass(frozen=True, slots=True)
class Difference:
    """What a fact states, and what comes out; `line` is its number in the file."""

    line: int
    what: str
    stated: str
    recomputed: str


def unbookable(line: int) -> BadInput:
    """The error of a fact, by its number in the file, that nothing can be booked from."""
    return BadInput(
        f"What line {line} states does not come to a booking.",
        next_step="Export the facts again: ebenbild ledger export FILE --form facts",
        code="bad-facts",
    )


def unless_equal(line: int, what: str, stated: int, comes_to: int) -> Iterator[Difference]:
    """The difference between two sums in millionths, where there is one."""
    if stated != comes_to:
        yield Difference(line, what, rate_text(stated), rate_text(comes_to))
