"""What claims come to, as a frozen value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Earned:
    """A sum in one currency; `kept` money is set aside until its cause is settled.

    `month` (YYYY-MM) is that of the use, or the first of those that were summed.
    """

    month: str
    currency: str
    amount_micro: int
    kept: bool = False


@dataclass(frozen=True, slots=True)
class EarnedLine:
    """What one usage line brought for one use, and the month in which the books took it in."""

    posted: str
    usage_line_id: str
    territory: str
    views: int | None
    earned: Earned
