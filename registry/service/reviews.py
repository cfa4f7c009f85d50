"""A person's word on a match, by the studio or by the performer's side."""

from datetime import datetime

from sqlmodel import Session

from core.db import OWNER, next_seq
from core.errors import NotAllowed
from core.ids import new_id
from core.principal import Principal, require, system
from registry.models.evidence import Match, Review, ReviewVerdict
from registry.review import may_review
from registry.service.grounds import settle_grounds
from registry.service.uses import refresh_uses
from registry.store import matches, scans


def review_match(
    session: Session, principal: Principal, match_id: str, verdict: ReviewVerdict, *, now: datetime
) -> Review:
    """Record what a person says about a match, and form the uses of its cut anew.

    Raises `NotFound` for a match neither side of which is the caller's, `NotAllowed` when a
    studio would talk away a sure match in its own submission.
    """
    # Load.
    owner_id, _, match = matches.get_match(session, principal, match_id)
    audience = matches.audience_of(session, principal, match_id)
    require(principal, "submissions" if owner_id == principal.tenant_id else "performers")
    own_submission = owner_id == principal.tenant_id and audience != OWNER
    # Decide.
    if not may_review(match.decision, verdict, own_submission=own_submission):
        raise NotAllowed(
            "A sure match is not the studio's to reject.",
            next_step="Ask the performer's side, who can.",
            code="not-yours-to-reject",
        )
    review = _review(match, verdict, principal, seq=next_seq(session), now=now)
    # Save.
    matches.add_review(session, review, tenant_id=owner_id, audience=audience)
    studio = system(owner_id)
    scan = scans.get_scan(session, studio, match.scan_id)
    settle_grounds(session, studio, scan, now=now)
    refresh_uses(session, studio, scan, now=now)
    return review


def _review(
    match: Match, verdict: ReviewVerdict, principal: Principal, *, seq: int, now: datetime
) -> Review:
    return Review(
        id=new_id("rev"),
        match_id=match.id,
        cut_id=match.cut_id,
        performer_id=match.performer_id,
        modality=match.modality,
        spans=match.spans,
        verdict=verdict,
        reviewer=principal.subject,
        seq=seq,
        recorded_at=now,
    )
