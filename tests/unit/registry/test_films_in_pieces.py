"""A film in pieces is not refused: a person must have seen who speaks."""

from dataclasses import replace

from fingerprint.proofing.synchrony import Agreement
from registry.models.proofs import Fact
from registry.proofing import mouths, onepiece

GOOD = Agreement(score=0.5, motion=0.2, lag_ms=0, frames=800, shown=790, frame_ms=33.0, jumps=0.4)


def test_a_film_in_one_piece_leaves_no_doubt() -> None:
    assert onepiece.doubts(GOOD) == ()
    assert onepiece.doubts(replace(GOOD, jumps=onepiece.JUMPS_MAX)) == ()


def test_a_film_in_pieces_asks_for_somebody_who_saw_the_person_speak() -> None:
    found = onepiece.doubts(replace(GOOD, jumps=onepiece.JUMPS_MAX + 0.1))
    assert [reason.code for reason in found] == ["film-in-pieces"]
    assert mouths.wanted(found) == {Fact.WORDS, Fact.LIVE}
