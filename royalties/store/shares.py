"""Table of shares that parties claim of what a performer is due; append-only.

A row belongs to the party; the performer's side sees it too.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Index
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import one_of, visible
from royalties.shares import ShareClaim


class ShareClaimRow(Owned, table=True):
    """Table of claims; `share` is a fraction such as `7/10`, `cut_id` empty for every cut."""

    __tablename__ = "share_claim"
    __table_args__ = (Index("share_claim_performer", "performer_id", "seq"), append_only())

    performer_id: str
    cut_id: str
    share: str
    from_period: str
    seq: int = Field(unique=True)


def add(session: Session, claim: ShareClaim, *, owner: str, at: datetime) -> None:
    """Store a claim; `owner` is the performer's tenant, who sees it."""
    session.add(
        ShareClaimRow(
            id=derived_id("shc", claim.party_id, str(claim.seq)),
            tenant_id=claim.party_id,
            audience=f"tenant:{owner}",
            recorded_at=at,
            performer_id=claim.performer_id,
            cut_id=claim.cut_id,
            share=str(claim.share),
            from_period=claim.from_period,
            seq=claim.seq,
        )
    )
    session.flush()


def of_performers(
    session: Session, asker: Principal | SearchCapability, performer_ids: Collection[str]
) -> dict[str, list[ShareClaim]]:
    """Claims by performer, in order of `seq`: those a principal may see, or all for the service."""
    found: defaultdict[str, list[ShareClaim]] = defaultdict(list)
    query = select(ShareClaimRow).where(one_of(col(ShareClaimRow.performer_id), performer_ids))
    if isinstance(asker, Principal):
        query = query.where(visible(ShareClaimRow, asker))
    for row in session.exec(query.order_by(col(ShareClaimRow.seq))):
        found[row.performer_id].append(_claim(row))
    return dict(found)


def _claim(row: ShareClaimRow) -> ShareClaim:
    return ShareClaim(
        party_id=row.tenant_id,
        performer_id=row.performer_id,
        cut_id=row.cut_id,
        share=Fraction(row.share),
        from_period=row.from_period,
        seq=row.seq,
    )
