"""Voice path, file to vectors, against the least it can cost, and beside resemblyzer's own path.

    python -m bench.voice --models DIR [--threads 2] [--rounds 5] [--json]

The floor is the media door's decoding of the same file, alone, plus the encoder's multiplications
at the rate of a large sgemm on the same threads: what is left above it is speech detection, the mel
spectrogram, turns, and whatever does not overlap. The peer is `preprocess_wav` and
`embed_utterance` at the same hop of 0.8 s. Everything takes turns within each round, because a busy
machine slows all of it, and medians are compared. Cold is a fresh interpreter, imports and loading
included; the peer's first run on a machine, which compiles its front end, is not what is timed
unless its cache is empty. Media come from EBENBILD_MEDIA; the peer may be missing.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from bench.pipeline import LIMITS, VOICE_SECONDS, write_speech
from fingerprint.hearing import hear
from fingerprint.media import door
from fingerprint.models import Span
from fingerprint.voice.encoder import HOP_MS, WINDOW_FRAMES, gain, pieces, window_starts
from fingerprint.voice.listening import Heard, Listener
from fingerprint.voice.mel import HOP, SAMPLE_RATE
from fingerprint.weights.manifest import VOICE_ENCODER, Manifest, load_manifest

FLOOR_MAX, COLD_MIN, COSINE_MIN = 1.3, 10.0, 0.9999
WHOLE = Span(0, VOICE_SECONDS * 1000)
_SGEMM = 3072
_OURS = """
import sys
from pathlib import Path
from fingerprint.hearing import hear
from fingerprint.media.limits import Limits
from fingerprint.models import Span
from fingerprint.voice.listening import Listener
from fingerprint.weights.manifest import load_manifest
listener = Listener.open(load_manifest(Path(sys.argv[2])), threads=int(sys.argv[3]))
hear(listener, Path(sys.argv[1]), Limits(), Span(0, int(sys.argv[4])))
"""
_PEER = """
import sys
import resemblyzer, torch
torch.set_num_threads(int(sys.argv[3]))
encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
encoder.embed_utterance(resemblyzer.preprocess_wav(sys.argv[1]))
"""
Figures = dict[str, Any]


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peer's own
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "speech").is_dir():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a folder `speech`.")
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        seconds = write_speech(sound, media)
        figures = {"seconds": seconds, "threads": options.threads, "rounds": options.rounds}
        figures |= warm(sound, load_manifest(options.models), options.threads, options.rounds)
        figures |= cold(sound, options, Path(folder) / "cache")
    print(json.dumps(figures, indent=2) if options.json else text(figures))


def warm(path: Path, files: Manifest, threads: int, rounds: int) -> Figures:
    """Medians in seconds of everything that takes turns, and the median of each round's ratio."""
    listener = Listener.open(files, threads=threads)
    heard = hear(listener, path, LIMITS, WHOLE)
    windows = len(heard[1].windows)
    work = {"decode": lambda: _decoded(path), "ours": lambda: hear(listener, path, LIMITS, WHOLE)}
    peer = _peer(path, threads)
    if peer is not None:
        peer()
        work["peer"] = peer
    times: dict[str, list[float]] = {name: [] for name in (*work, "arithmetic")}
    for _ in range(rounds):
        for name, run in work.items():
            times[name].append(_timed(run))
        times["arithmetic"].append(windows * flops(files) / sgemm_rate(threads))
    floors = [sum(parts) for parts in zip(times["decode"], times["arithmetic"], strict=True)]
    found: Figures = {f"{name}_s": statistics.median(taken) for name, taken in times.items()}
    found |= {"windows": windows, "cosine_min": None if peer is None else agreement(heard, files)}
    ratios = [ours / floor for ours, floor in zip(times["ours"], floors, strict=True)]
    return found | {"floor_s": statistics.median(floors), "floor_x": statistics.median(ratios)}


def cold(path: Path, options: argparse.Namespace, cache: Path) -> Figures:
    """Fresh interpreters: ours, the peer the first time on a machine, and the peer later."""
    found = {"ours_cold_s": min(_fresh(_OURS, path, options, cache) for _ in range(2))}
    if installed():
        found["peer_first_s"] = _fresh(_PEER, path, options, cache)
        found["peer_cold_s"] = min(_fresh(_PEER, path, options, cache) for _ in range(2))
    return found


def flops(files: Manifest) -> float:
    """Multiplications and additions of one window, from the encoder's graph."""
    graph = onnx.load(files.path(VOICE_ENCODER)).graph
    sizes = {item.name: int(np.prod(item.dims)) for item in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type == "LSTM":
            total += 2 * WINDOW_FRAMES * (sizes[node.input[1]] + sizes[node.input[2]])
        elif node.op_type in ("Gemm", "MatMul"):
            total += 2 * sizes[node.input[1]]
    return float(total)


def sgemm_rate(threads: int) -> float:
    """Operations a second of a large product, the better of one call and one call a thread."""
    left = np.ones((_SGEMM, _SGEMM), np.float32)
    parts = np.array_split(left, threads)
    with ThreadPoolExecutor(threads) as pool:
        whole = _timed(lambda: left @ left)
        split = _timed(lambda: list(pool.map(lambda part: part @ left, parts)))
    return float(2 * _SGEMM**3 / min(whole, split))


def agreement(heard: tuple[Any, Heard, Any], files: Manifest) -> float:
    """Least cosine of our vectors with the peer's, its own mel and network on the same windows."""
    import resemblyzer
    import torch
    from resemblyzer.audio import wav_to_mel_spectrogram

    samples, found, _ = heard
    mels = []
    for piece in pieces(found.speech):
        spans = [(s.start_ms * SAMPLE_RATE // 1000, s.end_ms * SAMPLE_RATE // 1000) for s in piece]
        sound = np.concatenate([samples[start:end] for start, end in spans])
        if len(sound) * 1000 < 400 * SAMPLE_RATE:
            continue
        filled = np.resize(sound, max(len(sound), WINDOW_FRAMES * HOP))
        mel = wav_to_mel_spectrogram(filled)
        for first in window_starts(len(filled) // HOP, HOP_MS // 10):
            level = gain(filled[first * HOP : (first + WINDOW_FRAMES) * HOP])
            mels.append(mel[first : first + WINDOW_FRAMES] * np.float32(level**2))
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    with torch.no_grad():
        theirs = encoder(torch.from_numpy(np.stack(mels))).numpy()
    return float(np.min(np.sum(theirs * found.windows.vectors, axis=1)))


def installed() -> bool:
    """Whether the peer and what it runs on can be imported here."""
    return all(importlib.util.find_spec(name) is not None for name in ("resemblyzer", "torch"))


def _peer(path: Path, threads: int) -> Callable[[], object] | None:
    if not installed():
        return None
    import resemblyzer
    import torch

    torch.set_num_threads(threads)
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    rate = 1000 / HOP_MS
    return lambda: encoder.embed_utterance(resemblyzer.preprocess_wav(path), rate=rate)


def _decoded(path: Path) -> int:
    with door.audio(path, LIMITS, WHOLE) as stream:
        return sum(len(block.samples) for block in stream)


def _fresh(code: str, path: Path, options: argparse.Namespace, cache: Path) -> float:
    arguments = [str(path), str(options.models), str(options.threads), str(WHOLE.end_ms)]
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    variables = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    return _timed(lambda: subprocess.run(command, check=True, capture_output=True, env=variables))


def _timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def text(found: Figures) -> str:
    """The figures with what was to be reached."""
    lines = [
        f"{found['seconds']:.0f} s of speech, {found['windows']} windows, {found['threads']} "
        f"threads, medians of {found['rounds']} rounds in turns",
        f"warm: ours {found['ours_s']:.2f} s; floor {found['floor_s']:.2f} s (decoding "
        f"{found['decode_s']:.2f} s, arithmetic {found['arithmetic_s']:.2f} s); ratio "
        f"{found['floor_x']:.2f} ({_word(found['floor_x'] <= FLOOR_MAX)}: at most {FLOOR_MAX})",
    ]
    if found["cosine_min"] is None:
        return "\n".join([*lines, f"cold: ours {found['ours_cold_s']:.2f} s; no resemblyzer here"])
    faster, first, later = (
        found[name] / found[ours]
        for name, ours in (
            ("peer_s", "ours_s"),
            ("peer_first_s", "ours_cold_s"),
            ("peer_cold_s", "ours_cold_s"),
        )
    )
    lines += [
        f"warm, resemblyzer: {found['peer_s']:.2f} s; ratio {faster:.2f}",
        f"vectors: least cosine with the peer's {found['cosine_min']:.6f} "
        f"({_word(found['cosine_min'] >= COSINE_MIN)}: at least {COSINE_MIN})",
        f"cold: ours {found['ours_cold_s']:.2f} s; resemblyzer {found['peer_first_s']:.2f} s the "
        f"first time, ratio {first:.1f} ({_word(first >= COLD_MIN)}: at least {COLD_MIN:.0f}); "
        f"{found['peer_cold_s']:.2f} s once its front end is compiled, ratio {later:.1f} "
        f"({_word(later >= COLD_MIN)})",
    ]
    return "\n".join(lines)


def _word(good: bool) -> str:
    return "reached" if good else "missed"


if __name__ == "__main__":
    main()
