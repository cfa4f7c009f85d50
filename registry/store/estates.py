"""Estates: papers, heirs with sealed names, and who has read the papers."""

from collections.abc import Collection
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import one_of, visible
from registry.models.estates import Estate, EstateState, Heir


class EstateRow(Owned, table=True):
    """Table of claims to speak for a performer who died."""

    __tablename__ = "estate"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    deceased_on: date
    state: str
    object_name: str
    papers_sha256: str
    single_operator: bool
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HeirRow(Owned, table=True):
    """Table of heirs; the share is a fraction in lowest terms."""

    __tablename__ = "heir"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    estate_id: str = Field(foreign_key="estate.id", index=True)
    place: int
    sealed_name: bytes
    did: str
    numerator: int
    denominator: int
    payee_id: str = Field(unique=True)


class EstateReadingRow(Owned, table=True):
    """Table of who has read the papers of an estate and vouches for them."""

    __tablename__ = "estate_reading"
    __table_args__ = (UniqueConstraint("estate_id", "attester"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    estate_id: str = Field(foreign_key="estate.id", index=True)
    attester: str
    single_operator: bool


def add_estate(session: Session, item: Estate) -> None:
    """Store a claim with its heirs."""
    session.add(
        EstateRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.claimed_at,
            performer_id=item.performer_id,
            deceased_on=item.deceased_on,
            state=item.state,
            object_name=item.object_name,
            papers_sha256=item.papers_sha256,
            single_operator=item.single_operator,
        )
    )
    session.flush()
    for place, heir in enumerate(item.heirs):
        session.add(
            HeirRow(
                id=heir.id,
                tenant_id=item.tenant_id,
                recorded_at=item.claimed_at,
                performer_id=item.performer_id,
                estate_id=item.id,
                place=place,
                sealed_name=heir.sealed_name,
                did=heir.did,
                numerator=heir.share.numerator,
                denominator=heir.share.denominator,
                payee_id=heir.payee_id,
            )
        )
    session.flush()


def get_estate(session: Session, principal: Principal, estate_id: str) -> Estate:
    """One estate of the caller's performer; raises NotFound."""
    query = select(EstateRow).where(col(EstateRow.id) == estate_id, visible(EstateRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise _absent()
    return _estate(session, row)


def owner_of(session: Session, _capability: SearchCapability, estate_id: str) -> str:
    """The organisation that an estate belongs to; raises NotFound."""
    row = session.get(EstateRow, estate_id)
    if row is None:
        raise _absent()
    return row.tenant_id


def estates_of(session: Session, principal: Principal, performer_id: str) -> tuple[Estate, ...]:
    """Claims about one of the caller's performers, oldest first."""
    query = (
        select(EstateRow)
        .where(visible(EstateRow, principal), col(EstateRow.performer_id) == performer_id)
        .order_by(col(EstateRow.recorded_at), col(EstateRow.id))
    )
    return tuple(_estate(session, row) for row in session.exec(query))


def of_performers(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, tuple[Estate, ...]]:
    """Claims about these performers, across tenants, oldest first; who has none is left out."""
    query = (
        select(EstateRow)
        .where(one_of(col(EstateRow.performer_id), performer_ids))
        .order_by(col(EstateRow.recorded_at), col(EstateRow.id))
    )
    found: dict[str, tuple[Estate, ...]] = {}
    for row in session.exec(query).all():
        found[row.performer_id] = (*found.get(row.performer_id, ()), _estate(session, row))
    return found


def inherited(session: Session, _capability: SearchCapability) -> frozenset[str]:
    """The performers, across tenants, whose heirs are known."""
    query = select(EstateRow.performer_id).where(
        col(EstateRow.state) == EstateState.CONFIRMED.value
    )
    return frozenset(session.exec(query))


def left_by(
    session: Session, _capability: SearchCapability, payee_ids: Collection[str]
) -> dict[str, str]:
    """Of each heir's payee id, across tenants: the performer who died."""
    query = select(HeirRow.payee_id, HeirRow.performer_id)
    return dict(session.exec(query.where(col(HeirRow.payee_id).in_(payee_ids))).all())


def add_reading(
    session: Session, item: Estate, *, reading_id: str, attester: str, at: datetime
) -> None:
    """Record that somebody read the papers; raises Conflict for the same person twice."""
    session.add(
        EstateReadingRow(
            id=reading_id,
            tenant_id=item.tenant_id,
            recorded_at=at,
            performer_id=item.performer_id,
            estate_id=item.id,
            attester=attester,
            single_operator=item.single_operator,
        )
    )
    session.flush()


def save_state(
    session: Session,
    principal: Principal,
    estate_id: str,
    state: EstateState,
    *,
    at: datetime | None = None,
) -> None:
    """Move a claim on; `at` is when it was confirmed."""
    get_estate(session, principal, estate_id)
    row = session.get_one(EstateRow, estate_id)
    row.state, row.confirmed_at = state, at
    session.add(row)
    session.flush()


def _estate(session: Session, row: EstateRow) -> Estate:
    heirs = select(HeirRow).where(col(HeirRow.estate_id) == row.id).order_by(col(HeirRow.place))
    readings = (
        select(EstateReadingRow.attester)
        .where(col(EstateReadingRow.estate_id) == row.id)
        .order_by(col(EstateReadingRow.recorded_at), col(EstateReadingRow.id))
    )
    return Estate(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        deceased_on=row.deceased_on,
        state=EstateState(row.state),
        object_name=row.object_name,
        papers_sha256=row.papers_sha256,
        heirs=tuple(_heir(found) for found in session.exec(heirs)),
        attesters=tuple(session.exec(readings)),
        single_operator=row.single_operator,
        claimed_at=row.recorded_at,
        confirmed_at=row.confirmed_at,
    )


def _heir(row: HeirRow) -> Heir:
    share = Fraction(row.numerator, row.denominator)
    return Heir(row.id, row.sealed_name, row.did, share, row.payee_id)


def _absent() -> NotFound:
    return NotFound("There is no such estate.", next_step="Check the estate id.")
