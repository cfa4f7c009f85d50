"""Sound of made files: at 16 kHz, mono, at its place in the cut, a span like the whole."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from media_samples import film, lag, murmur
from numpy.typing import NDArray

from api.demo.media import Making, write_film, write_sound
from core.errors import BadMedia
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

pytestmark = pytest.mark.usefixtures("forked_media")

LIMITS = Limits()
RATE = 16_000


def heard(path: Path, span: Span | None = None) -> NDArray[np.float32]:
    """All samples of a span, after checking that the blocks follow each other."""
    with door.audio(path, LIMITS, span) as blocks:
        found = list(blocks)
    assert blocks.end is not None and blocks.end.complete
    starts = [block.start_ms for block in found]
    begin = span.start_ms if span else 0
    assert starts == [begin + 1000 * number for number in range(len(found))]
    assert all(block.samples.shape == (RATE,) for block in found[:-1])
    assert all(block.samples.dtype == np.float32 for block in found)
    samples = np.concatenate([block.samples for block in found] or [np.zeros(0, np.float32)])
    zero = door.probe(path, LIMITS).zero
    again = [block.samples for block in door.audio(path, LIMITS, span, zero=zero)]
    assert np.array_equal(samples, np.concatenate(again or [np.zeros(0, np.float32)]))
    return samples


LOSSLESS = [
    ("a.wav", 48_000, 1, ""),
    ("a.wav", 16_000, 1, ""),
    ("a.wav", 8_000, 2, ""),
    ("a.wav", 11_025, 1, ""),
    ("a.wav", 44_101, 1, ""),
    ("a.wav", 96_000, 6, "pcm_s24le"),
    ("a.flac", 44_100, 2, ""),
    ("a.wav", 44_100, 2, "adpcm_ima_wav"),
    ("a.m4a", 48_000, 1, "alac"),
    ("a.mkv", 44_100, 1, "pcm_s16le"),
    ("a.avi", 44_100, 1, "pcm_s16le"),
]
LOSSY = [
    ("a.mp3", 44_100, 1, ""),
    ("a.ogg", 48_000, 1, ""),
    ("a.m4a", 44_100, 2, ""),
    ("a.mp4", 48_000, 1, "ac3"),
    ("a.mkv", 48_000, 1, "aac"),
    ("a.webm", 48_000, 1, ""),
    ("a.ts", 48_000, 1, "mp2"),
    ("a.mpg", 44_100, 1, ""),
    ("a.avi", 44_100, 1, "aac"),
    ("a.eac3", 48_000, 2, "eac3"),
]


def made(path: Path, seconds: float, rate: int, channels: int, codec: str) -> NDArray[np.float32]:
    """Write the same murmur on all channels; the murmur at 16 kHz comes back."""
    sound = murmur(seconds, rate)
    samples = np.stack([sound] * channels)
    making = Making(audio_codec=codec)
    if path.suffix in (".mkv", ".mp4", ".webm", ".ts", ".mpg", ".avi"):
        write_film(path, film(int(25 * seconds)), fps=25, samples=samples, rate=rate, making=making)
    else:
        write_sound(path, samples, rate, making)
    return sound


@pytest.mark.parametrize(("name", "rate", "channels", "codec"), LOSSLESS + LOSSY)
def test_a_span_sounds_like_that_part_of_the_whole(
    tmp_path: Path, name: str, rate: int, channels: int, codec: str
) -> None:
    path = tmp_path / name
    made(path, 9, rate, channels, codec)
    whole = heard(path)
    assert len(whole) == pytest.approx(9 * RATE, abs=0.05 * RATE)
    for start_ms, end_ms in ((0, 1501), (4999, 6001), (8000, 12_000)):
        part = heard(path, Span(start_ms, end_ms))
        meant = whole[start_ms * 16 : end_ms * 16]
        assert part.shape == meant.shape
        difference = np.abs(part - meant)
        if (name, rate, channels, codec) in LOSSLESS:
            assert difference.max() < 1e-6
        else:  # some decoders fill gaps with noise of their own, which differs from run to run
            assert difference.max() < 0.12 * np.abs(meant).max()
            assert lag(part, meant, reach=100) == 0


@pytest.mark.parametrize(("name", "rate", "channels", "codec"), LOSSLESS)
def test_mixing_and_resampling_keep_time_and_level(
    tmp_path: Path, name: str, rate: int, channels: int, codec: str
) -> None:
    sound = made(tmp_path / name, 3, rate, channels, codec)
    whole = heard(tmp_path / name)
    times = np.arange(len(whole)) / RATE
    meant = np.interp(times, np.arange(len(sound)) / rate, sound).astype(np.float32)
    assert abs(lag(whole, meant, reach=100)) <= 1
    assert np.sqrt((whole**2).mean() / (meant**2).mean()) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6])
def test_full_scale_on_all_channels_does_not_clip(tmp_path: Path, channels: int) -> None:
    tone = np.sin(np.arange(48_000) * 2 * np.pi * 440 / 48_000).astype(np.float32)
    write_sound(tmp_path / "a.wav", np.stack([tone] * channels), 48_000)
    whole = heard(tmp_path / "a.wav")
    assert 0.9 < np.abs(whole[1000:-1000]).max() < 1.01


def test_sound_that_begins_late_is_preceded_by_silence(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    making = Making(audio_codec="flac", sound_start_ms=1700)
    write_film(path, film(100), fps=25, samples=murmur(3), making=making)
    assert door.probe(path, LIMITS).audio_start_ms == 1700
    whole = heard(path)
    assert not whole[: 1690 * 16].any()
    assert whole[1710 * 16 : 1720 * 16].any()
    assert not heard(path, Span(0, 1500)).any()
    assert heard(path, Span(0, 1500)).shape == (1500 * 16,)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.mp3"])
def test_an_offset_of_the_whole_file_falls_away(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    sound = murmur(4, 16_000)
    making = Making(start_ms=7000)
    if name == "a.mp3":
        write_sound(path, sound, 16_000, making)
    else:
        write_film(path, film(100), fps=25, samples=sound, rate=16_000, making=making)
    whole = heard(path)
    info = door.probe(path, LIMITS)
    assert min(info.audio_start_ms, info.video_start_ms) == 0
    # Where a container does not tell the encoder's delay, that delay precedes the picture as well.
    assert lag(whole, sound, reach=2000) == pytest.approx(info.video_start_ms * 16, abs=20)
    assert info.duration_ms == pytest.approx(4000, abs=150)


def test_a_hole_in_the_sound_is_silence_and_what_follows_stays_in_place(tmp_path: Path) -> None:
    import av

    whole_path, path = tmp_path / "whole.mka", tmp_path / "hole.mka"
    write_sound(whole_path, murmur(9), 48_000, Making(audio_codec="flac"))
    with av.open(str(whole_path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.size and not 3.0 < float(packet.pts * packet.time_base) < 5.0:
                packet.stream = stream
                target.mux(packet)
    meant, found = heard(whole_path), heard(path)
    assert len(found) == len(meant)
    assert not found[int(3.2 * RATE) : int(4.8 * RATE)].any()
    after = slice(int(5.3 * RATE), int(8.5 * RATE))
    assert abs(lag(found[after], meant[after], reach=100)) <= 16
    assert np.allclose(heard(path, Span(6000, 8000)), found[6000 * 16 : 8000 * 16], atol=0.02)


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts", "film.mov"])
def test_each_of_several_tracks_is_heard_and_their_number_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    sounds = [murmur(9, seed=seed) for seed in range(4)]
    write_film(path, film(225), fps=25, samples=sounds)
    info = door.probe(path, LIMITS)
    assert info.n_audio_streams == 4
    assert info.notes == ()
    for track, sound in enumerate(sounds):
        for span in (None, Span(6000, 8000)):
            with door.audio(path, LIMITS, span, zero=info.zero, track=track) as stream:
                blocks = np.concatenate([block.samples for block in stream])
            begin = span.start_ms * 48 if span else 0
            meant = sound[begin : begin + 3 * len(blocks)][::3]
            alike = np.corrcoef(blocks[800:24_000], np.roll(meant, lag(blocks, meant))[800:24_000])
            assert alike[0, 1] > 0.9
    with pytest.raises(BadMedia, match="no sound"):
        list(door.audio(path, LIMITS, zero=info.zero, track=4))


def test_a_further_track_that_goes_on_is_part_of_the_length_and_one_that_ends_is_whole(
    tmp_path: Path,
) -> None:
    path = tmp_path / "film.mp4"
    write_film(path, film(50), fps=25, samples=[murmur(2), murmur(12), murmur(1)])
    info = door.probe(path, LIMITS)
    assert info.duration_ms == pytest.approx(12_000, abs=60)
    assert info.notes == ()
    for track, seconds in ((0, 2), (1, 12), (2, 1)):
        with door.audio(path, LIMITS, zero=info.zero, track=track) as stream:
            count = sum(len(block.samples) for block in stream)
        assert count == pytest.approx(seconds * RATE, abs=0.06 * RATE)
        assert stream.end is not None and stream.end.complete


def test_a_further_track_without_anything_in_it_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "a.mka"
    with av.open(str(path), "w") as file:
        first, _ = (file.add_stream("pcm_s16le", rate=RATE, layout="mono") for _ in range(2))
        sound = (murmur(2, RATE) * 32_767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(sound, "s16", "mono")
        frame.rate = RATE
        file.mux([*first.encode(frame), *first.encode(None)])
    info = door.probe(path, LIMITS)
    assert (info.n_audio_streams, info.duration_ms, info.notes) == (2, 2000, ())
    with door.audio(path, LIMITS, zero=info.zero, track=1) as stream:
        assert list(stream) == []


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.m4a", "a.ogg", "a.mp3"])
def test_channels_that_are_each_others_opposite_do_not_cancel(tmp_path: Path, name: str) -> None:
    sound = murmur(6)
    path = tmp_path / name
    opposite = np.stack([sound, -sound])
    opposite[1, : 2 * 48_000] = sound[: 2 * 48_000]  # as it should be until second 2
    write_sound(path, opposite, 48_000)
    for span in (None, Span(3000, 5000)):
        found = heard(path, span)
        begin = span.start_ms * 16 if span else 0
        meant = sound[::3][begin : begin + len(found)]
        seconds = np.arange(len(found)) // RATE
        for second in set(seconds[: len(meant)]) - {2}:
            part = slice(second * RATE, (second + 1) * RATE)
            level = np.sqrt((found[part] ** 2).mean() / (meant[part] ** 2).mean())
            assert level == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("channels", [3, 4, 6, 8, 9, 10, 11, 12, 16, 24])
def test_a_voice_on_any_one_channel_is_heard(tmp_path: Path, channels: int) -> None:
    for channel in range(channels):
        samples = np.zeros((channels, 16_000), np.float32)
        samples[channel] = murmur(1, 16_000)
        path = tmp_path / f"{channel}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((channels, 2, 16_000, 0, "NONE", ""))
            file.writeframes((samples.T * 32_767).astype("<i2").tobytes())
        level = np.sqrt((heard(path) ** 2).mean() / (samples[channel] ** 2).mean())
        assert level > 0.3 / channels


def test_a_span_beyond_the_end_is_empty(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav", murmur(2), 48_000)
    with door.audio(tmp_path / "a.wav", LIMITS, Span(60_000, 61_000)) as blocks:
        assert list(blocks) == []
        assert blocks.end is not None and blocks.end.complete
