"""Which answers of banks a book took in already."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import owned
from royalties.store.payouttables import AnswerRow


def answer_of(
    session: Session, principal: Principal, sha256: str
) -> tuple[str, str, Mapping[str, int]] | None:
    """Id, form and counts of an answer that the caller's own book took in already."""
    query = select(AnswerRow).where(owned(AnswerRow, principal), col(AnswerRow.sha256) == sha256)
    row = session.exec(query).first()
    return None if row is None else (row.id, row.form, row.counts)


def add_answer(
    session: Session,
    principal: Principal,
    *,
    answer_id: str,
    sha256: str,
    form: str,
    counts: Mapping[str, int],
    at: datetime,
) -> None:
    """Record that an answer was taken in."""
    session.add(
        AnswerRow(
            id=answer_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            sha256=sha256,
            form=form,
            counts=dict(counts),
        )
    )
    session.flush()
