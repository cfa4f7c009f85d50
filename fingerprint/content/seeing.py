"""Finds one film's pictures in another: movement that goes together where the pictures look alike.

Two takes of one scene look alike; what tells them apart is how they change. So pictures only say
where to look, and the correlation of their changes over seconds decides. What does not move says
nothing: a still shot is never found on its own, it belongs to the moving stretches around it.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.following import Films, Line, follow
from fingerprint.content.framing import Framing, framings
from fingerprint.content.models import PICTURE_HOP_MS, Link, PicturePrint, Watch, unwatched
from fingerprint.content.movement import FINE, Moving

_WINDOW = 16  # quarter seconds
_CORRELATION_MIN = 0.6
_LIKENESS_MIN = 0.8
_PROBES = 32
_PLACES_MAX = 4000
_LINES_PER_PROBE = 2
_NEARLY = 0.05
_FAR_LONGER = 120  # quarter seconds
_SEARCHES_MAX = 128
_YIELD = 4  # lines, of which one must have found something

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float32]
Places = NDArray[np.int64]


def find_pictures(
    here: PicturePrint, there: PicturePrint, watch: Watch = unwatched
) -> tuple[Link, ...]:
    """Every stretch of the asked film whose pictures are in the known one, in order.

    `watch` is called often with the share that is done.
    """
    if not len(here) or not len(there):
        return ()
    found: list[Link] = []
    taken = np.zeros(here.steps, np.bool_)
    tried = tuple(framings(here, there))
    for number, framing in enumerate(tried):
        if not taken.all():
            alert = partial(watch, number / len(tried))
            found.extend(_found_in(here, there, framing, taken, alert))
    return tuple(sorted(found, key=lambda link: link.here))


def _found_in(
    here: PicturePrint,
    there: PicturePrint,
    framing: Framing,
    taken: Flags,
    alert: Callable[[], None],
) -> Iterator[Link]:
    """Stretches in one framing, outside of what is `taken`; marks what it finds.

    A film that shows the other again and again has more of them than there are probes: as long as
    a good part of the probes finds something, what is left is probed again.
    """
    films = Films.of(here, there, framing)
    for _ in range(_SEARCHES_MAX):
        alert()
        lines = found = 0
        for line in _lines(films.asked, films.known, taken):
            alert()
            lines += 1
            for link in follow(films, line):
                start, end = (at // PICTURE_HOP_MS for at in (link.here.start_ms, link.here.end_ms))
                if taken[start:end].mean() < 0.5:
                    taken[start:end] = True
                    found += 1
                    yield link
        if found * _YIELD < lines or not found:
            return


def _lines(asked: Moving, known: Moving, taken: Flags) -> Iterator[Line]:
    """Lines along which some seconds that move go together, looked for a few dozen times."""
    energy = np.convolve((asked.changes**2).mean(axis=1), np.ones(_WINDOW), "same")[: len(taken)]
    left = np.flatnonzero(~taken)
    for stretch in np.array_split(left, max(1, min(_PROBES, len(left)))):
        if not len(stretch):
            continue
        place = int(stretch[np.argmax(energy[stretch] * ~taken[stretch])])
        if not taken[place] and energy[place] > 0:
            for line in _from_probe(asked, known, place):
                if not taken[place]:
                    yield line


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
    order = np.argsort(-together, kind="stable")[: 4 * _LINES_PER_PROBE : 4]
    for best in _longest_first(order, together, _shared(asked, known, places - FINE * place)):
        if together[best] >= _CORRELATION_MIN:
            yield Line(float(FINE), float(places[best] - FINE * place))


def _shared(asked: Moving, known: Moving, offsets: Places) -> Places:
    """How many steps of the asked film have a place in the known one along each line."""
    first = np.maximum(0, -offsets // FINE)
    return np.minimum(len(asked.looks), (len(known.looks) - offsets) // FINE) - first


def _longest_first(order: Places, together: Numbers, shared: Places) -> list[int]:
    """The places in order, after one nearly as good whose line is far longer, as a loop has."""
    if not len(order):
        return []
    longest = int(np.argmax(np.where(together >= together[order[0]] - _NEARLY, shared, 0)))
    longer = shared[longest] > shared[order[0]] + _FAR_LONGER
    return [longest] * bool(longer) + [int(place) for place in order]
