"""Times finding past uses of one new print beside one flat scan of the same vectors by FAISS.

    python -m bench.late --models DIR [--count 1000000] [--rounds 5]

The archive holds a trace of a person nobody is per row, a hundred to a scan; the new print is of a
person who is in some of them. Ours gives the scans to search again, at the shipped calibration's
floor; the peer is `faiss.IndexFlatIP` asked for one query's top ten. They take turns, the median of
each is printed, and ours may take at most 1.2 x of the peer's. The scans in which the person really
is must be among those found.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

from bench.vectors import Crowd, load
from fingerprint import opening
from fingerprint.archive import Archive, Past, nearness
from fingerprint.models import Modality
from fingerprint.weights.manifest import load_manifest

THREADS = 2
PER_SCAN = 100
USES = 200
LIMIT = 1.2
_BLOCK = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    faiss.omp_set_num_threads(THREADS)
    model_id = opening.SHIPPED_ENCODERS[Modality.VOICE]
    near = nearness(opening.calibrations(load_manifest(asked.models))[model_id])
    crowd = Crowd(load(Modality.VOICE), seed=1)
    who = crowd.people(1)
    archive, peer = Archive({model_id: near}), faiss.IndexFlatIP(who.shape[1])
    uses = np.random.default_rng(2).choice(asked.count, USES, replace=False)
    for start in range(0, asked.count, _BLOCK):
        people = crowd.people(min(_BLOCK, asked.count - start))
        people[uses[(uses >= start) & (uses < start + _BLOCK)] - start] = who[0]
        vectors = crowd.vectors(people)
        peer.add(vectors)
        archive.add(
            Past(f"t{n}", f"s{n // PER_SCAN}", Modality.VOICE, model_id, row)
            for n, row in enumerate(vectors, start)
        )
    new = crowd.vectors(np.repeat(who, 3, axis=0)).mean(axis=0, keepdims=True)
    new /= np.linalg.norm(new)
    times = [
        (
            _timed(lambda: archive.scans_near(Modality.VOICE, model_id, new)),
            _timed(lambda: peer.search(new, 10)),
        )
        for _ in range(asked.rounds)
    ]
    ours_ms, peer_ms = (statistics.median(column) for column in zip(*times, strict=True))
    found = archive.scans_near(Modality.VOICE, model_id, new)
    used = {f"s{n // PER_SCAN}" for n in uses.tolist()}
    ratio = ours_ms / peer_ms
    print(
        f"late matching of one print against {asked.count} archived spans: ours {ours_ms:.0f} ms, "
        f"one flat scan {peer_ms:.0f} ms, ratio {ratio:.2f} (at most {LIMIT}): "
        f"{'reached' if ratio <= LIMIT else 'missed'}"
    )
    print(
        f"scans with a use found: {len(used & found)} of {len(used)}; to search again: "
        f"{len(found)} of {asked.count // PER_SCAN}"
    )


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
