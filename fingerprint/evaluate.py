"""How well the engine knows a set of people: enrol some files, probe with others, count.

Probes go the way of a scanned file and enrolments the way of an enrolment sample, so what is
measured is the product and not the encoder alone. The trial is an open-set identification after
ISO/IEC 19795-1: a probe whose identity is not enrolled is an impostor.
"""

import csv
import math
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.errors import BadInput, EbenbildError
from fingerprint.engine import Engine
from fingerprint.evaluation import Evaluation, Failure, Part, Probe
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.media.models import Form
from fingerprint.models import Modality, Template
from fingerprint.normalising import PLAIN_COSINE, Scoring
from fingerprint.trials import Mated, Unmated

COLUMNS = ("path", "modality", "identity", "role")
# Columns that a trial is told apart by unless it is said otherwise; any other may be named.
CONDITIONS = ("condition", "system", "language", "style")
ROLES = ("enrol", "probe")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the manifest, its path resolved against the manifest's folder.

    `conditions` hold what the columns that tell the trial apart say, blank ones left out.
    """

    line: int
    path: Path
    modality: Modality
    identity: str
    role: str
    conditions: Mapping[str, str] = field(default_factory=dict)


class _Vector(NamedTuple):
    template: Template | None
    failure: Failure | None


def evaluate(
    engine: Engine,
    manifest: Path,
    progress: Progress | None = None,
    *,
    by: Collection[str] | None = None,
) -> Evaluation:
    """Run the trial of a manifest; `progress(files done, files in all)`.

    `by` names the columns to tell the trial apart by, `CONDITIONS` where there are any if not
    given. Raises BadInput for a manifest that cannot be used: columns, roles, modalities, missing
    files, nobody to enrol or nothing to probe.
    """
    started = time.monotonic()
    rows = read_manifest(manifest, by=by)
    made = []
    for done, row in enumerate(rows):
        if progress is not None:
            progress(done, len(rows))
        made.append(_enrolled(engine, row) if row.role == "enrol" else _probed(engine, row))
    if progress is not None:
        progress(len(rows), len(rows))
    parts = tuple(
        _part(engine, modality, [(row, vector) for row, vector in zip(rows, made, strict=True)])
        for modality in Modality
        if any(row.modality is modality for row in rows)
    )
    failures = tuple(vector.failure for vector in made if vector.failure is not None)
    return Evaluation(parts, failures, time.monotonic() - started)


def read_manifest(manifest: Path, *, by: Collection[str] | None = None) -> tuple[Row, ...]:
    """The rows of a manifest; raises BadInput, naming the line or the columns that are missing."""
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = reader.fieldnames or ()
            missing = [name for name in (*COLUMNS, *(by or ())) if name not in names]
            if missing:
                raise _bad(f"The manifest lacks the columns {', '.join(missing)}.")
            told = [name for name in by or CONDITIONS if name in names]
            rows = tuple(_row(manifest, reader.line_num, item, told) for item in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as exc:
        raise _bad(f"The manifest cannot be read: {exc}") from exc
    for role in ROLES:
        if not any(row.role == role for row in rows):
            raise _bad(f"The manifest has no row with the role {role}.")
    return rows


def _row(manifest: Path, line: int, item: dict[str, Any], told: Sequence[str]) -> Row:
    values = {name: (item.get(name) or "").strip() for name in COLUMNS}
    if values["role"] not in ROLES:
        raise _bad(f"Line {line}: the role must be enrol or probe, not {values['role']!r}.")
    if values["modality"] not in set(Modality):
        raise _bad(f"Line {line}: the modality must be voice or face.")
    path = manifest.parent / values["path"]
    if not values["identity"] or not path.is_file():
        raise _bad(f"Line {line}: an identity and an existing file are needed.")
    conditions = {name: value for name in told if (value := (item.get(name) or "").strip())}
    modality = Modality(values["modality"])
    return Row(line, path, modality, values["identity"], values["role"], conditions)


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
    if info.kind is Form.STILL:
        return _Vector(traces[0].template, None)  # the largest face: whose picture it is
    return _Vector(max((trace.template for trace in traces), key=_weight), None)


def _weight(template: Template) -> tuple[int, float]:
    return template.evidence_ms, template.quality


def _part(engine: Engine, modality: Modality, made: Sequence[tuple[Row, _Vector]]) -> Part:
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
    measured = engine.calibration(modality)
    scoring = measured.scoring if measured else PLAIN_COSINE
    probes = tuple(
        _probe(row, template, _scores(gallery, template, scoring), enrolled=row.identity in prints)
        for row, template in rows
        if row.role == "probe"
    )
    return Part(modality, probes, len(gallery))


def _probe(
    row: Row, template: Template | None, scores: dict[str, float], *, enrolled: bool
) -> Probe:
    search: Mated | Unmated
    if enrolled:
        own = scores.pop(row.identity, -math.inf)
        search = Mated(own, tuple(scores.values()))
    else:
        search = Unmated(tuple(scores.values()))
    evidence_ms = None if template is None else template.evidence_ms
    return Probe(row.identity, search, evidence_ms, row.conditions)


def _scores(gallery: Gallery, template: Template | None, scoring: Scoring) -> dict[str, float]:
    """Score per enrolled identity, as a scan scores; empty without a vector."""
    if template is None or not len(gallery):
        return {}
    query = template.vector[np.newaxis]
    found, _ = gallery.search(
        template.modality, template.model_id, query, top=len(gallery), scoring=scoring
    )
    return {candidate.print_id: candidate.score for candidate in found[0]}


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step=f"Give a CSV file with the columns {','.join(COLUMNS)}.",
        code="bad-manifest",
    )
