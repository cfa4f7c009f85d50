"""When a recording counts as one that was certified, and how sure that is.

Half of what is asked about has to be in the certified recording: a film that shows three seconds
of another is not that other film.
Spec: https://spec.c2pa.org/specifications/specifications/2.3/softbinding/Decoupled.html
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fingerprint.content.models import Link, Part
from licensing.certificateassertion import ALGORITHM as EMBEDDED
from registry.spans import total_ms

ALGORITHMS = {"org.ebenbild.sound.1": Part.SOUND, "org.ebenbild.picture.1": Part.PICTURE}
"""Fingerprints that are compared, by what of a recording they are about."""
SUPPORTED = (*ALGORITHMS, EMBEDDED)
"""And the one that embedded certificates carry: the SHA-256 of a print, which is looked up."""
DIGEST_BYTES = 32
SCORE_MIN, SCORE_MAX = 50, 100


@dataclass(frozen=True, slots=True)
class Likeness:
    """A certified recording, and what share (percent) of the asked one was found in it."""

    certificate_id: str
    score: int


def score(links: Iterable[Link], asked_ms: int) -> int:
    """The share of a recording that was found, in percent; overlapping stretches count once."""
    if asked_ms <= 0:
        return 0
    return min(SCORE_MAX, 100 * total_ms(link.here for link in links) // asked_ms)


def best(found: Sequence[Likeness], limit: int) -> tuple[Likeness, ...]:
    """Those that count, the surest first, each certificate once."""
    surest: dict[str, int] = {}
    for item in found:
        if item.score >= SCORE_MIN:
            surest[item.certificate_id] = max(item.score, surest.get(item.certificate_id, 0))
    ordered = sorted(surest.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Likeness(*item) for item in ordered[:limit])
