"""Times whole pipelines beside the libraries the weights come from, in the same run.

    python -m bench.pipeline --models DIR [--threads 2] [--rounds 3] [--json]

Voice: a sound file in, an utterance vector out. Faces: a film in, its faces described, four frames
a second. DIR is a models folder as `ebenbild init` makes it; media come from EBENBILD_MEDIA. Peers
are optional (requirements/peers.txt): a missing one is named and its ratios are left out. Our run
and the peer's take turns and medians are printed, because a busy machine slows both: read the
ratio. Cold rows start a fresh interpreter each, imports and loading of models included.
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
import wave
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np

from fingerprint.face.watching import FaceWatcher
from fingerprint.hearing import hear
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span
from fingerprint.seeing import FRAME_MS
from fingerprint.voice.encoder import pooled
from fingerprint.voice.listening import Listener
from fingerprint.weights.manifest import Manifest, load_manifest

VOICE_SECONDS = 125
RATE = 16_000
LIMITS = Limits()
Pipeline = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One pipeline: seconds ours and the peer's took (None where absent), and what each found."""

    step: str
    media_s: float
    ours_s: float
    ours_found: str
    peer: str
    peer_s: float | None
    peer_found: str

    @property
    def ratio(self) -> float | None:
        return None if self.peer_s is None else self.peer_s / self.ours_s


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--once", nargs=2, metavar=("PIPELINE", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own
    if options.once:
        print(PIPELINES[options.once[0]](options)(Path(options.once[1])))
        return
    media = Path(os.environ.get("EBENBILD_MEDIA", ""))
    if not (media / "MANIFEST.csv").is_file():
        sys.exit("Set EBENBILD_MEDIA to a folder of media with a MANIFEST.csv.")
    rows = list(measure(media, options))
    if options.json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows], indent=2))
        return
    print(f"{options.threads} threads, median of {options.rounds} rounds in turns")
    for row in rows:
        print(line(row))


def measure(media: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Every comparison, one row each."""
    film = sorted((media / "av" / "grid_s1").glob("*.mpg"))[0]
    film_s = door.probe(film, LIMITS).duration_ms / 1000
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        sound_s = write_speech(sound, media)
        for ours, peer, path, seconds in (
            ("voice", "resemblyzer", sound, sound_s),
            ("faces", "face_recognition", film, film_s),
        ):
            yield warm(ours, peer, path, seconds, options)
            yield cold(ours, peer, path, seconds, options)


def warm(ours: str, peer: str, path: Path, seconds: float, options: argparse.Namespace) -> Row:
    """Everything loaded and run once before; our run and the peer's take turns."""
    first, second = PIPELINES[ours](options), None
    if installed(peer):
        second = PIPELINES[peer](options)
        second(path)
    first(path)
    times: dict[str, list[float]] = {ours: [], peer: []}
    found = {peer: ""}
    for _ in range(options.rounds):
        for name, run in ((ours, first), (peer, second)):
            if run is not None:
                started = time.perf_counter()
                found[name] = run(path)
                times[name].append(time.perf_counter() - started)
    return Row(
        f"{ours}, warm",
        seconds,
        statistics.median(times[ours]),
        found[ours],
        peer,
        statistics.median(times[peer]) if times[peer] else None,
        found[peer],
    )


def cold(ours: str, peer: str, path: Path, seconds: float, options: argparse.Namespace) -> Row:
    """One run each in an interpreter of its own."""
    ours_s, ours_found = _fresh(ours, path, options)
    peer_s, peer_found = _fresh(peer, path, options) if installed(peer) else (None, "")
    return Row(f"{ours}, cold", seconds, ours_s, ours_found, peer, peer_s, peer_found)


def _fresh(name: str, path: Path, options: argparse.Namespace) -> tuple[float, str]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.pipeline", "--once", name, str(path)]
    command += ["--models", str(options.models), "--threads", str(options.threads)]
    started = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, ran.stdout.strip().splitlines()[-1]


def our_voice(options: argparse.Namespace) -> Pipeline:
    """Decode in the sandbox, find speech, encode, tell voices apart, pool."""
    listener = Listener.open(_models(options), threads=options.threads)

    def run(path: Path) -> str:
        _, heard, _ = hear(listener, path, LIMITS, Span(0, VOICE_SECONDS * 1000))
        vector = pooled(heard.windows.vectors)
        return f"{len(heard.windows)} windows, D={len(vector)}"

    return run


def our_faces(options: argparse.Namespace) -> Pipeline:
    """Decode in the sandbox, detect, follow, describe each track's best pictures, pool."""
    watcher = FaceWatcher.open(_models(options), options.threads)

    def run(path: Path) -> str:
        with door.frames(path, LIMITS, every_ms=FRAME_MS) as stream:
            tracks = watcher.tracks(stream)
        return f"{len(tracks)} track, {sum(len(track.faces) for track in tracks)} faces"

    return run


def resemblyzer_voice(options: argparse.Namespace) -> Pipeline:
    """Its documented use: `preprocess_wav`, then `embed_utterance`."""
    import resemblyzer
    import torch

    torch.set_num_threads(options.threads)
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)

    def run(path: Path) -> str:
        samples = resemblyzer.preprocess_wav(path)
        vector, windows, _ = encoder.embed_utterance(samples, return_partials=True)
        return f"{len(windows)} windows, D={len(vector)}"

    return run


def face_recognition_faces(_: argparse.Namespace) -> Pipeline:
    """Its documented use on the same frames: `face_locations` (HOG), then `face_encodings`."""
    import face_recognition

    def run(path: Path) -> str:
        found = 0
        for picture in _frames(path):
            boxes = face_recognition.face_locations(picture)
            found += len(face_recognition.face_encodings(picture, boxes))
        return f"{found} faces"

    return run


def _frames(path: Path) -> Iterator[Any]:
    """RGB frames every 250 ms by PyAV, as a script beside the library would read them."""
    due = 0
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time * 1000 >= due:
                due += FRAME_MS
                yield np.ascontiguousarray(frame.to_ndarray(format="rgb24"))


PIPELINES: dict[str, Callable[[argparse.Namespace], Pipeline]] = {
    "voice": our_voice,
    "resemblyzer": resemblyzer_voice,
    "faces": our_faces,
    "face_recognition": face_recognition_faces,
}
_NEEDS = {"resemblyzer": ("resemblyzer", "torch"), "face_recognition": ("face_recognition", "dlib")}


def installed(peer: str) -> bool:
    """Whether a peer and what it runs on can be imported here."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDS[peer])


def write_speech(path: Path, media: Path) -> float:
    """A 16 kHz WAV file of readings one after the other; returns its length in seconds."""
    parts: list[Any] = []
    for clip in sorted((media / "speech" / "librispeech_test-other").glob("*/*.flac")):
        parts += [block.samples for block in door.audio(clip, LIMITS)]
        if sum(map(len, parts)) >= VOICE_SECONDS * RATE:
            break
    samples = np.concatenate(parts)[: VOICE_SECONDS * RATE]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return len(samples) / RATE


def line(row: Row) -> str:
    """One row as text."""
    ours = f"{row.step:12} {row.media_s:6.1f} s of media: {row.ours_s:7.2f} s ({row.ours_found})"
    if row.peer_s is None:
        return f"{ours}; {row.peer}: not installed"
    return f"{ours}; {row.peer} {row.peer_s:7.2f} s ({row.peer_found}); ratio {row.ratio:.1f}"


def _models(options: argparse.Namespace) -> Manifest:
    return load_manifest(options.models)


if __name__ == "__main__":
    main()
