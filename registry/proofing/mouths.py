"""Whether the mouth on the film of a phrase says what is heard.

The bar is at 0.7 of what 95 % of people who speak themselves reach, so that nearly all of them pass
it with all other gates; what attackers then reach is printed by `python -m bench.gate`. A recording
without pictures shows no mouth: it may be somebody's, and a person must have seen who speaks. Pure:
figures in, reasons out.
Why: docs/adr/0069-a-mouth-that-says-the-phrase.md.
"""

from collections.abc import Sequence
from typing import Protocol

from fingerprint.models import Reason
from registry.models.proofs import Fact
from registry.proofing.headturn import UNTURNED
from registry.proofing.onepiece import PIECES

SCORE_MIN = 0.13
MOTION_MIN = 0.1  # people who speak reach 0.13 and more, photographs that are held 0.07
FRAMES_MIN = 100
SHOWN_MIN = 0.8
FRAME_MS_MAX = 70.0  # fourteen pictures a second: slower ones miss how a mouth closes

UNSEEN = Reason("mouth-not-seen", {})


def wanted(reasons: Sequence[Reason]) -> frozenset[Fact]:
    """What people must vouch for after an answer that they hear: more where nobody saw it said."""
    unseen = any(reason in reasons for reason in (UNSEEN, PIECES, UNTURNED))
    return frozenset({Fact.WORDS, Fact.LIVE} if unseen else {Fact.WORDS})


class Agreed(Protocol):
    """What `fingerprint.proofing.synchrony` measures."""

    @property
    def score(self) -> float: ...
    @property
    def motion(self) -> float: ...
    @property
    def frames(self) -> int: ...
    @property
    def shown(self) -> int: ...
    @property
    def frame_ms(self) -> float: ...


def faults(agreed: Agreed) -> tuple[Reason, ...]:
    """Every reason why a film does not show who says what is heard; empty when it does."""
    if agreed.shown < FRAMES_MIN or agreed.shown < SHOWN_MIN * agreed.frames:
        return (Reason("one-face-not-shown", {"frames": agreed.shown, "of": agreed.frames}),)
    if agreed.frame_ms > FRAME_MS_MAX:
        return (Reason("film-too-slow", {"pictures": round(1000 / agreed.frame_ms)}),)
    if agreed.motion < MOTION_MIN or agreed.score < SCORE_MIN:
        return (Reason("mouth-says-other", {}),)
    return ()
