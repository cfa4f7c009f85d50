"""Golden filterbanks by kaldi-native-fbank, and a check that they are still what it gives.

    python -m tests.data.make_fbank80 [--check]

Needs `pip install kaldi-native-fbank`; the tests only read the file. The sound is made of integer
arithmetic, so that it is the same everywhere.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("fbank80.json")
TAPERS = ("povey", "hamming")


def sound(length: int = 4000) -> np.ndarray:
    """Float32 samples in -1 to 1: sweeping squares of a sawtooth over noise, then silence."""
    state, values = 12345, []
    for at in range(length):
        state = (1103515245 * state + 12345) % 2**31
        noise = (state >> 16) % 2001 - 1000
        saw = (at * (40 + at // 25)) % 20000 - 10000
        values.append(0 if at > length - 500 else saw + noise)
    return (np.array(values) / 32768).astype(np.float32)


def reference(taper: str) -> Any:
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = 16000
    options.frame_opts.window_type = taper
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = 80
    online = knf.OnlineFbank(options)
    online.accept_waveform(16000, (sound() * 32768).tolist())
    online.input_finished()
    frames = [online.get_frame(number) for number in range(online.num_frames_ready)]
    return np.round(np.stack(frames).astype(float), 4).tolist()


def main() -> None:
    made = {"by": "kaldi-native-fbank", **{taper: reference(taper) for taper in TAPERS}}
    if "--check" in sys.argv:
        kept = json.loads(FILE.read_text())
        for taper in TAPERS:
            assert np.allclose(made[taper], kept[taper], atol=2e-4), taper
        print("the same")
    else:
        FILE.write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
