"""Fixtures of the reference tests: the real weights converted, and the peers they came with."""

import os
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from core.errors import Unavailable
from fingerprint.weights.convert import convert_all
from fingerprint.weights.manifest import Manifest, load_manifest
from fingerprint.weights.packages import package_file


def peer(name: str) -> ModuleType:
    """Import a peer, or skip; peers warn about themselves, which is not our concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"peer: install the reference extra for {name}")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The models of EBENBILD_MODELS where it is set, else converted from the packages here."""
    if folder := os.environ.get("EBENBILD_MODELS"):
        return load_manifest(Path(folder))
    try:
        return convert_all(tmp_path_factory.mktemp("models"), lambda *_: None)
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")


@pytest.fixture(scope="session")
def dlib() -> ModuleType:
    return peer("dlib")


@pytest.fixture(scope="session")
def face_weights() -> Path:
    """Folder of dlib's own model files."""
    package = "face_recognition_models"
    try:
        return package_file(package, "models/mmod_human_face_detector.dat", package).path.parent
    except Unavailable as exc:
        pytest.skip(f"weights: {exc.message} {exc.next_step}")
