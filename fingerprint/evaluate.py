"""How well the engine knows a set of people: enrol some files, probe with others, count.

Probes go the way of a scanned file and enrolments the way of an enrolment sample, so what is
measured is the product and not the encoder alone. The trial is an open-set identification after
ISO/IEC 19795-1: a probe whose identity is not enrolled is an impostor.
"""

import csv
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.errors import BadInput, EbenbildError
from fingerprint.engine import Engine
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.models import Modality, Template
from fingerprint.trials import Mated, Rates, Unmated, rates

COLUMNS = ("path", "modality", "identity", "role")
ROLES = ("enrol", "probe")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the manifest, its path resolved against the manifest's folder."""

    line: int
    path: Path
    modality: Modality
    identity: str
    role: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no vector, and why: its reasons' codes, or an error's."""

    path: str
    role: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The trial of one modality."""

    modality: Modality
    rates: Rates
    gallery: int
    genuine: int
    impostors: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The trial of a manifest: a part per modality, the files that failed, and how long it took."""

    parts: tuple[Part, ...]
    failures: tuple[Failure, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Rates as fractions of 1, `None` where nothing could be counted.

        A manifest of two modalities gives the means over its genuine probes, and `by_modality`.
        """
        limits = self.parts[0].rates.fnir_at_fpir
        document: dict[str, Any] = {
            "rank1": self._mean(lambda part: part.rates.rank1),
            "eer": self._mean(lambda part: part.rates.eer),
            "fnir_at_fpir": {limit: self._mean(_fnir(limit)) for limit in limits},
            "gallery": sum(part.gallery for part in self.parts),
            "genuine": sum(part.genuine for part in self.parts),
            "impostors": sum(part.impostors for part in self.parts),
            "det": [
                {"modality": part.modality.value, **asdict(point)}
                for part in self.parts
                for point in part.rates.det
            ],
            "seconds": round(self.seconds, 3),
            "failures": [asdict(failure) for failure in self.failures],
        }
        if len(self.parts) > 1:
            document["by_modality"] = {
                part.modality.value: Evaluation((part,), (), 0.0).to_json() for part in self.parts
            }
        return document

    def _mean(self, value: Callable[[Part], float | None]) -> float | None:
        known = [(value(part), part.genuine) for part in self.parts]
        counted = [(figure, count) for figure, count in known if figure is not None and count]
        if not counted:
            return None
        return sum(f * count for f, count in counted) / sum(count for _, count in counted)


def _fnir(limit: str) -> Callable[[Part], float | None]:
    return lambda part: part.rates.fnir_at_fpir[limit]


class _Vector(NamedTuple):
    template: Template | None
    failure: Failure | None


def evaluate(engine: Engine, manifest: Path, progress: Progress | None = None) -> Evaluation:
    """Run the trial of a manifest; `progress(files done, files in all)`.

    Raises BadInput for a manifest that cannot be used: columns, roles, modalities, missing files,
    nobody to enrol or nothing to probe.
    """
    started = time.monotonic()
    rows = read_manifest(manifest)
    made = []
    for done, row in enumerate(rows):
        if progress is not None:
            progress(done, len(rows))
        made.append(_enrolled(engine, row) if row.role == "enrol" else _probed(engine, row))
    if progress is not None:
        progress(len(rows), len(rows))
    parts = tuple(
        _part(modality, [(row, vector) for row, vector in zip(rows, made, strict=True)])
        for modality in Modality
        if any(row.modality is modality for row in rows)
    )
    failures = tuple(vector.failure for vector in made if vector.failure is not None)
    return Evaluation(parts, failures, time.monotonic() - started)


def read_manifest(manifest: Path) -> tuple[Row, ...]:
    """The rows of a manifest; raises BadInput, naming the line."""
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise _bad(f"The manifest lacks the columns {', '.join(missing)}.")
            rows = tuple(_row(manifest, reader.line_num, item) for item in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise _bad(f"The manifest cannot be read: {exc}") from exc
    for role in ROLES:
        if not any(row.role == role for row in rows):
            raise _bad(f"The manifest has no row with the role {role}.")
    return rows


def _row(manifest: Path, line: int, item: dict[str, Any]) -> Row:
    values = {name: (item.get(name) or "").strip() for name in COLUMNS}
    if values["role"] not in ROLES:
        raise _bad(f"Line {line}: the role must be enrol or probe, not {values['role']!r}.")
    if values["modality"] not in set(Modality):
        raise _bad(f"Line {line}: the modality must be voice or face.")
    path = manifest.parent / values["path"]
    if not values["identity"] or not path.is_file():
        raise _bad(f"Line {line}: an identity and an existing file are needed.")
    return Row(line, path, Modality(values["modality"]), values["identity"], values["role"])


def _enrolled(engine: Engine, row: Row) -> _Vector:
    try:
        report = engine.embed(row.path, row.modality)
    except EbenbildError as exc:
        return _Vector(None, Failure(str(row.path), row.role, (exc.code,)))
    if not report.accepted:
        codes = tuple(reason.code for reason in report.reasons)
        return _Vector(None, Failure(str(row.path), row.role, codes))
    return _Vector(max(report.templates, key=_weight), None)


def _probed(engine: Engine, row: Row) -> _Vector:
    """The trace of most evidence: a probe is one person's, whoever else passes through it."""
    try:
        info = engine.probe(row.path)
        traces = [
            trace
            for span in engine.segments(info)
            for trace in engine.scan_segment(row.path, info, span, modalities=(row.modality,))
        ]
    except EbenbildError as exc:
        return _Vector(None, Failure(str(row.path), row.role, (exc.code,)))
    if not traces:
        return _Vector(None, Failure(str(row.path), row.role, (f"no-{row.modality.value}",)))
    return _Vector(max((trace.template for trace in traces), key=_weight), None)


def _weight(template: Template) -> tuple[int, float]:
    return template.evidence_ms, template.quality


def _part(modality: Modality, made: Sequence[tuple[Row, _Vector]]) -> Part:
    rows = [(row, vector.template) for row, vector in made if row.modality is modality]
    prints: dict[str, list[Template]] = defaultdict(list)
    for row, template in rows:
        if row.role == "enrol":
            prints[row.identity] += [template] if template is not None else []
    gallery = Gallery(
        GalleryEntry(identity, modality, templates[0].model_id, tuple(templates))
        for identity, templates in prints.items()
        if templates
    )
    mated, unmated = [], []
    for row, template in rows:
        if row.role == "probe":
            scores = _scores(gallery, template)
            if row.identity in prints:
                own = scores.pop(row.identity, -math.inf)
                mated.append(Mated(own, tuple(scores.values())))
            else:
                unmated.append(Unmated(tuple(scores.values())))
    return Part(modality, rates(mated, unmated), len(gallery), len(mated), len(unmated))


def _scores(gallery: Gallery, template: Template | None) -> dict[str, float]:
    """Score per enrolled identity; empty without a vector."""
    if template is None or not len(gallery):
        return {}
    query = template.vector[np.newaxis]
    found, _ = gallery.search(template.modality, template.model_id, query, top=len(gallery))
    return {candidate.print_id: candidate.score for candidate in found[0]}


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step=f"Give a CSV file with the columns {','.join(COLUMNS)}.",
        code="bad-manifest",
    )
