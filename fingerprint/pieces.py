"""People as a calibration sees them: one print each, and probes of every amount of evidence.

A print is made of all real material of a person, as the engine pools templates; probes are cut from
real and synthetic material, because strangers in media are both.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fingerprint.face.watching import FaceWatcher
from fingerprint.hearing import SAMPLE_MS_MAX, hear
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span, Vector
from fingerprint.tails import Floats, Pair
from fingerprint.variants import variants
from fingerprint.voice.encoder import Windows, pooled
from fingerprint.voice.listening import Listener

# Least evidence of a tail in ms, and how many windows of 1.6 s, 0.8 s apart, its probes have.
VOICE_TAILS: Mapping[int, tuple[int, ...]] = {
    0: (1, 2),
    3_000: (3, 4),
    5_000: (6, 9),
    10_000: (12, 20),
    20_000: (25, 40),
}
# Least evidence of a tail in ms, and how many pictures its probes pool: a still or one frame, up to
# five frames, more.
FACE_TAILS: Mapping[int, int] = {0: 1, 500: 3, 1_500: 6}
_WITHIN_A_CLIP_MAX = 4  # longer probes run on over clips, as a voice does over a scene
_TURN_MS_MIN = 400
_PORTRAIT_SIDE_MAX = 640


@dataclass(frozen=True, slots=True)
class Source:
    """One line of a calibration manifest: a file, whose it is, and under which terms."""

    path: Path
    modality: str
    identity: str
    kind: str
    licence: str
    origin: str

    @property
    def real(self) -> bool:
        return self.kind in ("", "real")


@dataclass(slots=True)
class Person:
    """One identity: the files it is in, its print, and probes by least evidence in ms."""

    identity: str
    files: set[str] = field(default_factory=set)
    print_vector: Vector | None = None
    probes: dict[int, list[Vector]] = field(default_factory=dict)


def stranger_scores(people: Sequence[Person], evidence_ms: int) -> dict[Pair, Floats]:
    """Scores of every person's probes against every other's print; none within one recording."""
    scores: dict[Pair, Floats] = {}
    for person in people:
        probes = person.probes.get(evidence_ms, [])
        for other in people:
            apart = person.identity != other.identity and not person.files & other.files
            if probes and apart and other.print_vector is not None:
                values = np.stack(probes).astype(np.float64) @ other.print_vector
                scores[person.identity, other.identity] = values
    return scores


def voice_people(listener: Listener, sources: Sequence[Source], wanted: set[str]) -> list[Person]:
    """The `wanted` voices in `sources`; an RTTM file beside a sound tells its speakers apart."""
    clips: dict[tuple[str, bool], list[Windows]] = defaultdict(list)
    files: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for identity, windows in _clips(listener, source):
            if identity in wanted and len(windows):
                clips[identity, source.real].append(windows)
                files[identity].add(str(source.path))
    people = []
    for identity in sorted(files):
        real = [pooled(clip.vectors) for clip in clips.get((identity, True), [])]
        person = Person(identity, files[identity], pooled(np.stack(real)) if real else None)
        for evidence_ms, sizes in VOICE_TAILS.items():
            groups = [clips.get((identity, kind), []) for kind in (True, False)]
            person.probes[evidence_ms] = [p for g in groups for n in sizes for p in _pieces(g, n)]
        people.append(person)
    return people


def face_people(watcher: FaceWatcher, sources: Sequence[Source], wanted: set[str]) -> list[Person]:
    """The `wanted` faces in still `sources`; the largest face of a picture is whose it is."""
    shots: dict[str, list[list[Vector]]] = defaultdict(list)
    files: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        if source.identity in wanted and source.real:
            shots[source.identity].append(_looks(watcher, source))
            files[source.identity].add(str(source.path))
    people = []
    for identity, looks in sorted(shots.items()):
        seen = [look for look in looks if look]
        if seen:
            person = Person(identity, files[identity], pooled(np.stack([s[0] for s in seen])))
            for evidence_ms, size in FACE_TAILS.items():
                person.probes[evidence_ms] = [v for look in seen for v in _pooled_rows(look, size)]
            people.append(person)
    return people


def _looks(watcher: FaceWatcher, source: Source) -> list[Vector]:
    """Vectors of a picture's variants, the unchanged one first; without those that show no face."""
    with door.frames(source.path, Limits(), every_ms=1, max_side=_PORTRAIT_SIDE_MAX) as stream:
        pictures = [variant for frame in stream for variant in variants(frame.rgb)]
    sightings = [watcher.still(picture) for picture in pictures]
    return [sighting.vectors[0] for sighting in sightings if sighting.faces]


def _pooled_rows(vectors: Sequence[Vector], size: int) -> list[Vector]:
    """Means of `size` vectors in a row."""
    starts = range(0, len(vectors) - size + 1)
    return [pooled(np.stack(vectors[start : start + size])) for start in starts]


def _clips(listener: Listener, source: Source) -> list[tuple[str, Windows]]:
    samples, heard, _ = hear(listener, source.path, Limits(), Span(0, SAMPLE_MS_MAX))
    turns = source.path.with_suffix(".rttm")
    if not turns.is_file():
        return [(source.identity, heard.windows)]
    alone = spoken_alone(turns.read_text(encoding="utf-8"))
    return [(name, listener.windows(samples, spans)) for name, spans in alone.items()]


def _pieces(clips: Sequence[Windows], size: int) -> list[Vector]:
    """Pooled vectors of `size` windows in a row, each half a piece after the one before."""
    rows = [clip.vectors for clip in clips]
    if size > _WITHIN_A_CLIP_MAX and rows:
        rows = [np.concatenate(rows)]
    step = max(1, size // 2)
    return [
        pooled(vectors[start : start + size])
        for vectors in rows
        for start in range(0, len(vectors) - size + 1, step)
    ]


def spoken_alone(rttm: str) -> dict[str, list[Span]]:
    """Spans by speaker in which nobody else speaks, from the text of an RTTM file."""
    turns: list[tuple[int, int, str]] = []
    for line in rttm.splitlines():
        fields = line.split()
        if fields and fields[0] == "SPEAKER":
            start_ms = round(float(fields[3]) * 1000)
            turns.append((start_ms, start_ms + round(float(fields[4]) * 1000), fields[7]))
    alone: dict[str, list[Span]] = defaultdict(list)
    edges = sorted({edge for start, end, _ in turns for edge in (start, end)})
    for start, end in itertools.pairwise(edges):
        speakers = {name for first, last, name in turns if first <= start and end <= last}
        if len(speakers) == 1 and end - start >= _TURN_MS_MIN:
            alone[speakers.pop()].append(Span(start, end))
    return dict(alone)
