"""Which channels of a frame make one: nothing that is heard may cancel out or be left out.

FFmpeg's own weights serve the layouts that it has weights for. It has none for ambisonics
(AmbiX, whose channel 0 hears all around), binaural sound, and counts without a layout; it drops
channels overhead and all but one of those for bass; and of two that are each other's opposite, as
one wrongly wired plug makes them, it leaves silence.
"""

from collections.abc import Sequence
from operator import mul
from struct import calcsize, unpack_from

from av.audio.frame import AudioFrame
from av.filter import Graph

OPTIONS = {"rematrix_maxval": "1.0", "lfe_mix_level": "0.5"}
"""Channels are weighted to add up to full scale, so that a loud stereo track does not clip, and the
one for bass is among them: recorders call the fourth of their microphones so."""

Weights = tuple[float, ...]

_FRONT = {"FL", "FR", "FC", "FLC", "FRC", "TFL", "TFR", "DL", "DR"}
_WEIGHTED = _FRONT | {"LFE", "BL", "BR", "BC", "SL", "SR"}
_NAMELESS_MAX = 8
_OPPOSITE_TIMES_MIN = 16
"""The difference must have that many times the power of the sum: 12 dB."""
_JUDGED_EVERY = 8
_FORMATS = {"flt": "f", "dbl": "d", "s16": "h", "s32": "i"}


class Downmix:
    """Makes frames that a resampler brings to one channel without losing any; for one stream."""

    def __init__(self) -> None:
        self._known: dict[str, Weights | None] = {}
        self._graphs: dict[tuple[str, str, int, Weights], Graph] = {}

    def fit(self, frame: AudioFrame) -> AudioFrame:
        """The frame itself where FFmpeg's weights do, else one channel made of it."""
        layout = frame.layout
        if layout.name not in self._known:
            self._known[layout.name] = weights_of(layout.name, [c.name for c in layout.channels])
        weights = self._known[layout.name]
        if weights is None and layout.nb_channels == 2 and _is_opposite(frame):
            weights = (0.5, -0.5)
        return frame if weights is None else self._mixed(frame, weights)

    def _mixed(self, frame: AudioFrame, weights: Weights) -> AudioFrame:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate, weights)
        if shape not in self._graphs:
            self._graphs[shape] = _graph(*shape)
        graph, pts = self._graphs[shape], frame.pts
        frame.pts = None
        graph.push(frame)
        mixed = graph.pull()
        assert isinstance(mixed, AudioFrame)
        mixed.pts = pts
        return mixed


def weights_of(layout: str, channels: Sequence[str]) -> Weights | None:
    """How much of each channel is heard, None where FFmpeg's own weights leave none out."""
    count = len(channels)
    if layout.startswith("ambisonic"):
        around = sum(name.startswith("AMBI") for name in channels)
        beside = tuple(0.5 / (count - around) for _ in range(count - around))
        return (1.0 - sum(beside), *[0.0] * (around - 1), *beside)
    nameless = layout.endswith(" channels") and count <= _NAMELESS_MAX
    return None if nameless or _WEIGHTED.issuperset(channels) else (1 / count,) * count


def _graph(form: str, layout: str, rate: int, weights: Weights) -> Graph:
    """A filter that gives one frame of one channel for each."""
    graph = Graph()
    shape = f"sample_rate={rate}:sample_fmt={form}:channel_layout={layout}:time_base=1/{rate}"
    terms = "".join(f"{weight:+.6f}*c{number}" for number, weight in enumerate(weights))
    parts = graph.add("abuffer", shape), graph.add("pan", f"mono|c0={terms}")
    sink = graph.add("abuffersink")
    parts[0].link_to(parts[1])
    parts[1].link_to(sink)
    graph.configure()
    return graph


def _is_opposite(frame: AudioFrame) -> bool:
    """Whether the two channels would leave next to nothing of each other."""
    pair = _pair(frame)
    if pair is None:
        return False
    left, right = pair
    both: float = 2 * sum(map(mul, left, right))
    alone: float = sum(map(mul, left, left)) + sum(map(mul, right, right))
    return alone - both > _OPPOSITE_TIMES_MIN * (alone + both)


def _pair(frame: AudioFrame) -> tuple[Sequence[float], Sequence[float]] | None:
    """Some samples of both channels; None for formats of few bits."""
    kind = _FORMATS.get(frame.format.name.removesuffix("p"))
    if kind is None:
        return None
    together = 1 if frame.format.is_planar else 2
    left_out = (_JUDGED_EVERY - 1) * together * calcsize(f"={kind}")
    shape = "=" + f"{together}{kind}{left_out}x" * (frame.samples // _JUDGED_EVERY)
    if together == 1:
        left, right = (unpack_from(shape, plane) for plane in frame.planes)
        return left, right
    whole = unpack_from(shape, frame.planes[0])
    return whole[0::2], whole[1::2]
