"""What a person's word on a match does, and whose word counts.

The engine leaves REVIEW to people. Their word sticks to what was seen or heard where, not to the
id of a match, so that neither a repeated scan nor another cut of the same recording asks again.
The newest word that nobody took back wins; who cannot say has said nothing. A rejected match does
not vanish: somebody is still there, unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fingerprint.models import Decision, Reason
from registry.models.evidence import Match
from registry.models.reviews import Review, ReviewVerdict
from registry.spans import mostly_covered

SECOND_ASKED = "second-opinion-asked"


def settle(
    matches: Iterable[Match],
    reviews: Sequence[Review],
    figures: Mapping[str, str] | None = None,
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Splits `matches` into those that count and those that were rejected.

    Confirmed ones become MATCH, those of which a second opinion is wanted REVIEW. A word holds for
    a match of which at least half lies in the spans it was given for: less would let one rejected
    second hide a minute. `figures` says by match id which figure the find belongs to; by likeness
    only a "no" holds, and only of what the machine doubts.
    """
    kept: list[Match] = []
    rejected: list[Match] = []
    for match in matches:
        word = newest_word(match, reviews, (figures or {}).get(match.id, ""))
        if word is None:
            kept.append(match)
        elif word.verdict is ReviewVerdict.REJECTED:
            rejected.append(_with_reason(match, "rejected-by-person", word))
        elif word.verdict is ReviewVerdict.SECOND:
            asked = _with_reason(match, SECOND_ASKED, word)
            kept.append(replace(asked, decision=Decision.REVIEW))
        else:
            confirmed = _with_reason(match, "confirmed-by-person", word)
            kept.append(replace(confirmed, decision=Decision.MATCH))
    return tuple(kept), tuple(rejected)


def newest_word(match: Match, reviews: Sequence[Review], figure_id: str = "") -> Review | None:
    """The standing review with the highest seq that speaks about this match, its span or figure."""
    same = [
        review
        for review in standing(reviews)
        if (review.performer_id, review.modality) == (match.performer_id, match.modality)
        and review.verdict is not ReviewVerdict.UNSURE
    ]
    about = [review for review in same if _is_about(review, match)]
    if not about and match.decision is Decision.REVIEW and figure_id:
        about = [
            review
            for review in same
            if review.figure_id == figure_id and review.verdict is ReviewVerdict.REJECTED
        ]
    return max(about, key=lambda review: review.seq, default=None)


def standing(reviews: Sequence[Review]) -> list[Review]:
    """The words that were not taken back, without those that take back."""
    undone = {review.undoes for review in reviews if review.verdict is ReviewVerdict.UNDONE}
    return [
        review
        for review in reviews
        if review.verdict is not ReviewVerdict.UNDONE and review.id not in undone
    ]


def left_by(match: Match, reviews: Sequence[Review], reviewer: str) -> bool:
    """Whether this person left the match to others: cannot say, or asked for a second opinion."""
    own = [
        review
        for review in standing(reviews)
        if review.reviewer == reviewer
        and (review.performer_id, review.modality) == (match.performer_id, match.modality)
        and _is_about(review, match)
    ]
    last = max(own, key=lambda review: review.seq, default=None)
    return last is not None and last.verdict in (ReviewVerdict.SECOND, ReviewVerdict.UNSURE)


def waits_for_second(reviews: Sequence[Review]) -> frozenset[str]:
    """The matches of which a second opinion was asked for and not given yet."""
    last: dict[str, Review] = {}
    for review in sorted(standing(reviews), key=lambda item: item.seq):
        if review.verdict is not ReviewVerdict.UNSURE:
            last[review.match_id] = review
    return frozenset(
        match_id for match_id, review in last.items() if review.verdict is ReviewVerdict.SECOND
    )


def may_review(decision: Decision, verdict: ReviewVerdict, *, own_submission: bool) -> bool:
    """Whether the caller's word counts; the performer's side and operators may say either.

    A studio may settle what is doubtful in its own submission and confirm anything, but must not
    talk away a sure match, nor put it in doubt.
    """
    if not own_submission or verdict is ReviewVerdict.CONFIRMED:
        return True
    return decision is Decision.REVIEW


def is_second_person(word: Review | None, reviewer: str) -> bool:
    """Whether this person may settle: whoever asked for a second opinion is not the second."""
    return word is None or word.verdict is not ReviewVerdict.SECOND or word.reviewer != reviewer


def _is_about(review: Review, match: Match) -> bool:
    if review.match_id == match.id:
        return True
    same = review.submission_id == match.submission_id
    return same and mostly_covered(match.spans, review.spans)


def _with_reason(match: Match, code: str, word: Review) -> Match:
    reason = Reason(code, {"review_id": word.id})
    return replace(match, reasons=(*match.reasons, reason))
