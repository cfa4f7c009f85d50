"""Fixtures that every test may use; real media stay outside the project."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is slow, not wrong. Properties try the same examples each time, so that a change is
# judged by what it changes and not by the draw; EXPLORE=1 looks for others.
settings.register_profile(
    "any-machine",
    deadline=None,
    derandomize=not os.environ.get("EXPLORE"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any-machine")

pytest_plugins = ["tests.fixtures"]

# Files of a minute and more, one that mostly waits among them; then folders.
LONGEST_FIRST = (
    "flows/test_authorisation.py",
    "browser/test_every_page.py",
    "browser/test_enrolling_really.py",
    "store/test_book_worlds_stored.py",
    "unit/royalties/test_book_worlds.py",
)
FOLDERS = ("browser", "flows", "store")


OF_THE_TESTS = {"EBENBILD_MEDIA", "EBENBILD_MODELS", "EBENBILD_VECTORS"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that at the end no process waits for another one's last long file."""
    real = {item.path for item in items if item.get_closest_marker("media")}

    def place(item: pytest.Item) -> tuple[int, bool, int]:
        path = item.path.relative_to(Path(__file__).parent)
        return (
            _rank(LONGEST_FIRST, path.as_posix()),
            item.path not in real,
            _rank(FOLDERS, path.parts[0]),
        )

    items.sort(key=place)


def _rank(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else len(names)


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
