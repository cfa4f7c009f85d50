"""Diarization error rate: who was said to speak, against who spoke.

Time is cut at every boundary, so nothing is rounded to a grid. As the NIST scorer does, 250 ms on
either side of a reference boundary may be left out, and voices are paired so that they agree for as
long as possible: https://www.nist.gov/itl/iad/mig/rich-transcription-evaluation (md-eval). Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fingerprint.models import Span

COLLAR_MS = 250
Turns = Mapping[str, Sequence[Span]]
_Piece = tuple[int, frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Errors:
    """Milliseconds of speaker time: in the reference, missed, alarmed falsely, and confused."""

    speech_ms: int
    missed_ms: int
    alarm_ms: int
    confused_ms: int

    @property
    def rate(self) -> float:
        """All three errors as a share of the speaker time in the reference."""
        wrong = self.missed_ms + self.alarm_ms + self.confused_ms
        return wrong / self.speech_ms if self.speech_ms else 0.0

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.speech_ms + other.speech_ms,
            self.missed_ms + other.missed_ms,
            self.alarm_ms + other.alarm_ms,
            self.confused_ms + other.confused_ms,
        )


NONE = Errors(0, 0, 0, 0)


def score(
    reference: Turns, found: Turns, *, collar_ms: int = COLLAR_MS, overlap: bool = True
) -> Errors:
    """Errors of `found` turns; `overlap=False` leaves out where several people speak at once."""
    pieces = [
        (length, spoken, said)
        for length, spoken, said in _pieces(reference, found, collar_ms)
        if overlap or len(spoken) <= 1
    ]
    partner = _pairing(pieces, sorted(reference), sorted(found))
    total = NONE
    for length, spoken, said in pieces:
        right = sum(partner.get(name) in spoken for name in said)
        total += Errors(
            length * len(spoken),
            length * max(0, len(spoken) - len(said)),
            length * max(0, len(said) - len(spoken)),
            length * (min(len(spoken), len(said)) - right),
        )
    return total


def _pieces(reference: Turns, found: Turns, collar_ms: int) -> Iterator[_Piece]:
    """Stretches within which nothing begins or ends, outside the collars."""
    edges = {edge for spans in reference.values() for s in spans for edge in (s.start_ms, s.end_ms)}
    cuts = {edge + side for edge in edges for side in (-collar_ms, collar_ms)}
    cuts |= {edge for spans in found.values() for s in spans for edge in (s.start_ms, s.end_ms)}
    for begin, end in pairwise(sorted(cuts | edges)):
        if not any(begin < edge + collar_ms and edge - collar_ms < end for edge in edges):
            yield end - begin, _speaking(reference, begin), _speaking(found, begin)


def _speaking(turns: Turns, at_ms: int) -> frozenset[str]:
    return frozenset(
        name for name, spans in turns.items() if any(s.start_ms <= at_ms < s.end_ms for s in spans)
    )


def _pairing(
    pieces: Sequence[_Piece], spoken: Sequence[str], said: Sequence[str]
) -> Mapping[str, str]:
    """Who of `said` is taken for whom of `spoken`: exact, over all sets of people paired so far."""
    together = {
        (a, b): sum(length for length, who, whom in pieces if a in who and b in whom)
        for a in spoken
        for b in said
    }
    best: dict[int, tuple[int, dict[str, str]]] = {0: (0, {})}
    for name in said:
        for taken, (agreed, pairs) in list(best.items()):
            for place, person in enumerate(spoken):
                bit = 1 << place
                more = agreed + together[person, name]
                if not taken & bit and more > best.get(taken | bit, (-1, {}))[0]:
                    best[taken | bit] = (more, pairs | {name: person})
    return max(best.values(), key=lambda entry: entry[0])[1]
