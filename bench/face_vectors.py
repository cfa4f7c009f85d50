"""Compares ways to turn dlib's descriptors into vectors, on real faces made worse on purpose.

    EBENBILD_MEDIA=DIR python -m bench.face_vectors --models DIR

Each face of the media folder is enrolled as it is and searched after shrinking, noise, darkness
or a turn. Rows: plain distance (dlib's own measure), the cosine, the sphere that the product
uses, the sphere with the mirrored chip averaged in; then five pictures of each probe pooled.
Figures: equal error rate, and the false non-match rate at false match rates of 1 % and 0.1 %.
Pairs of pictures from one file are left out.
"""

import argparse
import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fingerprint.face.chips import CHIP_POINTS
from fingerprint.face.descriptor import unit
from fingerprint.face.quality import grade
from fingerprint.face.tracks import pooled
from fingerprint.face.watching import FaceWatcher
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.runtime import session
from fingerprint.weights.manifest import FACE_ENCODER, load_manifest

Chips = NDArray[np.uint8]
Vectors = NDArray[np.float32]
Measure = Callable[[Vectors, Vectors], NDArray[np.float32]]

# pixels left of 150, noise, gain, degrees
DAMAGE = {
    "20 px": (20, 0, 1.0, 0),
    "14 px, noise": (14, 5, 1.0, 0),
    "30 px, dark": (30, 8, 0.15, 0),
    "24 px, dim, turned": (24, 10, 0.7, 8),
}
POOLS = {
    "five alike": [
        (18, 5, 1.0, 0),
        (18, 5, 0.9, 4),
        (18, 5, 1.1, -4),
        (18, 8, 0.8, 2),
        (18, 6, 1.0, -2),
    ],
    "some blurred by motion": [
        (24, 3, 1.0, 0),
        (24, 3, 1.0, 5),
        (15, 4, 1.0, 0),
        (12, 4, 1.0, 0),
        (12, 5, 0.7, -5),
    ],
    "one fair, four terrible": [(24, 2, 1.0, 0)] + [(10, 15, 0.4, 0)] * 4,
}


def main() -> None:
    """Collect chips, damage them, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    options = parser.parse_args()
    manifest = load_manifest(options.models)
    net = session(manifest.path(FACE_ENCODER), os.cpu_count() or 1)
    found = list(known_chips(FaceWatcher.open(manifest, 2), Path(os.environ["EBENBILD_MEDIA"])))
    chips = np.stack([chip for chip, _, _ in found])
    people, files = (np.array([row[n] for row in found]) for n in (1, 2))
    print(f"{len(chips)} faces of {len(set(people))} people")

    def describe(pictures: Chips, output: str) -> Vectors:
        parts = [
            net.run([output], {"chips": pictures[n : n + 16]})[0]
            for n in range(0, len(pictures), 16)
        ]
        return np.concatenate(parts)

    pairs = _pairs(people, files)
    rng = np.random.default_rng(3)
    for name, damage in DAMAGE.items():
        _table(name, chips, np.stack([damaged(c, damage, rng) for c in chips]), describe, pairs)
    _pooling(chips, describe, pairs, rng)


def _table(
    name: str,
    good: Chips,
    poor: Chips,
    describe: Callable[[Chips, str], Vectors],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> None:
    raw = [describe(chips, "descriptors") for chips in (good, poor)]
    sphere = [describe(chips, "embeds") for chips in (good, poor)]
    flipped = [describe(np.ascontiguousarray(c[:, :, ::-1]), "embeds") for c in (good, poor)]
    both = [unit(a + b) for a, b in zip(sphere, flipped, strict=True)]
    print(name)
    _print("distance", raw, _nearness, pairs)
    _print("cosine", [unit(v) for v in raw], _product, pairs)
    _print("sphere (ours)", sphere, _product, pairs)
    _print("sphere, mirrored too", both, _product, pairs)


def _pooling(
    chips: Chips,
    describe: Callable[[Chips, str], Vectors],
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
    rng: np.random.Generator,
) -> None:
    good = describe(chips, "embeds")
    for label, damages in POOLS.items():
        poor = np.stack([[damaged(chip, d, rng) for d in damages] for chip in chips])
        flat = poor.reshape(-1, *chips.shape[1:])
        vectors = describe(flat, "embeds").reshape(len(chips), len(damages), -1)
        quality = [[grade(chip, CHIP_POINTS, 1.0).quality for chip in row] for row in poor]
        best = np.argmax(quality, axis=1)
        print(label)
        for name, probe in (
            ("the best one alone", vectors[np.arange(len(chips)), best]),
            ("plain mean", unit(vectors.mean(axis=1))),
            ("by quality (ours)", np.stack(list(map(pooled, vectors, quality)))),
        ):
            _print(name, [good, probe], _product, pairs)


def _print(
    name: str,
    vectors: list[Vectors],
    measure: Measure,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> None:
    genuine, impostor = (measure(vectors[0][p[:, 0]], vectors[1][p[:, 1]]) for p in pairs)
    edges = np.unique(np.concatenate([genuine, impostor]))
    false_match = (impostor[None] >= edges[:, None]).mean(axis=1)
    missed = (genuine[None] < edges[:, None]).mean(axis=1)
    n = int(np.argmin(np.abs(false_match - missed)))
    rates = [float((genuine < np.quantile(impostor, 1 - rate)).mean()) for rate in (0.01, 0.001)]
    equal = (false_match[n] + missed[n]) / 2
    print(f"  {name:24} EER {equal:6.1%}   FNMR {rates[0]:6.1%} at 1 %  {rates[1]:6.1%} at 0.1 %")


def _nearness(a: Vectors, b: Vectors) -> NDArray[np.float32]:
    return np.asarray(-np.linalg.norm(a - b, axis=1))


def _product(a: Vectors, b: Vectors) -> NDArray[np.float32]:
    return np.asarray((a * b).sum(axis=1))


def _pairs(
    people: NDArray[np.str_], files: NDArray[np.str_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    same = people[:, None] == people[None]
    other_file = files[:, None] != files[None]
    return np.argwhere(same & other_file), np.argwhere(~same & other_file)


def damaged(chip: Chips, damage: tuple[int, int, float, int], rng: np.random.Generator) -> Chips:
    pixels, noise, gain, degrees = damage
    turned = Image.fromarray(chip).rotate(degrees, Image.Resampling.BILINEAR)
    small = turned.resize((pixels, pixels), Image.Resampling.BOX)
    large = np.array(small.resize(turned.size, Image.Resampling.BILINEAR)).astype(np.float32)
    worse = large * gain + rng.normal(0, noise, large.shape)
    return np.asarray(worse.clip(0, 255).astype(np.uint8))


def known_chips(watcher: FaceWatcher, media: Path) -> Iterator[tuple[Chips, str, str]]:
    """Chip, person and file of every known face; three frames of a film."""
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["modality"] in ("face", "av")]
    for row in rows:
        if row["identity"] == "NOBODY":
            continue
        path = media / row["path"]
        with door.frames(path, Limits(), every_ms=1000, max_side=2048) as stream:
            for frame in stream:
                for sample in watcher.still(frame.rgb, frame.scale).faces[:1]:
                    yield sample.chip, row["identity"], row["path"]


if __name__ == "__main__":
    main()
