"""The archive finds every scan that a new print could be laid before a person for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint import deciding
from fingerprint.archive import Archive, Nearness, Past, nearness
from fingerprint.calibration import Calibration, Tail
from fingerprint.gallery import Gallery, GalleryEntry, search_vector
from fingerprint.matching import Policy
from fingerprint.models import Decision, Modality, Span, Template, Trace, Vector

MODEL = "m"
DIMENSION = 12


def vector(rng: np.random.Generator, around: Vector | None = None) -> Vector:
    drawn = rng.normal(size=DIMENSION) * (1.0 if around is None else 0.25)
    made = drawn if around is None else drawn + around
    return (made / np.linalg.norm(made)).astype(np.float32)


def past(name: str, scan_id: str, row: Vector, modality: Modality = Modality.FACE) -> Past:
    return Past(name, scan_id, modality, MODEL, row)


def measured() -> Calibration:
    scores = tuple(np.linspace(0.0, 0.95, 40))
    rates = tuple(np.geomspace(0.5, 1e-7, 40))
    tail = Tail(0, scores, rates, 0.0, 0.3, 10_000, 400)
    return Calibration(MODEL, Modality.FACE, (tail,), "digest")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), prints=st.integers(1, 30), found=st.integers(1, 12))
def test_no_scan_is_missed_in_which_a_full_search_finds_the_new_print(
    seed: int, prints: int, found: int
) -> None:
    rng = np.random.default_rng(seed)
    people = [vector(rng) for _ in range(prints)]
    known = measured()
    templates = [
        tuple(Template(Modality.FACE, vector(rng, who), MODEL, 0, 0.9) for _ in range(2))
        for who in people
    ]
    entries = [
        GalleryEntry(f"p{n}", Modality.FACE, MODEL, rows) for n, rows in enumerate(templates)
    ]
    scans = {
        f"s{n}": [vector(rng, people[int(rng.integers(prints))]) for _ in range(found)]
        for n in range(6)
    }
    archive = Archive({MODEL: nearness(known)})
    archive.add(
        past(f"{scan_id}-{n}", scan_id, row)
        for scan_id, rows in scans.items()
        for n, row in enumerate(rows)
    )
    newest = entries[-1]
    near = archive.scans_near(Modality.FACE, MODEL, search_vector(newest)[np.newaxis])
    for scan_id, rows in scans.items():
        seen = [
            Trace(
                Modality.FACE,
                (Span(0, 900),),
                Template(Modality.FACE, row, MODEL, 0, 0.9),
                None,
                (),
            )
            for row in rows
        ]
        findings = deciding.decide(seen, Gallery(entries), {MODEL: known}, Policy())
        if any(finding.print_id == newest.print_id for finding in findings):
            assert scan_id in near


def test_a_match_is_found_and_a_stranger_is_not() -> None:
    rng = np.random.default_rng(1)
    who = vector(rng)
    known = measured()
    archive = Archive({MODEL: nearness(known)})
    archive.add([past("t1", "hers", vector(rng, who)), past("t2", "none", -who)])
    assert archive.scans_near(Modality.FACE, MODEL, who[np.newaxis]) == {"hers"}
    assert archive.scans_near(Modality.VOICE, MODEL, who[np.newaxis]) == frozenset()
    assert archive.scans_near(Modality.FACE, "other", who[np.newaxis]) == frozenset()
    trace = Template(Modality.FACE, who, MODEL, 0, 0.9)
    gallery = Gallery([GalleryEntry("p", Modality.FACE, MODEL, (trace,))])
    seen = Trace(Modality.FACE, (Span(0, 900),), trace, None, ())
    (finding,) = deciding.decide([seen], gallery, {MODEL: known}, Policy())
    assert finding.decision is not Decision.UNKNOWN


def test_without_a_calibration_everything_is_near() -> None:
    assert nearness(None) == Nearness()
    archive = Archive({})
    row = vector(np.random.default_rng(2))
    archive.add([past("t1", "s1", row)])
    assert archive.scans_near(Modality.FACE, MODEL, -row[np.newaxis]) == {"s1"}


def test_what_is_dropped_leaves_nothing_behind() -> None:
    rng = np.random.default_rng(3)
    rows = [vector(rng) for _ in range(1_500)]
    archive = Archive({})
    archive.add(past(f"t{n}", f"s{n}", row) for n, row in enumerate(rows))
    archive.keep_only({"t3", "t1400", "elsewhere"})
    assert archive.held == {"t3", "t1400"}
    assert len(archive) == 2
    shelf = archive._shelves[Modality.FACE, MODEL]
    np.testing.assert_array_equal(shelf.rows[:2], np.stack([rows[3], rows[1400]]))
    assert not shelf.rows[2:].any()


def test_the_floor_lies_below_whatever_could_be_reviewed() -> None:
    known = measured()
    for prints in (1, 100):
        assert nearness(known).floor < known.threshold(0.02, evidence_ms=0, prints=prints)
    assert nearness(known).floor == pytest.approx(
        known.threshold(0.02, evidence_ms=0, prints=1) - 0.3
    )
