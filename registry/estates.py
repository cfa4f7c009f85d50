"""Shares of heirs and when papers are enough: rules without storage.

Shares are fractions, because a third has no decimal.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from fractions import Fraction

from core.errors import BadInput

HEIRS_MAX = 50
DENOMINATOR_MAX = 10_000
_SHARE = re.compile(r"(\d{1,5})/(\d{1,5})|1", flags=re.ASCII)


def parse_share(text: str) -> Fraction:
    """A share written as `1/3` or `1`; raises `BadInput` for anything else."""
    if _SHARE.fullmatch(text) is None or text.endswith("/0"):
        raise _bad_share(text)
    share = Fraction(text)
    if not 0 < share <= 1 or share.denominator > DENOMINATOR_MAX:
        raise _bad_share(text)
    return share


def check_shares(shares: Sequence[Fraction]) -> None:
    """Return when the shares add up to the whole; raise `BadInput` otherwise."""
    if not 1 <= len(shares) <= HEIRS_MAX or sum(shares) != 1:
        raise BadInput(
            f"The shares add up to {sum(shares)}, of {len(shares)} heirs; it must be 1.",
            next_step=f"Name 1 to {HEIRS_MAX} heirs with shares such as 1/3 that add up to 1.",
            code="bad-shares",
        )


def check_keys(dids: Sequence[str]) -> None:
    """Return when each heir has a key of its own; who shares one would sign for the other."""
    if len(set(dids)) < len(dids):
        raise BadInput(
            "Two heirs have the same key.",
            next_step="Have each heir make a key of its own: ebenbild key new",
            code="shared-key",
        )


def check_death(deceased_on: date, at: datetime) -> None:
    """Return for a day that has come; raise `BadInput` otherwise."""
    if deceased_on > at.astimezone(UTC).date():
        raise BadInput(
            "This day is still to come.",
            next_step="Name the day of death as the papers do.",
            code="bad-date-of-death",
            fields=("deceased_on",),
        )


def is_attested(attesters: Collection[str], needed: int) -> bool:
    """Whether enough different people have read the papers."""
    return len(set(attesters)) >= needed


def _bad_share(text: str) -> BadInput:
    return BadInput(
        f"{text!r} is no share.",
        next_step="Write it as a fraction such as 1/3, or 1 for a sole heir.",
        code="bad-share",
    )
