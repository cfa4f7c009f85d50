"""However encoders are mixed in a gallery, a search meets those of its own alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.models import Modality, Template

DIMENSIONS = {"old": 8, "new@1": 8, "new@2": 12}
Prints = st.lists(
    st.tuples(st.sampled_from(sorted(DIMENSIONS)), st.integers(0, 9)), min_size=1, max_size=25
)


def vector(model_id: str, seed: int) -> np.ndarray:
    raw = np.random.default_rng(seed).normal(size=DIMENSIONS[model_id])
    return (raw / np.linalg.norm(raw)).astype(np.float32)


def entry(number: int, model_id: str, seed: int) -> GalleryEntry:
    template = Template(Modality.VOICE, vector(model_id, seed), model_id, 5_000, 1.0)
    return GalleryEntry(f"{model_id}/{number}", Modality.VOICE, model_id, (template,))


@settings(max_examples=60, deadline=None)
@given(prints=Prints, removed=st.sets(st.integers(0, 24)), asked=st.sampled_from(["old", "new@1"]))
def test_prints_of_another_version_are_neither_found_nor_counted(
    prints: list[tuple[str, int]], removed: set[int], asked: str
) -> None:
    entries = [entry(number, *what) for number, what in enumerate(prints)]
    gallery = Gallery(entries)
    for number in removed:
        if number < len(entries):
            assert gallery.remove(entries[number].print_id)
    left = [
        item
        for number, item in enumerate(entries)
        if number not in removed and item.model_id == asked
    ]
    # A vector of the same numbers under another version is as near as can be, and still unseen.
    queries = np.stack([vector(asked, seed) for seed in range(10)])
    found, searched = gallery.search(Modality.VOICE, asked, queries, top=25)
    assert searched == len(left) == gallery.prints(Modality.VOICE, asked)
    wanted = {item.print_id for item in left}
    assert all({candidate.print_id for candidate in row} == wanted for row in found)
    everyone = [item.print_id for item in entries]
    named, _ = gallery.search(Modality.VOICE, asked, queries[:1], top=25, allowed=everyone)
    assert {candidate.print_id for candidate in named[0]} == wanted
