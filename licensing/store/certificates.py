"""Tables of certificates and of what became of them; both append-only, owned by the studio."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.decisionform import reasons_from_list, reasons_to_list
from licensing.models_certificate import Certificate, CertificateState, Decided, Standing
from licensing.models_clearance import Verdict
from licensing.store.clearances import ClearanceRow

ROWS_MAX = 1_000


class CertificateRow(Owned, table=True):
    """A signed certificate, one for each decision at most; `signed` are its exact bytes."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("status_list", "status_index"), append_only())

    clearance_id: str = Field(unique=True, foreign_key="clearance.id")
    submission_id: str = Field(index=True)
    cut_id: str = Field(index=True)
    seq: int = Field(unique=True)
    known_seq: int
    release_at: str
    status_list: int
    status_index: int
    log_index: int
    signed: bytes


class ChangeRow(Owned, table=True):
    """A change of a certificate's state that its studio was told of."""

    __tablename__ = "certificate_change"
    __table_args__ = (append_only(),)

    certificate_id: str = Field(index=True, foreign_key="certificate.id")
    seq: int = Field(unique=True)
    state: str
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reasons: list[dict[str, Any]] = Field(sa_type=JsonText)
    log_index: int


def add(session: Session, item: Certificate) -> None:
    """Store a certificate."""
    session.add(
        CertificateRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.issued_at,
            clearance_id=item.clearance_id,
            submission_id=item.submission_id,
            cut_id=item.cut_id,
            seq=item.seq,
            known_seq=item.known_seq,
            release_at=item.release_at.isoformat(),
            status_list=item.status_list,
            status_index=item.status_index,
            log_index=item.log_index,
            signed=item.signed,
        )
    )
    session.flush()


def add_change(
    session: Session, item: Certificate, found: Standing, *, seq: int, log_index: int, at: datetime
) -> None:
    """Store that a certificate stands otherwise than was told before."""
    session.add(
        ChangeRow(
            id=new_id("cch"),
            tenant_id=item.tenant_id,
            recorded_at=at,
            certificate_id=item.id,
            seq=seq,
            state=found.state.value,
            since=found.since,
            reasons=reasons_to_list(found.reasons),
            log_index=log_index,
        )
    )
    session.flush()


def of_clearance(session: Session, principal: Principal, clearance_id: str) -> Certificate | None:
    """The certificate of one decision that the principal may see."""
    query = select(CertificateRow).where(
        col(CertificateRow.clearance_id) == clearance_id, visible(CertificateRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _certificate(row)


def anybodys(
    session: Session, _capability: SearchCapability, certificate_id: str
) -> Certificate | None:
    """One certificate of whichever tenant, for whoever knows its id."""
    row = session.get(CertificateRow, certificate_id)
    return None if row is None else _certificate(row)


def of_submission(session: Session, principal: Principal, submission_id: str) -> list[Certificate]:
    """The certificates of one submission, oldest first."""
    query = select(CertificateRow).where(
        col(CertificateRow.submission_id) == submission_id, visible(CertificateRow, principal)
    )
    rows = session.exec(query.order_by(col(CertificateRow.seq)).limit(ROWS_MAX))
    return [_certificate(row) for row in rows]


def last_change(session: Session, certificate_id: str) -> Standing | None:
    """The state that was told last; `None` before any change."""
    query = select(ChangeRow).where(col(ChangeRow.certificate_id) == certificate_id)
    row = session.exec(query.order_by(col(ChangeRow.seq).desc()).limit(1)).first()
    if row is None:
        return None
    return Standing(CertificateState(row.state), row.since, reasons_from_list(row.reasons))


def other_answers(
    session: Session, principal: Principal, submission_id: str, *, after_seq: int
) -> tuple[Decided, ...]:
    """The first later decision on a submission that did not clear it; empty without one."""
    query = (
        select(ClearanceRow.seq, ClearanceRow.verdict, ClearanceRow.recorded_at)
        .where(
            col(ClearanceRow.submission_id) == submission_id,
            col(ClearanceRow.seq) > after_seq,
            col(ClearanceRow.verdict) != Verdict.CLEARED.value,
            visible(ClearanceRow, principal),
        )
        .order_by(col(ClearanceRow.seq))
        .limit(1)
    )
    return tuple(Decided(seq, Verdict(verdict), at) for seq, verdict, at in session.exec(query))


def void_indices(session: Session, number: int) -> list[int]:
    """Indices of the certificates of one status list that became void, whoever's they are."""
    query = (
        select(CertificateRow.status_index)
        .join(ChangeRow, col(ChangeRow.certificate_id) == col(CertificateRow.id))
        .where(
            col(CertificateRow.status_list) == number,
            col(ChangeRow.state) == CertificateState.VOID.value,
        )
        .distinct()
    )
    return sorted(session.exec(query))


def newest_list(session: Session) -> int:
    """Number of the status list that new certificates are put on; 1 before the first one."""
    return session.exec(select(func.max(CertificateRow.status_list))).one() or 1


def places_taken(session: Session, number: int) -> int:
    """How many indices of a status list are given out."""
    query = select(func.count()).where(col(CertificateRow.status_list) == number)
    return session.exec(query).one()


def place_taken(session: Session, number: int, index: int) -> bool:
    """Whether one index of a status list is given out."""
    query = select(CertificateRow.id).where(
        col(CertificateRow.status_list) == number, col(CertificateRow.status_index) == index
    )
    return session.exec(query).first() is not None


def _certificate(row: CertificateRow) -> Certificate:
    return Certificate(
        id=row.id,
        tenant_id=row.tenant_id,
        clearance_id=row.clearance_id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        seq=row.seq,
        known_seq=row.known_seq,
        release_at=date.fromisoformat(row.release_at),
        status_list=row.status_list,
        status_index=row.status_index,
        issued_at=row.recorded_at,
        log_index=row.log_index,
        signed=row.signed,
    )
