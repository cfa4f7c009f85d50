"""A small part of the impostor benchmark, on real voices: who gets past the gates."""

from pathlib import Path

import numpy as np
import pytest

from bench.impostor_attempts import by_another, cuts, genuine_voices, replays, splices
from bench.impostor_material import Kit, Material, Recording, voice_of
from bench.impostors import passes, wilson
from tests.engines import models_dir, real_engine

pytestmark = pytest.mark.usefixtures("forked_media")

PEOPLE, TAKES, ATTEMPTS = 4, 4, 8


@pytest.fixture(scope="module")
def known(media_dir: Path) -> Material:
    real_engine()  # skips where there are no weights
    kit = Kit.open(models_dir())
    readers = sorted((media_dir / "speech" / "librispeech_test-other").glob("*/"))[:PEOPLE]
    real: dict[str, list[Recording]] = {}
    for reader in readers:
        for clip in sorted(reader.glob("*.flac"))[:TAKES]:
            found = voice_of(kit, clip)
            if found is not None:
                real.setdefault(reader.name, []).append(Recording(reader.name, "", *found))
    return Material(kit, real, {}, {}, {})


@pytest.mark.parametrize(
    ("make", "most"), [(by_another, 1), (replays, 0), (splices, 0), (cuts(live=False), 1)]
)
def test_impostors_stop_at_the_gates(known: Material, make, most: int) -> None:  # type: ignore[no-untyped-def]
    made = [make(known, np.random.default_rng([7, n])) for n in range(ATTEMPTS)]
    assert sum(passes(known, attempt) for attempt in made) <= most


def test_the_people_themselves_pass(known: Material) -> None:
    made = [genuine_voices(known, np.random.default_rng([7, n])) for n in range(ATTEMPTS)]
    assert sum(passes(known, attempt) for attempt in made if attempt) >= ATTEMPTS - 1


def test_an_interval_holds_its_share() -> None:
    low, high = wilson(0, 300)
    assert low == 0 and 0.012 < high < 0.013
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(285, 300)
    assert low < 0.95 < high
