"""Who searched me: every search that named a performer, told as far as the release allows."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, require
from registry.models.evidence import Match
from registry.models.privacy import Touch
from registry.privacy.embargo import told
from registry.service.foundin import FoundIn, Place, found_in
from registry.store import matches, people

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
    rows = matches.touching(session, principal, performer_id, before_seq=before_seq, limit=limit)
    found = found_in(
        session, (Place(studio_id, one.submission_id, one.cut_id) for one, studio_id, *_ in rows)
    )
    return tuple(told(_touch(found, *row), at) for row in rows)


def _touch(
    found: FoundIn, match: Match, studio_id: str, stands: bool, searched_at: datetime
) -> Touch:
    # The row was addressed to the caller; what it hangs on was read as its owner, to be cut down.
    declaration = found.declared[match.submission_id]
    cut, title = found.cuts[match.cut_id]
    declared = [use.kind for use in declaration.uses if use.performer_id == match.performer_id]
    return Touch(
        seq=match.seq,
        searched_at=searched_at,
        performer_id=match.performer_id,
        studio_id=studio_id,
        studio=found.studios[studio_id],
        kinds=tuple(sorted(set(declared))),
        release_at=declaration.release_at,
        released=False,
        decision=match.decision,
        stands=stands,
        title=title,
        cut=cut.label,
        spans_ms=tuple((span.start_ms, span.end_ms) for span in match.spans),
    )
