"""What licences cost, for whoever accrues under them."""

from collections.abc import Collection

from sqlmodel import Session

from core.principal import Principal
from licensing.licenceprice import LicencePrice, of_licence
from licensing.service.foreign import foreign_by_id
from licensing.store import licenceprices as store


def prices_by_id(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> tuple[LicencePrice, ...]:
    """What the signed licences among these that the caller is a party of cost, foreign ones too."""
    foreign = foreign_by_id(session, principal, licence_ids)
    return (*store.prices(session, principal, licence_ids), *map(of_licence, foreign))
