"""Tries an encoder that was not seen before, in a process that is started for it alone.

    python -m fingerprint.weights.trial FILE < declared.json

Prints one JSON object: what the encoder turned out to be, or its first fault with the next step.
Made sound and made faces go through the declared front end, so that what is tried is what is used.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from fingerprint.face.align import ALIGNED_SIDE
from fingerprint.face.chips import SIDE
from fingerprint.face.describing import laid_out
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.voice.describing import features
from fingerprint.voice.mel import SAMPLE_RATE
from fingerprint.weights.mel import mel_filterbank

_LIMITS = {
    "RLIMIT_CPU": 240,  # seconds
    "RLIMIT_AS": 12 * 1024**3,
    "RLIMIT_FSIZE": 64 * 1024,
    "RLIMIT_CORE": 0,
}
_PROBES = 5
_DIMENSIONS = range(8, 8193)
_SAME = 1e-5
_ALIKE = 1e-3
Tensor = NDArray[np.generic]
Answer = dict[str, Any]


class Fault(Exception):
    """What is wrong with the encoder, and what to do about it."""


def main() -> None:
    """Try the file that the command line names as the encoder that standard input declares."""
    _bound()
    item = json.loads(sys.stdin.read())
    declared = Encoder(**{**item, "front_end": FrontEnd(item["front_end"])})
    try:
        answer = behaviour(Path(sys.argv[1]), declared)
    except Fault as exc:
        message, next_step = exc.args
        answer = {"fault": message, "next_step": next_step}
    sys.stdout.write(json.dumps(answer))


def _bound() -> None:
    """Limit time, memory and what is written, where the system can."""
    try:
        import resource  # noqa: PLC0415 (absent on Windows)
    except ImportError:
        return
    for name, most in _LIMITS.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))


def behaviour(file: Path, declared: Encoder) -> Answer:
    """The length of its vectors and whether it takes batches; raises Fault."""
    session = _session(file)
    given = session.get_inputs()
    if len(given) != 1:
        raise Fault(f"The graph has {len(given)} inputs.", "Export it with its features alone.")
    probes = made_inputs(declared)
    one_by_one = _check_shape(given[0], probes)
    single = np.concatenate([_run(session, given[0].name, probe[None]) for probe in probes])
    again = _run(session, given[0].name, probes[:1])
    _check_vectors(single, again)
    if not one_by_one:
        _check_batch(single, _run(session, given[0].name, probes))
    return {"dimension": single.shape[1], "one_by_one": one_by_one}


def made_inputs(declared: Encoder) -> Tensor:
    """What five different made sounds or pictures become in the declared front end."""
    rng = np.random.default_rng(20)
    if declared.front_end in (FrontEnd.CHIP150, FrontEnd.ALIGN112):
        side = SIDE if declared.front_end is FrontEnd.CHIP150 else ALIGNED_SIDE
        coarse = rng.integers(0, 256, (_PROBES, side // 8 + 1, side // 8 + 1, 3), dtype=np.uint8)
        chips = coarse.repeat(8, axis=1).repeat(8, axis=2)[:, :side, :side]
        return laid_out(np.ascontiguousarray(chips), declared)
    samples = np.arange(declared.window_ms * SAMPLE_RATE // 1000) / SAMPLE_RATE
    mel = declared.front_end is FrontEnd.MEL40
    bank = mel_filterbank() if mel else np.zeros((0, 0), np.float32)
    found = []
    for pitch in rng.uniform(90, 260, _PROBES):
        tones = sum(np.sin(2 * np.pi * pitch * k * samples) / k for k in range(1, 20))
        sound = 0.05 * tones + 0.01 * rng.normal(size=len(samples))
        found.append(features(sound.astype(np.float32), declared, bank))
    return np.stack(found)


def _session(file: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as exc:  # the runtime's errors share no base class of their own
        raise Fault(
            f"onnxruntime cannot load it: {_first_line(exc)}",
            "Export it with an opset that this onnxruntime knows.",
        ) from exc


def _check_shape(given: Any, probes: Tensor) -> bool:
    """Whether the graph takes one item at a time; raises Fault where the rest does not fit."""
    wanted = {"uint8": "tensor(uint8)", "float32": "tensor(float)"}[str(probes.dtype)]
    shape = list(given.shape)
    fixed = [(have, want) for have, want in zip(shape[1:], probes.shape[1:], strict=False)]
    fits = len(shape) == probes.ndim and all(
        not isinstance(have, int) or have == want for have, want in fixed
    )
    if not fits or given.type != wanted:
        text = ", ".join(str(size) for size in ("batch", *probes.shape[1:]))
        raise Fault(
            f"Its input is {given.type} {shape}; this front end gives {wanted} [{text}].",
            "Declare the front end and --window-ms it was made for, or export it with that input.",
        )
    if isinstance(shape[0], int) and shape[0] != 1:
        raise Fault(f"It takes {shape[0]} items at once only.", "Export it with a dynamic batch.")
    return bool(shape[0] == 1)


def _run(session: ort.InferenceSession, name: str, inputs: Tensor) -> NDArray[np.float32]:
    try:
        found = session.run(None, {name: inputs})[0]
    except Exception as exc:
        raise Fault(
            f"It fails on {list(inputs.shape)}: {_first_line(exc)}",
            "Declare the --window-ms it was made for, or export it with a dynamic length.",
        ) from exc
    found = np.asarray(found)
    if found.ndim != 2 or len(found) != len(inputs) or found.shape[1] not in _DIMENSIONS:
        raise Fault(
            f"Its first output has the shape {list(found.shape)}; one vector an item is needed.",
            "Export it so that its first output is the embedding [batch, dimension].",
        )
    return found.astype(np.float32)


def _check_vectors(single: NDArray[np.float32], again: NDArray[np.float32]) -> None:
    lengths = np.linalg.norm(single, axis=1)
    if not np.isfinite(single).all() or lengths.min() < 1e-6:
        raise Fault("It gives vectors that have no length or no number.", "Export it again.")
    unit = single / lengths[:, None]
    if np.abs(again[0] / max(float(np.linalg.norm(again[0])), 1e-12) - unit[0]).max() > _SAME:
        raise Fault(
            "It gives another vector for the same input.",
            "Export it in evaluation mode, without dropout or other chance.",
        )
    if (unit @ unit.T).min() > 1 - 1e-6:
        raise Fault("It gives one vector whatever it is shown.", "Export it with its weights.")


def _check_batch(single: NDArray[np.float32], together: NDArray[np.float32]) -> None:
    apart = np.abs(single - together).max() / np.linalg.norm(single, axis=1).max()
    if apart > _ALIKE:
        raise Fault(
            "An item's vector depends on what else is in the batch.",
            "Export it in evaluation mode, with the batch as its first axis.",
        )


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0][:200]


if __name__ == "__main__":
    main()
