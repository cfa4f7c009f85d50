"""Tables of what other registries said of performers here: extracts, licences, how these stand.

A licence is one row for good; each import adds a row of how it stands, and the newest counts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, or_, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import one_of, visible
from licensing.models_foreign import ForeignLicence

ROWS_MAX = 5_000


class ForeignExtractRow(Owned, table=True):
    """Table of extracts as they came; `log_size` and `made_at` tell which one is newer."""

    __tablename__ = "foreign_extract"

    performer_id: str = Field(index=True)
    registry_did: str
    foreign_performer_id: str
    sha256: str
    log_size: int
    made_at: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    signed: bytes


class ForeignLicenceRow(Owned, table=True):
    """Table of licences of other registries; `subject_id` is the holder's own identifier."""

    __tablename__ = "foreign_licence"
    __table_args__ = (UniqueConstraint("registry_did", "vc_id"), append_only())

    performer_id: str = Field(index=True)
    registry_did: str
    foreign_performer_id: str
    foreign_id: str
    vc_id: str
    subject_id: str = Field(index=True)
    tariff_id: str = Field(unique=True)
    signed_at: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    document: bytes


class ForeignStateRow(Owned, table=True):
    """Table of how a licence stood when an extract was taken; the newest counts."""

    __tablename__ = "foreign_state"
    __table_args__ = (append_only(),)

    licence_id: str = Field(foreign_key="foreign_licence.id", index=True)
    seq: int = Field(index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    suspensions: list[dict[str, Any]] = Field(sa_type=JsonText)


@dataclass(frozen=True, slots=True)
class KeptExtract:
    """An extract as it is kept; `signed` are its exact bytes."""

    registry: str
    foreign_performer_id: str
    sha256: str
    log_size: int
    made_at: datetime
    signed: bytes


@dataclass(frozen=True, slots=True)
class State:
    """How a licence stood at its registry when an extract was made."""

    made_at: datetime
    revoked_at: datetime | None
    ends_at: datetime | None
    suspensions: tuple[dict[str, Any], ...]


def newest_extracts(
    session: Session, principal: Principal, performer_id: str
) -> tuple[KeptExtract, ...]:
    """The newest extract of each registry about a performer, by registry."""
    query = (
        select(ForeignExtractRow)
        .where(
            col(ForeignExtractRow.performer_id) == performer_id,
            visible(ForeignExtractRow, principal),
        )
        .order_by(col(ForeignExtractRow.seq))
    )
    found = {row.registry_did: row for row in session.exec(query)}
    return tuple(
        KeptExtract(
            row.registry_did,
            row.foreign_performer_id,
            row.sha256,
            row.log_size,
            row.made_at,
            row.signed,
        )
        for _, row in sorted(found.items())
    )


def add_extract(
    session: Session,
    kept: KeptExtract,
    *,
    tenant_id: str,
    performer_id: str,
    seq: int,
    at: datetime,
) -> None:
    """Keep an extract; it holds consents, so its performer's erasure takes it away."""
    session.add(
        ForeignExtractRow(
            id=new_id("fex"),
            tenant_id=tenant_id,
            recorded_at=at,
            performer_id=performer_id,
            registry_did=kept.registry,
            foreign_performer_id=kept.foreign_performer_id,
            sha256=kept.sha256,
            log_size=kept.log_size,
            made_at=kept.made_at,
            seq=seq,
            signed=kept.signed,
        )
    )
    session.flush()


def add_licence(session: Session, item: ForeignLicence, *, at: datetime) -> None:
    """Keep a licence under its id here."""
    session.add(
        ForeignLicenceRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=at,
            performer_id=item.performer_id,
            registry_did=item.registry,
            foreign_performer_id=item.foreign_performer_id,
            foreign_id=item.foreign_id,
            vc_id=item.vc_id,
            subject_id=item.subject_id,
            tariff_id=item.tariff_id,
            signed_at=item.signed_at,
            seq=item.seq,
            document=item.document,
        )
    )
    session.flush()


def add_state(
    session: Session, licence: ForeignLicence, state: State, *, seq: int, at: datetime
) -> None:
    """Keep how a licence stood when an extract was made."""
    session.add(
        ForeignStateRow(
            id=new_id("fls"),
            tenant_id=licence.tenant_id,
            recorded_at=at,
            licence_id=licence.id,
            seq=seq,
            made_at=state.made_at,
            revoked_at=state.revoked_at,
            ends_at=state.ends_at,
            suspensions=list(state.suspensions),
        )
    )
    session.flush()


def of_performers(
    session: Session,
    _capability: SearchCapability,
    performer_ids: Collection[str],
    *,
    up_to_seq: int,
) -> tuple[ForeignLicence, ...]:
    """Licences of these performers that were known at `up_to_seq`, across tenants."""
    return _licences(
        session,
        col(ForeignLicenceRow.performer_id).in_(performer_ids),
        col(ForeignLicenceRow.seq) <= up_to_seq,
    )


def performers_there(
    session: Session, _capability: SearchCapability, registry: str, names: Collection[str]
) -> dict[str, str]:
    """The performer here of each that a registry names, as far as extracts of it were taken."""
    query = (
        select(ForeignExtractRow.foreign_performer_id, ForeignExtractRow.performer_id)
        .where(
            col(ForeignExtractRow.registry_did) == registry,
            one_of(col(ForeignExtractRow.foreign_performer_id), names),
        )
        .order_by(col(ForeignExtractRow.seq))
    )
    return dict(session.exec(query).all())


def licences_there(
    session: Session, _capability: SearchCapability, registry: str, names: Collection[str]
) -> dict[str, ForeignLicence]:
    """The licences of one registry by its own ids, as far as they are known here."""
    found: dict[str, ForeignLicence] = {}
    told = sorted(names)
    for start in range(0, len(told), ROWS_MAX):
        some = one_of(col(ForeignLicenceRow.foreign_id), told[start : start + ROWS_MAX])
        mine = _licences(session, col(ForeignLicenceRow.registry_did) == registry, some)
        found.update({one.foreign_id: one for one in mine})
    return found


def of_registry(
    session: Session, _capability: SearchCapability, registry: str, *, vc_id: str | None = None
) -> tuple[ForeignLicence, ...]:
    """Licences of one registry, whoever's they are, or the one with this id of its own."""
    clauses = [col(ForeignLicenceRow.registry_did) == registry]
    if vc_id is not None:
        clauses.append(col(ForeignLicenceRow.vc_id) == vc_id)
    return _licences(session, *clauses)


def seen_by(
    session: Session,
    principal: Principal,
    *,
    did: str | None,
    performer_id: str | None = None,
    licence_ids: Collection[str] | None = None,
) -> tuple[ForeignLicence, ...]:
    """Licences of the principal's performers, and those that name the principal by its DID."""
    clauses: list[Any] = [visible(ForeignLicenceRow, principal)]
    if did is not None:
        clauses = [or_(*clauses, col(ForeignLicenceRow.subject_id) == did)]
    if performer_id is not None:
        clauses.append(col(ForeignLicenceRow.performer_id) == performer_id)
    if licence_ids is not None:
        clauses.append(col(ForeignLicenceRow.id).in_(licence_ids))
    return _licences(session, *clauses)


def states(
    session: Session,
    _capability: SearchCapability,
    licence_ids: Collection[str],
    *,
    up_to_seq: int,
) -> dict[str, State]:
    """How each of these licences stood, as known at `up_to_seq`."""
    query = (
        select(ForeignStateRow)
        .where(col(ForeignStateRow.licence_id).in_(licence_ids))
        .where(col(ForeignStateRow.seq) <= up_to_seq)
        .order_by(col(ForeignStateRow.seq))
    )
    return {
        row.licence_id: State(row.made_at, row.revoked_at, row.ends_at, tuple(row.suspensions))
        for row in session.exec(query)
    }


def _licences(session: Session, *clauses: Any) -> tuple[ForeignLicence, ...]:
    query = select(ForeignLicenceRow).where(*clauses).order_by(col(ForeignLicenceRow.seq))
    return tuple(
        ForeignLicence(
            id=row.id,
            tenant_id=row.tenant_id,
            performer_id=row.performer_id,
            registry=row.registry_did,
            foreign_performer_id=row.foreign_performer_id,
            foreign_id=row.foreign_id,
            vc_id=row.vc_id,
            subject_id=row.subject_id,
            tariff_id=row.tariff_id,
            signed_at=row.signed_at,
            seq=row.seq,
            document=row.document,
        )
        for row in session.exec(query.limit(ROWS_MAX))
    )
