"""Files that cannot be used, or only in part: each says what is wrong, none escapes."""

import struct
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from media_samples import film, murmur, numbered
from PIL import Image

from api.demo.media import Making, write_film, write_sound, write_still
from core.errors import BadInput, BadMedia, NotFound
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span

pytestmark = pytest.mark.usefixtures("forked_media")

LIMITS = Limits()
_RATES = {"mpeg4": 25, "zmbv": 25, "mp2": 48_000, "dfpwm": 48_000}


def refused(path: Path, limits: Limits = LIMITS) -> str:
    """The code with which every operation refuses a file; each has a sentence and a next step."""
    codes = []
    for ask in (
        lambda: door.probe(path, limits),
        lambda: list(door.audio(path, limits)),
        lambda: list(door.frames(path, limits, every_ms=1000)),
    ):
        with pytest.raises(BadMedia) as caught:
            ask()
        codes.append(caught.value.code)
        assert caught.value.message.endswith(".")
        assert caught.value.next_step.endswith(".")
    return max(set(codes), key=codes.count)


def bytes_file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"gone\.mp4"):
        door.probe(tmp_path / "gone.mp4", LIMITS)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    assert refused(tmp_path) == "unsupported-media"
    assert refused(Path("/dev/zero")) == "unsupported-media"


FOREIGN = {
    "a.mp4": b"This is a letter.\n" * 100,
    "b.txt": "Grüße, ñandú, 日本語\n".encode() * 300,
    "c.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)),
    "d.docx": b"PK\x03\x04" + bytes(range(256)) * 8,
    "e.html": b"<!doctype html><video src='film.mp4'></video>",
    "f.m3u8": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "g.ffconcat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "h.sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "i.exe": b"MZ" + bytes(1000),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_no_media_is_unsupported(tmp_path: Path, name: str) -> None:
    assert refused(bytes_file(tmp_path / name, FOREIGN[name])) == "unsupported-media"


@pytest.mark.parametrize("size", [1, 10, 500, 5000, 200_000])
def test_noise_is_broken(tmp_path: Path, size: int) -> None:
    noise = np.random.default_rng(size).bytes(size)
    assert refused(bytes_file(tmp_path / "a.mp4", b"\x80" + noise)) == "broken-media"


HEADERS = {
    "a.mp4": (8, 40, 150),
    "a.mkv": (8, 40, 150),
    "a.png": (20,),
    "a.jpg": (20,),
    "a.gif": (8,),
    "a.webp": (16,),
    "a.wav": (20,),
    "a.flac": (20,),
}


@pytest.mark.parametrize(
    ("name", "kept"), [(name, kept) for name, sizes in HEADERS.items() for kept in sizes]
)
def test_a_file_cut_off_in_its_header_is_broken(tmp_path: Path, name: str, kept: int) -> None:
    path = tmp_path / name
    if name in ("a.mp4", "a.mkv"):
        write_film(path, film(10), fps=25)
    elif name in ("a.wav", "a.flac"):
        write_sound(path, murmur(1), 48_000)
    else:
        write_still(path, numbered(3))
    assert refused(bytes_file(path, path.read_bytes()[:kept])) == "broken-media"


def test_an_animation_cut_off_where_its_second_picture_is_described_is_broken(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.gif"
    MAKERS["a.gif"](path)
    data = path.read_bytes()
    places = [at for at in range(len(data)) if data[at : at + 5] == b",\x00\x00\x00\x00"]
    assert len(places) > 1
    assert refused(bytes_file(tmp_path / "cut.gif", data[: places[1] + 5])) == "broken-media"


def test_nothing_in_a_file_is_empty(tmp_path: Path) -> None:
    assert refused(bytes_file(tmp_path / "a.mp4", b"")) == "empty-media"
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
    assert refused(tmp_path / "a.wav") == "empty-media"


def test_an_encrypted_film_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    scheme = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
        "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
    }
    write_film(path, film(25), fps=25, samples=murmur(1), making=Making(muxer=scheme))
    assert refused(path) == "encrypted-media"


def test_more_than_the_limits_is_absurd(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_film(path, film(60), fps=25, samples=[murmur(2), murmur(2)])
    assert refused(path, Limits(seconds_max=1)) == "absurd-media"
    assert refused(path, Limits(pixels_max=128 * 96 - 1)) == "absurd-media"
    assert refused(path, Limits(streams_max=2)) == "absurd-media"
    assert refused(path, Limits(bytes_max=1000)) == "absurd-media"
    assert door.probe(path, Limits(pixels_max=128 * 96, streams_max=3)).n_audio_streams == 2


def test_a_picture_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    still = tmp_path / "small.png"
    write_still(still, numbered(1))
    data = bytearray(still.read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    import zlib

    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    path = bytes_file(tmp_path / "bomb.png", bytes(data))
    for ask in (
        lambda: door.probe(path, LIMITS),
        lambda: list(door.frames(path, LIMITS, every_ms=1)),
    ):
        with pytest.raises(BadMedia, match="60000 x 60000") as caught:
            ask()
        assert caught.value.code == "absurd-media"


def test_an_animation_whose_frame_outgrows_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    MAKERS["a.gif"](path)
    data = bytearray(path.read_bytes())
    second = data.index(b"\x2c", data.index(b"\x21\xf9", data.index(b"\x2c") + 10))
    data[second + 5 : second + 9] = b"\xff\xff\xff\xff"  # 65535 x 65535
    with pytest.raises(BadMedia) as caught:
        list(door.frames(bytes_file(path, bytes(data)), LIMITS, every_ms=1))
    assert caught.value.code == "absurd-media"


def test_a_header_that_claims_a_year_is_absurd(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    write_film(path, film(50), fps=25)
    assert refused(with_duration(path, 3.2e10)) == "absurd-media"


def with_duration(path: Path, milliseconds: float) -> Path:
    """The Matroska file with another claim in its header (element 0x4489, a double)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", milliseconds)
    return bytes_file(path.with_name("claims.mkv"), bytes(data))


def test_a_header_that_claims_too_little_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    write_film(path, film(200), fps=25, samples=murmur(8))
    info = door.probe(with_duration(path, 1000.0), LIMITS)
    assert info.duration_ms == pytest.approx(8000, abs=60)
    assert info.notes == ()


def test_a_header_that_claims_too_much_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    write_film(path, film(200), fps=25, samples=murmur(8))
    info = door.probe(with_duration(path, 60_000.0), LIMITS)
    assert info.duration_ms == pytest.approx(8000, abs=60)
    (note,) = info.notes
    assert (note.code, note.detail["claimed_ms"]) == ("truncated-media", 60_000)


def test_a_stream_that_is_not_there(tmp_path: Path) -> None:
    write_film(tmp_path / "mute.mp4", film(10), fps=25)
    write_sound(tmp_path / "a.flac", murmur(1), 48_000)
    write_still(tmp_path / "a.jpg", numbered(1))
    for ask in (
        lambda: list(door.audio(tmp_path / "mute.mp4", LIMITS)),
        lambda: list(door.audio(tmp_path / "a.jpg", LIMITS)),
        lambda: list(door.frames(tmp_path / "a.flac", LIMITS, every_ms=1)),
    ):
        with pytest.raises(BadMedia) as caught:
            ask()
        assert caught.value.code == "no-such-stream"


def test_a_codec_that_we_do_not_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("zmbv", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "bgr0"
        for picture in film(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
    assert refused(path) == "unsupported-media"
    with pytest.raises(BadMedia, match="zmbv"):
        door.probe(path, LIMITS)


@pytest.mark.parametrize(
    ("codecs", "unread"),
    [("mpeg4 mp2", 0), ("mpeg4 mpeg4 mp2", 1), ("mpeg4 dfpwm", 1), ("zmbv mpeg4 dfpwm mp2", 2)],
)
def test_tracks_that_nothing_reads_are_counted(tmp_path: Path, codecs: str, unread: int) -> None:
    path = tmp_path / "a.nut"
    import av

    with av.open(str(path), "w") as container:
        streams = [container.add_stream(name, rate=_RATES[name]) for name in codecs.split()]
        for stream, name in zip(streams, codecs.split(), strict=True):
            if stream.type == "video":
                stream.width, stream.height = 128, 96
                stream.pix_fmt = "bgr0" if name == "zmbv" else "yuv420p"
            else:
                stream.layout = "mono"
        for stream in streams:
            if stream.type == "video":
                pictures = [av.VideoFrame.from_ndarray(picture, "rgb24") for picture in film(5)]
                container.mux([packet for one in pictures for packet in stream.encode(one)])
            else:
                sound = (murmur(1, 48_000) * 32_767).astype(np.int16)[None]
                frame = av.AudioFrame.from_ndarray(sound, "s16", "mono")
                frame.rate = 48_000
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    notes = [(note.code, note.detail) for note in door.probe(path, LIMITS).notes]
    assert notes == ([("unread-tracks", {"tracks": unread})] if unread else [])


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi", "a.wav", "a.flac"])
def test_a_file_cut_off_in_the_middle_gives_what_it_has_and_says_so(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    if name in ("a.wav", "a.flac"):
        write_sound(path, murmur(20), 48_000)
    else:
        making = Making(muxer={"movflags": "faststart"} if name == "a.mp4" else {})
        write_film(path, film(500), fps=25, samples=murmur(20), making=making)
    data = path.read_bytes()
    half = bytes_file(tmp_path / f"half-{name}", data[: len(data) // 2])
    info = door.probe(half, LIMITS)
    assert [note.code for note in info.notes] == ["truncated-media"]
    assert 2_000 < info.duration_ms < 18_000
    with door.audio(half, LIMITS) as blocks:
        samples = sum(block.samples.size for block in blocks)
    assert samples > 2 * 16_000
    assert blocks.end is not None and not blocks.end.complete
    assert blocks.end.notes[0].code == "truncated-media"
    if info.video:
        with door.frames(half, LIMITS, every_ms=200) as frames:
            assert sum(1 for _ in frames) > 10
        assert frames.end is not None and not frames.end.complete


@pytest.mark.parametrize("name", ["a.mpg", "a.ts"])
def test_a_film_that_claims_no_length_says_that_it_was_cut_off(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    noise = np.random.default_rng(3).integers(0, 255, (50, 96, 128, 3), np.uint8)
    write_film(path, noise, fps=25)
    data = path.read_bytes()
    for kept in (data, data[: len(data) // 2 // 188 * 188 + 99]):
        with door.frames(bytes_file(path, kept), LIMITS, every_ms=1) as frames:
            assert sum(1 for _ in frames) > 1
        assert frames.end is not None
        assert [note.code for note in frames.end.notes] == ["damaged-media"] * (kept is not data)


SOUNDS = {
    "plain.mp3": Making(muxer={"write_xing": "0"}),
    "counted.mp3": Making(encoder={"b": "64000"}),
    "varying.mp3": Making(encoder={"q": "5"}),
    "opus.ogg": Making(),
    "flac.ogg": Making(audio_codec="flac"),
    "a.aiff": Making(audio_codec="pcm_s16be"),
    "a.au": Making(audio_codec="pcm_s16be"),
    "a.aac": Making(audio_codec="aac"),
}


def sound_notes(path: Path) -> set[str]:
    """What is said about a sound by whoever reads all of it."""
    info = door.probe(path, LIMITS)
    with door.audio(path, LIMITS) as blocks:
        assert sum(block.samples.size for block in blocks) > 1000
    assert blocks.end is not None
    return {note.code for note in (*info.notes, *blocks.end.notes)}


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("rate", [48_000, 16_000])
def test_a_sound_says_that_it_was_cut_off_wherever_that_was(
    tmp_path: Path, name: str, rate: int
) -> None:
    path = tmp_path / name
    write_sound(path, murmur(6), rate, SOUNDS[name])
    data = path.read_bytes()
    assert sound_notes(path) == set()
    for share in (0.2, 0.5, 0.71):
        half = bytes_file(tmp_path / f"half-{name}", data[: int(len(data) * share) | 1])
        # Of a frame of which less than its header is left, the decoder tells.
        assert sound_notes(half) & {"truncated-media", "damaged-media"}


ID3 = b"ID3\x04\0\0\0\x03\x7f\x77"
APE = struct.pack("<8sIIIIQ", b"APETAGEX", 2000, 32, 0, 0, 0)
TAIL = b"TAG" + b"a title".ljust(124, b"\0") + b"\xff"


@pytest.mark.parametrize("xing", ["0", "1"])
def test_tags_around_a_whole_sound_are_no_missing_part_of_it(tmp_path: Path, xing: str) -> None:
    path = tmp_path / "a.mp3"
    making = Making(muxer={"write_xing": xing, "id3v2_version": "0"})
    write_sound(path, murmur(6), 44_100, making)
    tagged = ID3 + bytes(65_527) + path.read_bytes()
    for end in (b"", TAIL, APE, APE + TAIL):
        assert sound_notes(bytes_file(path, tagged + end)) == set(), end[:8]
    assert sound_notes(bytes_file(path, tagged[:-30])) == {"truncated-media"}


def test_a_count_of_frames_tells_of_a_cut_between_two(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    write_sound(path, murmur(6), 48_000, Making(encoder={"b": "64000"}))
    data = path.read_bytes()  # frames of 24 ms at 64 kbit/s: 192 bytes each
    tags = data.index(b"\xff\xfb")
    assert (len(data) - tags) % 192 == 0
    assert sound_notes(bytes_file(path, data[: tags + 100 * 192])) == {"truncated-media"}
    plain = data[tags + 192 : tags + 100 * 192]
    assert sound_notes(bytes_file(path, plain)) == set()  # as whole as files without a count get


def test_a_still_cut_off_in_the_middle_is_shown_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
    write_still(path, noise)
    bytes_file(path, path.read_bytes()[:30_000])
    with door.frames(path, LIMITS, every_ms=1) as frames:
        assert next(frames).rgb.shape == (300, 400, 3)
        assert next(frames, None) is None
    assert frames.end is not None and frames.end.notes[0].code == "truncated-media"


def test_damage_in_the_middle_does_not_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    write_film(path, film(300), fps=25, samples=murmur(12), making=Making(key_every=20))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = np.random.default_rng(2).bytes(4000)
    bytes_file(path, bytes(data))
    with door.frames(path, LIMITS, every_ms=200) as frames:
        times = [frame.at_ms for frame in frames]
    assert times[-1] > 11_000
    assert len(times) > 45


@pytest.mark.parametrize(
    "ask",
    [
        lambda path: door.audio(path, LIMITS, Span(5, 5)),
        lambda path: door.audio(path, LIMITS, Span(-1, 5)),
        lambda path: door.frames(path, LIMITS, every_ms=0),
        lambda path: door.frames(path, LIMITS, every_ms=1, max_side=0),
    ],
)
def test_a_question_without_sense_is_bad_input(
    tmp_path: Path, ask: Callable[[Path], object]
) -> None:
    with pytest.raises(BadInput):
        ask(tmp_path)


MAKERS: dict[str, Callable[[Path], None]] = {
    "a.mp4": lambda path: write_film(path, film(50), fps=25, samples=murmur(2)),
    "a.mkv": lambda path: write_film(path, film(50), fps=25, samples=murmur(2)),
    "a.ts": lambda path: write_film(path, film(50), fps=25, samples=murmur(2)),
    "a.mpg": lambda path: write_film(path, film(50), fps=25, samples=murmur(2)),
    "a.avi": lambda path: write_film(path, film(50), fps=25, samples=murmur(2)),
    "a.wav": lambda path: write_sound(path, murmur(2), 48_000),
    "a.flac": lambda path: write_sound(path, murmur(2), 48_000),
    "a.mp3": lambda path: write_sound(path, murmur(2), 48_000),
    "a.ogg": lambda path: write_sound(path, murmur(2), 48_000),
    "a.jpg": lambda path: write_still(path, numbered(9)),
    "a.png": lambda path: write_still(path, numbered(9)),
    "a.webp": lambda path: write_still(path, numbered(9)),
    "a.gif": lambda path: Image.fromarray(numbered(1)).save(
        path, save_all=True, append_images=[Image.fromarray(numbered(2))], duration=100
    ),
}
