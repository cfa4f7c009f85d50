"""Scores who speaks when: ours, plain average link, and one voice for all, on the same speech.

    python -m bench.diarization --models DIR [--scenes 36] [--json]

Recordings: diarization/sample.flac of EBENBILD_MEDIA, a telephone call. (trn07 and trn08 beside it
are digital silence and are skipped.) Scenes: a minute each, composed from real readers: 2 to 4 of
them, turns of 1 to 8 s, many begun before the one before has ended, a third over noise and a third
over music 15, 10 and 5 dB below. Errors as NIST counts them, 250 ms around each boundary left out.
Readers alone show whether one person stays one voice; pairs whether two are ever taken for one.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from bench.der import NONE, Errors, score
from bench.scenes import RATE, Clips, Scene, read_clips, scenes
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span
from fingerprint.voice.clustering import average_link, centres
from fingerprint.voice.listening import Heard, Listener
from fingerprint.voice.turns import grid, smoothed
from fingerprint.weights.manifest import load_manifest

PLAIN_MIN, PLAIN_COST = 0.60, 0.10
PAIR_SECONDS = 15
FIRST_SCENE = 2000  # lower numbers chose the lines that clusters are joined at
Found = list[tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """One method on one set: errors with overlap counted and without, voices against people."""

    media: str
    method: str
    der: float
    missed: float
    alarm: float
    confused: float
    der_without_overlap: float
    counts_right: int
    scenes: int


def ours(heard: Heard) -> Found:
    """Every voice with the stretches in which it speaks beside another."""
    return [voice.spans + voice.overlaps for voice in heard.voices]


def plain(heard: Heard) -> Found:
    """Average link down to a fixed mean cosine and one smoothing pass, overlap unknown."""
    vectors = heard.windows.vectors
    if not len(vectors):
        return []
    groups = average_link(vectors, PLAIN_MIN)
    path = smoothed(vectors, centres(vectors, groups), PLAIN_COST)
    placed = grid(heard.windows, heard.speech)
    return [placed.spans(path == label) for label in np.unique(path)]


def single(heard: Heard) -> Found:
    """One voice for everybody."""
    return [heard.speech]


METHODS: dict[str, Callable[[Heard], Found]] = {"ours": ours, "plain": plain, "single": single}


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=36)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "speech").is_dir():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a folder `speech`.")
    listener = Listener.open(load_manifest(options.models), threads=os.cpu_count() or 1)
    clips = read_clips(media)
    rows = list(measure(listener, media, scenes(clips, options.scenes, FIRST_SCENE)))
    alone, pairs = one_or_two(listener, clips)
    if options.json:
        kept = {"rows": [asdict(row) for row in rows], "alone": alone, "pairs": pairs}
        print(json.dumps(kept, indent=2))
        return
    for row in rows:
        print(line(row))
    print(f"one reader, heard as one voice: {alone[0]} of {alone[1]}")
    print(f"two readers, heard as two or more: {pairs[0]} of {pairs[1]} pairs")
    verdict(rows)


def measure(listener: Listener, media: Path, made: Iterator[Scene]) -> Iterator[Row]:
    """Rows of the recording, then of the scenes by what lies beneath, then of all scenes."""
    call = recording(media)
    if call is not None:
        yield from _rows(call.name, [(call, listener.listen([call.samples])[1])])
    heard = [(scene, listener.listen([scene.samples])[1]) for scene in made]
    for bed in dict.fromkeys(scene.name for scene, _ in heard):
        yield from _rows(bed, [(scene, found) for scene, found in heard if scene.name == bed])
    yield from _rows("all scenes", heard)


def recording(media: Path) -> Scene | None:
    """The telephone call with its reference, where it is there."""
    folder = media / "diarization"
    if not (folder / "sample.rttm").is_file():
        return None
    turns: dict[str, list[Span]] = {}
    for text in (folder / "sample.rttm").read_text().splitlines():
        _, _, _, start, length, _, _, name, *_ = text.split()
        begin_ms = round(float(start) * 1000)
        turns.setdefault(name, []).append(Span(begin_ms, begin_ms + round(float(length) * 1000)))
    blocks = [block.samples for block in door.audio(folder / "sample.flac", Limits())]
    return Scene("sample.flac", np.concatenate(blocks), turns)


def _rows(media: str, heard: Sequence[tuple[Scene, Heard]]) -> Iterator[Row]:
    for method, find in METHODS.items():
        total, lone, right = NONE, NONE, 0
        for scene, found in heard:
            turns = {str(place): spans for place, spans in enumerate(find(found))}
            total += score(scene.turns, turns)
            lone += score(scene.turns, turns, overlap=False)
            right += len(turns) == len(scene.turns)
        shares = _shares(total)
        yield Row(media, method, total.rate, *shares, lone.rate, right, len(heard))


def _shares(errors: Errors) -> tuple[float, float, float]:
    whole = max(1, errors.speech_ms)
    return errors.missed_ms / whole, errors.alarm_ms / whole, errors.confused_ms / whole


def one_or_two(listener: Listener, clips: Clips) -> tuple[tuple[int, int], tuple[int, int]]:
    """Readers who stay one voice, of all; pairs heard as more than one voice, of all."""
    joined = {name: np.concatenate(parts) for name, parts in clips.items() if len(parts) > 1}
    half = {name: sound[: PAIR_SECONDS * RATE] for name, sound in joined.items()}
    alone = [_voices(listener, sound) == 1 for sound in joined.values()]
    pairs = [
        _voices(listener, np.concatenate([half[a], half[b]])) > 1 for a, b in combinations(half, 2)
    ]
    return (sum(alone), len(alone)), (sum(pairs), len(pairs))


def _voices(listener: Listener, sound: np.ndarray) -> int:
    return len(listener.listen([sound.astype(np.float32)])[1].voices)


def line(row: Row) -> str:
    """One row as text, rates in per cent."""
    parts = f"missed {row.missed:.1%}, false alarm {row.alarm:.1%}, confused {row.confused:.1%}"
    return (
        f"{row.media:12} {row.method:7} DER {row.der:6.1%} ({parts}); without overlap "
        f"{row.der_without_overlap:6.1%}; voices right in {row.counts_right} of {row.scenes}"
    )


def verdict(rows: Sequence[Row]) -> None:
    """Whether the error over all scenes is below that of plain average link in this run."""
    rates = {row.method: row.der for row in rows if row.media == "all scenes"}
    ratio = rates["ours"] / rates["plain"]
    word = "reached" if ratio < 1 else "missed"
    print(f"DER over all scenes, ours against plain: {ratio:.2f} x ({word}: below 1)")


if __name__ == "__main__":
    main()
