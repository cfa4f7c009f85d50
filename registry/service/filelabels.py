"""Labels as made with AI that were read from a submitted file, kept beside its submission."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.ids import new_id
from core.principal import Principal, require
from registry.store import filelabels, submissions

SCOPE = "submissions"


def save_labels(
    session: Session,
    principal: Principal,
    submission_id: str,
    labels: Sequence[tuple[str, str, str]],
    *,
    now: datetime,
) -> None:
    """Keep one reading, (scheme, state, detail) of each kind; the same again changes nothing."""
    require(principal, SCOPE)
    submissions.get_submission(session, principal, submission_id)
    if filelabels.labels_of(session, principal, submission_id) == tuple(sorted(labels)):
        return
    filelabels.add_labels(
        session,
        principal,
        submission_id,
        [(new_id("lab"), *item) for item in labels],
        seq=next_seq(session),
        at=now,
    )


def labels_of(
    session: Session, principal: Principal, submission_id: str
) -> tuple[tuple[str, str, str], ...] | None:
    """(scheme, state, detail) of the newest reading, None where nobody has looked."""
    require(principal, SCOPE)
    return filelabels.labels_of(session, principal, submission_id)
