"""The test identities of a media folder: prints of those who are enrolled, traces of every file.

The same file is never both a template and a probe.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fingerprint.engine import Engine
from fingerprint.gallery import GalleryEntry
from fingerprint.models import Modality, Template, Trace

IDENTITIES = Path(__file__).parents[1] / "tests" / "data" / "identities.json"
VOICE, FACE = Modality.VOICE, Modality.FACE
_READ_TO_ENROL = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the media folder's manifest."""

    path: str
    modality: str
    identity: str
    kind: str
    system: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A file of one person, and the traces of what was not enrolled from it."""

    row: Row
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody's prints, and every other file."""

    prints: tuple[GalleryEntry, ...]
    clips: tuple[Clip, ...]


def read(engine: Engine, media: Path, group: str) -> Cast:
    """The cast of a `group` of identities, `test` or `calibration`; takes a minute or two."""
    rows = rows_of(media, group)
    templates: dict[tuple[str, Modality], list[Template]] = defaultdict(list)
    used: set[tuple[str, Modality]] = set()
    for row, modality in enrolments(rows):
        report = engine.embed(media / row.path, modality)
        templates[row.identity, modality] += report.templates
        used.add((row.path, modality))
    prints = tuple(
        GalleryEntry(f"{who}/{modality}", modality, made[0].model_id, tuple(made))
        for (who, modality), made in templates.items()
        if made
    )
    clips = (
        Clip(
            row,
            _traces(engine, media / row.path, [m for m in Modality if (row.path, m) not in used]),
        )
        for row in rows
    )
    return Cast(prints, tuple(clip for clip in clips if clip.traces))


def rows_of(media: Path, group: str) -> tuple[Row, ...]:
    """The manifest's lines about the identities of a group."""
    chosen = json.loads(IDENTITIES.read_bytes())[group]
    wanted = {identity for names in chosen.values() for identity in names}
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        return tuple(
            Row(*(line[name] for name in ("path", "modality", "identity", "kind", "system")))
            for line in csv.DictReader(file)
            if line["identity"] in wanted
        )


def enrolments(rows: Iterable[Row]) -> list[tuple[Row, Modality]]:
    """Three sentences a reader, neutral ones of an actor, one portrait, the first films."""
    real: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.kind == "real":
            real[row.identity].append(row)
    chosen: list[tuple[Row, Modality]] = []
    for identity, lines in real.items():
        folder = lines[0].path.split("/")[1]
        if folder == "librispeech_test-other":
            chosen += [(row, VOICE) for row in lines[:_READ_TO_ENROL]]
        elif identity == "thorsten":
            neutral = [r for r in lines if "-gt" in r.path or "neutral" in r.path]
            chosen += [(row, VOICE) for row in neutral]
        elif identity.startswith("TT_"):
            chosen += [(row, VOICE) for row in lines]
        elif folder == "london":
            chosen += [(row, FACE) for row in lines if row.path.endswith("_03.jpg")]
        elif identity == "GRID_s1":
            chosen += [(row, VOICE) for row in lines[:4]] + [(row, FACE) for row in lines[:2]]
        elif identity == "GRID_A":
            chosen.append((lines[0], FACE))
    return chosen


def _traces(engine: Engine, path: Path, modalities: Iterable[Modality]) -> tuple[Trace, ...]:
    info, wanted = engine.probe(path), tuple(modalities)
    return tuple(
        trace
        for span in engine.segments(info)
        for trace in engine.scan_segment(path, info, span, modalities=wanted)
    )
