"""What a person's word on a match does, and whose word counts.

The engine leaves REVIEW to people. Their word sticks to (cut, performer, modality, span), not
to a match id, so that a repeated scan does not ask again; the newest word wins and so can be
undone. A rejected match does not vanish: somebody is still there, unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from fingerprint.models import Decision, Reason
from registry.models.evidence import Match, Review, ReviewVerdict
from registry.spans import mostly_covered


def settle(
    matches: Iterable[Match], reviews: Sequence[Review]
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Splits `matches` into those that count and those that were rejected.

    Confirmed ones become MATCH. A word holds for a match of which at least half lies in the
    spans it was given for: less would let one rejected second hide a minute.
    """
    kept: list[Match] = []
    rejected: list[Match] = []
    for match in matches:
        word = newest_word(match, reviews)
        if word is None:
            kept.append(match)
        elif word.verdict is ReviewVerdict.REJECTED:
            rejected.append(_with_reason(match, "rejected-by-person", word))
        else:
            confirmed = _with_reason(match, "confirmed-by-person", word)
            kept.append(replace(confirmed, decision=Decision.MATCH))
    return tuple(kept), tuple(rejected)


def newest_word(match: Match, reviews: Sequence[Review]) -> Review | None:
    """The review with the highest seq that speaks about this match, or about its span."""
    about = [
        review
        for review in reviews
        if (review.cut_id, review.performer_id, review.modality)
        == (match.cut_id, match.performer_id, match.modality)
        and (review.match_id == match.id or mostly_covered(match.spans, review.spans))
    ]
    return max(about, key=lambda review: review.seq, default=None)


def may_review(decision: Decision, verdict: ReviewVerdict, *, own_submission: bool) -> bool:
    """Whether the caller's word counts; the performer's side and operators may say either.

    A studio may settle what is doubtful in its own submission and confirm anything, but must not
    talk away a sure match.
    """
    if not own_submission or verdict is ReviewVerdict.CONFIRMED:
        return True
    return decision is Decision.REVIEW


def _with_reason(match: Match, code: str, word: Review) -> Match:
    reason = Reason(code, {"review_id": word.id})
    return replace(match, reasons=(*match.reasons, reason))
