"""Measures encoders' false match rates on people who agreed to it, and writes them down.

    python -m fingerprint.calibrate MANIFEST.csv --identities FILE --models DIR [--out FILE]

Prints are made of real material as the engine makes them, probes are pieces of every length of real
and synthetic material, and only comparisons of different identities count. The file that comes out
holds score statistics alone; vectors never leave memory. An engine takes what lies in its models
folder before what it was shipped with. Trial design after ISO/IEC 19795-1.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import BadInput
from fingerprint import calibration, opening
from fingerprint.calibration import CALIBRATION_FILE, FORMAT
from fingerprint.calibrationentry import ANCHORS, PEOPLE_MIN, entry_of
from fingerprint.calibrationmaterial import concerns, credit, read_identities, read_sources, shown
from fingerprint.media.forking import forking
from fingerprint.models import Modality
from fingerprint.pieces import Person, Source, face_people, voice_people
from fingerprint.tails import CONFIDENCE, RESAMPLES
from fingerprint.weights.manifest import Manifest, load_manifest, write_atomic

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


def calibrate(
    manifest: Path, identities: Path, files: Manifest, threads: int, encoders: Sequence[str] = ()
) -> dict[str, Any]:
    """The calibration file's content, for each encoder with enough people; raises BadInput."""
    chosen = read_identities(identities)
    sources = read_sources(manifest)
    entries = []
    for modality, model_id in opening.chosen(files, encoders).items():
        wanted = set(chosen["calibration"].get(modality, ()))
        concerned = [source for source in sources if concerns(source, modality, wanted)]
        if len(shown(concerned) & wanted) < PEOPLE_MIN:
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


def _provenance(
    model_id: str, people: Sequence[Person], sources: Sequence[Source], chosen: dict[str, Any]
) -> dict[str, Any]:
    return {
        "method": METHOD,
        "identities": [person.identity for person in people],
        "material": credit(sources),
        "credits": chosen.get("credits", []),
        "published": [asdict(anchor) for anchor in ANCHORS.get(model_id, ())],
    }


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
