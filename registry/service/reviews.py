"""People's words on matches: kept with who spoke and why, followed by everything they change.

A word, and what takes it back, are rows of their own. Uses and grounds are settled anew in the
same transaction wherever the same recording or the same figure is found.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.columns import OWNER
from core.db import next_seq
from core.errors import Conflict, NotAllowed
from core.ids import new_id
from core.principal import Principal, actor, require, system
from registry.models.evidence import Match
from registry.models.figures import Sighting
from registry.models.reviews import Review, ReviewVerdict, Why
from registry.review import is_second_person, may_review, newest_word, standing
from registry.service.grounds import settle_grounds
from registry.service.grouping import new_figure
from registry.service.uses import refresh_uses
from registry.service.words import linked_cuts, words_on
from registry.service.works import series_of
from registry.store import figures, matches, reviews, scans


def review_match(
    session: Session,
    principal: Principal,
    match_id: str,
    verdict: ReviewVerdict,
    *,
    why: Why | None = None,
    now: datetime,
) -> tuple[Review, tuple[str, ...]]:
    """Record what a person says about a match, and form the uses that it concerns anew.

    Returns the word and the studio's submissions to decide anew. Raises `NotFound` for a match
    neither side of which is the caller's, `NotAllowed` when a studio would talk away a sure match
    in its own submission or whoever asked for a second opinion would give it.
    """
    # Load.
    owner_id, trace_id, match = matches.get_match(session, principal, match_id)
    audience = matches.audience_of(session, principal, match_id)
    require(principal, "submissions" if owner_id == principal.tenant_id else "performers")
    own_submission = owner_id == principal.tenant_id and audience != OWNER
    studio = system(owner_id)
    words = words_on(session, studio, scans.get_scan(session, studio, match.scan_id))
    word = newest_word(match, words.reviews, words.figure_of(trace_id))
    # Decide.
    if verdict is ReviewVerdict.UNDONE:
        raise Conflict("A word is taken back by its own id.", next_step="Undo the act instead.")
    if not may_review(match.decision, verdict, own_submission=own_submission):
        raise NotAllowed(
            "A sure match is not the studio's to reject or to doubt.",
            next_step="Ask the performer's side, who can.",
            code="not-yours-to-reject",
        )
    if not is_second_person(word, actor(principal)):
        raise NotAllowed(
            "You asked for a second opinion, so somebody else has to give it.",
            next_step="Ask a colleague, or undo what you asked.",
            code="second-opinion-by-another",
        )
    refusing_own = verdict is ReviewVerdict.REJECTED and owner_id != principal.tenant_id
    said = Review(
        id=new_id("rev"),
        match_id=match.id,
        submission_id=match.submission_id,
        cut_id=match.cut_id,
        performer_id=match.performer_id,
        modality=match.modality,
        spans=match.spans,
        verdict=verdict,
        reviewer=actor(principal),
        seq=next_seq(session),
        recorded_at=now,
        by_tenant=principal.tenant_id,
        why=(why or (Why.NOT_ME if refusing_own else Why.COMPARED)).value,
        figure_id=_figure(session, studio, match, trace_id, now=now)
        if verdict is ReviewVerdict.REJECTED
        else "",
    )
    # Save.
    reviews.add_review(session, said, tenant_id=owner_id, audience=audience)
    return said, settle_around(session, studio, said, now=now)


def undo_review(
    session: Session, principal: Principal, review_id: str, *, now: datetime
) -> tuple[Review, tuple[str, ...]]:
    """Take a word of one's own side back; returns what says so, and what to decide anew.

    Raises `NotFound`, `NotAllowed` for the other side's word, `Conflict` for one that was taken
    back already.
    """
    # Load.
    word = reviews.get_review(session, principal, review_id)
    owner_id, _, _ = matches.get_match(session, principal, word.match_id)
    require(principal, "submissions" if owner_id == principal.tenant_id else "performers")
    audience = matches.audience_of(session, principal, word.match_id)
    studio = system(owner_id)
    said = reviews.reviews_of(session, studio, [word.submission_id])
    # Decide.
    if word.by_tenant != principal.tenant_id:
        raise others_word()
    if word.id not in {item.id for item in standing(said)}:
        raise taken_back()
    undone = replace(
        word,
        id=new_id("rev"),
        verdict=ReviewVerdict.UNDONE,
        reviewer=actor(principal),
        seq=next_seq(session),
        recorded_at=now,
        why=Why.MISTAKE.value,
        undoes=word.id,
    )
    # Save.
    reviews.add_review(session, undone, tenant_id=owner_id, audience=audience)
    return undone, settle_around(session, studio, undone, now=now)


def settle_around(
    session: Session, studio: Principal, word: Review, *, now: datetime
) -> tuple[str, ...]:
    """Settle every cut anew that a word speaks of; returns the submissions, its own first.

    Those are the cut itself, the others that hold the same recording, and those that show whom the
    find was put to.
    """
    cuts = {word.cut_id: None, **dict.fromkeys(linked_cuts(session, studio, word.submission_id))}
    if word.figure_id:
        seen = figures.sightings_of_figures(session, studio, [word.figure_id])
        cuts |= dict.fromkeys(sorted(item.cut_id for item in seen))
    return settle_cuts(session, studio, tuple(cuts), now=now)


def settle_cuts(
    session: Session, studio: Principal, cut_ids: Sequence[str], *, now: datetime
) -> tuple[str, ...]:
    """Grounds and uses of these cuts anew; returns the newest scanned submission of each."""
    concerned: dict[str, None] = {}
    for cut_id in cut_ids:
        scan = scans.newest_done(session, studio, cut_id)
        if scan is not None:
            settle_grounds(session, studio, scan, now=now)
            refresh_uses(session, studio, scan, now=now)
            concerned[scan.submission_id] = None
    return tuple(concerned)


def others_word() -> NotAllowed:
    """What is answered to whoever would take back what the other side said."""
    return NotAllowed(
        "The other side said this.", next_step="Say yourself what you know of the match."
    )


def taken_back() -> Conflict:
    """What is answered to a second undo."""
    return Conflict("This was taken back already.", next_step="List the acts on the cut.")


def _figure(
    session: Session, studio: Principal, match: Match, trace_id: str, *, now: datetime
) -> str:
    """The figure of a rejected find, a new one where it has none: somebody is there."""
    linked = figures.sightings_of_scan(session, studio, match.scan_id).get(trace_id)
    if linked is not None:
        return linked.figure_id
    series_id = series_of(session, studio, match.cut_id)
    figure_id = new_figure(session, studio, series_id, match.modality, now=now)
    sighting = Sighting(
        trace_id=trace_id,
        figure_id=figure_id,
        scan_id=match.scan_id,
        submission_id=match.submission_id,
        cut_id=match.cut_id,
        modality=match.modality,
        spans=match.spans,
        seq=next_seq(session),
    )
    figures.add_sightings(session, studio, [(new_id("sig"), sighting)], at=now)
    return figure_id
