"""What `bench.openset` compares: every file's vectors, plain and as the product makes them.

Faces are cut once and made worse on the chip, as film makes them: small, noisy, dark, turned.
"""

import csv
import pickle
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.face_vectors import DAMAGE, damaged
from fingerprint.face import views
from fingerprint.face.models import Sample
from fingerprint.face.watching import FaceWatcher
from fingerprint.hearing import SAMPLE_MS_MAX, hear
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Modality, Span, Vector
from fingerprint.voice.altered import altered_vectors
from fingerprint.voice.altering import alterations
from fingerprint.voice.encoder import pooled
from fingerprint.voice.listening import Listener
from fingerprint.weights.manifest import load_manifest

# Windows of a piece of speech, and what the piece is called.
SIZES = {1: "1.6 s", 2: "2.4 s", 4: "4.0 s"}
_WHOLE = "whole file"
_CLEAN = "as it is"
_STILL_SIDE_MAX = 2048
_ALTERED_MAX = 2  # files of each person that are heard altered as well
DRAWS = 2  # of noise, for each way a face is made worse


@dataclass(frozen=True, slots=True)
class Clip:
    """One file of one person: rows of vectors, plain and viewed, and what a print keeps of it.

    Rows are windows of a voice, or one picture of a face made worse in each of `DAMAGE`'s ways.
    `sharp` is what a print keeps without the soft copies of a face, `changes` how altered sound
    moves a voice's vector.
    """

    path: str
    identity: str
    real: bool
    system: str
    plain: Vector
    viewed: Vector
    template: Vector
    sharp: Vector
    changes: Vector
    conditions: tuple[str, ...] = ()

    @property
    def enrolled(self) -> int:
        """How many rows plain use makes a print of: all windows, or the picture as it is."""
        return 1 if self.conditions else len(self.plain)


class Probe(NamedTuple):
    kind: str
    system: str
    length: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class Material:
    """All clips, by modality."""

    clips: dict[Modality, tuple[Clip, ...]]

    def enrollable(self, modality: Modality) -> dict[str, list[Clip]]:
        """Everybody's real files that a print can be made of."""
        found: dict[str, list[Clip]] = defaultdict(list)
        for clip in self.clips[modality]:
            if clip.real:
                found[clip.identity].append(clip)
        return {name: found[name] for name in sorted(found)}

    def changes(self, modality: Modality) -> dict[str, Vector]:
        """Everybody's changes, of those who have any."""
        found: dict[str, list[Vector]] = defaultdict(list)
        for clip in self.clips[modality]:
            if len(clip.changes):
                found[clip.identity].append(clip.changes)
        return {name: np.concatenate(rows) for name, rows in found.items()}


def probes_of(
    seen: Material, modality: Modality, name: str, enrolled: Clip, *, views: bool
) -> Iterator[Probe]:
    """The person's pieces and pictures from other files than the enrolled one."""
    for clip in seen.clips[modality]:
        if clip.identity != name or clip.path == enrolled.path:
            continue
        rows = clip.viewed if views else clip.plain
        if modality is Modality.FACE:
            pictures = zip(clip.conditions, rows, strict=True)
            yield from (Probe("faces", condition, "", row) for condition, row in pictures)
            continue
        for length, piece in _pieces(rows):
            kind = "real voices" if clip.real else "clones"
            yield Probe(kind, clip.system, length, pooled(piece))


def _pieces(rows: Vector) -> Iterator[tuple[str, Vector]]:
    """The windows of each piece, and of the whole file where no piece is all of it."""
    for size, length in SIZES.items():
        for start in range(0, len(rows) - size + 1, size):
            yield length, rows[start : start + size]
    if len(rows) not in (0, *SIZES):
        yield _WHOLE, rows


def material(models: Path, media: Path, kept: Path | None) -> Material:
    """Everything the manifest names, from `kept` where it is there, and written to it."""
    if kept is not None and kept.is_file():
        found: Material = pickle.loads(kept.read_bytes())
        return found
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if _usable(row)]
    files = load_manifest(models)
    listener, watcher = Listener.open(files, threads=2), FaceWatcher.open(files, 2)
    heard: Counter[str] = Counter()
    voices = []
    for row in rows:
        if row["modality"] != "face":
            heard[row["identity"]] += row["kind"] == "real"
            altered = row["kind"] == "real" and heard[row["identity"]] <= _ALTERED_MAX
            voices.append(_voice(listener, media, row, altered=altered))
    faces = [
        clip for row in rows if row["modality"] != "voice" for clip in _face(watcher, media, row)
    ]
    clips = {
        Modality.VOICE: tuple(clip for clip in voices if len(clip.plain)),
        Modality.FACE: tuple(faces),
    }
    if kept is not None:
        kept.write_bytes(pickle.dumps(Material(clips)))
    return Material(clips)


def _usable(row: dict[str, str]) -> bool:
    """Files of one person who is a person."""
    return row["identity"] != "NOBODY" and "," not in row["identity"]


def _voice(listener: Listener, media: Path, row: dict[str, str], *, altered: bool) -> Clip:
    samples, heard, _ = hear(listener, media / row["path"], Limits(), Span(0, SAMPLE_MS_MAX))
    viewed = listener.viewed(samples, heard.speech).vectors
    plain = heard.windows.vectors
    # Of all windows, as plain use has them: which turns are one voice is not in question here.
    template = pooled(viewed) if len(viewed) else plain[:0]
    rows = plain[:0]
    if altered:
        rows = altered_vectors(listener, samples, heard.speech, alterations)
    real = row["kind"] == "real"
    return Clip(
        row["path"],
        row["identity"],
        real,
        row["system"],
        plain,
        viewed,
        template,
        template,
        rows[1:] - rows[:1],
    )


def _face(watcher: FaceWatcher, media: Path, row: dict[str, str]) -> Iterator[Clip]:
    """The largest face of a picture, or of each second of a film."""
    with door.frames(
        media / row["path"], Limits(), every_ms=1000, max_side=_STILL_SIDE_MAX
    ) as stream:
        for frame in stream:
            for sample in watcher.still(frame.rgb, frame.scale).faces[:1]:
                yield _picture(watcher, row, sample)


def _picture(watcher: FaceWatcher, row: dict[str, str], sample: Sample) -> Clip:
    generator = np.random.default_rng(zlib.crc32(sample.chip.tobytes()))
    chips = [sample.chip]
    chips += [damaged(sample.chip, how, generator) for how in DAMAGE.values() for _ in range(DRAWS)]
    names = [_CLEAN, *(name for name in DAMAGE for _ in range(DRAWS))]
    plain = watcher.describe(np.stack(chips))
    viewed = np.stack([pooled(watcher.describe(views.seen(chip))) for chip in chips])
    template = watcher.template([sample])
    sharp = pooled(watcher.describe(views.enrolled(sample.chip)[0]))
    return Clip(
        row["path"],
        row["identity"],
        True,
        "",
        plain,
        viewed,
        template,
        sharp,
        plain[:0],
        tuple(names),
    )
