"""Deciding on a whole submission: pooled voices, a declared cast, and nobody dragged along."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.calibration import Calibration, Tail
from fingerprint.deciding import NO_CONTEXT, Context, decide
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.index.exact import ExactIndex
from fingerprint.matching import Policy
from fingerprint.models import Decision, Finding, Modality, SearchPath, Span, Template, Trace

DIMENSION = 64
SCORES = (0.30, 0.40, 0.50, 0.60, 0.70, 0.80)
RATES = (0.1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9)
MEASURED = {
    "enc": Calibration(
        "enc", Modality.VOICE, (Tail(0, SCORES, RATES, 0.0, 0.1, 10_000, 1000),), "digest"
    )
}
ORDER = [Decision.UNKNOWN, Decision.REVIEW, Decision.MATCH]


def unit(values: np.ndarray) -> np.ndarray:
    return (values / np.linalg.norm(values)).astype(np.float32)


def axis(number: int) -> np.ndarray:
    return np.eye(DIMENSION)[number]


def entry(number: int) -> GalleryEntry:
    template = Template(Modality.VOICE, unit(axis(number)), "enc", 60_000, 1.0)
    return GalleryEntry(f"prt_{number}", Modality.VOICE, "enc", (template,))


def gallery(*numbers: int) -> Gallery:
    return Gallery([entry(number) for number in numbers], index=ExactIndex)


def heard(vector: np.ndarray, *, at: int = 0, ms: int = 4000) -> Trace:
    template = Template(Modality.VOICE, unit(vector), "enc", ms, 1.0)
    return Trace(Modality.VOICE, (Span(at, at + ms),), template, None, ())


def like(number: int, likeness: float, *, take: int, ms: int = 4000) -> Trace:
    """Speech whose cosine with a print is `likeness`, the rest its own."""
    own = np.sqrt(1 - likeness**2)
    return heard(likeness * axis(number) + own * axis(40 + take), at=take * 60_000, ms=ms)


def answers(
    traces: list[Trace],
    prints: Gallery,
    context: Context = NO_CONTEXT,
    policy: Policy | None = None,
) -> tuple[Finding, ...]:
    return decide(traces, prints, MEASURED, policy or Policy(), context=context)


def test_stretches_too_short_alone_match_together() -> None:
    traces = [like(1, 0.85, take=take, ms=1500) for take in range(4)]
    alone = [answers([trace], gallery(1, 2))[0].decision for trace in traces]
    assert alone == [Decision.REVIEW] * 4
    together = answers(traces, gallery(1, 2))
    assert [found.decision for found in together] == [Decision.MATCH] * 4
    assert [found.trace_index for found in together] == [0, 1, 2, 3]
    basis = together[0].basis
    assert basis is not None
    assert (basis.stretches, basis.earlier, basis.evidence_ms) == (4, 0, 6000)


def test_an_earlier_episode_lends_what_this_one_lacks() -> None:
    trace, past = like(1, 0.85, take=0, ms=1500), like(1, 0.85, take=1, ms=2500)
    (found,) = answers([trace], gallery(1, 2), Context(earlier=(past,)))
    assert found.decision is Decision.MATCH
    assert found.basis is not None
    assert (found.basis.stretches, found.basis.earlier) == (2, 1)


def test_a_stretch_that_points_elsewhere_is_not_dragged_along() -> None:
    """Two enrolled voices so much alike that clustering takes them for one."""
    near = GalleryEntry(
        "prt_near",
        Modality.VOICE,
        "enc",
        (Template(Modality.VOICE, unit(0.8 * axis(1) + 0.6 * axis(2)), "enc", 60_000, 1.0),),
    )
    prints = Gallery([entry(1), near], index=ExactIndex)
    others = [heard(axis(1) + 0.2 * axis(50 + n), at=n * 60_000) for n in range(3)]
    stray = heard(0.8 * axis(1) + 0.6 * axis(2), at=300_000)
    found = answers([*others, stray], prints)
    assert [answer.print_id for answer in found] == ["prt_1"] * 3 + ["prt_near"]


def test_a_declared_performer_needs_less_in_a_large_gallery() -> None:
    prints = gallery(*range(30))
    trace = like(1, 0.48, take=0)
    (missed,) = answers([trace], prints)
    (found,) = answers([trace], prints, Context(cast=frozenset({"prt_1", "prt_2"})))
    assert missed.decision is Decision.UNKNOWN
    assert (found.decision, found.print_id) == (Decision.REVIEW, "prt_1")
    assert found.basis is not None
    assert (found.basis.path, found.basis.prints) == (SearchPath.CAST, 2)
    assert "/declared-cast/n2/" in found.threshold_id


def test_a_declaration_explains_nobody_away() -> None:
    trace = heard(0.66 * axis(1) + 0.60 * axis(2) + 0.45 * axis(40))
    cast = Context(cast=frozenset({"prt_2"}))
    (found,) = answers([trace], gallery(1, 2, 3), cast)
    assert found.print_id == "prt_1"
    close = heard(0.62 * axis(1) + 0.60 * axis(2) + 0.50 * axis(40))
    (doubtful,) = answers([close], gallery(1, 2, 3), cast)
    assert doubtful.decision is not Decision.MATCH
    assert "close-runner-up" in {reason.code for reason in doubtful.reasons}


def test_many_searches_need_more_than_one() -> None:
    trace, prints = like(1, 0.62, take=0), gallery(*range(40))
    extras = [heard(axis(41 + n % 20) + 0.9 * axis(10 + n), at=n * 60_000) for n in range(30)]
    (alone,) = answers([trace], prints)
    in_a_film = answers([trace, *extras], prints)[0]
    assert alone.decision is Decision.MATCH
    assert in_a_film.decision is Decision.REVIEW


def test_no_traces_give_no_findings() -> None:
    assert answers([], gallery(1)) == ()


@given(st.integers(1, 8), st.floats(0.35, 0.95))
def test_cutting_a_long_speech_changes_no_verdict(cuts: int, likeness: float) -> None:
    whole = replace(like(1, likeness, take=0, ms=24_000))
    part_ms = 24_000 // cuts
    parts = [
        heard(whole.template.vector.astype(np.float64), at=n * 60_000, ms=part_ms)
        for n in range(cuts)
    ]
    expected = answers([whole], gallery(1, 2))[0]
    for found in answers(parts, gallery(1, 2)):
        assert (found.decision, found.print_id) == (expected.decision, expected.print_id)


@given(st.floats(0.3, 0.95), st.floats(0.001, 2), st.floats(1, 50), st.booleans())
def test_more_accepted_false_alarms_never_give_fewer_answers(
    likeness: float, declared: float, more: float, cast: bool
) -> None:
    traces = [like(1, likeness, take=take) for take in range(3)]
    context = Context(cast=frozenset({"prt_1"})) if cast else NO_CONTEXT
    found = [
        answers(
            traces,
            gallery(1, 2, 3),
            context,
            Policy(false_matches_per_submission=budget, false_reviews_per_submission=budget),
        )
        for budget in (declared, declared * more)
    ]
    for less, looser in zip(*found, strict=True):
        assert ORDER.index(less.decision) <= ORDER.index(looser.decision)


@given(st.floats(0.3, 0.95), st.integers(0, 30))
def test_more_prints_never_make_a_match(likeness: float, more: int) -> None:
    trace = like(1, likeness, take=0)
    (few,) = answers([trace], gallery(1, 2))
    (many,) = answers([trace], gallery(1, 2, *range(3, 3 + more)))
    assert ORDER.index(many.decision) <= ORDER.index(few.decision)


@given(st.floats(0.3, 0.95), st.integers(1, 5))
def test_a_declared_cast_never_hides_a_stranger_it_does_not_name(
    likeness: float, declared: int
) -> None:
    """Whoever the open search names by a clear lead keeps the name, whatever was declared."""
    trace = like(1, likeness, take=0)
    half = Policy(false_matches_per_submission=0.005, false_reviews_per_submission=0.25)
    (alone,) = answers([trace], gallery(*range(1, 8)), policy=half)
    cast = frozenset(f"prt_{number}" for number in range(2, 2 + declared))
    (beside,) = answers([trace], gallery(*range(1, 8)), Context(cast=cast))
    assert (beside.decision, beside.print_id) == (alone.decision, alone.print_id)
