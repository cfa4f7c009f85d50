"""`evaluate` over real media: the counts, the exact keys, the files that fail, bad manifests."""

import csv
import json
import math
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import BadInput, NotFound
from fingerprint import opening
from fingerprint.engine import Engine
from fingerprint.evaluate import evaluate, read_manifest
from fingerprint.models import Modality
from tests.engines import models_dir, real_engine

pytestmark = pytest.mark.usefixtures("forked_media")

KEYS = {
    "rank1",
    "eer",
    "fnir_at_fpir",
    "gallery",
    "genuine",
    "impostors",
    "det",
    "seconds",
    "failures",
    "measurable",
    "fnir_interval",
    "lengths",
    "conditions",
}
Write = Callable[[list[tuple[Path | str, str, str, str]]], Path]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def manifest(rows: list[tuple[Path | str, str, str, str]]) -> Path:
        path = tmp_path / "manifest.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("path", "modality", "identity", "role"), *rows])
        return path

    return manifest


def silence(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * 16_000 * 4))
    return path


def readers(media: Path) -> dict[str, list[Path]]:
    folders = sorted((media / "speech" / "librispeech_test-other").glob("*/"))
    return {folder.name: sorted(folder.glob("*.flac")) for folder in folders if folder.is_dir()}


@pytest.mark.media
@pytest.mark.timeout(1800)
def test_readers_against_strangers(
    engine: Engine, write: Write, media_dir: Path, tmp_path: Path
) -> None:
    clips = {who: files for who, files in list(readers(media_dir).items())[1::2] if files}
    strangers = sorted((media_dir / "speech" / "impostors_train-clean-100").glob("*.flac"))[:8]
    quiet = silence(tmp_path / "quiet.wav")
    rows = [(path, "voice", who, "enrol") for who, files in clips.items() for path in files[:2]]
    rows += [(files[2], "voice", who, "probe") for who, files in clips.items()]
    rows += [(path, "voice", path.stem, "probe") for path in strangers]
    rows += [(quiet, "voice", next(iter(clips)), "probe")]
    heard: list[tuple[int, int]] = []
    found = evaluate(engine, write(rows), lambda done, total: heard.append((done, total)))
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    print(f"\n{ {key: document[key] for key in sorted(KEYS - {'det', 'failures'})} }")
    assert set(document) == KEYS
    assert set(document["fnir_at_fpir"]) == {"0.1", "0.01", "0.001"}
    assert (document["gallery"], document["genuine"], document["impostors"]) == (
        len(clips),
        len(clips) + 1,
        len(strangers),
    )
    assert [Path(item["path"]).name for item in document["failures"]] == ["quiet.wav"]
    missed = 1 / document["genuine"]
    assert document["rank1"] == pytest.approx(1 - missed, abs=0.01)
    assert document["fnir_at_fpir"]["0.1"] >= missed - 1e-9
    assert document["eer"] <= 0.3
    assert document["det"]
    assert document["measurable"] == {"0.1": False, "0.01": False, "0.001": False}
    assert document["fnir_interval"] == {"0.1": None, "0.01": None, "0.001": None}
    assert sum(row["genuine"] for row in document["lengths"]) == document["genuine"] - 1
    assert heard[-1] == (len(rows), len(rows))


@pytest.mark.media
@pytest.mark.timeout(1800)
def test_voices_and_faces_in_one_manifest(engine: Engine, write: Write, media_dir: Path) -> None:
    london = media_dir / "faces" / "london"
    files = next(iter(readers(media_dir).values()))
    rows: list[tuple[Path | str, str, str, str]] = [
        (london / "002_03.jpg", "face", "LON002", "enrol"),
        (london / "004_03.jpg", "face", "LON004", "enrol"),
        (london / "002_08.jpg", "face", "LON002", "probe"),
        (london / "006_08.jpg", "face", "LON006", "probe"),
        (files[0], "voice", "reader", "enrol"),
        (files[1], "voice", "reader", "probe"),
    ]
    document = evaluate(engine, write(rows)).to_json()
    assert set(document["by_modality"]) == {"voice", "face"}
    assert (document["gallery"], document["genuine"], document["impostors"]) == (3, 2, 1)
    assert document["rank1"] == 1.0
    assert document["by_modality"]["face"]["fnir_at_fpir"]["0.001"] == 0.0
    assert document["by_modality"]["voice"]["fnir_at_fpir"]["0.001"] is None
    assert not math.isnan(document["seconds"])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("quiet.wav", "voice", "a", "enrol")],
        [("quiet.wav", "voice", "a", "probe")],
        [("quiet.wav", "voice", "a", "enrol"), ("quiet.wav", "voice", "a", "listen")],
        [("quiet.wav", "voice", "a", "enrol"), ("quiet.wav", "smell", "a", "probe")],
        [("quiet.wav", "voice", "a", "enrol"), ("absent.wav", "voice", "a", "probe")],
        [("quiet.wav", "voice", "a", "enrol"), ("quiet.wav", "voice", "", "probe")],
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    write: Write, tmp_path: Path, rows: list[tuple[str, str, str, str]]
) -> None:
    silence(tmp_path / "quiet.wav")
    with pytest.raises(BadInput) as caught:
        read_manifest(write([*rows]))
    assert caught.value.code == "bad-manifest"
    assert caught.value.next_step


def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"path,role\nx,enrol\n", b"\xff\xfe\x00\x01"):
        path = tmp_path / "manifest.csv"
        path.write_bytes(content)
        with pytest.raises(BadInput):
            read_manifest(path)
    with pytest.raises(BadInput):
        read_manifest(tmp_path / "absent.csv")


def test_the_encoders_of_a_trial_are_named_or_the_shipped_ones() -> None:
    real_engine()  # skips where there are no weights
    assert opening.named(models_dir(), ()) is None
    shipped = opening.named(models_dir(), ["ge2e-resemblyzer"])
    assert shipped == opening.SHIPPED_ENCODERS and set(shipped) == set(Modality)
    with pytest.raises(NotFound):
        opening.named(models_dir(), ["nobodys@1.0"])
