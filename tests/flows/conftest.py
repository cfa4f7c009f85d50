"""A registry on a stage, for the flows that go through the api."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A fresh registry with its real app and a worker with the small engine."""
    made = Stage.make(tmp_path)
    yield made
    made.close()
