"""A performer's short lines, scattered over a film: too short one by one, a match together."""

import json
from pathlib import Path

import pytest

from fingerprint.engine import Engine, Gallery, GalleryEntry
from fingerprint.models import Decision, Modality, Span, Trace
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.timeout(600), pytest.mark.usefixtures("forked_media")]

LINE_MS = 2500
READER = "2414"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


def test_short_lines_match_together_and_alone_go_to_a_person(
    engine: Engine, media_dir: Path
) -> None:
    folder = media_dir / "speech" / "librispeech_test-other"
    tested = json.loads((Path(__file__).parents[1] / "data" / "identities.json").read_bytes())
    readers = [name.removeprefix("LT_") for name in tested["test"]["voice"]]
    gallery = Gallery(
        _print(engine, sorted((folder / name).glob("*.flac"))[:3], name)
        for name in readers
        if (folder / name).is_dir()
    )
    lines = _lines(engine, sorted((folder / READER).glob("*.flac"))[3:])
    assert len(lines) >= 4
    alone = [engine.decide([line], gallery)[0] for line in lines]
    together = engine.decide(lines, gallery)
    assert all(found.decision is not Decision.MATCH for found in alone)
    matched = [found for found in together if found.decision is Decision.MATCH]
    assert {found.print_id for found in matched} == {READER}
    assert len(matched) >= 0.6 * len(lines)
    basis = matched[0].basis
    assert basis is not None
    assert basis.stretches == len(matched)
    assert basis.evidence_ms > LINE_MS


def _print(engine: Engine, paths: list[Path], name: str) -> GalleryEntry:
    templates = [t for path in paths for t in engine.embed(path, Modality.VOICE).templates]
    return GalleryEntry(name, Modality.VOICE, templates[0].model_id, tuple(templates))


def _lines(engine: Engine, paths: list[Path]) -> list[Trace]:
    """What is heard in spans of a few seconds, each scanned as if it were a segment of its own."""
    found: list[Trace] = []
    for path in paths:
        info = engine.probe(path)
        for start_ms in range(0, info.duration_ms - LINE_MS, LINE_MS):
            found += engine.scan_segment(path, info, Span(start_ms, start_ms + LINE_MS))[:1]
    return found
