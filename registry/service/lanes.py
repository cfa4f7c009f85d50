"""Taking a lane apart that holds two people, and putting it together again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.columns import OWNER
from core.db import next_seq
from core.errors import NotAllowed, NotFound
from core.ids import is_id, new_id
from core.principal import Principal, actor, require, system
from fingerprint.models import Span
from registry.lanes import Lane, check_split, standing_splits
from registry.models.evidence import Match, Scan
from registry.models.reviews import LaneSplit, ReviewVerdict, Why
from registry.review import may_review
from registry.service.grouping import new_figure
from registry.service.reviews import others_word, settle_cuts, taken_back
from registry.service.words import linked_cuts, settled_by, words_on
from registry.service.works import series_of
from registry.store import matches, reviews, scans, traces


def split_lane(
    session: Session,
    principal: Principal,
    lane_id: str,
    spans: Sequence[Span],
    *,
    why: Why = Why.SOMEBODY_ELSE,
    now: datetime,
) -> tuple[LaneSplit, tuple[str, ...]]:
    """Say that these spans of a match or of a trace are somebody else, who is asked about apart.

    Returns the split and the studio's submissions to decide anew. Raises `NotFound` for what is
    not the caller's, `NotAllowed` where a studio would split a surely named performer of others,
    `BadInput` for spans that are not a part of it.
    """
    # Load.
    studio, audience, trace_id = _addressed(session, principal, lane_id)
    scan, lane, sure = _lane(session, studio, trace_id)
    # Decide.
    named = check_split(lane, spans)
    own = studio.tenant_id == principal.tenant_id and audience != OWNER
    if sure and not may_review(sure.decision, ReviewVerdict.REJECTED, own_submission=own):
        raise NotAllowed(
            "A sure match is not the studio's to take apart.",
            next_step="Ask the performer's side, who can.",
            code="not-yours-to-reject",
        )
    series_id = series_of(session, studio, scan.cut_id)
    made = LaneSplit(
        id=new_id("spl"),
        submission_id=scan.submission_id,
        cut_id=scan.cut_id,
        trace_id=trace_id,
        modality=lane.modality,
        performer_id=lane.performer_id,
        from_figure_id=lane.figure_id,
        figure_id=new_figure(session, studio, series_id, lane.modality, now=now),
        spans=named,
        reviewer=actor(principal),
        why=why.value,
        undoes="",
        seq=next_seq(session),
        recorded_at=now,
        tenant_id=studio.tenant_id,
        by_tenant=principal.tenant_id,
        audience=audience,
    )
    # Save.
    reviews.add_split(session, made)
    return made, _settle(session, studio, made, now=now)


def undo_split(
    session: Session, principal: Principal, split_id: str, *, now: datetime
) -> tuple[LaneSplit, tuple[str, ...]]:
    """Put a lane together again; raises `NotFound`, or `Conflict` where that was done already."""
    # Load.
    split = reviews.get_split(session, principal, split_id)
    studio = system(split.tenant_id)
    require(principal, "submissions" if studio.tenant_id == principal.tenant_id else "performers")
    held = reviews.splits_of(session, studio, [split.submission_id])
    # Decide.
    if split.by_tenant != principal.tenant_id:
        raise others_word()
    if split.id not in {item.id for item in standing_splits(held)}:
        raise taken_back()
    undone = replace(
        split,
        id=new_id("spl"),
        reviewer=actor(principal),
        why=Why.MISTAKE.value,
        undoes=split.id,
        seq=next_seq(session),
        recorded_at=now,
    )
    # Save.
    reviews.add_split(session, undone)
    return undone, _settle(session, studio, undone, now=now)


def _addressed(session: Session, principal: Principal, lane_id: str) -> tuple[Principal, str, str]:
    """The studio whose lane it is, who else may read of it, and the trace."""
    if is_id("mch", lane_id):
        owner_id, trace_id, _ = matches.get_match(session, principal, lane_id)
        require(principal, "submissions" if owner_id == principal.tenant_id else "performers")
        return system(owner_id), matches.audience_of(session, principal, lane_id), trace_id
    require(principal, "submissions")
    if traces.get_trace(session, principal, lane_id) is None:
        raise _no_lane()
    named = matches.live_on(session, principal, [lane_id])
    audience = matches.audience_of(session, principal, named[0][1].id) if named else OWNER
    return system(principal.tenant_id), audience, lane_id


def _lane(session: Session, studio: Principal, trace_id: str) -> tuple[Scan, Lane, Match | None]:
    """What is left of a lane, the scan that found it, and the match that stands on it."""
    row = traces.get_trace(session, studio, trace_id)
    if row is None:
        raise _no_lane()
    scan = scans.get_scan(session, studio, row.scan_id)
    live = matches.live_matches(session, studio, scan.id)
    claim = dict(live).get(trace_id)
    words = words_on(session, studio, scan)
    left, _ = words.parts(row, claim)
    performer_id = claim.performer_id if claim else ""
    lane = Lane(row.id, row.modality, left, performer_id, words.figure_of(row.id))
    standing = (match for match in settled_by(live, words)[0] if claim and match.id == claim.id)
    return scan, lane, next(standing, None)


def _no_lane() -> NotFound:
    return NotFound("There is no such lane.", next_step="List the questions and the finds.")


def _settle(
    session: Session, studio: Principal, split: LaneSplit, *, now: datetime
) -> tuple[str, ...]:
    cuts = (split.cut_id, *linked_cuts(session, studio, split.submission_id))
    return settle_cuts(session, studio, cuts, now=now)
