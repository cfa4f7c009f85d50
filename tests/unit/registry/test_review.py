"""A person's word sticks to the span it was given for, and to no other."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.ids import new_id
from fingerprint.models import Decision, Modality, Span
from registry.models.evidence import Match
from registry.models.reviews import Review, ReviewVerdict
from registry.review import left_by, may_review, settle, waits_for_second
from tests.unit.registry.examples import ANNA, BERT, CUT, match


def word(about: Match, verdict: ReviewVerdict, *, seq: int = 1) -> Review:
    return Review(
        id=new_id("rev"),
        match_id=about.id,
        submission_id=about.submission_id,
        cut_id=about.cut_id,
        performer_id=about.performer_id,
        modality=about.modality,
        spans=about.spans,
        verdict=verdict,
        reviewer="key_x",
        seq=seq,
        recorded_at=datetime(2027, 1, 1, tzinfo=UTC),
    )


def test_without_a_word_nothing_changes() -> None:
    found = match(decision=Decision.REVIEW)
    assert settle([found], []) == ((found,), ())


def test_a_confirmed_doubt_counts_as_a_match_and_says_why() -> None:
    found = match(decision=Decision.REVIEW)
    (kept,), rejected = settle([found], [word(found, ReviewVerdict.CONFIRMED)])
    assert kept.decision is Decision.MATCH
    assert kept.reasons[-1].code == "confirmed-by-person"
    assert rejected == ()


def test_a_rejected_match_is_set_apart_not_lost() -> None:
    found = match()
    kept, (rejected,) = settle([found], [word(found, ReviewVerdict.REJECTED)])
    assert kept == ()
    assert (rejected.id, rejected.reasons[-1].code) == (found.id, "rejected-by-person")


def test_the_newest_word_wins_so_that_it_can_be_undone() -> None:
    found = match()
    reviews = [
        word(found, ReviewVerdict.CONFIRMED, seq=9),
        word(found, ReviewVerdict.REJECTED, seq=4),
    ]
    kept, rejected = settle([found], reviews)
    assert (len(kept), len(rejected)) == (1, 0)


def test_not_me_sticks_when_a_rescan_shifts_the_span() -> None:
    before = match((10_000, 15_000))
    after = match((10_040, 15_040), scan=new_id("scn"))
    kept, rejected = settle([after], [word(before, ReviewVerdict.REJECTED)])
    assert (kept, len(rejected)) == ((), 1)


def test_a_rejected_second_does_not_hide_a_minute() -> None:
    second = match((0, 1_000))
    minute = match((0, 60_000))
    kept, _ = settle([minute], [word(second, ReviewVerdict.REJECTED)])
    assert kept == (minute,)


@pytest.mark.parametrize(
    "other",
    [
        match((0, 1_000), performer=BERT),
        match((0, 1_000), modality=Modality.FACE),
        match((1_000, 2_000)),
    ],
)
def test_a_word_says_nothing_about_others(other: Match) -> None:
    spoken = match((0, 1_000))
    assert (spoken.cut_id, spoken.performer_id, spoken.spans) == (CUT, ANNA, (Span(0, 1_000),))
    assert settle([other], [word(spoken, ReviewVerdict.REJECTED)])[0] == (other,)


def test_a_studio_cannot_talk_away_a_sure_match() -> None:
    allowed = {
        (decision, verdict)
        for decision in (Decision.MATCH, Decision.REVIEW)
        for verdict in ReviewVerdict
        if may_review(decision, verdict, own_submission=True)
    }
    assert (Decision.MATCH, ReviewVerdict.REJECTED) not in allowed
    assert (Decision.MATCH, ReviewVerdict.SECOND) not in allowed
    assert may_review(Decision.MATCH, ReviewVerdict.REJECTED, own_submission=False)


def test_whoever_cannot_say_changes_nothing_and_is_not_asked_again() -> None:
    found = match(decision=Decision.REVIEW)
    said = [
        word(found, ReviewVerdict.CONFIRMED, seq=1),
        replace(word(found, ReviewVerdict.UNSURE, seq=2), reviewer="key_y"),
    ]
    (kept,), _ = settle([found], said)
    assert kept.decision is Decision.MATCH
    assert left_by(found, said, "key_y")
    assert not left_by(found, said, "key_x")
    later = replace(word(found, ReviewVerdict.REJECTED, seq=3), reviewer="key_y")
    assert not left_by(found, [*said, later], "key_y")


def test_a_second_opinion_is_owed_until_somebody_says_who_it_is() -> None:
    found = match(decision=Decision.REVIEW)
    asked = word(found, ReviewVerdict.SECOND, seq=2)
    said = [word(found, ReviewVerdict.CONFIRMED), asked, word(found, ReviewVerdict.UNSURE, seq=3)]
    assert waits_for_second(said) == {found.id}
    assert waits_for_second([*said, word(found, ReviewVerdict.REJECTED, seq=4)]) == frozenset()
    undone = replace(word(found, ReviewVerdict.UNDONE, seq=4), undoes=asked.id)
    assert waits_for_second([*said, undone]) == frozenset()
