"""People as a calibration sees them: one print each, and probes of every amount of evidence.

A print is made of all real material of a person, as the engine pools templates; probes are cut from
real and synthetic material, because strangers in media are both. For scores of the same person a
print is made without the clip that its probe was cut from.
"""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fingerprint.face.watching import FaceWatcher
from fingerprint.hearing import SAMPLE_MS_MAX, figures, hear
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span, Vector
from fingerprint.normalising import without
from fingerprint.sharing import NOTHING, Others, Shared
from fingerprint.tails import Floats, Pair
from fingerprint.variants import variants
from fingerprint.voice.altered import altered_vectors
from fingerprint.voice.altering import alterations
from fingerprint.voice.encoder import pooled
from fingerprint.voice.listening import Listener
from fingerprint.voice.mel import Samples

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
    """One line of a calibration manifest: a file, whose it is, and under which terms.

    `recording` names what the file holds where its path does not: a sealed file is opened under
    whatever path is free.
    """

    path: Path
    modality: str
    identity: str
    kind: str
    licence: str
    origin: str
    recording: str = ""

    @property
    def name(self) -> str:
        """What two sources of one recording have in common."""
        return self.recording or str(self.path)

    @property
    def real(self) -> bool:
        return self.kind in ("", "real")


class Mate(NamedTuple):
    """A probe and a print of other material of the same person; `real` unless a machine spoke."""

    probe: Vector
    own: Vector
    real: bool = True


@dataclass(slots=True)
class Person:
    """One identity: the files it is in, its print, and probes by least evidence in ms.

    `mates` holds the comparisons with the same person by the same key; `qualities` those of the
    clips. `altered` has of each real clip (1 + ALTERATIONS, D) unit vectors: as it is, and altered.
    """

    identity: str
    files: set[str] = field(default_factory=set)
    print_vector: Vector | None = None
    probes: dict[int, list[Vector]] = field(default_factory=dict)
    mates: dict[int, list[Mate]] = field(default_factory=dict)
    altered: list[Vector] = field(default_factory=list)
    qualities: list[float] = field(default_factory=list)

    @property
    def changes(self) -> list[Vector]:
        """By how much the vectors moved when their sound was altered."""
        return [change for rows in self.altered for change in rows[1:] - rows[0]]


def stranger_scores(
    people: Sequence[Person], evidence_ms: int, *, centred: bool = False
) -> dict[Pair, Floats]:
    """Scores of every person's probes against every other's print; none within one recording.

    `centred` takes away what all but these two people share, `Shared`: a mean that held them would
    hold them apart.
    """
    scores: dict[Pair, Floats] = {}
    apart_from = others(people) if centred else None
    for person in people:
        probes = person.probes.get(evidence_ms, [])
        for other in people:
            apart = person.identity != other.identity and not person.files & other.files
            if probes and apart and other.print_vector is not None:
                left_out = person.identity, other.identity
                shared = apart_from.share(*left_out) if apart_from else NOTHING
                values = _cosines(np.stack(probes), other.print_vector, shared)
                scores[person.identity, other.identity] = values
    return scores


def mate_scores(
    people: Sequence[Person],
    evidence_ms: int,
    *,
    centred: bool = False,
    real: Collection[bool] = (True, False),
) -> dict[str, Floats]:
    """Scores of people's probes against prints of their own, by identity; of `real` ones if so."""
    scores: dict[str, Floats] = {}
    apart_from = others(people) if centred else None
    for person in people:
        pairs = [mate for mate in person.mates.get(evidence_ms, []) if mate.real in real]
        shared = apart_from.share(person.identity) if apart_from else NOTHING
        if pairs:
            found = [_cosines(mate.probe[np.newaxis], mate.own, shared) for mate in pairs]
            scores[person.identity] = np.concatenate(found)
    return scores


def others(people: Sequence[Person]) -> Others:
    """People as those from whom what all share is learned."""
    prints = {p.identity: p.print_vector for p in people if p.print_vector is not None}
    return Others(prints, {p.identity: np.stack(p.changes) for p in people if p.changes})


def _cosines(probes: Vector, own: Vector, shared: Shared) -> Floats:
    left, right = (
        without(rows.astype(np.float64), shared.centre, shared.nuisance)
        for rows in (probes, own[np.newaxis])
    )
    cosines: Floats = left @ right[0]
    return cosines


@dataclass(frozen=True, slots=True)
class _Clip:
    """A stretch of one voice: its windows, each with its views pooled in."""

    windows: Vector
    quality: float
    altered: Vector


def voice_people(listener: Listener, sources: Iterable[Source], wanted: set[str]) -> list[Person]:
    """The `wanted` voices in `sources`; an RTTM file beside a sound tells its speakers apart."""
    clips: dict[tuple[str, bool], list[_Clip]] = defaultdict(list)
    files: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        for identity, clip in _clips(listener, source):
            if identity in wanted and len(clip.windows):
                clips[identity, source.real].append(clip)
                files[identity].add(source.name)
    return [
        _voice(name, files[name], clips.get((name, True), []), clips.get((name, False), []))
        for name in sorted(files)
    ]


def _voice(
    identity: str, files: set[str], real: Sequence[_Clip], synthetic: Sequence[_Clip]
) -> Person:
    means = [pooled(clip.windows) for clip in real]
    person = Person(identity, files, pooled(np.stack(means)) if means else None)
    person.qualities = [clip.quality for clip in (*real, *synthetic)]
    person.altered = [clip.altered for clip in real if len(clip.altered)]
    for evidence_ms, sizes in VOICE_TAILS.items():
        groups = [[clip.windows for clip in group] for group in (real, synthetic)]
        person.probes[evidence_ms] = [p for g in groups for n in sizes for p in _pieces(g, n)]
        mates = person.mates[evidence_ms] = []
        for place, clip in enumerate(real if len(real) > 1 else ()):
            own = pooled(np.stack(means[:place] + means[place + 1 :]))
            mates += [Mate(p, own) for n in sizes for p in _pieces([clip.windows], n)]
        if person.print_vector is not None:
            own = person.print_vector
            pieces = (p for c in synthetic for n in sizes for p in _pieces([c.windows], n))
            mates += [Mate(piece, own, real=False) for piece in pieces]
    return person


@dataclass(frozen=True, slots=True)
class _Looks:
    """A picture's template, and the vectors of its variants, the unchanged one first."""

    template: Vector
    vectors: tuple[Vector, ...]
    quality: float


def face_people(watcher: FaceWatcher, sources: Iterable[Source], wanted: set[str]) -> list[Person]:
    """The `wanted` faces in still `sources`; the largest face of a picture is whose it is."""
    shots: dict[str, list[_Looks]] = defaultdict(list)
    files: dict[str, set[str]] = defaultdict(set)
    for source in sources:
        if source.identity in wanted and source.real:
            shots[source.identity] += _looks(watcher, source)
            files[source.identity].add(source.name)
    return [_face(name, files[name], looks) for name, looks in sorted(shots.items()) if looks]


def _face(identity: str, files: set[str], looks: Sequence[_Looks]) -> Person:
    templates = [look.template for look in looks]
    person = Person(identity, files, pooled(np.stack(templates)))
    person.qualities = [look.quality for look in looks]
    for evidence_ms, size in FACE_TAILS.items():
        probes = [_pooled_rows(look.vectors, size) for look in looks]
        person.probes[evidence_ms] = [probe for rows in probes for probe in rows]
        mates = person.mates[evidence_ms] = []
        for place, rows in enumerate(probes if len(looks) > 1 else ()):
            own = pooled(np.stack(templates[:place] + templates[place + 1 :]))
            mates += [Mate(probe, own) for probe in rows]
    return person


def _looks(watcher: FaceWatcher, source: Source) -> list[_Looks]:
    """What a picture shows of its largest face; nothing where it shows none."""
    with door.frames(source.path, Limits(), every_ms=1, max_side=_PORTRAIT_SIDE_MAX) as stream:
        pictures = [variant for frame in stream for variant in variants(frame.rgb)]
    sightings = [watcher.still(picture) for picture in pictures]
    if not sightings or not sightings[0].faces:
        return []
    first = sightings[0].faces[0]
    vectors = tuple(sighting.vectors[0] for sighting in sightings if sighting.faces)
    return [_Looks(watcher.template([first]), vectors, first.grade.quality)]


def _pooled_rows(vectors: Sequence[Vector], size: int) -> list[Vector]:
    """Means of `size` vectors in a row."""
    starts = range(0, len(vectors) - size + 1)
    return [pooled(np.stack(vectors[start : start + size])) for start in starts]


def _clips(listener: Listener, source: Source) -> list[tuple[str, _Clip]]:
    samples, heard, _ = hear(listener, source.path, Limits(), Span(0, SAMPLE_MS_MAX))
    quality = figures(samples, heard).quality
    turns = source.path.with_suffix(".rttm")
    spoken: dict[str, Sequence[Span]] = {source.identity: heard.speech}
    if turns.is_file():
        spoken = dict(spoken_alone(turns.read_text(encoding="utf-8")))
    return [
        (name, _clip(listener, samples, spans, quality, real=source.real))
        for name, spans in spoken.items()
    ]


def _clip(
    listener: Listener, samples: Samples, spans: Sequence[Span], quality: float, *, real: bool
) -> _Clip:
    windows = listener.viewed(samples, spans).vectors
    altered = windows[:0]
    if real:
        altered = altered_vectors(listener, samples, spans, alterations)
    return _Clip(windows, quality, altered)


def _pieces(clips: Sequence[Vector], size: int) -> list[Vector]:
    """Pooled vectors of `size` windows in a row, each half a piece after the one before."""
    rows = list(clips)
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
