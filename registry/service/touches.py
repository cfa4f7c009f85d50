"""Who searched me: every search that named a performer, told as far as the release allows."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require, system
from core.tenants import get_tenant
from registry.models.evidence import Match
from registry.models.privacy import Touch
from registry.privacy.embargo import told
from registry.store import matches, people, submissions, works

SCOPE = "performers"


def touches(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    at: datetime,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[Touch, ...]:
    """Every search that touched a performer of the caller's, newest first, one for each scan.

    Raises `NotFound` for another tenant's performer.
    """
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    found = matches.touching(session, principal, performer_id, before_seq=before_seq, limit=limit)
    return tuple(told(_touch(session, *row), at) for row in found)


def _touch(
    session: Session, match: Match, studio_id: str, stands: bool, searched_at: datetime
) -> Touch:
    # The row was addressed to the caller; what it hangs on is read as its owner and then cut down.
    studio = system(studio_id)
    declaration = submissions.get_submission(session, studio, match.submission_id).declaration
    cut = works.get_cut(session, studio, match.cut_id)
    declared = [use.kind for use in declaration.uses if use.performer_id == match.performer_id]
    return Touch(
        seq=match.seq,
        searched_at=searched_at,
        performer_id=match.performer_id,
        studio_id=studio_id,
        studio=get_tenant(session, studio_id).name,
        kinds=tuple(sorted(set(declared))),
        release_at=declaration.release_at,
        released=False,
        decision=match.decision,
        stands=stands,
        title=works.get_work(session, studio, cut.work_id).title,
        cut=cut.label,
        spans_ms=tuple((span.start_ms, span.end_ms) for span in match.spans),
    )
