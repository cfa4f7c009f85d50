"""Times scans of a 30-second slice beside a plain loop and beside decoding alone, in the same run.

    python -m bench.scan --models DIR [--rounds 3] [--threads 2] [--slice FILE] [--json]

The slice is composed from the folder EBENBILD_MEDIA (see bench/slices.py) or given. The loop is how
the peers are used together: two frames a second through face_recognition (HOG, not upsampled, then
encodings), the sound through resemblyzer. Decoding alone is PyAV on as many threads, every frame.
Ours decodes in its child processes, finds, follows, describes and pools, five frames in two
seconds when thorough. All four take turns; medians and ratios are printed, and what the fast scan
matched of the thorough one's seconds: by vectors, and by name with the folder's people enrolled.
Besides the time, computing seconds over all threads and processes are printed: on a machine that
others use too they say more.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np

from bench.common import Figure, computed, peer, timed
from bench.matched import enrolled, matched
from bench.slices import write_slice
from fingerprint.engine import Engine
from fingerprint.media.forking import forking
from fingerprint.media.limits import Limits
from fingerprint.models import Modality, ScanMode, Span, Trace, Vector

LOOP_MS = 500
AGREE_MIN = {Modality.FACE: 0.95, Modality.VOICE: 0.8}
"""Cosine from which two traces of one scan show one person here: the slice has few people."""
THOROUGH_MIN, FAST_MIN, DECODE_MIN, SECONDS_MIN = 5.0, 15.0, 0.5, 0.95
Run = Callable[[], object]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--slice", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own
    with tempfile.TemporaryDirectory() as folder:
        path = asked.slice or _composed(Path(folder))
        with forking():
            figures = measure(path, asked)
    if asked.json:
        print(json.dumps([{"line": str(figure), "ratio": figure.ratio} for figure in figures]))
        return
    print(f"{asked.threads} threads, median of {asked.rounds} rounds in turns")
    for figure in figures:
        print(figure)


def measure(path: Path, asked: argparse.Namespace) -> list[Figure]:
    """Both scans beside both peers, and how far the scans agree."""
    engine = Engine.open(asked.models, threads=asked.threads, limits=Limits())
    found: dict[ScanMode, tuple[Trace, ...]] = {}

    def scan(mode: ScanMode) -> None:
        info = engine.probe(path)
        found[mode] = tuple(
            trace
            for span in engine.segments(info)
            for trace in engine.scan_segment(path, info, span, mode=mode)
        )

    runs: dict[str, Run] = {
        "thorough": lambda: scan(ScanMode.THOROUGH),
        "fast": lambda: scan(ScanMode.FAST),
        "loop": plain_loop(path, asked.threads),
        "decode": lambda: decode_all(path, asked.threads),
    }
    taken = {name: [] for name in runs}  # type: dict[str, list[tuple[float, float]]]
    for number in range(asked.rounds + 1):
        for name, run in runs.items():
            before = computed()
            seconds = timed(run) / 1000
            if number:  # the first round loads what is loaded once
                taken[name].append((seconds, computed() - before))
    middle = {name: _middle(values) for name, values in taken.items()}
    both = found[ScanMode.THOROUGH], found[ScanMode.FAST]
    figures = [*_ratios(middle), shared(*both)]
    if (media := _media()) is not None:
        figures.append(matched(engine, enrolled(engine, media), *both))
    return figures


def _middle(values: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(v for v, _ in values), statistics.median(v for _, v in values)


def _ratios(middle: dict[str, tuple[float, float]]) -> list[Figure]:
    rows = (
        ("thorough scan against the plain loop", "thorough", "loop", THOROUGH_MIN),
        ("thorough scan against decoding alone", "thorough", "decode", DECODE_MIN),
        ("fast scan against the plain loop", "fast", "loop", FAST_MIN),
        ("fast scan against decoding alone", "fast", "decode", None),
    )
    return [
        Figure(
            name,
            f"{middle[ours][0]:.2f} s ({middle[ours][1]:.1f} s computing)",
            f"{theirs} {middle[theirs][0]:.2f} s ({middle[theirs][1]:.1f} s, "
            f"ratio {middle[theirs][1] / middle[ours][1]:.1f})",
            middle[theirs][0] / middle[ours][0],
            least,
        )
        for name, ours, theirs, least in rows
    ]


def shared(thorough: Sequence[Trace], fast: Sequence[Trace]) -> Figure:
    """Share of the thorough scan's seconds per person that the fast one gives the same person.

    People are told apart by their vectors alone, so nothing is known beforehand. What the fast
    scan says beyond that is printed too.
    """
    both = known = only = 0
    for trace in thorough:
        fast_spans = [span for other in fast if _same(trace, other) for span in other.spans]
        for span in trace.spans:
            known += span.duration_ms
            both += _overlap_ms([span], fast_spans)
    for trace in fast:
        spans = [s for other in thorough if _same(trace, other) for s in other.spans]
        only += sum(s.duration_ms for s in trace.spans) - _overlap_ms(trace.spans, spans)
    return Figure(
        "seconds of the thorough scan that the fast one has too",
        f"{both / 1000:.1f} s, and {only / 1000:.1f} s more",
        f"thorough {known / 1000:.1f} s",
        both / max(1, known),
        SECONDS_MIN,
    )


def _same(one: Trace, other: Trace) -> bool:
    if one.modality is not other.modality:
        return False
    a, b = one.template.vector, other.template.vector
    return float(a @ b) >= AGREE_MIN[one.modality]


def _overlap_ms(spans: Sequence[Span], others: Sequence[Span]) -> int:
    """Milliseconds of `spans` that lie in any of `others`."""
    times = np.zeros(max([s.end_ms for s in (*spans, *others)], default=0), dtype=bool)
    for other in others:
        times[other.start_ms : other.end_ms] = True
    return int(sum(times[s.start_ms : s.end_ms].sum() for s in spans))


def plain_loop(path: Path, threads: int) -> Run:
    """Two frames a second through face_recognition, the sound through resemblyzer."""
    faces, voices, torch = peer("face_recognition"), peer("resemblyzer"), peer("torch")
    torch.set_num_threads(threads)
    encoder = voices.VoiceEncoder("cpu", verbose=False)

    def run() -> None:
        due = 0.0
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "AUTO"
            for frame in container.decode(video=0):
                if frame.time is not None and frame.time * 1000 >= due:
                    due += LOOP_MS
                    picture = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
                    boxes = faces.face_locations(picture, number_of_times_to_upsample=0)
                    faces.face_encodings(picture, boxes)
        encoder.embed_utterance(voices.preprocess_wav(_sound(path)))

    return run


def _sound(path: Path) -> Vector:
    """The sound as 16 kHz mono: resemblyzer's own loader reads no films."""
    resampler = av.AudioResampler("flt", "mono", 16_000)
    with av.open(str(path)) as container:
        parts = [
            part.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts)


def decode_all(path: Path, threads: int) -> None:
    """Every frame, not converted, and nothing else."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        for _ in container.decode(stream):
            pass


def _composed(folder: Path) -> Path:
    media = _media()
    if media is None:
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    path = folder / "slice.mp4"
    write_slice(path, media)
    return path


def _media() -> Path | None:
    folder = Path(os.environ.get("EBENBILD_MEDIA", ""))
    return folder if (folder / "MANIFEST.csv").is_file() else None


if __name__ == "__main__":
    main()
