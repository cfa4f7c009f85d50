"""Challenges and what is kept of their answers until the enrolment is proofed.

Vectors, fine prints and excerpts are sealed under the enrolment's key, so withdrawing destroys them
with everything else.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.models import Reason
from registry.models.proofs import Challenge, ChallengeKind, ChallengeState
from registry.store.codec import ReasonsJson, reasons_json, reasons_of


class ChallengeRow(Owned, table=True):
    """Table of challenges; `recorded_at` is when it was asked."""

    __tablename__ = "challenge"

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    kind: str
    language: str
    asked: list[str] = Field(sa_type=JsonText)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    object_name: str | None = None
    state: str
    reasons: ReasonsJson = Field(sa_type=JsonText)
    sealed: bytes | None = None
    shown_ms: list[int] = Field(sa_type=JsonText, sa_column_kwargs={"server_default": "[]"})
    begun_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FinePrintRow(Owned, table=True):
    """Table of sealed fine prints of samples and answers; gone once the enrolment is proofed."""

    __tablename__ = "fine_print"

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    source_id: str = Field(unique=True)
    sealed: bytes


def add_challenge(session: Session, item: Challenge) -> None:
    """Store what was asked."""
    session.add(
        ChallengeRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.asked_at,
            enrolment_id=item.enrolment_id,
            kind=item.kind,
            language=item.language,
            asked=list(item.asked),
            expires_at=item.expires_at,
            state=item.state,
            reasons=[],
            shown_ms=list(item.shown_ms),
        )
    )
    session.flush()


def get_challenge(session: Session, principal: Principal, challenge_id: str) -> Challenge:
    """One challenge of the caller's; raises NotFound."""
    return _challenge(_row(session, principal, challenge_id))


def owner_of(session: Session, _capability: SearchCapability, challenge_id: str) -> str:
    """The organisation that a challenge belongs to; raises NotFound."""
    query = select(ChallengeRow.tenant_id).where(col(ChallengeRow.id) == challenge_id)
    owner = session.exec(query).first()
    if owner is None:
        raise absent()
    return owner


def list_challenges(
    session: Session, principal: Principal, enrolment_id: str
) -> tuple[Challenge, ...]:
    """What was asked for an enrolment, in order."""
    query = (
        select(ChallengeRow)
        .where(visible(ChallengeRow, principal), col(ChallengeRow.enrolment_id) == enrolment_id)
        .order_by(col(ChallengeRow.recorded_at), col(ChallengeRow.id))
    )
    return tuple(_challenge(row) for row in session.exec(query))


def save_beginning(
    session: Session, principal: Principal, challenge_id: str, at: datetime, expires_at: datetime
) -> None:
    """Record from when on the words are shown, and until when an answer then counts."""
    row = _row(session, principal, challenge_id)
    row.begun_at, row.expires_at = at, expires_at
    session.add(row)
    session.flush()


def save_answer(
    session: Session, principal: Principal, challenge_id: str, object_name: str, at: datetime
) -> None:
    """Record that a challenge was answered, with which file."""
    row = _row(session, principal, challenge_id)
    row.state, row.answered_at, row.object_name = ChallengeState.ANSWERED, at, object_name
    session.add(row)
    session.flush()


def settle(
    session: Session,
    principal: Principal,
    challenge_id: str,
    state: ChallengeState,
    reasons: tuple[Reason, ...] = (),
    *,
    sealed: bytes | None = None,
) -> None:
    """Record what an answer was worth, and what of it is kept for the attester, sealed."""
    row = _row(session, principal, challenge_id)
    row.state, row.reasons, row.sealed = state, reasons_json(reasons), sealed
    session.add(row)
    session.flush()


def forget_object(session: Session, principal: Principal, challenge_id: str) -> None:
    """Record that the bytes of an answer are gone."""
    row = _row(session, principal, challenge_id)
    row.object_name = None
    session.add(row)
    session.flush()


def kept_of(session: Session, principal: Principal, challenge_id: str) -> bytes | None:
    """The sealed excerpt of an answer that a person must still hear."""
    return _row(session, principal, challenge_id).sealed


def add_fine_print(
    session: Session,
    principal: Principal,
    *,
    print_id: str,
    enrolment_id: str,
    source_id: str,
    sealed: bytes,
    at: datetime,
) -> None:
    """Keep the fine print of a sample or answer."""
    session.add(
        FinePrintRow(
            id=print_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            enrolment_id=enrolment_id,
            source_id=source_id,
            sealed=sealed,
        )
    )
    session.flush()


def fine_prints(
    session: Session, principal: Principal, enrolment_id: str
) -> tuple[tuple[str, bytes], ...]:
    """(source id, sealed fine print) of everything handed in for an enrolment so far."""
    query = (
        select(FinePrintRow)
        .where(visible(FinePrintRow, principal), col(FinePrintRow.enrolment_id) == enrolment_id)
        .order_by(col(FinePrintRow.recorded_at), col(FinePrintRow.id))
    )
    return tuple((row.source_id, row.sealed) for row in session.exec(query))


def forget(session: Session, principal: Principal, enrolment_id: str) -> None:
    """Drop what served the proofs only: fine prints, and what was kept of answers."""
    session.connection().execute(
        delete(FinePrintRow).where(
            owned(FinePrintRow, principal),
            col(FinePrintRow.enrolment_id) == enrolment_id,
        )
    )
    for item in list_challenges(session, principal, enrolment_id):
        settle(session, principal, item.id, item.state, item.reasons, sealed=None)


def _row(session: Session, principal: Principal, challenge_id: str) -> ChallengeRow:
    query = select(ChallengeRow).where(
        col(ChallengeRow.id) == challenge_id, visible(ChallengeRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise absent()
    return row


def absent() -> NotFound:
    """What whoever looks for a challenge is told that is not there, or not theirs."""
    return NotFound("There is no such challenge.", next_step="Ask for a new one.")


def _challenge(row: ChallengeRow) -> Challenge:
    return Challenge(
        id=row.id,
        tenant_id=row.tenant_id,
        enrolment_id=row.enrolment_id,
        kind=ChallengeKind(row.kind),
        language=row.language,
        asked=tuple(row.asked),
        asked_at=row.recorded_at,
        expires_at=row.expires_at,
        answered_at=row.answered_at,
        object_name=row.object_name,
        state=ChallengeState(row.state),
        reasons=reasons_of(row.reasons),
        shown_ms=tuple(row.shown_ms),
        begun_at=row.begun_at,
    )
