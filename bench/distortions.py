"""What media go through on their way: codecs, volume, noise, speed, crops; always the same."""

from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray
from PIL import Image

RATE = 16_000
Samples = NDArray[np.float32]
Picture = NDArray[np.uint8]
Pictures = list[Picture]


def encoded(samples: Samples, path: Path, codec: str, bit_rate: int, rate: int) -> Samples:
    """The sound as it comes back from a codec; `path` says the container and is written."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = bit_rate
        whole = np.clip(samples * 32767, -32768, 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(stream.codec_context.format.name, "mono", rate)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("flt", "mono", RATE)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def filtered(samples: Samples, *chain: tuple[str, str]) -> Samples:
    """The sound through filters of libavfilter, given as (name, arguments)."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base="1/16000")
    last = source
    for name, arguments in chain:
        node = graph.add(name, arguments)
        last.link_to(node)
        last = node
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    whole = np.ascontiguousarray(samples[None].astype(np.float32))
    frame = av.AudioFrame.from_ndarray(whole, format="flt", layout="mono")
    frame.sample_rate = RATE
    source.push(frame)
    source.push(None)
    made = []
    while True:
        try:
            made.append(sink.pull().to_ndarray().ravel())
        except (av.error.EOFError, av.error.BlockingIOError):
            return np.concatenate(made).astype(np.float32)


def faster(samples: Samples, speed: float) -> Samples:
    """The sound played faster, so that it lies higher as well."""
    places = np.arange(int(len(samples) / speed)) * speed
    return np.interp(places, np.arange(len(samples)), samples).astype(np.float32)


def stretched(samples: Samples, speed: float) -> Samples:
    """The sound faster at its own pitch."""
    return filtered(samples, ("atempo", f"{speed}"))


def noisy(samples: Samples, decibels: float) -> Samples:
    """White noise so many decibels beneath the sound."""
    noise = np.random.default_rng(len(samples)).standard_normal(len(samples))
    power = float((samples**2).mean()) / 10 ** (decibels / 10)
    return np.asarray(samples + noise * np.sqrt(power), np.float32)


def band_passed(samples: Samples) -> Samples:
    """What a telephone leaves, 300 to 3,400 Hz."""
    chain = [("highpass", "f=300")] * 2 + [("lowpass", "f=3400")] * 2
    return filtered(samples, *chain)


def mixed(samples: Samples, other: Samples, decibels: float) -> Samples:
    """Another sound laid over it, so many decibels against it."""
    over = np.resize(other, len(samples))
    gain = np.sqrt(float((samples**2).mean()) / float((over**2).mean())) * 10 ** (decibels / 20)
    return np.asarray(samples + over * gain, np.float32)


def pictures_of(path: Path) -> Pictures:
    """Every picture of a film, RGB."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def resized(pictures: Sequence[Picture], width: int, height: int) -> Pictures:
    """The pictures at another size."""
    size = (width, height)
    return [np.asarray(Image.fromarray(picture).resize(size)) for picture in pictures]


def changed(pictures: Sequence[Picture], change: Callable[[Picture], Picture]) -> Pictures:
    """Each picture changed in the same way."""
    return [np.ascontiguousarray(change(picture)) for picture in pictures]
