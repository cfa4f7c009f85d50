"""Fixtures that every test may use; real media stay outside the project."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any-machine", deadline=None)  # a busy one is slow, not wrong
settings.load_profile("any-machine")

pytest_plugins = ["tests.fixtures"]


OF_THE_TESTS = {"EBENBILD_MEDIA", "EBENBILD_MODELS", "EBENBILD_VECTORS"}


@pytest.fixture(autouse=True, scope="session")
def own_settings() -> None:
    """No setting of the person who runs the tests reaches them: his registry is not theirs.

    Enrolments become active as soon as they are proofed; tests of the period set their own.
    """
    for name in [name for name in os.environ if name.startswith("EBENBILD_")]:
        if name not in OF_THE_TESTS:
            del os.environ[name]
    os.environ["EBENBILD_ENROLMENT__NOTICE_DAYS"] = "0"


@pytest.fixture(scope="session")
def media_dir() -> Path:
    """Folder of real media with a MANIFEST.csv, named by EBENBILD_MEDIA; skips without it."""
    folder = os.environ.get("EBENBILD_MEDIA", "")
    if not folder or not (Path(folder) / "MANIFEST.csv").is_file():
        pytest.skip("real media: set EBENBILD_MEDIA to a folder with a MANIFEST.csv")
    return Path(folder)
