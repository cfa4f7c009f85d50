"""Which detection continues which track, from one frame to the next of the same shot.

Overlap decides, best pairs first; a track that finds no partner for longer than a blink or a
passing hand ends. Pure bookkeeping: no pixels are seen here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fingerprint.face.detector import hull_overlap
from fingerprint.face.models import Box, Detection, Face, Sample

OVERLAP_MIN = 0.2  # of the common hull; a head that moved half its width has 0.33
FACES_MAX = 4000  # per track; at five frames in two seconds almost half an hour


@dataclass(slots=True)
class Trail:
    """A track while it is still being followed; `box` is where it was last, in frame pixels.

    `turn` as in `Detection`, the same for the whole track.
    """

    box: Box
    turn: int = 0
    faces: list[Face] = field(default_factory=list)
    samples: dict[int, Sample] = field(default_factory=dict)  # best one per time bucket
    missed: int = 0

    @property
    def full(self) -> bool:
        return len(self.faces) >= FACES_MAX


@dataclass(frozen=True, slots=True)
class Links:
    """Detections that continue trails, detections that begin new ones, trails left alone."""

    pairs: tuple[tuple[Trail, Detection], ...]
    fresh: tuple[Detection, ...]
    lost: tuple[Trail, ...]


def link(trails: Sequence[Trail], detections: Sequence[Detection]) -> Links:
    """Pair trails and detections greedily by overlap; each is used once."""
    candidates = [
        (hull_overlap(trail.box, detection.box), t, d)
        for t, trail in enumerate(trails)
        for d, detection in enumerate(detections)
    ]
    taken_trails: dict[int, int] = {}
    taken_detections: set[int] = set()
    for overlap, t, d in sorted(candidates, key=lambda c: -c[0]):
        if overlap >= OVERLAP_MIN and t not in taken_trails and d not in taken_detections:
            taken_trails[t] = d
            taken_detections.add(d)
    return Links(
        tuple((trails[t], detections[d]) for t, d in taken_trails.items()),
        tuple(d for n, d in enumerate(detections) if n not in taken_detections),
        tuple(trail for t, trail in enumerate(trails) if t not in taken_trails),
    )


def thin_out(samples: dict[int, Sample], count_max: int) -> None:
    """Drop pictures until `count_max` are left, spread over the track and good.

    The picture that goes is poor and has close neighbours, and is never the best: a change of
    person anywhere in the track must leave pictures of both. Keys are times in any unit.
    """
    while len(samples) > count_max:
        keys = sorted(samples)
        best = max(keys, key=lambda key: samples[key].grade.quality)
        first, last = 3 * keys[0] - 2 * keys[1], 3 * keys[-1] - 2 * keys[-2]  # ends are dear
        worth = {
            key: (after - before) * samples[key].grade.quality
            for before, key, after in zip([first, *keys], keys, [*keys[1:], last], strict=False)
            if key != best
        }
        del samples[min(worth, key=lambda key: worth[key])]
