"""Synthetic speech for the demo, spoken by espeak-ng through its C interface.

No recording may be shipped, so the demo's performers are formant voices. The library and its data
come as a wheel (`espeakng-loader`, in the `demo` extra) and are reached by ctypes; the process that
speaks ends before anything else is loaded. https://github.com/espeak-ng/espeak-ng
"""

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_RETRIEVAL = 1
_UTF8 = 1
_POSITION_CHARACTER = 1


def speak(text: str, voice: str, *, words_per_minute: int = 160) -> tuple[NDArray[np.int16], int]:
    """Return mono int16 samples of shape (N,) and their rate in Hz.

    Each call runs in a process of its own: the library keeps global state between voices.
    Raises `RuntimeError` when the voice is unknown or the library fails.
    """
    order = json.dumps({"text": text, "voice": voice, "wpm": words_per_minute})
    done = subprocess.run(
        [sys.executable, "-m", "api.demo.voices"],
        input=order.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"espeak-ng could not speak as {voice}: {done.stderr.decode()[-300:]}")
    rate, samples = done.stdout.split(b"\n", 1)
    return np.frombuffer(samples, dtype="<i2"), int(rate)


def _load() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader  # noqa: PLC0415

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    data = Path(str(espeakng_loader.get_data_path()))
    library.espeak_Initialize.restype = ctypes.c_int
    rate: int = library.espeak_Initialize(_RETRIEVAL, 500, str(data).encode(), 0)
    if rate <= 0:
        raise RuntimeError("espeak-ng did not start")
    return library, rate


def _synthesise(order: dict[str, object]) -> tuple[bytes, int]:
    library, rate = _load()
    heard: list[bytes] = []
    callback_type = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )

    def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if count > 0:
            heard.append(ctypes.string_at(samples, count * 2))
        return 0

    callback = callback_type(collect)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(str(order["voice"]).encode()) != 0:
        raise RuntimeError(f"unknown voice {order['voice']}")
    library.espeak_SetParameter(1, int(str(order["wpm"])), 0)
    text = str(order["text"]).encode() + b"\0"
    library.espeak_Synth(text, len(text), 0, _POSITION_CHARACTER, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return b"".join(heard), rate


def _main() -> None:
    samples, rate = _synthesise(json.load(sys.stdin))
    sys.stdout.buffer.write(f"{rate}\n".encode() + samples)


if __name__ == "__main__":
    _main()
