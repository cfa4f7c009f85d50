"""Reads what licences cost and nothing else of them: what accruing asks of thousands."""

from collections.abc import Collection

from sqlmodel import Session, col, select

from core.db import visible
from core.principal import Principal
from licensing.licenceprice import LicencePrice, from_terms
from licensing.store.licencerows import LicenceDraftRow, LicenceRow


def prices(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> list[LicencePrice]:
    """What the signed licences among these that the principal may see cost."""
    query = (
        select(LicenceRow.id, LicenceDraftRow.tariff_id, LicenceDraftRow.terms)
        .join(LicenceDraftRow, col(LicenceDraftRow.id) == col(LicenceRow.id))
        .where(visible(LicenceRow, principal), col(LicenceRow.id).in_(licence_ids))
    )
    return [from_terms(*row) for row in session.exec(query)]
