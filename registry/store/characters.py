"""Invented figures of studios and the files handed in for them.

The statement lies sealed under a key of the figure's own; what stays after an end is its digest.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Index, or_
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.places import behind
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.models import Modality, Reason
from registry.characters import OVER
from registry.models.characters import Character, CharacterSample, CharacterState
from registry.store.codec import ReasonsJson, members_of, reasons_json, reasons_of

ROWS_MAX = 5_000


class CharacterRow(Owned, table=True):
    """Table of invented figures; `parts` are the modalities of which there are prints."""

    __tablename__ = "character"
    __table_args__ = (Index("character_oldest", "tenant_id", "recorded_at", "id"),)

    tenant_id: str  # found by the index of the oldest
    name: str
    sealed_statement: bytes | None = None
    statement_sha256: str
    stated_by: str
    state: str = Field(index=True)
    parts: list[str] = Field(sa_type=JsonText)
    notice_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CharacterSampleRow(Owned, table=True):
    """Table of files for figures; `accepted` is set once the file gave a print or was refused."""

    __tablename__ = "character_sample"

    character_id: str = Field(foreign_key="character.id", index=True)
    modality: str
    object_name: str | None = Field(default=None, index=True)
    job_id: str = ""
    reasons: ReasonsJson = Field(sa_type=JsonText)
    accepted: bool | None = None


_PLACE = (col(CharacterRow.recorded_at), col(CharacterRow.id))


def add_character(session: Session, item: Character, sealed_statement: bytes) -> None:
    """Store a new figure."""
    session.add(
        CharacterRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.created_at,
            name=item.name,
            sealed_statement=sealed_statement,
            statement_sha256=item.statement_sha256,
            stated_by=item.stated_by,
            state=item.state,
            parts=[part.value for part in item.parts],
        )
    )
    session.flush()


def get_character(session: Session, principal: Principal, character_id: str) -> Character:
    """One figure of the caller's; raises NotFound."""
    return _character(_row(session, principal, character_id))


def statement_of(session: Session, principal: Principal, character_id: str) -> bytes | None:
    """The sealed statement of a figure of the caller's, None once it is erased."""
    return _row(session, principal, character_id).sealed_statement


def list_characters(
    session: Session, principal: Principal, *, after: str = "", limit: int = ROWS_MAX
) -> tuple[Character, ...]:
    """The caller's figures, ended ones too, oldest first, those behind the figure `after`."""
    mine = owned(CharacterRow, principal)
    if after:
        mine &= behind(_PLACE, col(CharacterRow.id), after)
    return _found(session, mine, limit)


def in_state(
    session: Session, _capability: SearchCapability, state: CharacterState
) -> tuple[Character, ...]:
    """Figures of all tenants that are in a state, oldest first."""
    return _found(session, col(CharacterRow.state) == state)


def to_decide(
    session: Session,
    _capability: SearchCapability,
    disputed: Collection[str],
    *,
    after: str = "",
    limit: int = ROWS_MAX,
) -> tuple[Character, ...]:
    """Figures of all tenants that are held, or among those disputed, oldest first."""
    held = col(CharacterRow.state) == CharacterState.HELD
    waits = or_(held, col(CharacterRow.id).in_(disputed)) & col(CharacterRow.ended_at).is_(None)
    if after:
        waits &= behind(_PLACE, col(CharacterRow.id), after)
    return _found(session, waits, limit)


def any_of(session: Session, _capability: SearchCapability, character_id: str) -> Character:
    """One figure, whoever's it is; raises NotFound."""
    found = _found(session, col(CharacterRow.id) == character_id)
    if not found:
        raise _absent()
    return found[0]


def save_state(
    session: Session,
    principal: Principal,
    character_id: str,
    state: CharacterState,
    **changed: object,
) -> None:
    """Move a figure on; `changed` are the columns that change with its state."""
    row = _row(session, principal, character_id)
    row.state = state
    for name, value in changed.items():
        setattr(row, name, value)
    if state in OVER:
        row.sealed_statement = None
    session.add(row)
    session.flush()


def add_sample(session: Session, item: CharacterSample, *, at: datetime) -> None:
    """Store a file that was handed in."""
    session.add(
        CharacterSampleRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=at,
            character_id=item.character_id,
            modality=item.modality,
            object_name=item.object_name,
            job_id=item.job_id,
            reasons=reasons_json(item.reasons),
        )
    )
    session.flush()


def get_sample(session: Session, principal: Principal, sample_id: str) -> CharacterSample:
    """One file of the caller's; raises NotFound."""
    return _sample(_sample_row(session, principal, sample_id))


def list_samples(
    session: Session, principal: Principal, character_id: str
) -> tuple[CharacterSample, ...]:
    """What was handed in for a figure of the caller's, oldest first."""
    query = (
        select(CharacterSampleRow)
        .where(
            visible(CharacterSampleRow, principal),
            col(CharacterSampleRow.character_id) == character_id,
        )
        .order_by(col(CharacterSampleRow.recorded_at), col(CharacterSampleRow.id))
    )
    return tuple(_sample(row) for row in session.exec(query))


def settle_sample(
    session: Session,
    principal: Principal,
    sample_id: str,
    *,
    accepted: bool,
    reasons: tuple[Reason, ...],
) -> None:
    """Record what a file gave."""
    row = _sample_row(session, principal, sample_id)
    row.accepted = accepted
    row.reasons = reasons_json(reasons)
    session.add(row)
    session.flush()


def spent_samples(
    session: Session, principal: Principal, *, limit: int
) -> tuple[CharacterSample, ...]:
    """Files that are settled while their bytes are still kept."""
    query = (
        select(CharacterSampleRow)
        .where(
            visible(CharacterSampleRow, principal),
            col(CharacterSampleRow.accepted).is_not(None),
            col(CharacterSampleRow.object_name).is_not(None),
        )
        .limit(limit)
    )
    return tuple(_sample(row) for row in session.exec(query))


def forget_object(session: Session, principal: Principal, sample_id: str) -> None:
    """Record that the bytes of a file are gone."""
    row = _sample_row(session, principal, sample_id)
    row.object_name = None
    session.add(row)
    session.flush()


def object_users(session: Session, principal: Principal, object_name: str) -> int:
    """How many files for figures still need an object."""
    query = select(CharacterSampleRow.id).where(
        owned(CharacterSampleRow, principal),
        col(CharacterSampleRow.object_name) == object_name,
        col(CharacterSampleRow.accepted).is_(None),
    )
    return len(session.exec(query).all())


def _found(
    session: Session, clause: ColumnElement[bool], limit: int = ROWS_MAX
) -> tuple[Character, ...]:
    query = select(CharacterRow).where(clause).order_by(*_PLACE).limit(limit)
    return tuple(_character(row) for row in session.exec(query))


def _row(session: Session, principal: Principal, character_id: str) -> CharacterRow:
    query = select(CharacterRow).where(
        col(CharacterRow.id) == character_id, visible(CharacterRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise _absent()
    return row


def _sample_row(session: Session, principal: Principal, sample_id: str) -> CharacterSampleRow:
    query = select(CharacterSampleRow).where(
        col(CharacterSampleRow.id) == sample_id, visible(CharacterSampleRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such file of a figure.", next_step="Check the job's id.")
    return row


def _absent() -> NotFound:
    return NotFound(
        "There is no such invented figure.", next_step="List yours with `ebenbild figure list`."
    )


def _character(row: CharacterRow) -> Character:
    return Character(
        id=row.id,
        tenant_id=row.tenant_id,
        name=row.name,
        state=CharacterState(row.state),
        statement_sha256=row.statement_sha256,
        stated_by=row.stated_by,
        parts=members_of(Modality, row.parts),
        notice_until=row.notice_until,
        created_at=row.recorded_at,
        ended_at=row.ended_at,
    )


def _sample(row: CharacterSampleRow) -> CharacterSample:
    return CharacterSample(
        id=row.id,
        tenant_id=row.tenant_id,
        character_id=row.character_id,
        modality=Modality(row.modality),
        object_name=row.object_name,
        job_id=row.job_id,
        reasons=reasons_of(row.reasons),
        accepted=row.accepted,
    )
