"""What performers have promised to others alone: read across tenants, for deciding only.

A studio learns that a promise stands in the way, never whose.
"""

from collections.abc import Collection

from sqlalchemy import Text, cast, func
from sqlmodel import Session, col, select

from core.principal import SearchCapability
from licensing.models import LicenceInForce
from licensing.store.licencerows import LicenceDraftRow, LicenceRow, RevocationRow
from licensing.store.licences import ROWS_MAX
from licensing.terms import terms_from_dict


def exclusive_elsewhere(
    session: Session,
    _capability: SearchCapability,
    *,
    performer_ids: Collection[str],
    licensee_id: str,
    up_to_seq: int,
) -> tuple[LicenceInForce, ...]:
    """Exclusive licences of these performers to anybody else, as known at `up_to_seq`."""
    query = (
        select(LicenceDraftRow, LicenceRow, RevocationRow)
        .join(LicenceRow, col(LicenceRow.id) == col(LicenceDraftRow.id))
        .outerjoin(RevocationRow, col(RevocationRow.licence_id) == col(LicenceRow.id))
        .where(
            col(LicenceRow.performer_id).in_(performer_ids),
            col(LicenceRow.licensee_id) != licensee_id,
            col(LicenceRow.seq) <= up_to_seq,
            func.json_extract(cast(LicenceDraftRow.terms, Text), "$.exclusive") == 1,
        )
        .order_by(col(LicenceRow.seq))
        .limit(ROWS_MAX)
    )
    return tuple(_in_force(draft, row, end, up_to_seq) for draft, row, end in session.exec(query))


def _in_force(
    draft: LicenceDraftRow, row: LicenceRow, end: RevocationRow | None, up_to_seq: int
) -> LicenceInForce:
    revoked = end is not None and end.seq <= up_to_seq
    return LicenceInForce(
        id=row.id,
        vc_id=draft.vc_id,
        tariff_id=draft.tariff_id,
        terms=terms_from_dict(draft.terms),
        seq=row.seq,
        revoked_at=end.recorded_at if end is not None and revoked else None,
        signed_at=row.recorded_at,
    )
