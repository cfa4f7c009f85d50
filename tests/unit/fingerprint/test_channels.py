"""A voice through a telephone, noise or a room is compared with prints that are heard so too."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import Broken
from fingerprint import calibration
from fingerprint.channels import PEOPLE_MIN, measured
from fingerprint.gallery import Gallery, GalleryEntry, channel_vectors
from fingerprint.index.rows import from_bytes, to_bytes
from fingerprint.matching import Candidate
from fingerprint.models import Modality, Scale, Template, Vector
from fingerprint.normalising import Channel, Scoring
from fingerprint.pieces import Person
from fingerprint.voice.altering import ALTERATIONS, CHANNELS

SIZE, PEOPLE = 64, 30
VOICE, ENCODER = Modality.VOICE, "enc"
DRAW = np.random.default_rng(7)
# What all share, what each channel adds for everybody, and how it mixes what is anybody's own.
SHARED = DRAW.normal(size=SIZE) / np.sqrt(SIZE)
MOVES = 2.0 * DRAW.normal(size=(CHANNELS, SIZE)) / np.sqrt(SIZE)
MIXES = np.linalg.qr(DRAW.normal(size=(CHANNELS, SIZE, SIZE)))[0]


def unit(rows: Vector) -> Vector:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)


def voices(count: int, seed: int) -> Vector:
    return np.random.default_rng(seed).normal(size=(count, SIZE)) / np.sqrt(SIZE)


def heard(own: Vector, channel: int | None = None, *, seed: int = 0, noise: float = 0.4) -> Vector:
    """Unit vectors (N, D) of voices, unaltered or through a channel; no two times alike."""
    own = own + noise * np.random.default_rng(seed).normal(size=own.shape) / np.sqrt(SIZE)
    if channel is None:
        return unit(own + SHARED)
    return unit((own + own @ MIXES[channel]) / np.sqrt(2) + SHARED + MOVES[channel])


OWN = voices(PEOPLE, 1)
CENTRES = [heard(voices(200, 2), channel).mean(axis=0) for channel in (None, *range(CHANNELS))]
PLAIN = Scoring(CENTRES[0], 20)
SCORING = replace(PLAIN, channels=tuple(Channel(c, Scoring(c, 20), 0.0, 0.9) for c in CENTRES[1:]))


def entries(own: Vector = OWN, *, knowing: bool = True) -> list[GalleryEntry]:
    plain = heard(own, seed=3)
    through = np.stack([heard(own, channel, seed=3) for channel in range(CHANNELS)], axis=1)
    return [
        GalleryEntry(
            f"print-{at}",
            VOICE,
            ENCODER,
            (Template(VOICE, plain[at], ENCODER, 4000, 1.0, through[at] if knowing else None),),
        )
        for at in range(len(own))
    ]


def found(gallery: Gallery, query: Vector, scoring: Scoring = SCORING) -> list[Candidate]:
    (row,), _ = gallery.search(VOICE, ENCODER, query[np.newaxis], top=5, scoring=scoring)
    return row


@pytest.mark.parametrize("channel", range(CHANNELS))
def test_whoever_comes_through_a_channel_scores_higher_where_prints_know_it(channel: int) -> None:
    knowing, other = Gallery(entries()), Gallery(entries(knowing=False))
    for at, query in enumerate(heard(OWN, channel, seed=9)):
        assert SCORING.channels_of(query)[0] == channel
        best, without = found(knowing, query)[0], found(other, query)[0]
        assert best.print_id == f"print-{at}"
        assert best.score > 0.5
        assert best.score > without.score + 0.1
        assert best.cosine == without.cosine or without.print_id != best.print_id


def test_who_comes_through_none_is_found_as_before() -> None:
    knowing, other = Gallery(entries()), Gallery(entries(knowing=False))
    for query in heard(OWN, seed=9):
        assert len(SCORING.channels_of(query)) == 1  # and the nearest is that of no channel
        best, before = found(knowing, query)[0], found(other, query, PLAIN)[0]
        assert best.print_id == before.print_id
        assert best.score >= before.score


def test_whoever_came_through_the_second_nearest_channel_is_found_through_that() -> None:
    knowing, other = Gallery(entries()), Gallery(entries(knowing=False))
    queries = unit(heard(OWN, 7, seed=9, noise=0.2) + 0.6 * MOVES[3])
    rose = 0
    for at, query in enumerate(queries):
        assert SCORING.channels_of(query) == [3, 7]
        best, without = found(knowing, query)[0], found(other, query)[0]
        rose += best.print_id == f"print-{at}" and best.score > without.score
    assert rose > len(queries) * 2 / 3


def test_whoever_is_beyond_hundreds_of_others_as_they_are_is_found_through_the_channel() -> None:
    many = voices(2000, 1)
    gallery = Gallery(entries(many))
    queries = heard(many[:100], 5, seed=9)
    cosines = queries @ heard(many, seed=3).T
    nearer = (cosines > np.diagonal(cosines)[:, np.newaxis]).sum(axis=1)
    far = np.flatnonzero(nearer > 200)
    assert len(far) > 10
    with_filter = frozenset(f"print-{at}" for at in range(1, 2000, 2))
    for at in far:
        assert found(gallery, queries[at])[0].print_id == f"print-{at}"
        rows, searched = gallery.search(
            VOICE, ENCODER, queries[[at]], top=5, scoring=SCORING, allowed=with_filter
        )
        assert searched == 1000
        assert (rows[0][0].print_id == f"print-{at}") == (at % 2 == 1)
        assert {one.print_id for one in rows[0]} <= with_filter


def test_a_print_from_before_there_were_channels_is_compared_as_before() -> None:
    mixed = Gallery([*entries()[:10], *entries(knowing=False)[10:]])
    query = heard(OWN, 2, seed=9)[20]
    scores = {one.print_id: one.score for one in found(mixed, query)}
    before = {one.print_id: one.score for one in found(mixed, query, PLAIN)}
    assert scores["print-20"] == before["print-20"]


def test_a_print_whose_samples_know_more_and_fewer_channels_has_of_each_what_there_is() -> None:
    (entry,) = entries()[:1]
    (new,) = entry.templates
    assert new.channels is not None
    old = replace(new, channels=unit(new.channels[:5] + 0.01))
    rows = channel_vectors(replace(entry, templates=(old, new)))
    assert len(rows) == CHANNELS
    assert np.allclose(rows[7], new.channels[7], atol=1e-6)
    assert np.allclose(rows[2], unit(old.channels[2] + new.channels[2]), atol=1e-6)  # type: ignore[index]
    assert len(channel_vectors(replace(entry, templates=(old,)))) == 5


def test_strangers_through_a_channel_are_no_likelier_than_without_in_a_large_registry() -> None:
    cohort = {"cohort_min": 20}
    plain = replace(PLAIN, **cohort)  # type: ignore[arg-type]
    channels = tuple(replace(c, scoring=replace(c.scoring, **cohort)) for c in SCORING.channels)  # type: ignore[arg-type]
    scoring, gallery = replace(plain, channels=channels), Gallery(entries())
    rows = [found(gallery, query, scoring) for query in heard(voices(200, 5), 1)]
    assert {one.scale for row in rows for one in row} == {Scale.NORMALISED}
    assert np.mean([row[0].score > 4.0 for row in rows]) < 0.05
    mates = [found(gallery, query, scoring)[0] for query in heard(OWN, 1, seed=9)]
    assert np.mean([one.score > 4.0 for one in mates]) > 0.9


def test_what_is_stored_of_a_gallery_knows_the_channels_and_a_removed_print_is_in_none() -> None:
    gallery = Gallery(entries())
    gallery.remove("print-3")
    written = bytearray(b"".join(to_bytes(list(gallery.stored()), {})))
    again = Gallery.restored(from_bytes(written)[0])
    for channel in range(CHANNELS):
        query = heard(OWN, channel, seed=9)[4]
        assert found(again, query) == found(gallery, query)
    assert [f'"print-{at}"'.encode() in written for at in (2, 3, 4)] == [True, False, True]
    assert len(again) == PEOPLE - 1


def person(at: int, clips: int = 2) -> Person:
    """Somebody whose clips were altered in every way; pitch moves nothing here."""
    rows = [heard(OWN[at : at + 1], None, seed=at)] * (1 + ALTERATIONS - CHANNELS)
    rows += [heard(OWN[at : at + 1], channel, seed=at) for channel in range(CHANNELS)]
    altered = np.concatenate(rows)
    return Person(f"n{at}", {f"f{at}"}, altered[0], altered=[altered] * clips)


def test_strangers_scores_of_a_channel_are_brought_to_those_without() -> None:
    channels = measured([person(at) for at in range(20)])
    assert len(channels) == CHANNELS
    for told, centre in zip(channels, CENTRES[1:], strict=True):
        found_centre = np.array([float(value) for value in told["centre"].split()])
        assert float(unit(found_centre) @ unit(centre)) > 0.9
        assert 0.2 < told["slope"] < 2.0
        assert abs(told["offset"]) < 0.2
    assert measured([person(at) for at in range(PEOPLE_MIN - 1)]) == []
    assert measured([Person(f"n{at}", {f"f{at}"}, OWN[at]) for at in range(9)]) == []


def entry(**said: object) -> dict[str, object]:
    tail = {"evidence_ms_min": 0, "scores": [0.5, 0.7], "rates": [0.1, 0.01], "stranger": 0.4}
    tail |= {"deviation": 0.06, "comparisons": 9, "identities": 5}
    channel = {"centre": "0.1 0.2 0.3", "offset": 0.01, "slope": 0.7} | said
    scoring = {"centre": [0.3, 0.2, 0.1], "centre_people": 5, "nuisance": None, "cohort_min": None}
    scoring |= {"cohort_top": 100, "print_share": 0.8, "channels": [channel]}
    about = {"model_id": "m", "modality": "voice", "sha256": "aa", "source_sha256": "bb"}
    return {**about, "converter": "c/1", "scoring": scoring, "tails": [tail]}


def test_a_calibration_file_says_how_channels_are_compared() -> None:
    (channel,) = calibration.parse(entry()).scoring.channels
    assert channel.centre.tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert (channel.offset, channel.slope) == (0.01, 0.7)
    assert channel.scoring.centre is channel.centre


@pytest.mark.parametrize(
    "said", [{"slope": 0.0}, {"slope": -1.0}, {"offset": float("nan")}, {"centre": "0.1 0.2"}]
)
def test_a_channel_that_cannot_be_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(Broken):
        calibration.parse(entry(**said))
