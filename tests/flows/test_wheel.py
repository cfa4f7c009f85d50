"""The wheel carries everything a registry needs at run time, and nothing of the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.flows.serving import PATIENCE_S

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_data_file_beside_the_code_is_shipped(names: set[str]) -> None:
    packages = ("core", "fingerprint", "registry", "licensing", "royalties", "api", "migrations")
    tracked = subprocess.run(
        ["git", "ls-files", *packages], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert set(tracked) <= names


@pytest.mark.parametrize(
    "kind",
    ["migrations/versions/0001_initial.py", "api/web/locales/de.json", "api/web/locales/en.json"],
)
def test_migrations_and_locales_are_shipped(names: set[str], kind: str) -> None:
    assert kind in names


def test_templates_and_calibration_are_shipped(names: set[str]) -> None:
    assert any(name.startswith("api/web/templates/") for name in names)
    assert "fingerprint/data/calibration.json" in names
    assert "fingerprint/data/synchrony.npz" in names


def test_nothing_else_is_shipped(names: set[str]) -> None:
    assert not [name for name in names if name.startswith(("tests/", "bench/", "docs/"))]
    assert not [name for name in names if name.endswith((".flac", ".mp4", ".jpg", ".onnx"))]
