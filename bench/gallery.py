"""Times searches of a great gallery of voices, through channels and without, beside raw FAISS.

    python -m bench.gallery --models DIR [--count 100000] [--rounds 5]

Made people (`bench.vectors`) are enrolled as a registry would have them: a vector as they are and
one through each channel, which moves everybody alike. Queries are new vectors of them, one at a
time and 32 at once, half of them through a channel. Median processor seconds of a search with the
calibration as shipped, of the same gallery searched without channels, and of FAISS's flat search
of the plain vectors alone, all in turns on one thread. Also how long the gallery took to be made
of stored rows, and what memory that took beside the vectors' own bytes.
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bench.vectors import Crowd, load
from fingerprint import opening
from fingerprint.gallery import Gallery
from fingerprint.index.rows import Rows
from fingerprint.models import Modality
from fingerprint.normalising import Scoring
from fingerprint.weights.manifest import VOICE_ENCODER, load_manifest

Vectors = NDArray[np.float32]
TOP = 10
BATCHES = (1, 32)
WITHOUT_MOST = 4.0  # times the search without channels: three places are searched, not one
MIB = 1 << 20


def main() -> None:
    """Parse, make the gallery, search it, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    faiss.omp_set_num_threads(1)
    measured = opening.calibrations(load_manifest(asked.models))[VOICE_ENCODER]
    assert measured is not None
    scoring = measured.scoring
    crowd = Crowd(load(Modality.VOICE), seed=1)
    people = crowd.people(asked.count)
    assert scoring.centre is not None
    centres = (scoring.centre, *(channel.centre for channel in scoring.channels))
    gallery, plain = _made(crowd, people, centres)
    flat = faiss.IndexFlatIP(plain.shape[1])
    flat.add(plain)
    probes = _probes(crowd, people, centres, asked.rounds * max(BATCHES))
    bare = replace(scoring, channels=())
    ways: dict[str, Callable[[Vectors], object]] = {
        "through channels": lambda rows: _search(gallery, rows, scoring),
        "without": lambda rows: _search(gallery, rows, bare),
        "FAISS flat": lambda rows: flat.search(rows, TOP),
    }
    for name, search in ways.items():
        begun = time.process_time()
        search(probes)
        print(f"the first {len(probes)} queries, {name}: {time.process_time() - begun:.2f} s")
    for size in BATCHES:
        times: dict[str, list[float]] = {name: [] for name in ways}
        for turn in range(asked.rounds):
            for name, search in ways.items():
                begun = time.process_time()
                search(probes[turn * size : (turn + 1) * size])
                times[name].append(time.process_time() - begun)
        ms = {name: 1000 * statistics.median(taken) / size for name, taken in times.items()}
        told = ", ".join(f"{name} {value:.1f} ms" for name, value in ms.items())
        ratio = ms["through channels"] / ms["without"]
        verdict = "reached" if ratio <= WITHOUT_MOST else "missed"
        print(f"{asked.count} voices, {size} at once, each: {told}")
        print(f"    {ratio:.1f} x of without, at most {WITHOUT_MOST:g}: {verdict}")


def _made(crowd: Crowd, people: Vectors, centres: Sequence[Vectors]) -> tuple[Gallery, Vectors]:
    """The gallery of what a registry has stored of these people, and their plain vectors."""
    rows = list(_rows(crowd, people, centres))
    own = sum(one.vectors.nbytes for one in rows)
    before, begun = _resident(), time.process_time()
    gallery = Gallery.restored(rows)
    took, more = time.process_time() - begun, _resident() - before
    print(f"made in {took:.1f} s; {more // MIB} MiB for {own // MIB} MiB of vectors", flush=True)
    return gallery, rows[0].vectors


def _rows(crowd: Crowd, people: Vectors, centres: Sequence[Vectors]) -> Iterator[Rows]:
    names: list[Any] = [f"print-{at}" for at in range(len(people))]
    for place, centre in enumerate(centres):
        about = {"channel": [place - 1]} if place else {"evidence_ms": [8_000]}
        columns = {"print_id": names, **{name: one * len(names) for name, one in about.items()}}
        vectors = _around(crowd.vectors(people), centre)
        yield Rows(Modality.VOICE, VOICE_ENCODER, columns, vectors)


def _probes(crowd: Crowd, people: Vectors, centres: Sequence[Vectors], count: int) -> Vectors:
    rng = np.random.default_rng(2)
    rows = crowd.vectors(people[rng.choice(len(people), count)])
    plain, *others = (_around(rows, centre) for centre in centres)
    for place in range(1, count, 2):
        plain[place] = others[place // 2 % len(others)][place]
    return plain


def _around(rows: Vectors, centre: Vectors) -> Vectors:
    """The same people with another mean."""
    moved = rows - rows.mean(axis=0) + centre
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def _search(gallery: Gallery, rows: Vectors, scoring: Scoring) -> object:
    return gallery.search(Modality.VOICE, VOICE_ENCODER, rows, top=TOP, scoring=scoring)


def _resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
