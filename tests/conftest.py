"""Fixtures that every test may use; real media stay outside the project."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any-machine", deadline=None)  # a busy one is slow, not wrong
settings.load_profile("any-machine")

pytest_plugins = ["tests.fixtures"]


@pytest.fixture(autouse=True, scope="session")
def no_notice_period() -> None:
    """Enrolments become active as soon as they are proofed; tests of the period set their own."""
    os.environ.setdefault("EBENBILD_ENROLMENT__NOTICE_DAYS", "0")


@pytest.fixture(scope="session")
def media_dir() -> Path:
    """Folder of real media with a MANIFEST.csv, named by EBENBILD_MEDIA; skips without it."""
    folder = os.environ.get("EBENBILD_MEDIA", "")
    if not folder or not (Path(folder) / "MANIFEST.csv").is_file():
        pytest.skip("real media: set EBENBILD_MEDIA to a folder with a MANIFEST.csv")
    return Path(folder)
