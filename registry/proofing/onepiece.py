"""Whether the film of a phrase is in one piece, or may have been cut to its words.

Such a film is not refused: a bad camera or a knocked table may do the same to somebody who speaks.
The answer then counts as one without a film does, once a person has seen who speaks. What films in
one piece and others reach is printed by `python -m bench.onepiece`. Pure: figures in, reasons out.
Why: docs/adr/0091-a-film-in-one-piece.md
"""

from typing import Protocol

from fingerprint.models import Reason

JUMPS_MAX = 3.2  # deviations: 139 of 140 films in one piece by bad cameras lie below

PIECES = Reason("film-in-pieces", {})


class Seen(Protocol):
    """What `fingerprint.proofing.synchrony` measures."""

    @property
    def jumps(self) -> float: ...


def doubts(seen: Seen) -> tuple[Reason, ...]:
    """Why a person must have seen who speaks although there is a film; empty when none must."""
    return (PIECES,) if seen.jumps > JUMPS_MAX else ()
