"""Misses among strangers: our scoring against the plain use of the same encoders, part by part.

    EBENBILD_MEDIA=DIR python -m bench.openset --models DIR [--vectors FILE] [--rounds 3]

DIR of EBENBILD_MEDIA holds MANIFEST.csv. Everybody is enrolled with one file; probes are whole
files and pieces of one, two and four windows (1.6, 2.4 and 4 s) of other files, clones, and faces
made worse as film makes them. Each probe searches twice: with its own print in the registry, and
without it, as a stranger. Everybody counts alike, however many probes there are of them. What is
learned (centre and nuisance) comes from people of other folds. Plain use is the mean of the window
vectors, or the one face vector, and its cosine. Intervals: the same identities drawn again for both
sides, 95 %. Lengths and systems are judged at the threshold of all probes of their kind, as they
would be met. A rate that fewer than 3 / FPIR strangers' probes stand for reads "not measurable".
`--vectors` keeps what the encoders gave, so that a second run takes a minute.
"""

import argparse
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench.openset_material import Clip, Material, Probe, material, probes_of
from fingerprint.calibrationentry import RULES
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.intervals import CONFIDENCE
from fingerprint.models import Modality, Template, Vector
from fingerprint.normalising import PLAIN_COSINE, Scoring
from fingerprint.sharing import Others
from fingerprint.voice.encoder import pooled

FOLDS = 5
FPIRS = (0.1, 0.01)
DRAWS = 1000
_SEED = 7
_MODEL = "measured"
Searched = tuple[str, Probe, float, float]  # whose, which, the score of the hit, of the alarm


@dataclass(frozen=True, slots=True)
class Way:
    """One way to score: with views of the probes, of the prints, centred, normalised, or not.

    `soft` is whether a face's print holds soft copies beside its sharp views.
    """

    name: str
    views: bool = False
    prints: bool = False
    soft: bool = True
    centre: bool = False
    nuisance: bool = False
    normalise: bool = False


_VOICES = Way("ours", views=True, prints=True, centre=True, nuisance=True)
WAYS = {
    Modality.VOICE: (
        Way("plain mean vector, cosine"),
        _VOICES,
        replace(_VOICES, name="ours without nuisance", nuisance=False),
        replace(_VOICES, name="ours without that and centre", nuisance=False, centre=False),
        replace(_VOICES, name="ours without views", views=False, prints=False),
        replace(_VOICES, name="ours without views of probes", views=False),
        replace(_VOICES, name="ours without views of prints", prints=False),
        # Fewer prints than the engine asks for before it normalises.
        replace(_VOICES, name="ours, normalised with these few", normalise=True),
    ),
    Modality.FACE: (
        Way("plain vector, cosine"),
        Way("ours", views=True, prints=True),
        Way("ours without views of probes", prints=True),
        Way("ours without views of prints", views=True),
        Way("ours without soft copies", views=True, prints=True, soft=False),
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Searches of one way: whose probe, of which set, system and length, hit score, best
    stranger's."""

    people: tuple[str, ...]
    kinds: tuple[str, ...]
    systems: tuple[str, ...]
    lengths: tuple[str, ...]
    hits: Vector
    alarms: Vector

    def only(self, chosen: Sequence[bool]) -> "Outcome":
        keep = [place for place, wanted in enumerate(chosen) if wanted]
        rows = (self.people, self.kinds, self.systems, self.lengths)
        people, kinds, systems, lengths = (tuple(row[place] for place in keep) for row in rows)
        return Outcome(people, kinds, systems, lengths, self.hits[keep], self.alarms[keep])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="a file to keep vectors in between runs")
    parser.add_argument("--rounds", type=int, default=3, help="other files enrolled in each")
    asked = parser.parse_args()
    seen = material(asked.models, Path(os.environ["EBENBILD_MEDIA"]), asked.vectors)
    for modality in Modality:
        outcomes = {way.name: _outcome(seen, modality, way, asked.rounds) for way in WAYS[modality]}
        first = next(iter(outcomes.values()))
        for kind in sorted(set(first.kinds)):
            chosen = [name == kind for name in first.kinds]
            _print(kind, {name: found.only(chosen) for name, found in outcomes.items()})


def _outcome(seen: Material, modality: Modality, way: Way, rounds: int) -> Outcome:
    rows: list[Searched] = []
    for number in range(rounds):
        rows += _searches(seen, modality, way, np.random.default_rng(_SEED + number))
    people, probes, hits, alarms = zip(*rows, strict=True)
    kinds, systems, lengths = zip(*((p.kind, p.system, p.length) for p in probes), strict=True)
    return Outcome(people, kinds, systems, lengths, np.array(hits), np.array(alarms))


def _searches(
    seen: Material, modality: Modality, way: Way, generator: np.random.Generator
) -> Iterator[Searched]:
    """Everybody's probes, with the own print in the registry and without it."""
    enrolled = {
        name: clips[int(generator.integers(len(clips)))]
        for name, clips in seen.enrollable(modality).items()
    }
    folds = {name: place % FOLDS for place, name in enumerate(generator.permutation([*enrolled]))}
    prints = {name: _print_vector(clip, way) for name, clip in enrolled.items()}
    gallery = Gallery(_entry(name, modality, vector) for name, vector in prints.items())
    for fold in range(FOLDS):
        known = {name: prints[name] for name in prints if folds[name] != fold}
        changes = {name: rows for name, rows in seen.changes(modality).items() if name in known}
        scoring = _scoring(Others(known, changes), len(known), modality, way)
        for name in (name for name in prints if folds[name] == fold):
            probes = list(probes_of(seen, modality, name, enrolled[name], views=way.views))
            if not probes:
                continue
            queries = np.stack([probe.vector for probe in probes])
            mated = _best(gallery, modality, queries, scoring)
            gallery.remove(name)
            unmated = _best(gallery, modality, queries, scoring)
            gallery.add(_entry(name, modality, prints[name]))
            for probe, (found, score), (_, alarm) in zip(probes, mated, unmated, strict=True):
                hit = score if found == name else -math.inf
                yield name, probe, hit, alarm


def _print_vector(clip: Clip, way: Way) -> Vector:
    if not way.prints:
        return pooled(clip.plain[: clip.enrolled])
    return clip.template if way.soft else clip.sharp


def _entry(name: str, modality: Modality, vector: Vector) -> GalleryEntry:
    return GalleryEntry(name, modality, _MODEL, (Template(modality, vector, _MODEL, 4000, 1.0),))


def _scoring(others: Others, people: int, modality: Modality, way: Way) -> Scoring:
    rule, scoring = RULES[modality], PLAIN_COSINE
    if way.centre:
        shared = others.share()
        centre = np.asarray(shared.centre, np.float32)
        nuisance = None if shared.nuisance is None else np.asarray(shared.nuisance, np.float32)
        scoring = Scoring(centre, people, nuisance if way.nuisance else None)
    if not way.normalise:
        return scoring
    share = rule.print_share
    return replace(scoring, cohort_min=20, cohort_top=rule.cohort_top, print_share=share)


def _best(
    gallery: Gallery, modality: Modality, queries: Vector, scoring: Scoring
) -> list[tuple[str, float]]:
    rows, _ = gallery.search(modality, _MODEL, queries, top=1, scoring=scoring)
    return [(row[0].print_id, row[0].score) for row in rows]


def alike(people: Sequence[str]) -> Vector:
    """Weights by which everybody counts the same, however many probes there are of them."""
    _, places, counts = np.unique(np.array(people), return_inverse=True, return_counts=True)
    weights: Vector = 1.0 / counts[places]
    return weights


def fnir(hits: Vector, alarms: Vector, weights: Vector, fpir: float) -> float:
    """Misses at the lowest threshold that a share `fpir` of the strangers' searches reaches."""
    limit = limit_at(alarms, weights, fpir)
    return float(weights @ (hits <= limit)) / float(weights.sum())


def limit_at(alarms: Vector, weights: Vector, fpir: float) -> float:
    """The score that a share `fpir` of the strangers' searches is above, at most."""
    order = np.argsort(-alarms, kind="stable")
    over = np.cumsum(weights[order]) > fpir * weights.sum() + 1e-9
    return float(alarms[order][int(np.argmax(over))]) if over.any() else -math.inf


def gain(ours: Outcome, plain: Outcome, fpir: float) -> tuple[float, float, float]:
    """How many misses fewer, as a share of all probes, and the interval over identities."""
    names = sorted(set(ours.people))
    place = np.array([names.index(name) for name in ours.people])
    draws = np.random.default_rng(_SEED).multinomial(
        len(names), np.full(len(names), 1 / len(names)), DRAWS
    )
    differences = []
    same = alike(ours.people)
    for weights in (same, *(draw[place] * same for draw in draws)):
        differences.append(
            fnir(plain.hits, plain.alarms, weights, fpir)
            - fnir(ours.hits, ours.alarms, weights, fpir)
        )
    low, high = np.quantile(differences[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return differences[0], float(low), float(high)


def _print(kind: str, outcomes: dict[str, Outcome]) -> None:
    plain, ours = next(iter(outcomes.values())), outcomes["ours"]
    people = len(set(plain.people))
    print(f"\n{kind}: {len(plain.hits)} probes of {people} people, searched with and without them")
    print(f"  {'FNIR at FPIR':30}" + "".join(f"{fpir:>16.0%}" for fpir in FPIRS))
    for name, found in outcomes.items():
        print(f"  {name:30}" + "".join(f"{_rate(found, fpir):>16}" for fpir in FPIRS))
    for fpir in FPIRS:
        if len(plain.alarms) >= 3 / fpir:
            _verdict(kind, ours, plain, fpir)
    for groups in (plain.lengths, plain.systems):
        for group in sorted(set(groups) - {""}):
            chosen = [name == group for name in groups]
            before, after = (_missed(found, chosen) for found in (plain, ours))
            print(f"    {group:34} {sum(chosen):5} probes, missed: plain {before}, ours {after}")


def _missed(found: Outcome, chosen: Sequence[bool]) -> str:
    """Misses among the chosen at the threshold of all, for the first FPIR."""
    if len(found.alarms) < 3 / FPIRS[0]:
        return "not measurable"
    weights = alike(found.people)
    part = weights[list(chosen)]
    limit = limit_at(found.alarms, weights, FPIRS[0])
    return f"{float(part @ (found.hits[list(chosen)] <= limit)) / float(part.sum()):.1%}"


def _verdict(kind: str, ours: Outcome, plain: Outcome, fpir: float) -> None:
    fewer, low, high = gain(ours, plain, fpir)
    before = fnir(plain.hits, plain.alarms, alike(plain.people), fpir)
    asked = "" if fpir != FPIRS[0] else ("  reached" if low > 0 else "  missed")
    print(
        f"  {kind} at {fpir:.0%}: ours {before - fewer:.1%}, plain {before:.1%}, ratio "
        f"{(before - fewer) / max(before, 1e-9):.2f}, fewer misses {fewer:.1%} "
        f"[{low:.1%}, {high:.1%}]{asked}"
    )


def _rate(found: Outcome, fpir: float) -> str:
    if len(found.alarms) < 3 / fpir:
        return "not measurable"
    return f"{fnir(found.hits, found.alarms, alike(found.people), fpir):.1%}"


if __name__ == "__main__":
    main()
