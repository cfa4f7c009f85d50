"""Finds one film's pictures in another: movement that goes together where the pictures look alike.

Two takes of one scene look alike; what tells them apart is how they change. So pictures only say
where to look, and the correlation of their changes over seconds decides. What does not move says
nothing: a still shot is never found on its own, it belongs to the moving stretches around it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.following import Films, Line, follow
from fingerprint.content.framing import Framing, framings
from fingerprint.content.models import PICTURE_HOP_MS, Link, PicturePrint
from fingerprint.content.movement import FINE, Moving

_WINDOW = 16  # quarter seconds
_CORRELATION_MIN = 0.6
_LIKENESS_MIN = 0.8
_PROBES = 32
_PLACES_MAX = 4000
_LINES_PER_PROBE = 2

Flags = NDArray[np.bool_]


def find_pictures(here: PicturePrint, there: PicturePrint) -> tuple[Link, ...]:
    """Every stretch of the asked film whose pictures are in the known one, in order."""
    if not len(here) or not len(there):
        return ()
    found: list[Link] = []
    taken = np.zeros(here.steps, np.bool_)
    for framing in framings(here, there):
        if not taken.all():
            found.extend(_found_in(here, there, framing, taken))
    return tuple(sorted(found, key=lambda link: link.here))


def _found_in(
    here: PicturePrint, there: PicturePrint, framing: Framing, taken: Flags
) -> Iterator[Link]:
    """Stretches in one framing, outside of what is `taken`; marks what it finds."""
    films = Films.of(here, there, framing)
    for line in _lines(films.asked, films.known, taken):
        for link in follow(films, line):
            steps = slice(link.here.start_ms // PICTURE_HOP_MS, link.here.end_ms // PICTURE_HOP_MS)
            if taken[steps].mean() < 0.5:
                taken[steps] = True
                yield link


def _lines(asked: Moving, known: Moving, taken: Flags) -> Iterator[Line]:
    """Lines along which some seconds that move go together, looked for a few dozen times."""
    energy = np.convolve((asked.changes**2).mean(axis=1), np.ones(_WINDOW), "same")[: len(taken)]
    for stretch in np.array_split(np.arange(len(taken)), min(_PROBES, len(taken))):
        place = int(stretch[np.argmax(energy[stretch] * ~taken[stretch])])
        if not taken[place] and energy[place] > 0:
            yield from _from_probe(asked, known, place)


def _from_probe(asked: Moving, known: Moving, place: int) -> Iterator[Line]:
    start = max(0, min(place - _WINDOW // 2, len(asked.looks) - _WINDOW))
    steps = np.arange(start, min(start + _WINDOW, len(asked.looks)))
    likeness = known.looks @ asked.looks[place]
    places = np.argsort(-likeness, kind="stable")[:_PLACES_MAX]
    places = places[likeness[places] >= _LIKENESS_MIN]
    rows = places[:, None] + FINE * (steps - place)
    inside = (rows >= 0) & (rows < len(known.looks))
    theirs = known.changes[np.where(inside, rows, 0)] * inside[:, :, None]
    ours = asked.changes[steps]
    norms = np.sqrt((theirs**2).sum(axis=(1, 2)) * (ours**2).sum()) + 1e-9
    together = np.einsum("psc,sc->p", theirs, ours, optimize=True) / norms
    for best in np.argsort(-together, kind="stable")[: 4 * _LINES_PER_PROBE : 4]:
        if together[best] >= _CORRELATION_MIN:
            yield Line(float(FINE), float(places[best] - FINE * place))
