"""Anybody asks which certified recording this is: real media, re-encoded, and another take."""

import base64
import os
import threading
import zlib
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from api.client import Client, Refused
from api.handlers import failures, handlers
from api.opening import open_registry
from api.softbinding import bindings_of, read_print
from api.tools import Tools
from api.worker import Worker
from core.clock import utc_now
from core.softbindingsettings import SoftBindingSettings
from fingerprint.content.models import Box, Part, PicturePrint
from fingerprint.content.packing import pack_picture, unpack_picture
from fingerprint.content.printing import ContentPrint, read_content
from fingerprint.labels.manifeststore import active_manifest, manifest_store
from fingerprint.media import door
from fingerprint.media.limits import Limits
from licensing.certificateassertion import ALGORITHM as EMBEDDED
from licensing.certificatecheck import Brought, verify_certificate_bytes
from licensing.credential import parse_signed
from licensing.softbinding import ALGORITHMS, Likeness, best
from tests.simulators.small_engine import SmallEngine
from tests.simulators.stage import Stage, declaration, new_cut

SOUND, PICTURE = ALGORITHMS
TAKES = "clones/mobilespeech/01_2830"
NOTHING: dict[str, Any] = {"matches": []}


class Listener(SmallEngine):
    """Prints real recordings as the product does, and finds nobody in them."""

    def probe(self, path: Path) -> Any:
        info = door.probe(path, Limits())
        told = {"duration_ms": info.duration_ms, "n_audio_streams": info.n_audio_streams}
        return SimpleNamespace(**told, notes=(), info=info)

    def content(
        self, path: Path, info: Any, *, sound: bool = True, picture: bool = True
    ) -> ContentPrint:
        return read_content(path, Limits(), info.info, sound=sound, picture=picture)

    def scan_segment(self, *_: Any, **__: Any) -> tuple[()]:
        return ()


def drain(stage: Stage) -> None:
    stopping = threading.Event()
    with open_registry(stage.settings) as world:
        tools = Tools(world, stopping, Listener.open)  # type: ignore[arg-type]
        Worker(world, handlers(tools), failures(), stopping).run(drain=True)


def certified(
    stage: Stage, studio: Client, file: Path, *, days: int = -1, stage_of: str = "release"
) -> str:
    """The decision on a recording that is released so many days from now, certified."""
    release = (utc_now() + timedelta(days=days)).date().isoformat()
    body = {
        "cut_id": new_cut(studio),
        "upload_id": studio.upload(file),
        "filename": file.name,
        "declaration": declaration(release_at=release, stage=stage_of),
    }
    made = studio.post("/v1/submissions", body)
    drain(stage)
    cleared = studio.get(f"/v1/submissions/{made['id']}/clearance")
    assert cleared["verdict"] == "CLEARED", cleared
    studio.post(f"/v1/clearances/{cleared['id']}/certificate", {})
    return str(cleared["id"])


def publish(studio: Client, clearance: str, act: str = "publication") -> str:
    done = studio.post(f"/v1/clearances/{clearance}/certificate/{act}")
    return str(done["certificate"]["id"])


def encoded(source: Path, to: Path, rate: int = 32_000) -> Path:
    """The same sound as a lossy file."""
    with av.open(str(source)) as read, av.open(str(to), "w") as written:
        out = written.add_stream("aac", rate=44_100)
        out.bit_rate = rate
        resampler = av.AudioResampler("fltp", "mono", 44_100)
        for frame in read.decode(audio=0):
            for piece in resampler.resample(frame):
                written.mux(out.encode(piece))
        written.mux(out.encode(None))
    return to


@pytest.fixture
def anybody(stage: Stage) -> Client:
    return stage.client("")


@pytest.mark.media
def test_a_copy_is_found_and_another_take_is_not(
    stage: Stage, anybody: Client, media_dir: Path, tmp_path: Path
) -> None:
    studio = stage.tenant("studio")[1]
    film, take = media_dir / TAKES / "real.flac", media_dir / TAKES / "valle.flac"
    copy = encoded(film, tmp_path / "copy.m4a")
    clearance = certified(stage, studio, film)
    # Certified is not yet open to everybody.
    assert anybody.send("/c2pa/matches/byContent", copy) == NOTHING
    name = publish(studio, clearance)
    (match,) = anybody.send("/c2pa/matches/byContent", copy)["matches"]
    assert match["manifestId"] == name
    assert match["similarityScore"] >= 90
    assert match["endpoint"] == "https://registry.invalid/c2pa"
    assert anybody.send("/c2pa/matches/byContent", take) == NOTHING
    value = bindings_of(read_print(copy, Limits(), (Part.SOUND,)))[SOUND]
    posted = anybody.post("/c2pa/matches/byBinding", {"alg": SOUND, "value": value})
    asked = anybody.get("/c2pa/matches/byBinding", alg=SOUND, value=value)
    assert [item["manifestId"] for item in posted["matches"]] == [name]
    assert asked == posted
    other = bindings_of(read_print(take, Limits(), (Part.SOUND,)))[SOUND]
    assert anybody.get("/c2pa/matches/byBinding", alg=SOUND, value=other) == NOTHING
    # What is handed out is the certificate itself, to be verified by a stranger.
    methods = frozenset({anybody.get("/registry")["verification_method"]})
    signed = anybody.fetch(f"/c2pa/manifests/{name}")
    status = anybody.fetch(f"/certificates/{name}/status")
    assert verify_certificate_bytes(signed, Brought(utc_now(), methods, status=status)).ok
    # The binding that a manifest inside the file carries leads here too.
    digest = parse_signed(signed)["credentialSubject"]["clearance"]["media"]["content"]["sound"]
    for value, wanted in ((digest, [(name, 100)]), ("0" * 64, [])):
        given = base64.b64encode(bytes.fromhex(value)).decode()
        matches = anybody.get("/c2pa/matches/byBinding", alg=EMBEDDED, value=given)["matches"]
        assert [(one["manifestId"], one["similarityScore"]) for one in matches] == wanted
    publish(studio, clearance, "withdrawal")
    assert anybody.send("/c2pa/matches/byContent", copy) == NOTHING
    with pytest.raises(Refused):
        anybody.fetch(f"/c2pa/manifests/{name}")


@pytest.mark.media
def test_a_title_is_never_answered_before_its_release_nor_a_pitch_at_all(
    stage: Stage, anybody: Client, media_dir: Path
) -> None:
    studio = stage.tenant("studio")[1]
    film = media_dir / TAKES / "real.flac"
    for days in (0, 1):
        name = publish(studio, certified(stage, studio, film, days=days))
        assert anybody.send("/c2pa/matches/byContent", film) == NOTHING
        with pytest.raises(Refused) as refused:
            anybody.fetch(f"/c2pa/manifests/{name}")
        assert refused.value.code == "not-found"
    pitch = certified(stage, studio, film, stage_of="pitch")
    with pytest.raises(Refused) as refused:
        publish(studio, pitch)
    assert refused.value.code == "conflict"
    # The very same bytes again, released: their print is the first one's.
    name = publish(studio, certified(stage, studio, film))
    (match,) = anybody.send("/c2pa/matches/byContent", film)["matches"]
    assert (match["manifestId"], match["similarityScore"]) == (name, 100)


def test_only_its_studio_opens_a_certificate_and_algorithms_are_named(
    stage: Stage, anybody: Client
) -> None:
    stranger = stage.tenant("studio", "Another")[1]
    with pytest.raises(Refused) as refused:
        publish(stranger, "clr_none")
    assert refused.value.code == "not-found"
    found = anybody.get("/c2pa/services/supportedAlgorithms")
    named = [{"alg": alg} for alg in (SOUND, PICTURE, EMBEDDED)]
    assert found == {"watermarks": [], "fingerprints": named}


def _bomb() -> bytes:
    return b"EbS1" + (2_000_000).to_bytes(4, "little") + zlib.compress(bytes(18_000_000), 9)


def _shapeless() -> bytes:
    rng = np.random.default_rng(1)
    blocks = rng.integers(0, 255, (4, 24, 24)).astype(np.uint8)
    made = unpack_picture(_picture(np.arange(4, dtype=np.int32) * 250, blocks))
    packed = bytearray(pack_picture(made))
    packed[8:16] = np.array([np.nan]).tobytes()
    return bytes(packed)


def _picture(at_ms: np.ndarray, blocks: np.ndarray) -> bytes:

    return pack_picture(PicturePrint(at_ms, blocks, Box(), 1.0))


HOSTILE = [
    (EMBEDDED, b"too short"),
    (SOUND, b""),
    (SOUND, b"rubbish"),
    (SOUND, _bomb()),
    (PICTURE, _shapeless()),
    (PICTURE, _picture(np.array([2_000_000_000], np.int32), np.zeros((1, 24, 24), np.uint8))),
    (PICTURE, _picture(np.array([-500], np.int32), np.zeros((1, 24, 24), np.uint8))),
]


def test_what_strangers_send_is_refused_before_it_costs_anything(
    anybody: Client, tmp_path: Path
) -> None:
    for alg, data in HOSTILE:
        body = {"alg": alg, "value": base64.b64encode(data).decode()}
        with pytest.raises(Refused) as refused:
            anybody.post("/c2pa/matches/byBinding", body)
        assert refused.value.code == "bad-binding"
    with pytest.raises(Refused) as refused:
        anybody.get("/c2pa/matches/byBinding", alg="com.example.other", value="AAAA")
    assert refused.value.code == "unknown-algorithm"
    text, empty = tmp_path / "text.txt", tmp_path / "empty"
    text.write_text("no film")
    empty.write_bytes(b"")
    for file in (text, empty):
        with pytest.raises(Refused) as refused:
            anybody.send("/c2pa/matches/byContent", file)
        assert refused.value.status == 422


def test_who_asks_too_often_waits_and_too_large_a_file_is_not_taken(
    stage: Stage, tmp_path: Path
) -> None:
    few = SoftBindingSettings(hourly_max=2, bytes_max=1000)
    narrow = stage.with_settings(soft_binding=few)
    anybody = narrow.client("")
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(2_000))
    with pytest.raises(Refused) as refused:
        anybody.send("/c2pa/matches/byContent", large)
    assert refused.value.status == 413
    answers = []
    for _ in range(5):  # an hour may end between any two
        with pytest.raises(Refused) as refused:
            anybody.get("/c2pa/matches/byBinding", alg=SOUND, value="AAAA")
        answers.append((refused.value.status, refused.value.code))
    assert (429, "too-many") in answers
    # The pause that a program is asked for is the one that there is.
    assert answers[-1][0] != 429 or 2 < refused.value.wait_s <= 3_600
    narrow.close()


def test_half_of_it_must_be_found_and_each_certificate_stands_once() -> None:
    found = [Likeness("b", 49), Likeness("a", 60), Likeness("c", 60), Likeness("a", 80)]
    assert best(found, 10) == (Likeness("a", 80), Likeness("c", 60))
    assert best(found, 1) == (Likeness("a", 80),)


@pytest.mark.media
def test_the_manifest_that_the_certified_file_carried_comes_back_after_the_release_alone(
    stage: Stage, anybody: Client, media_dir: Path
) -> None:
    pytest.importorskip("c2pa")
    folder = os.environ.get("EBENBILD_VECTORS")
    if not folder:
        pytest.skip("EBENBILD_VECTORS names no folder of test vectors")
    carrying = Path(folder) / "c2pa" / "sample1_signed.wav"
    studio = stage.tenant("studio")[1]
    early = publish(studio, certified(stage, studio, carrying, days=1))
    with pytest.raises(Refused):
        anybody.fetch(f"/c2pa/manifests/{early}")
    name = publish(studio, certified(stage, studio, carrying))
    store = anybody.fetch(f"/c2pa/manifests/{name}")
    assert store == manifest_store(carrying)
    newest = anybody.fetch(f"/c2pa/manifests/{name}", returnActiveManifest=True)
    assert newest == active_manifest(store)
    certificate = anybody.fetch(f"/c2pa/manifests/{name}", accept="application/vc")
    assert parse_signed(certificate)["credentialSubject"]
    with open_registry(stage.settings) as world, world.db.read() as session:
        sealed = session.connection().exec_driver_sql("SELECT sealed FROM file_manifest").scalars()
        assert all(store[:64] not in row for row in sealed)
    plain = publish(studio, certified(stage, studio, media_dir / TAKES / "real.flac"))
    assert parse_signed(anybody.fetch(f"/c2pa/manifests/{plain}"))
    with pytest.raises(Refused, match="no C2PA manifest"):
        anybody.fetch(f"/c2pa/manifests/{plain}", accept="application/c2pa")
