"""Enrolled people at another pitch, in a hall, in a street: most are named, and nobody else is."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.cast import IDENTITIES
from bench.evasion import Row, measure
from bench.people import voices
from fingerprint.calibrationmaterial import read_identities
from fingerprint.models import Modality
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]
STRANGERS = 4


@pytest.fixture(scope="module")
def rows(media_dir: Path) -> list[Row]:
    """What became of people whom no calibration saw, a recording each."""
    unseen = set(read_identities(IDENTITIES)["test"]["voice"])
    people = [replace(p, probe=p.probe[:1]) for p in voices(media_dir) if p.identity in unseen]
    asked = [p for p in people if p.enrol] + [p for p in people if not p.enrol][:STRANGERS]
    attacks = r"^none$|[-+][24], by cutting|pitch \+2 semitones|hall|pink noise"
    return list(measure(real_engine(), Modality.VOICE, asked, attacks))


def test_most_of_the_enrolled_are_named(rows: list[Row]) -> None:
    assert len(rows) == 9
    for row in rows:
        assert row.lost <= 0.34, row


def test_no_stranger_is_named(rows: list[Row]) -> None:
    for row in rows:
        assert (row.strangers, row.strangers_match, row.strangers_review) == (STRANGERS, 0, 0), row
