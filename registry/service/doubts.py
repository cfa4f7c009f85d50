"""The finds behind one item of the review queue that a person has yet to speak on.

A find is asked about once: whoever cannot say, or asked for a second opinion, leaves it to others.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal, actor, require
from fingerprint.models import Decision
from registry.models.evidence import Match
from registry.models.reviews import ReviewVerdict
from registry.review import left_by, standing, waits_for_second
from registry.service.words import settled_by, words_on
from registry.store import matches, reviews, scans

_LEFT = (ReviewVerdict.SECOND, ReviewVerdict.UNSURE)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A find that waits for a word; `left` by this person to others, `second` opinion owed."""

    match: Match
    left: bool
    second: bool


def doubts(session: Session, principal: Principal, match_ids: Collection[str]) -> tuple[Doubt, ...]:
    """Those of these finds in the caller's own cuts that wait for a word, in the order found.

    Where none is in doubt, as with a child, whom only a person names, those nobody confirmed.
    """
    require(principal, "submissions")
    found: list[Doubt] = []
    named = [matches.get_match(session, principal, each)[2] for each in match_ids]
    for scan_id in dict.fromkeys(match.scan_id for match in named):
        words = words_on(session, principal, scans.get_scan(session, principal, scan_id))
        kept, _ = settled_by(matches.live_matches(session, principal, scan_id), words)
        owed = waits_for_second(words.reviews)
        found += [
            Doubt(match, left_by(match, words.reviews, actor(principal)), match.id in owed)
            for match in kept
            if match.id in match_ids
        ]
    unsure = [each for each in found if each.match.decision is Decision.REVIEW]
    return tuple(unsure or [each for each in found if not _is_confirmed(each.match)])


def left_about(session: Session, principal: Principal) -> frozenset[tuple[str, str]]:
    """(submission, performer) of which this person left at least one find to others."""
    require(principal, "submissions")
    about = reviews.submissions_with(session, principal, actor(principal), _LEFT)
    said = standing(reviews.reviews_of(session, principal, about))
    return frozenset(
        (item.submission_id, item.performer_id)
        for item in said
        if item.reviewer == actor(principal) and item.verdict in _LEFT
    )


def _is_confirmed(match: Match) -> bool:
    return any(reason.code == "confirmed-by-person" for reason in match.reasons)
