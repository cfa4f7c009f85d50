"""Submissions and what was declared about them.

Declarations are append-only: a studio may correct one, and what it said before stays readable.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal
from core.visibility import owned, visible
from registry.declaration import from_dict, to_dict
from registry.models.evidence import Submission, SubmissionKind, SubmissionState
from registry.models.works import Declaration

PAGE_MAX = 500


class SubmissionRow(Owned, table=True):
    """Table of submissions."""

    __tablename__ = "submission"

    cut_id: str = Field(foreign_key="cut.id", index=True)
    kind: str
    object_name: str | None = Field(default=None, index=True)
    filename: str
    size_bytes: int
    state: str
    seq: int = Field(unique=True)


class DeclarationRow(Owned, table=True):
    """Table of declarations; the one with the highest seq holds.

    `data` is all that holds, `own` what the cut itself declares beside what it inherits.
    """

    __tablename__ = "declaration"
    __table_args__ = (append_only(),)

    submission_id: str = Field(foreign_key="submission.id", index=True)
    seq: int = Field(unique=True)
    data: dict[str, Any] = Field(sa_type=JsonText)
    own: dict[str, Any] | None = Field(default=None, sa_type=JsonText)


def add_submission(session: Session, item: Submission, *, seq: int) -> None:
    """Store a new submission, without its declaration."""
    session.add(
        SubmissionRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.created_at,
            cut_id=item.cut_id,
            kind=item.kind,
            object_name=item.object_name,
            filename=item.filename,
            size_bytes=item.size_bytes,
            state=item.state,
            seq=seq,
        )
    )
    session.flush()


def add_declaration(
    session: Session,
    principal: Principal,
    submission_id: str,
    declaration: Declaration,
    *,
    declaration_id: str,
    seq: int,
    at: datetime,
    own: Mapping[str, object] | None = None,
) -> None:
    """Store a declaration; it holds from now on."""
    session.add(
        DeclarationRow(
            id=declaration_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            submission_id=submission_id,
            seq=seq,
            data=to_dict(declaration),
            own=None if own is None else dict(own),
        )
    )
    session.flush()


def get_submission(session: Session, principal: Principal, submission_id: str) -> Submission:
    """One submission of the caller's with the declaration that holds; raises NotFound."""
    return _submission(session, principal, _row(session, principal, submission_id))


def declarations(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> dict[str, Declaration]:
    """What holds of these submissions of the caller's, by submission; unknown ones are left out."""
    newest = (
        select(func.max(DeclarationRow.seq))
        .where(
            col(DeclarationRow.submission_id).in_(submission_ids),
            visible(DeclarationRow, principal),
        )
        .group_by(col(DeclarationRow.submission_id))
    )
    query = select(DeclarationRow.submission_id, DeclarationRow.data)
    rows = session.exec(query.where(col(DeclarationRow.seq).in_(newest)))
    return {submission_id: from_dict(data) for submission_id, data in rows}


def newest_of_cut(
    session: Session, principal: Principal, cut_id: str
) -> tuple[Submission, dict[str, Any] | None] | None:
    """The newest submission of a cut of the caller's, and what it declares itself."""
    query = (
        select(SubmissionRow)
        .where(visible(SubmissionRow, principal), col(SubmissionRow.cut_id) == cut_id)
        .order_by(col(SubmissionRow.seq).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    if row is None:
        return None
    return _submission(session, principal, row), own_of(session, principal, row.id)


def own_of(session: Session, principal: Principal, submission_id: str) -> dict[str, Any] | None:
    """What a submission itself declares beside what it inherits; None where that was not kept."""
    query = (
        select(DeclarationRow.own)
        .where(
            col(DeclarationRow.submission_id) == submission_id, visible(DeclarationRow, principal)
        )
        .order_by(col(DeclarationRow.seq).desc())
        .limit(1)
    )
    found = session.exec(query).first()
    return None if found is None else dict(found)


def list_submissions(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> tuple[tuple[Submission, int], ...]:
    """(submission, seq), newest first; page on with the last seq."""
    query = select(SubmissionRow).where(visible(SubmissionRow, principal))
    if before_seq is not None:
        query = query.where(col(SubmissionRow.seq) < before_seq)
    ordered = query.order_by(col(SubmissionRow.seq).desc()).limit(min(limit, PAGE_MAX))
    return tuple(
        (_submission(session, principal, row), row.seq) for row in session.exec(ordered).all()
    )


def save_state(
    session: Session, principal: Principal, submission_id: str, state: SubmissionState
) -> None:
    """Move a submission on."""
    row = _row(session, principal, submission_id)
    row.state = state
    session.add(row)
    session.flush()


def forget_object(session: Session, principal: Principal, submission_id: str) -> None:
    """Record that the bytes of a submission are gone."""
    row = _row(session, principal, submission_id)
    row.object_name = None
    session.add(row)
    session.flush()


def object_users(session: Session, principal: Principal, object_name: str) -> int:
    """How many submissions of the tenant name an object."""
    query = select(SubmissionRow.id).where(
        owned(SubmissionRow, principal),
        col(SubmissionRow.object_name) == object_name,
    )
    return len(session.exec(query).all())


def with_object(session: Session, principal: Principal, object_name: str) -> tuple[Submission, ...]:
    """The tenant's submissions of the very same bytes, oldest first."""
    query = (
        select(SubmissionRow)
        .where(
            owned(SubmissionRow, principal),
            col(SubmissionRow.object_name) == object_name,
        )
        .order_by(col(SubmissionRow.seq))
    )
    return tuple(_submission(session, principal, row) for row in session.exec(query))


def _row(session: Session, principal: Principal, submission_id: str) -> SubmissionRow:
    query = select(SubmissionRow).where(
        col(SubmissionRow.id) == submission_id, visible(SubmissionRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such submission.", next_step="Check the submission id.")
    return row


def _declaration(session: Session, principal: Principal, submission_id: str) -> Declaration:
    query = (
        select(DeclarationRow.data)
        .where(
            col(DeclarationRow.submission_id) == submission_id, visible(DeclarationRow, principal)
        )
        .order_by(col(DeclarationRow.seq).desc())
        .limit(1)
    )
    return from_dict(session.exec(query).one())


def _submission(session: Session, principal: Principal, row: SubmissionRow) -> Submission:
    return Submission(
        id=row.id,
        tenant_id=row.tenant_id,
        cut_id=row.cut_id,
        kind=SubmissionKind(row.kind),
        object_name=row.object_name,
        filename=row.filename,
        size_bytes=row.size_bytes,
        declaration=_declaration(session, principal, row.id),
        state=SubmissionState(row.state),
        created_at=row.recorded_at,
    )
