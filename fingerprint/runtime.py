"""Opens ONNX sessions in one way everywhere: declared providers, declared threads, no chatter.

Spinning worker threads would steal the cores from the decoder that runs beside inference, so they
sleep between calls: https://onnxruntime.ai/docs/performance/tune-performance/threading.html.
"""

from pathlib import Path

import onnxruntime as ort

from core.errors import Unavailable

_PREFERRED = ("CUDAExecutionProvider", "CPUExecutionProvider")
_ERRORS_ONLY = 3


def session(path: Path, threads: int) -> ort.InferenceSession:
    """An inference session on `threads` cores, on the GPU where its provider is present.

    Raises Unavailable when the file is no model that this runtime can load.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=providers())
    except Exception as exc:  # the runtime's errors share no base class of their own
        raise Unavailable(
            f"The model {path.name} cannot be loaded: {exc}",
            next_step="Run `ebenbild init`.",
            code="models-broken",
        ) from exc


def providers() -> list[str]:
    """Execution providers in the order they are tried, of those this runtime was built with."""
    present = ort.get_available_providers()
    return [name for name in _PREFERRED if name in present]
