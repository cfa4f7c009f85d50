"""Makes vectors of people nobody is, with the variances that real prints have.

    EBENBILD_MEDIA=DIR python -m bench.vectors --models DIR   # measure again, print the spectra

A million real prints cannot be had, and random directions say nothing about a search: they have no
mates, and every cell of an index is as good as another. So the variance between people and within
one person is measured on real media along the principal axes of all vectors, and only those
figures are kept (`spectra.json`): no vector of anybody, and no direction. A person is a normal
draw between, each vector of theirs one within, on the unit sphere: the two-covariance model of
Bruemmer and de Villiers, https://doi.org/10.21437/Odyssey.2010-26.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.face_vectors import DAMAGE, POOLS, damaged, known_chips
from fingerprint.engine import Engine
from fingerprint.face.descriptor import Descriptor
from fingerprint.face.watching import FaceWatcher
from fingerprint.media.limits import Limits
from fingerprint.models import Modality, Span
from fingerprint.weights.manifest import FACE_ENCODER, load_manifest

Vectors = NDArray[np.float32]
SPECTRA = Path(__file__).with_name("spectra.json")
PIECE_MS = 4_000
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Mean and variances of unit vectors along their principal axes, and what they rest on.

    `reach` are quantiles of how far a vector lies from its person, relative to the mean square.
    """

    people: int
    vectors: int
    mean: tuple[float, ...]
    between: tuple[float, ...]
    within: tuple[float, ...]
    reach: tuple[float, ...]

    @property
    def dimension(self) -> int:
        return len(self.mean)


class Crowd:
    """People drawn from a spectrum; the same seed draws the same people."""

    def __init__(self, spectrum: Spectrum, *, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        axes = self._rng.standard_normal((spectrum.dimension, spectrum.dimension))
        # A quarter turn of everything: no encoder gives its variances axis by axis.
        self._turn = np.linalg.qr(axes)[0].astype(np.float32)
        self._mean = np.array(spectrum.mean, np.float32)
        self._between = np.sqrt(np.array(spectrum.between, np.float32))
        self._within = np.sqrt(np.array(spectrum.within, np.float32))
        self._reach = np.array(spectrum.reach)

    def people(self, count: int) -> Vectors:
        """What is lasting in `count` people, (count, D); not yet of unit length."""
        return self._mean + self._drawn(count) * self._between

    def vectors(self, people: Vectors) -> Vectors:
        """One unit vector of each, a new one every time it is asked."""
        made = np.empty(people.shape, np.float32)
        for start in range(0, len(people), _CHUNK):
            some = people[start : start + _CHUNK]
            off = self._drawn(len(some)) * self._within * self._reaches(len(some))
            rows = (some + off) @ self._turn
            made[start : start + _CHUNK] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return made

    def _reaches(self, count: int) -> Vectors:
        places = np.linspace(0.0, 1.0, len(self._reach))
        drawn = np.interp(self._rng.random(count), places, self._reach)
        return drawn.astype(np.float32)[:, None]

    def _drawn(self, count: int) -> Vectors:
        return self._rng.standard_normal((count, len(self._mean)), np.float32)


def load(modality: Modality) -> Spectrum:
    """The spectrum that was measured for the default encoder of a modality."""
    return Spectrum(**json.loads(SPECTRA.read_bytes())[modality])


def measure(vectors: Vectors, people: NDArray[np.str_]) -> Spectrum:
    """Variances of (N, D) vectors between and within `people`, along the axes of them all."""
    names, owner, counts = np.unique(people, return_inverse=True, return_counts=True)
    means = np.stack([vectors[owner == n].mean(axis=0) for n in range(len(names))])
    # Everybody counts alike, however much there is of them.
    weight = 1.0 / counts[owner]
    centre = means.mean(axis=0)
    spread = (vectors - centre) * np.sqrt(weight)[:, None]
    axes = np.linalg.eigh(spread.T @ spread)[1][:, ::-1]
    several = counts > 1
    off = (vectors - means[owner]) @ axes * np.sqrt(counts / np.maximum(counts - 1, 1))[owner, None]
    within = np.stack([(off[owner == n] ** 2).mean(axis=0) for n in np.flatnonzero(several)]).mean(
        0
    )
    seen = ((means - centre) @ axes).var(axis=0, ddof=1)
    between = _continued(np.maximum(seen - within * (1.0 / counts).mean(), 0.0), len(names) - 1)
    lengths = np.linalg.norm(off[several[owner]], axis=1)
    reach = np.quantile(lengths / np.sqrt((lengths**2).mean()), np.linspace(0, 1, 21))
    figures = (_short(row) for row in (centre @ axes, between, within, reach))
    return Spectrum(len(names), len(vectors), *figures)


def _continued(variances: NDArray[np.float64], rank: int) -> NDArray[np.float64]:
    """Of few people few axes can be seen; the rest follows the power law of those, same sum."""
    seen = np.arange(2, int(0.8 * min(rank, len(variances))))
    seen = seen[variances[seen] > 0]
    slope, level = np.polyfit(np.log(seen + 1), np.log(variances[seen]), 1)
    law = np.exp(level + slope * np.log(np.arange(len(variances)) + 1))
    made = np.where(np.arange(len(variances)) <= seen[-1], np.maximum(variances, law / 10), law)
    return np.asarray(made * variances.sum() / made.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    asked = parser.parse_args()
    media = Path(os.environ["EBENBILD_MEDIA"])
    found = {Modality.VOICE: _voices(asked.models, media), Modality.FACE: _faces(asked.models)}
    spectra = {modality: asdict(measure(*_arrays(rows))) for modality, rows in found.items()}
    json.dump(spectra, sys.stdout)
    print()


def _voices(models: Path, media: Path) -> Iterator[tuple[Vectors, str]]:
    """One vector of every few seconds of each real voice."""
    engine = Engine.open(models, threads=2, limits=Limits())
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if (r["modality"], r["kind"]) == ("voice", "real")]
    for row in rows:
        info = engine.probe(media / row["path"])
        for start in range(0, max(1, info.duration_ms - PIECE_MS // 2), PIECE_MS):
            span = Span(start, min(start + PIECE_MS, info.duration_ms))
            traces = engine.scan_segment(
                media / row["path"], info, span, modalities={Modality.VOICE}
            )
            if traces:
                most = max(traces, key=lambda trace: trace.template.evidence_ms)
                yield most.template.vector, row["identity"]


def _faces(models: Path) -> Iterator[tuple[Vectors, str]]:
    """Every known face, as it is and made worse in each of the ways of `bench.face_vectors`."""
    manifest = load_manifest(models)
    descriptor = Descriptor(manifest.path(FACE_ENCODER), 2)
    watcher, rng = FaceWatcher.open(manifest, 2), np.random.default_rng(5)
    harms = [*DAMAGE.values(), *POOLS["five alike"], *POOLS["some blurred by motion"]]
    for chip, who, _ in known_chips(watcher, Path(os.environ["EBENBILD_MEDIA"])):
        chips = np.stack([chip, *(damaged(chip, harm, rng) for harm in harms)])
        for vector in descriptor.describe(chips):
            yield vector, who


def _arrays(rows: Iterator[tuple[Vectors, str]]) -> tuple[Vectors, NDArray[np.str_]]:
    vectors, names = zip(*rows, strict=True)
    return np.stack(vectors), np.array(names)


def _short(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(f"{value:.4g}") for value in values)


if __name__ == "__main__":
    main()
