"""The gallery: prints are found, filtered before the search, and gone when removed."""

import numpy as np
import pytest

from core.errors import Broken, Conflict
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.index.exact import ExactIndex
from fingerprint.models import Modality, Template, Vector

VOICE, FACE = Modality.VOICE, Modality.FACE


def vector(seed: int, size: int = 32) -> Vector:
    values = np.random.default_rng(seed).normal(size=size)
    return (values / np.linalg.norm(values)).astype(np.float32)


def template(seed: int, modality: Modality = VOICE, quality: float = 1.0) -> Template:
    return Template(modality, vector(seed), f"enc-{modality}", 4000, quality)


def entry(name: str, *seeds: int, modality: Modality = VOICE) -> GalleryEntry:
    templates = tuple(template(seed, modality) for seed in seeds)
    return GalleryEntry(name, modality, f"enc-{modality}", templates)


def found(gallery: Gallery, seed: int, **options: object) -> list[str]:
    rows, _ = gallery.search(VOICE, "enc-voice", vector(seed)[None], top=3, **options)
    return [candidate.print_id for candidate in rows[0]]


def test_a_print_is_found_by_each_of_its_templates_with_all_its_evidence() -> None:
    gallery = Gallery([entry("a", 1, 2, 3), entry("b", 4)])
    for seed in (1, 2, 3):
        assert found(gallery, seed)[0] == "a"
    rows, searched = gallery.search(VOICE, "enc-voice", vector(4)[None], top=1)
    assert (rows[0][0].print_id, rows[0][0].evidence_ms, searched) == ("b", 4000, 2)
    assert rows[0][0].score == pytest.approx(1.0, abs=1e-5)
    rows, _ = gallery.search(VOICE, "enc-voice", vector(1)[None], top=1)
    assert rows[0][0].evidence_ms == 12_000


def test_a_removed_print_is_gone_at_once_and_may_come_back() -> None:
    gallery = Gallery([entry("a", 1), entry("b", 2)])
    assert gallery.remove("a")
    assert not gallery.remove("a")
    assert found(gallery, 1) == ["b"]
    gallery.add(entry("a", 1))
    assert found(gallery, 1)[0] == "a"
    assert len(gallery) == 2


def test_prints_that_come_and_go_show_through_a_filter_that_comes_again() -> None:
    gallery = Gallery([entry("a", 1), entry("b", 2), entry("c", 3)])
    allowed = frozenset({"a", "d"})
    assert found(gallery, 1, allowed=allowed) == found(gallery, 1, allowed=allowed) == ["a"]
    gallery.add(entry("d", 4))
    assert found(gallery, 4, allowed=allowed) == ["d", "a"]
    gallery.remove("a")
    assert found(gallery, 4, allowed=allowed) == ["d"]
    growing = {"b"}
    assert found(gallery, 2, allowed=growing) == ["b"]
    growing.add("c")
    assert len(found(gallery, 2, allowed=growing)) == 2


def test_only_allowed_prints_are_searched_and_counted() -> None:
    gallery = Gallery([entry(str(seed), seed) for seed in range(20)])
    rows, searched = gallery.search(
        VOICE, "enc-voice", vector(3)[None], top=5, allowed={"7", "8", "absent"}
    )
    assert sorted(candidate.print_id for candidate in rows[0]) == ["7", "8"]
    assert searched == 2


def test_modalities_and_encoders_are_never_mixed() -> None:
    gallery = Gallery([entry("v", 1), entry("f", 1, modality=FACE)])
    assert found(gallery, 1) == ["v"]
    assert gallery.search(VOICE, "another", vector(1)[None], top=3) == ([[]], 0)
    assert gallery.prints(FACE, "enc-face") == 1
    with pytest.raises(Broken):
        Gallery([GalleryEntry("x", VOICE, "enc-voice", (template(1, FACE),))])
    with pytest.raises(Broken):
        Gallery([GalleryEntry("x", VOICE, "enc-voice", ())])


def test_a_print_is_enrolled_once() -> None:
    gallery = Gallery([entry("a", 1)])
    with pytest.raises(Conflict):
        gallery.add(entry("a", 2))
    with pytest.raises(Conflict):
        Gallery([entry("b", 1), entry("b", 2)])
    assert len(gallery) == 1


def test_a_poor_template_moves_a_print_less() -> None:
    good, poor = template(1), template(2, quality=0.1)
    gallery = Gallery([GalleryEntry("a", VOICE, "enc-voice", (good, poor))])
    rows, _ = gallery.search(VOICE, "enc-voice", np.stack([vector(1), vector(2)]), top=1)
    assert rows[0][0].score > rows[1][0].score


def test_the_oracle_may_stand_in_for_the_index() -> None:
    entries = [entry(str(seed), seed, seed + 100) for seed in range(30)]
    queries = np.stack([vector(seed) for seed in range(5)])
    one = Gallery(entries).search(VOICE, "enc-voice", queries, top=4)
    other = Gallery(entries, index=ExactIndex).search(VOICE, "enc-voice", queries, top=4)
    assert [[c.print_id for c in row] for row in one[0]] == [
        [c.print_id for c in row] for row in other[0]
    ]
