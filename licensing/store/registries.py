"""Tables of other registries: whose keys the operator pinned, and the status lists they publish.

A pinned registry is not taken back but ended; a list that came later takes the place of the one
before it, which stays, so that a decision can be made again as it was.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import PUBLIC, Owned, UtcDateTime
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.models_foreign import KeptList, TrustedRegistry


class TrustedRegistryRow(Owned, table=True):
    """Table of registries whose keys were pinned; `policy` names their log and witnesses."""

    __tablename__ = "trusted_registry"
    __table_args__ = (append_only("base_url", "policy", "ended_at"),)

    did: str = Field(unique=True)
    base_url: str
    policy: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ForeignStatusRow(Owned, table=True):
    """Table of status lists of other registries, as they were taken."""

    __tablename__ = "foreign_status"
    __table_args__ = (append_only(),)

    registry_did: str
    url: str = Field(index=True)
    purpose: str
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    seq: int = Field(unique=True)
    document: bytes


def pin(
    session: Session, principal: Principal, did: str, *, base_url: str, policy: str, at: datetime
) -> TrustedRegistry:
    """Pin a registry, or pin it anew; the operator's rows are read by everybody."""
    query = select(TrustedRegistryRow).where(
        col(TrustedRegistryRow.did) == did, visible(TrustedRegistryRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        row = TrustedRegistryRow(
            id=new_id("trg"),
            tenant_id=principal.tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            did=did,
            base_url=base_url,
            policy=policy,
        )
    row.base_url, row.policy, row.ended_at = base_url, policy, None
    session.add(row)
    session.flush()
    return _registry(row)


def end(session: Session, principal: Principal, did: str, *, at: datetime) -> bool:
    """Trust a registry no more; false where none with this key is trusted."""
    query = select(TrustedRegistryRow).where(
        col(TrustedRegistryRow.did) == did,
        col(TrustedRegistryRow.ended_at).is_(None),
        visible(TrustedRegistryRow, principal),
    )
    row = session.exec(query).first()
    if row is None:
        return False
    row.ended_at = at
    session.add(row)
    session.flush()
    return True


def registries(session: Session, _capability: SearchCapability) -> tuple[TrustedRegistry, ...]:
    """Every registry that was ever pinned, in order of its key."""
    query = select(TrustedRegistryRow).order_by(col(TrustedRegistryRow.did))
    return tuple(_registry(row) for row in session.exec(query))


def add_list(
    session: Session, kept: KeptList, *, tenant_id: str, registry: str, seq: int, at: datetime
) -> None:
    """Keep a list that was taken."""
    session.add(
        ForeignStatusRow(
            id=new_id("fst"),
            tenant_id=tenant_id,
            audience=PUBLIC,
            recorded_at=at,
            registry_did=registry,
            url=kept.url,
            purpose=kept.purpose,
            valid_from=kept.valid_from,
            valid_until=kept.valid_until,
            seq=seq,
            document=kept.document,
        )
    )
    session.flush()


def newest_lists(
    session: Session, _capability: SearchCapability, urls: Collection[str], *, up_to_seq: int
) -> dict[str, KeptList]:
    """The newest list at each of these addresses, as known at `up_to_seq`."""
    last = select(func.max(ForeignStatusRow.seq)).where(
        col(ForeignStatusRow.url).in_(urls), col(ForeignStatusRow.seq) <= up_to_seq
    )
    query = select(ForeignStatusRow).where(
        col(ForeignStatusRow.seq).in_(last.group_by(col(ForeignStatusRow.url)))
    )
    return {
        row.url: KeptList(row.url, row.purpose, row.valid_from, row.valid_until, row.document)
        for row in session.exec(query)
    }


def _registry(row: TrustedRegistryRow) -> TrustedRegistry:
    return TrustedRegistry(
        row.id, row.tenant_id, row.did, row.base_url, row.policy, row.recorded_at, row.ended_at
    )
