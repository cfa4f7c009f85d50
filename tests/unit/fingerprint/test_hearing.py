"""Traces of voices that were heard: whose time it is when two speak at once."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from fingerprint.hearing import traces
from fingerprint.models import Reason, Span, Vector
from fingerprint.voice.encoder import Windows
from fingerprint.voice.listening import Heard, Listener
from fingerprint.voice.turns import VoiceTurns

BOTH = Span(4_000, 6_000)
FIRST = VoiceTurns((Span(0, 6_000),), (0,), (BOTH,), (Span(0, 4_000),), (Span(0, 6_000),))
SECOND = VoiceTurns(
    (Span(6_000, 9_000),), (1,), (BOTH,), (Span(6_000, 9_000),), (Span(4_000, 9_000),)
)


class Deaf:
    """A listener whose vectors are given: the first voice's axis, then the second's."""

    def vectors(self, *_: object) -> Sequence[Vector]:
        return list(np.eye(2, dtype=np.float32))


def test_what_two_say_at_once_is_in_both_traces_and_evidence_of_the_louder_alone() -> None:
    noise = np.random.default_rng(0).normal(size=9 * 16_000).astype(np.float32) / 20
    times = np.array([0, 6_000])
    windows = Windows(times, times + 1_600, np.full(2, 1_600), np.eye(2, dtype=np.float32))
    heard = Heard((Span(0, 9_000),), windows, (FIRST, SECOND))
    one, other = traces(cast(Listener, Deaf()), noise, heard, "encoder", start_ms=60_000)
    assert one.spans == (Span(60_000, 66_000),)
    assert other.spans == (Span(64_000, 69_000),)
    assert (one.template.evidence_ms, other.template.evidence_ms) == (6_000, 3_000)
    said = Reason("overlapping-speech", {"overlap_ms": 2_000})
    assert said in one.reasons
    assert said in other.reasons
