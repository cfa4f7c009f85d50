"""Measures encoders' false match rates on people who agreed to it, and writes them down.

    python -m fingerprint.calibrate MANIFEST.csv --identities FILE --models DIR [--out FILE]

Prints are made of real material as the engine makes them, probes are pieces of every length of real
and synthetic material, and only comparisons of different identities count. The file that comes out
holds score statistics alone; vectors never leave memory. An engine takes what lies in its models
folder before what it was shipped with. Trial design after ISO/IEC 19795-1.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import BadInput
from fingerprint import calibration, likelihood, misses, opening
from fingerprint.calibration import CALIBRATION_FILE, FORMAT
from fingerprint.media.forking import forking
from fingerprint.models import Modality
from fingerprint.opening import Origin
from fingerprint.pieces import (
    Person,
    Source,
    face_people,
    mate_scores,
    others,
    stranger_scores,
    voice_people,
)
from fingerprint.tails import CONFIDENCE, RESAMPLES, Anchor, Floats, Pair, fit, pareto_shape
from fingerprint.weights.manifest import (
    FACE_ENCODER,
    VOICE_ENCODER,
    Manifest,
    load_manifest,
    write_atomic,
)

METHOD = (
    "Cosine of a probe with the pooled vector of another identity's real material, less the mean "
    "of the others' prints and most of the directions in which the others' altered samples moved, "
    "where the scoring has a centre; every pair of "
    "identities counts once, speakers of one recording not at all: what they share is the line. "
    "The score at a rate is the larger of the observed one (rates from 0.01 up) and that of a "
    f"Gaussian with the scores' mean and deviation; of {RESAMPLES} resamples of the identities the "
    f"{CONFIDENCE:.0%} quantile is kept, or the median where published trials follow, and all of "
    "it is lifted until it is nowhere below what they show. pareto_shape is that of a generalised "
    "Pareto tail fitted to the top tenth: below zero, tails end sooner than an exponential would, "
    "and their end point would promise too much, so the Gaussian was preferred."
)
PEOPLE_MIN = 5  # fewer say nothing about strangers


@dataclass(frozen=True, slots=True)
class Rule:
    """How a modality's scores are made; docs/adr/0010 says what was measured for it."""

    centred: bool
    cohort_min: int
    cohort_top: int
    print_share: float


RULES = {
    Modality.VOICE: Rule(centred=True, cohort_min=100, cohort_top=100, print_share=0.8),
    Modality.FACE: Rule(centred=False, cohort_min=200, cohort_top=50, print_share=0.5),
}
# The face encoder's vectors lie on a sphere of radius 2, so a distance of 0.6 between dlib's own
# descriptors is an inner product of 1 - 0.6 ** 2 / 8.
_DISTANCE_06 = 1 - 0.6**2 / 8
ANCHORS: Mapping[str, tuple[Anchor, ...]] = {
    VOICE_ENCODER: (),
    FACE_ENCODER: (
        Anchor(
            _DISTANCE_06,
            0.0022,
            "LFW, 1,680 enrolled with one photo, 4,069 strangers: 97.5 % of the strangers get a "
            "name at a distance of 0.6, so 1 - 0.025 ** (1 / 1680) = 0.0022 a comparison",
        ),
    ),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m fingerprint.calibrate", description=__doc__)
    parser.add_argument("manifest", type=Path, help="columns path,modality,identity,kind,licence")
    parser.add_argument(
        "--identities", type=Path, required=True, help="JSON: calibration by modality, and credits"
    )
    parser.add_argument("--models", type=Path, required=True, help="the models folder")
    parser.add_argument("--out", type=Path, help="where to write; the models folder if not given")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--encoder", action="append", default=[], help="an added one, by its id")
    options = parser.parse_args(arguments)
    document = run(
        options.manifest,
        options.identities,
        options.models,
        options.out,
        threads=options.threads,
        encoders=options.encoder,
    )
    sys.stdout.write(table(document))


def run(
    manifest: Path,
    identities: Path,
    models: Path,
    out: Path | None = None,
    *,
    threads: int = 2,
    encoders: Sequence[str] = (),
) -> dict[str, Any]:
    """Calibrate and write the file, into the models folder unless told; raises BadInput.

    `encoders` are ids of added ones, each measured in place of the shipped one of its modality.
    """
    with forking():
        document = calibrate(manifest, identities, load_manifest(models), threads, encoders)
    write(out or models / CALIBRATION_FILE, document["models"])
    return document


def write(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Write a calibration file; what it says of other encoders stays."""
    measured = {entry["sha256"] for entry in entries}
    known = calibration.entries(path.read_bytes()) if path.is_file() else ()
    others = [entry for entry in known if entry["sha256"] not in measured]
    document = {"format": FORMAT, "models": [*entries, *others]}
    write_atomic(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())


def read_identities(path: Path) -> dict[str, Any]:
    """Whose media may be used: `calibration` by modality, and `credits`; raises BadInput."""
    try:
        chosen = json.loads(path.read_bytes())
        lists = [*chosen["calibration"].values(), chosen.setdefault("credits", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _bad_identities(path) from exc
    if not all(isinstance(names, list) for names in lists):
        raise _bad_identities(path)
    found: dict[str, Any] = chosen
    return found


def _bad_identities(path: Path) -> BadInput:
    return BadInput(
        f"{path.name} does not list whose media may be used.",
        next_step='Write JSON such as {"calibration": {"voice": ["ada"]}, "credits": ["own"]}.',
        code="bad-identities",
    )


def calibrate(
    manifest: Path, identities: Path, files: Manifest, threads: int, encoders: Sequence[str] = ()
) -> dict[str, Any]:
    """The calibration file's content, for each encoder with enough people; raises BadInput."""
    chosen = read_identities(identities)
    sources = read_sources(manifest)
    entries = []
    for modality, model_id in opening.chosen(files, encoders).items():
        wanted = set(chosen["calibration"].get(modality, ()))
        concerned = [source for source in sources if _concerns(source, modality, wanted)]
        if len(_shown(concerned) & wanted) < PEOPLE_MIN:
            continue  # told before hours of media are read, not after
        people = people_of(files, model_id, modality, concerned, wanted=wanted, threads=threads)
        if len(people) >= PEOPLE_MIN:
            entry = entry_of(opening.origin(files, model_id), modality, people)
            entries.append(entry | {"provenance": _provenance(model_id, people, concerned, chosen)})
    if not entries:
        raise BadInput(f"A calibration needs {PEOPLE_MIN} people of a modality at least.")
    return {"format": FORMAT, "models": entries}


def people_of(
    files: Manifest,
    model_id: str,
    modality: Modality,
    sources: Iterable[Source],
    *,
    wanted: set[str],
    threads: int,
) -> list[Person]:
    """The `wanted` people in `sources` as an encoder describes them."""
    if not sources:
        return []
    if modality is Modality.VOICE:
        return voice_people(opening.listener(files, threads, model_id), sources, wanted)
    return face_people(opening.watcher(files, threads, model_id), sources, wanted)


def read_sources(manifest: Path) -> tuple[Source, ...]:
    """The lines of a calibration manifest; raises BadInput for one without the columns."""
    with manifest.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        needed = {"path", "modality", "identity"}
        if not needed <= set(reader.fieldnames or ()):
            raise BadInput(f"The manifest needs the columns {', '.join(sorted(needed))}.")
        return tuple(
            Source(
                manifest.parent / row["path"],
                row["modality"],
                row["identity"],
                row.get("kind") or "",
                row.get("licence") or "",
                row.get("source") or "",
            )
            for row in reader
        )


def _shown(sources: Iterable[Source]) -> set[str]:
    """Who is named in the sources; a list of speakers has commas."""
    return {name for source in sources for name in source.identity.split(",")}


def _concerns(source: Source, modality: Modality, wanted: set[str]) -> bool:
    """Whether a source shows wanted people; a list of speakers stands beside its RTTM file."""
    return source.modality == modality and not wanted.isdisjoint(source.identity.split(","))


def entry_of(model: Origin, modality: Modality, people: Sequence[Person]) -> dict[str, Any]:
    """What the people's scores with each other say of an encoder, as an entry of the file."""
    rule = RULES[modality]
    tails: list[dict[str, Any]] = []
    for evidence_ms in people[0].probes:
        scores = stranger_scores(people, evidence_ms, centred=rule.centred)
        if scores:
            tail = _tail(scores, evidence_ms, ANCHORS.get(model.model_id, ()))
            found = _likelihood(people, evidence_ms, scores, tail, centred=rule.centred)
            # Longer evidence than anybody's own material shows says no less than shorter does.
            found = found or (tails[-1].get("likelihood") if tails else None)
            missed = _misses(people, evidence_ms, tail, centred=rule.centred)
            tails.append(tail | ({"likelihood": found} if found else {}) | {"misses": missed})
    return {
        "model_id": model.model_id,
        "modality": modality.value,
        "sha256": model.sha256,
        "source_sha256": model.source_sha256,
        "converter": model.converter,
        "scoring": _scoring(people, rule),
        "tails": tails,
    }


def _scoring(people: Sequence[Person], rule: Rule) -> dict[str, Any]:
    """How scores are made.

    A centre is the mean of everybody and the nuisance is how everybody moves: nobody's vector.
    """
    prints = sum(person.print_vector is not None for person in people)
    shared = others(people).share() if rule.centred else None
    directions = shared.nuisance if shared else None
    return {
        "centre": shared and [round(value, 5) for value in np.atleast_1d(shared.centre).tolist()],
        "centre_people": prints if rule.centred else 0,
        "nuisance": [_row(values) for values in directions] if directions is not None else None,
        "cohort_min": rule.cohort_min,
        "cohort_top": rule.cohort_top,
        "print_share": rule.print_share,
    }


def _row(values: Floats) -> str:
    """A direction in one line of the file."""
    return " ".join(f"{value:.4f}" for value in values)


def _likelihood(
    people: Sequence[Person],
    evidence_ms: int,
    scores: Mapping[Pair, Floats],
    tail: Mapping[str, Any],
    *,
    centred: bool,
) -> dict[str, Any] | None:
    qualities = [quality for person in people for quality in person.qualities]
    return likelihood.fit(
        mate_scores(people, evidence_ms, centred=centred),
        scores,
        stranger=tail["stranger"],
        deviation=tail["deviation"],
        quality_full=max(0.05, float(np.quantile(qualities, 0.25))) if qualities else 1.0,
    )


def _misses(
    people: Sequence[Person], evidence_ms: int, tail: Mapping[str, Any], *, centred: bool
) -> list[dict[str, Any]]:
    """How often the same person scores too low, apart for recordings of people and of machines."""
    found = []
    for condition, real in ((misses.REAL, True), (misses.SYNTHETIC, False)):
        scores = mate_scores(people, evidence_ms, centred=centred, real=(real,))
        if len(scores) >= PEOPLE_MIN:
            found.append({"condition": condition, **misses.measure(scores, tail)})
    return found


def _provenance(
    model_id: str, people: Sequence[Person], sources: Sequence[Source], chosen: dict[str, Any]
) -> dict[str, Any]:
    return {
        "method": METHOD,
        "identities": [person.identity for person in people],
        "material": _material(sources),
        "credits": chosen.get("credits", []),
        "published": [asdict(anchor) for anchor in ANCHORS.get(model_id, ())],
    }


def _tail(
    scores: Mapping[Pair, Floats], evidence_ms: int, anchors: Iterable[Anchor]
) -> dict[str, Any]:
    found = fit(scores, tuple(anchors))
    everything = np.concatenate([values for _, values in sorted(scores.items())])
    return {
        "evidence_ms_min": evidence_ms,
        "comparisons": found.comparisons,
        "pairs": found.pairs,
        "identities": found.identities,
        "stranger": found.mean,
        "deviation": found.deviation,
        "highest": round(float(everything.max()), 4),
        "pareto_shape": round(pareto_shape(scores), 3),
        "lifted": found.lifted,
        "scores": list(found.scores),
        "rates": list(found.rates),
    }


def _material(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """How many files under which licence from where, for the credit that licences ask for."""
    counts = Counter((source.licence, source.origin) for source in sources)
    return [
        {"files": count, "licence": licence, "source": origin}
        for (licence, origin), count in sorted(counts.items())
    ]


def table(document: dict[str, Any]) -> str:
    """The measured tails as text, for whoever ran the command."""
    lines = [
        f"{'encoder':20} {'from ms':>8} {'ids':>4} {'pairs':>5} {'compared':>8} {'mean':>7} "
        f"{'sd':>7} {'highest':>7} {'shape':>6} {'1e-2':>7} {'1e-3':>7} {'1e-4':>7} {'1e-6':>7}"
    ]
    for model in document["models"]:
        for tail in model["tails"]:
            at = dict(zip(tail["rates"], tail["scores"], strict=True))
            marks = [
                min((s for r, s in at.items() if r <= rate), default=float("nan"))
                for rate in (1e-2, 1e-3, 1e-4, 1e-6)
            ]
            lines.append(
                f"{model['model_id']:20} {tail['evidence_ms_min']:8} {tail['identities']:4} "
                f"{tail['pairs']:5} {tail['comparisons']:8} {tail['stranger']:7.4f} "
                f"{tail['deviation']:7.4f} {tail['highest']:7.4f} {tail['pareto_shape']:6.2f} "
                + " ".join(f"{mark:7.4f}" for mark in marks)
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
