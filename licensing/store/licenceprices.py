"""Reads what licences cost and nothing else of them: what accruing asks of thousands."""

from collections.abc import Collection

from sqlalchemy import String, func, type_coerce
from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import one_of, visible
from licensing.licenceprice import MONEY, LicencePrice, from_terms
from licensing.store.licencerows import LicenceDraftRow, LicenceRow


def prices(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> list[LicencePrice]:
    """What the signed licences among these that the principal may see cost."""
    terms = type_coerce(LicenceDraftRow.terms, String)
    money = func.json_extract(terms, *(f"$.{name}" for name in MONEY))
    query = (
        select(LicenceRow.id, LicenceDraftRow.tariff_id, money)
        .join(LicenceDraftRow, col(LicenceDraftRow.id) == col(LicenceRow.id))
        .where(visible(LicenceRow, principal), one_of(col(LicenceRow.id), licence_ids))
    )
    return [from_terms(*row) for row in session.exec(query)]
