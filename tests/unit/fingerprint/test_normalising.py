"""Normalised scores mean the same for few prints and many, in whatever order they came."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.matching import Candidate
from fingerprint.models import Modality, Scale, Template, Vector
from fingerprint.normalising import Cohort, Matrix, Scoring, cohort_of, normalised

SIZE = 48
SHARED = np.full(SIZE, 1 / np.sqrt(SIZE), np.float32)
VOICE = Modality.VOICE


def people(count: int, seed: int = 1, shared: float = 1.0) -> Matrix:
    """Unit vectors of different people, who share a direction, as an encoder's do."""
    values = np.random.default_rng(seed).normal(size=(count, SIZE)) / np.sqrt(SIZE)
    rows = values + shared * SHARED
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def scoring(**changes: object) -> Scoring:
    given: dict[str, object] = {"centre": SHARED, "centre_people": 20, "cohort_min": 20}
    return Scoring(**(given | changes))  # type: ignore[arg-type]


def made(count: int, **changes: object) -> tuple[Cohort, Matrix]:
    rows = people(count)
    cohort = cohort_of(range(count), rows, scoring(**changes))
    assert cohort is not None
    return cohort, rows


@pytest.mark.parametrize("count", [40, 150, 1500])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_strangers_score_as_deviations_whatever_the_number_of_prints(
    count: int, share: float
) -> None:
    cohort, rows = made(count)
    strangers = people(400, seed=2)
    found = np.stack([normalised(cohort, s, range(count), rows, share) for s in strangers])
    assert abs(float(np.median(found))) < 0.4
    assert 0.6 < float(found.std()) < 1.4
    assert float((found > 3.0).mean()) < 0.01


def test_a_print_like_many_others_needs_a_higher_cosine() -> None:
    common = people(60, seed=3, shared=0.0) * 0.6 + people(1, seed=4, shared=0.0)
    rows = np.concatenate([people(60), common / np.linalg.norm(common, axis=1, keepdims=True)])
    cohort = cohort_of(range(120), rows, scoring(centre=None))
    assert cohort is not None
    between = cohort.rows[5] + cohort.rows[90]  # as near to the one as to the other
    query = cohort.centre + between / np.linalg.norm(between)
    lone, crowded = normalised(cohort, query.astype(np.float32), [5, 90], rows[[5, 90]], 1.0)
    assert lone > crowded + 0.3


def test_no_print_is_measured_against_itself() -> None:
    cohort, rows = made(60, cohort_top=20)
    others = cohort_of([n for n in range(60) if n != 7], np.delete(rows, 7, 0), scoring())
    assert others is not None
    same_centre = Cohort(cohort.centre, np.delete(cohort.rows, 7, 0), others.rows_of, cohort.top)
    probe = people(1, seed=8)[0]
    inside = normalised(cohort, probe, [7], rows[[7]], 0.5)
    outside = normalised(same_centre, probe, [7], rows[[7]], 0.5)
    assert inside == pytest.approx(outside, abs=1e-6)


def test_few_prints_or_prints_of_one_kind_are_no_cohort() -> None:
    rows = people(40)
    assert cohort_of(range(40), rows, scoring(cohort_min=41)) is None
    assert cohort_of(range(40), rows, scoring(cohort_min=None)) is None
    alike = rows + 3 * rows[:1]
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    assert cohort_of(range(40), rows, scoring(alike_max=0.3)) is not None
    assert cohort_of(range(40), alike, scoring(alike_max=0.3)) is None


def entry(place: int, vector: Vector) -> GalleryEntry:
    template = Template(VOICE, vector, "enc", 4000, 1.0)
    return GalleryEntry(f"prt_{place}", VOICE, "enc", (template,))


def search(gallery: Gallery, query: Vector, how: Scoring, **options: object) -> list[Candidate]:
    rows, _ = gallery.search(VOICE, "enc", query[None], top=5, scoring=how, **options)  # type: ignore[arg-type]
    return rows[0]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(30)), st.integers(0, 29))
def test_a_gallery_scores_alike_in_whatever_order_prints_came_and_went(
    order: list[int], gone: int
) -> None:
    rows, how = people(30), scoring(cohort_min=10)
    straight = Gallery(entry(n, rows[n]) for n in range(30) if n != gone)
    winding = Gallery(entry(n, rows[n]) for n in order)
    search(winding, rows[3], how)
    winding.remove(f"prt_{gone}")
    for query in people(3, seed=9):
        one, other = search(straight, query, how), search(winding, query, how)
        assert [c.print_id for c in one] == [c.print_id for c in other]
        assert [c.score for c in one] == pytest.approx([c.score for c in other], abs=1e-5)
        assert {c.scale for c in one} == {Scale.NORMALISED}


def test_a_gallery_says_which_scale_it_could_use() -> None:
    rows = people(30)
    gallery = Gallery(entry(n, rows[n]) for n in range(30))
    query = people(1, seed=9)[0]
    plain = search(gallery, query, scoring(cohort_min=31))
    assert {c.scale for c in plain} == {Scale.PLAIN}
    rest = rows - SHARED
    rest /= np.linalg.norm(rest, axis=1, keepdims=True)
    probe = (query - SHARED) / np.linalg.norm(query - SHARED)
    assert plain[0].score == pytest.approx(float((rest @ probe).max()), abs=1e-5)
    assert plain[0].cosine == pytest.approx(
        float(query @ rows[int(plain[0].print_id[4:])]), abs=1e-5
    )


def test_only_allowed_prints_are_named_but_all_are_strangers_to_each_other() -> None:
    rows, how = people(30), scoring(cohort_min=10)
    gallery = Gallery(entry(n, rows[n]) for n in range(30))
    query = people(1, seed=9)[0]
    free = {c.print_id: c.score for c in search(gallery, query, how)}
    chosen = list(free)[2:4]
    held = search(gallery, query, how, allowed=chosen)
    assert [c.print_id for c in held] == chosen
    assert [c.score for c in held] == pytest.approx([free[name] for name in chosen], abs=1e-9)
