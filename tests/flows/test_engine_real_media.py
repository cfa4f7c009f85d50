"""The engine on real voices, clones and faces that no calibration saw, counted as ISO/IEC 19795-1.

Each test prints what it counted (`pytest -s`). Bounds are far from today's figures, so that they
fail when something breaks and not when a file is resampled.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.cast import FACE, VOICE, Row, enrolments, read, rows_of
from fingerprint.engine import Engine, Gallery
from fingerprint.models import Decision, Finding, Modality, Trace
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.timeout(3000), pytest.mark.usefixtures("forked_media")]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a file was decided to show: a trace and its finding."""

    row: Row
    trace: Trace
    finding: Finding

    @property
    def right(self) -> bool:
        return self.finding.print_id == f"{self.row.identity}/{self.trace.modality}"

    @property
    def found(self) -> bool:
        return self.right and self.finding.decision is not Decision.UNKNOWN

    @property
    def matched(self) -> bool:
        return self.right and self.finding.decision is Decision.MATCH


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything scanned once: the engine, who is enrolled, and what each other file showed."""

    engine: Engine
    gallery: Gallery
    enrolled: frozenset[tuple[str, Modality]]
    rows: tuple[Row, ...]
    shown: tuple[Shown, ...]

    def mated(self, modality: Modality, wanted: Callable[[Row], bool]) -> list[Shown]:
        return [
            s
            for s in self.shown
            if s.trace.modality is modality
            and (s.row.identity, modality) in self.enrolled
            and wanted(s.row)
        ]

    def strangers(self, modality: Modality) -> list[Shown]:
        return [
            s
            for s in self.shown
            if s.trace.modality is modality and (s.row.identity, modality) not in self.enrolled
        ]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def cast(engine: Engine, media_dir: Path) -> Cast:
    """Enrols and scans: the same file is never both a template and a probe."""
    made = read(engine, media_dir, "test")
    enrolled = frozenset((one.print_id.split("/")[0], one.modality) for one in made.prints)
    samples = enrolments(rows_of(media_dir, "test"))
    assert enrolled == {(row.identity, modality) for row, modality in samples}
    assert sum(len(one.templates) for one in made.prints) >= len(samples)
    gallery = Gallery(made.prints)
    shown = [
        Shown(clip.row, *pair)
        for clip in made.clips
        for pair in zip(clip.traces, engine.decide(clip.traces, gallery), strict=True)
    ]
    return Cast(engine, gallery, enrolled, tuple(clip.row for clip in made.clips), tuple(shown))


def scanned(
    engine: Engine,
    path: Path,
    modalities: Iterable[Modality],
    progress: Callable[[float], None] | None = None,
) -> list[Trace]:
    info = engine.probe(path)
    wanted = tuple(modalities)
    return [
        trace
        for span in engine.segments(info)
        for trace in engine.scan_segment(path, info, span, progress, modalities=wanted)
    ]


def count(title: str, shown: list[Shown]) -> tuple[float, float]:
    """Print and return the shares found (MATCH or REVIEW) and matched; nobody may be misnamed."""
    answers = Counter(s.finding.decision.value for s in shown)
    wrong = [s for s in shown if s.finding.print_id is not None and not s.right]
    found = sum(s.found for s in shown) / len(shown)
    matched = sum(s.matched for s in shown) / len(shown)
    print(
        f"\n{title}: {len(shown)} searches, found {found:.0%}, MATCH {matched:.0%}, "
        f"{dict(answers)}, misnamed {len(wrong)}"
    )
    assert not [s for s in wrong if s.finding.decision is Decision.MATCH]
    return found, matched


def test_readers_are_found_across_sentences(cast: Cast) -> None:
    readers = cast.mated(VOICE, lambda row: "test-other" in row.path)
    found, _ = count("readers, other sentences", readers)
    long = [s for s in readers if s.trace.template.evidence_ms >= 3000]
    _, matched = count("readers, from 3 s of speech", long)
    assert len(readers) >= 10
    assert found >= 0.8
    assert matched >= 0.5


def test_synthesisers_of_an_enrolled_voice_are_mostly_found(cast: Cast) -> None:
    clones = cast.mated(VOICE, lambda row: row.identity == "thorsten" and row.kind == "clone")
    for system in sorted({s.row.system for s in clones}):
        count(f"Thorsten by {system}", [s for s in clones if s.row.system == system])
    found, _ = count("Thorsten by all synthesisers", clones)
    assert len(clones) >= 40
    assert found >= 0.6


def test_zero_shot_clones_are_found_or_laid_before_a_person(cast: Cast) -> None:
    clones = cast.mated(VOICE, lambda row: row.identity == "TT_lj" and row.kind == "clone")
    found, _ = count("LJ cloned by tortoise", clones)
    assert len(clones) >= 20
    assert found >= 0.35


def test_acted_speech_is_harder_and_never_misnamed(cast: Cast) -> None:
    count(
        "Thorsten acting",
        cast.mated(VOICE, lambda row: row.identity == "thorsten" and row.kind == "real"),
    )


def test_faces_are_found_from_neutral_to_smiling(cast: Cast) -> None:
    faces = cast.mated(FACE, lambda row: "london" in row.path)
    found, matched = count("London, one neutral portrait to a smiling one", faces)
    assert len(faces) == 8
    assert found == 1.0
    assert matched >= 0.6


def test_faces_in_films_match_and_their_short_voices_never_do(cast: Cast) -> None:
    faces = cast.mated(FACE, lambda row: row.modality == "av")
    found, matched = count("GRID faces, 3 s films", faces)
    assert found == 1.0
    assert matched >= 0.8
    voices = cast.mated(VOICE, lambda row: row.modality == "av")
    found, matched = count("GRID voices, under 3 s", voices)
    assert matched == 0.0
    assert found >= 0.5
    for shown in voices:
        assert "too-little-speech" in {reason.code for reason in shown.finding.reasons}


@pytest.mark.parametrize("modality", list(Modality))
def test_strangers_stay_unknown(cast: Cast, modality: Modality) -> None:
    """A stranger laid before a person is a false alarm at the review rate; named, at the other.

    Whoever is enrolled counts as a stranger once more, with the own print left out.
    """
    strangers = cast.strangers(modality) + without_own_print(cast, modality)
    named = [s for s in strangers if s.finding.decision is Decision.MATCH]
    alarms = [s for s in strangers if s.finding.decision is not Decision.UNKNOWN]
    prints = cast.gallery.prints(modality, cast.engine.models[modality].model_id)
    print(
        f"\nstrangers, {modality}: {len(strangers)} searches of {prints} prints, "
        f"REVIEW {len(alarms) - len(named)}, MATCH {len(named)}"
    )
    assert len(strangers) >= 20
    assert not named
    assert len(alarms) <= 0.1 * len(strangers)


def without_own_print(cast: Cast, modality: Modality) -> list[Shown]:
    prints = {f"{who}/{m}" for who, m in cast.enrolled}
    found = []
    for shown in cast.mated(modality, lambda _: True):
        others = prints - {f"{shown.row.identity}/{modality}"}
        (finding,) = cast.engine.decide([shown.trace], cast.gallery, allowed=others)
        found.append(Shown(shown.row, shown.trace, finding))
    return found


def test_nobody_is_named_twice_for_one_face_or_missed_by_the_camera(cast: Cast) -> None:
    """Each GRID film shows one person from its first to its last frame."""
    for row in cast.rows:
        if row.modality == "av":
            tracks = [s.trace for s in cast.shown if s.row == row and s.trace.modality is FACE]
            assert len(tracks) <= 1
            assert all(t.template.evidence_ms >= 2500 for t in tracks)
            assert all(t.crop for t in tracks)


def test_no_trace_lasts_longer_than_its_file(cast: Cast, media_dir: Path) -> None:
    for row in {shown.row for shown in cast.shown if shown.row.modality == "av"}:
        whole = cast.engine.probe(media_dir / row.path).duration_ms
        ends = [span.end_ms for s in cast.shown if s.row == row for span in s.trace.spans]
        assert max(ends) <= whole


def test_the_same_file_gives_the_same_traces(cast: Cast, media_dir: Path) -> None:
    row = next(row for row in cast.rows if row.modality == "av")
    heard: list[float] = []
    first = scanned(cast.engine, media_dir / row.path, Modality, heard.append)
    second = scanned(cast.engine, media_dir / row.path, Modality)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 5
    assert [t.spans for t in first] == [t.spans for t in second]
    for one, other in zip(first, second, strict=True):
        assert float(one.template.vector @ other.template.vector) > 0.9999


def test_only_allowed_prints_are_searched(cast: Cast) -> None:
    shown = next(s for s in cast.shown if s.matched)
    assert shown.finding.print_id is not None
    others = [s.finding.print_id for s in cast.shown if s.finding.print_id]
    allowed = set(others) - {shown.finding.print_id}
    (found,) = cast.engine.decide([shown.trace], cast.gallery, allowed=allowed)
    assert found.print_id != shown.finding.print_id
    (nobody,) = cast.engine.decide([shown.trace], cast.gallery, allowed=())
    assert (nobody.decision, nobody.print_id) == (Decision.UNKNOWN, None)
