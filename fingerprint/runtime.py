"""Opens ONNX sessions in one way everywhere: declared providers, declared threads, no chatter.

Spinning worker threads would steal the cores from the decoder that runs beside inference, so they
sleep between calls: https://onnxruntime.ai/docs/performance/tune-performance/threading.html.
A GPU belongs to the process, so which providers are wanted is set once per process, at its start.
"""

import ctypes
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

from core.errors import BadInput, Unavailable

AUTO, CPU_ONLY = "auto", "cpu"
CPU = "CPUExecutionProvider"
# TensorRT after CUDA: it builds an engine for minutes at the first call. It is used when named.
GPU_PROVIDERS = (
    "CUDAExecutionProvider",
    "ROCMExecutionProvider",
    "CoreMLExecutionProvider",
    "DmlExecutionProvider",
)
_ERRORS_ONLY = 3
_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # malloc.h of the GNU C library
_OUTSIDE_BYTES = 1 << 20
_WANTED: dict[str, str] = {"providers": AUTO}
_log = logging.getLogger(__name__)


def want(asked: str) -> None:
    """Set this process's providers: `auto`, `cpu` or names with commas; raises BadInput."""
    ordered(asked, ort.get_available_providers())
    _WANTED["providers"] = asked


def steady_memory() -> None:
    """Keep this process's memory level however long it works, at its start; GNU libc on Linux.

    Each new thread otherwise takes a heap of its own, and every segment of a scan has new threads:
    what each heap leaves unused adds up over a film. Now they share one, and arrays of pictures and
    sound lie outside of it and are given back when they go. Called again it changes nothing.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)
            mallopt(_M_MMAP_THRESHOLD, _OUTSIDE_BYTES)


def session(path: Path, threads: int) -> ort.InferenceSession:
    """An inference session on `threads` cores, on a GPU where its provider is present and works.

    Raises Unavailable when the file is no model that this runtime can load.
    """
    wanted = providers()
    if wanted[0] != CPU:
        try:
            return _checked(_open(path, threads, wanted), wanted[0], path)
        except Exception as exc:  # the runtime's errors share no base class of their own
            _log.warning("%s cannot load %s, so the CPU does: %s", wanted[0], path.name, exc)
    try:
        return _open(path, threads, [CPU])
    except Exception as exc:
        raise Unavailable(
            f"The model {path.name} cannot be loaded: {exc}",
            next_step="Run `ebenbild init`.",
            code="models-broken",
        ) from exc


def providers() -> list[str]:
    """Execution providers in the order they are tried, of those this runtime was built with."""
    return ordered(_WANTED["providers"], ort.get_available_providers())


def ordered(asked: str, available: Sequence[str]) -> list[str]:
    """The providers to try, the CPU last; raises BadInput for a name that is not available."""
    if asked == CPU_ONLY:
        return [CPU]
    if asked == AUTO:
        return [*(name for name in GPU_PROVIDERS if name in available), CPU]
    named = [name.strip() for name in asked.split(",") if name.strip()]
    missing = [name for name in named if name not in available]
    if missing or not named:
        raise BadInput(
            f"This onnxruntime has no provider {', '.join(missing) or 'without a name'}.",
            next_step=f"Set EBENBILD_PROVIDERS to auto, cpu or some of {', '.join(available)}.",
            code="no-provider",
        )
    return [*(name for name in named if name != CPU), CPU]


def _open(path: Path, threads: int, wanted: Sequence[str]) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(str(path), options, providers=list(wanted))


def _checked(opened: ort.InferenceSession, wanted: str, path: Path) -> ort.InferenceSession:
    """The session; a provider that gave up without an error is at least told."""
    if opened.get_providers()[0] != wanted:
        _log.warning("%s does not work here, so the CPU runs %s", wanted, path.name)
    return opened
