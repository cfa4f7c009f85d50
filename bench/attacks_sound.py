"""What people do to a voice before it is handed in, each as one function of sound at 16 kHz.

Deterministic: noise and rooms come from fixed seeds. Codecs and tempo are FFmpeg's through PyAV;
pitch is librosa's phase vocoder, or FFmpeg's cutting and joining of what was played faster.
"""

import io
from collections.abc import Callable, Iterator
from functools import partial

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Attack = Callable[[Samples], Samples]
RATE = 16_000


def attacks() -> dict[str, Attack]:
    """Every attack under the name it has in the table."""
    return {
        "none": lambda sound: sound,
        **{f"pitch {n:+d} semitones": partial(pitched, semitones=n) for n in (-4, -2, -1, 1, 2, 4)},
        **{f"pitch {n:+d}, by cutting": partial(cut_higher, semitones=n) for n in (-4, -2, 2, 4)},
        **{f"speed x{x}, pitch kept": partial(tempo, factor=x) for x in (0.8, 0.9, 1.1, 1.25)},
        **{f"speed x{x}, pitch too": partial(resampled, factor=x) for x in (0.95, 1.05, 1.1)},
        "MP3 32 kbit/s": partial(coded, codec="libmp3lame", container="mp3", bit_rate=32_000),
        "AAC 32 kbit/s": partial(coded, codec="aac", container="adts", bit_rate=32_000),
        "Opus 12 kbit/s": partial(coded, codec="libopus", container="ogg", bit_rate=12_000),
        "telephone, mu-law 8 kHz": telephone,
        "band-pass 300 to 3,400 Hz": partial(band, low=300, high=3400),
        "low-pass 2 kHz": partial(band, low=0, high=2000),
        "high-pass 500 Hz": partial(band, low=500, high=RATE),
        **{f"white noise, SNR {n} dB": partial(noisy, snr_db=n) for n in (20, 10, 5)},
        **{f"pink noise, SNR {n} dB": partial(in_a_street, snr_db=n) for n in (10, 5)},
        **{f"music beneath, SNR {n} dB": partial(with_music, snr_db=n) for n in (10, 5)},
        "room, RT60 0.4 s": partial(reverberant, rt60_s=0.4),
        "hall, RT60 1.2 s": partial(reverberant, rt60_s=1.2),
        "clipped, 12 dB over": clipped,
    }


def beside() -> dict[str, Attack]:
    """What is put beneath a whole recording or lies beneath it, and quieter recordings."""
    return {
        "direct current, 0.3 of the scale": lambda sound: np.clip(sound + 0.3, -1, 1),
        "tone of 15 Hz, 12 dB louder": partial(with_tones, at_hz=(15,), snr_db=-12),
        "tone of 1 kHz, as loud": partial(with_tones, at_hz=(1000,), snr_db=0),
        "hum of 50 Hz, as loud": partial(with_tones, at_hz=(50, 100, 150, 250), snr_db=0),
        "hum of 60 Hz, 10 dB beneath": partial(with_tones, at_hz=(60, 120, 180), snr_db=10),
        "hiss of 5 to 8 kHz, as loud": hissing,
        **{f"{n} dB quieter": partial(quieter, by_db=n) for n in (30, 45)},
    }


def with_tones(sound: Samples, *, at_hz: tuple[float, ...], snr_db: float) -> Samples:
    """Steady tones, each further one half as loud as the one before, all at half the level."""
    at_s = np.arange(len(sound)) / RATE
    tones = sum(np.sin(2 * np.pi * hz * at_s + n) / 2**n for n, hz in enumerate(at_hz))
    return mixed(sound / 4, np.asarray(tones), snr_db)


def hissing(sound: Samples) -> Samples:
    hiss = np.random.default_rng(13).standard_normal(len(sound)).astype(np.float32)
    return mixed(sound / 4, band(hiss, low=5000, high=8000).astype(np.float64), 0)


def quieter(sound: Samples, *, by_db: float) -> Samples:
    """In steps of 16 bits, as a file has it."""
    return (np.round(sound * 10 ** (-by_db / 20) * 32767) / 32767).astype(np.float32)


def pitched(sound: Samples, *, semitones: int) -> Samples:
    import librosa

    shifted = librosa.effects.pitch_shift(sound, sr=RATE, n_steps=semitones)
    return np.asarray(shifted, np.float32)


def cut_higher(sound: Samples, *, semitones: int) -> Samples:
    """Played faster or slower, and its tempo undone by cutting and joining in step (WSOLA)."""
    factor = 2 ** (semitones / 12)
    return tempo(resampled(sound, factor=factor), factor=1 / factor)


def tempo(sound: Samples, *, factor: float) -> Samples:
    return filtered(sound, ("atempo", f"{factor}"))


def resampled(sound: Samples, *, factor: float) -> Samples:
    """Played faster or slower, as a tape is."""
    return filtered(sound, ("asetrate", f"{round(RATE * factor)}"), ("aresample", f"{RATE}"))


def band(sound: Samples, *, low: float, high: float) -> Samples:
    spectrum = np.fft.rfft(sound)
    at_hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    kept = 1 / np.sqrt(1 + (low / np.maximum(at_hz, 1)) ** 16) / np.sqrt(1 + (at_hz / high) ** 16)
    return np.fft.irfft(spectrum * kept, len(sound)).astype(np.float32)


def telephone(sound: Samples) -> Samples:
    """Band, 8 kHz, and eight bits on a logarithmic scale."""
    narrow = band(sound, low=300, high=3400)[::2]
    level = np.sign(narrow) * np.log1p(255 * np.abs(np.clip(narrow, -1, 1))) / np.log(256)
    stepped = np.round(level * 127) / 127
    plain = np.sign(stepped) * (np.exp(np.abs(stepped) * np.log(256)) - 1) / 255
    return band(np.repeat(plain, 2).astype(np.float32), low=0, high=3800)


def noisy(sound: Samples, *, snr_db: float) -> Samples:
    return mixed(sound, np.random.default_rng(11).standard_normal(len(sound)), snr_db)


def in_a_street(sound: Samples, *, snr_db: float) -> Samples:
    """Noise that falls by 3 dB an octave, as that of streets and crowds does."""
    white = np.fft.rfft(np.random.default_rng(17).standard_normal(len(sound)))
    pink = np.fft.irfft(white / np.sqrt(np.arange(len(white)) + 1), len(sound))
    return mixed(sound, pink, snr_db)


def with_music(sound: Samples, *, snr_db: float) -> Samples:
    """Chords of a small organ, changing every half second, with their overtones."""
    at_s = np.arange(len(sound)) / RATE
    steps = np.random.default_rng(5).integers(0, 4, len(sound) * 2 // RATE + 1)
    roots = 110 * 2 ** (np.array([0, 5, 7, 9])[steps] / 12)
    root = roots[(at_s * 2).astype(np.intp)]
    phase = 2 * np.pi * np.cumsum(root) / RATE
    chord = sum(np.sin(phase * n * k) / k for n in (1, 1.25, 1.5, 2) for k in (1, 2, 3, 4))
    return mixed(sound, np.asarray(chord), snr_db)


def mixed(sound: Samples, other: NDArray[np.float64], snr_db: float) -> Samples:
    wanted = np.sqrt(np.mean(np.square(sound, dtype=np.float64))) / 10 ** (snr_db / 20)
    scaled = other * wanted / max(float(np.sqrt(np.mean(other**2))), 1e-9)
    return np.clip(sound + scaled, -1, 1).astype(np.float32)


def reverberant(sound: Samples, *, rt60_s: float) -> Samples:
    """The direct sound and a decaying tail of noise, half as strong together."""
    length = int(rt60_s * RATE)
    tail = np.random.default_rng(3).standard_normal(length)
    tail *= 10 ** (-3 * np.arange(length) / length)
    tail[: RATE // 100] = 0
    response = tail / np.sqrt((tail**2).sum()) * 0.7
    response[0] = 1.0
    size = len(sound) + length
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(response, size), size)
    return (wet[: len(sound)] / max(1.0, float(np.abs(wet).max()))).astype(np.float32)


def clipped(sound: Samples) -> Samples:
    peak = float(np.abs(sound).max())
    return np.clip(sound * 4, -peak, peak).astype(np.float32)


def coded(sound: Samples, *, codec: str, container: str, bit_rate: int) -> Samples:
    """Through an encoder and back."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=RATE)
        stream.bit_rate = bit_rate
        stream.layout = "mono"
        graph_in = av.AudioFrame.from_ndarray(
            (sound[None] * 32767).astype(np.int16), format="s16", layout="mono"
        )
        graph_in.sample_rate = RATE
        resampler = av.AudioResampler(
            stream.format.name, "mono", RATE, frame_size=stream.frame_size
        )
        for frame in [*resampler.resample(graph_in), *resampler.resample(None)]:
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as back:
        resampler = av.AudioResampler("flt", "mono", RATE)
        frames = [f for frame in back.decode(audio=0) for f in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def filtered(sound: Samples, *filters: tuple[str, str]) -> Samples:
    """Through filters of FFmpeg, one after the other."""
    graph = Graph()
    nodes = [graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=None)]
    nodes += [graph.add(name, arguments) for name, arguments in filters]
    nodes.append(graph.add("abuffersink"))
    graph.link_nodes(*nodes).configure()
    frame = av.AudioFrame.from_ndarray(sound[None], format="flt", layout="mono")
    frame.sample_rate = RATE
    graph.push(frame)
    graph.push(None)
    return np.concatenate(list(_pulled(graph))).astype(np.float32)


def _pulled(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            yield graph.pull().to_ndarray()[0]
        except (av.BlockingIOError, EOFError):
            return
