"""Table of players: programs that report by a key of their own."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.models_players import Player

ROWS_MAX = 1000


class PlayerRow(Owned, table=True):
    """Table of players; what may change is that one ends."""

    __tablename__ = "player"
    __table_args__ = (append_only("ended_at"),)

    label: str
    did: str = Field(unique=True)
    scope_id: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_player(session: Session, item: Player) -> None:
    """Store a new player."""
    session.add(
        PlayerRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            label=item.label,
            did=item.did,
            scope_id=item.scope_id,
        )
    )
    session.flush()


def is_known(session: Session, did: str) -> bool:
    """Whether any player ever had this key."""
    return session.exec(select(PlayerRow.id).where(col(PlayerRow.did) == did)).first() is not None


def find_player(
    session: Session, asker: Principal | SearchCapability, player_id: str
) -> Player | None:
    """One player: of the principal's own, or any for the service."""
    query = select(PlayerRow).where(col(PlayerRow.id) == player_id)
    if isinstance(asker, Principal):
        query = query.where(col(PlayerRow.tenant_id) == asker.tenant_id)
    row = session.exec(query).first()
    return None if row is None else _player(row)


def list_players(session: Session, principal: Principal) -> Sequence[Player]:
    """The principal's own players, newest first."""
    query = (
        select(PlayerRow)
        .where(owned(PlayerRow, principal))
        .order_by(col(PlayerRow.recorded_at).desc(), col(PlayerRow.id))
        .limit(ROWS_MAX)
    )
    return [_player(row) for row in session.exec(query)]


def end_player(session: Session, principal: Principal, player_id: str, *, at: datetime) -> None:
    """End one of the principal's own."""
    query = select(PlayerRow).where(col(PlayerRow.id) == player_id, owned(PlayerRow, principal))
    row = session.exec(query).one()
    row.ended_at = at
    session.add(row)
    session.flush()


def _player(row: PlayerRow) -> Player:
    return Player(
        id=row.id,
        tenant_id=row.tenant_id,
        label=row.label,
        did=row.did,
        scope_id=row.scope_id,
        recorded_at=row.recorded_at,
        ended_at=row.ended_at,
    )
