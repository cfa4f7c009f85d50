"""People to come in as: a demo's pages are there to be looked at from every side."""

from pathlib import Path

from api.accounts import demo
from api.opening import open_registry
from api.roles import Role
from core import tenants
from core.clock import utc_now
from core.settings import Settings


def seat(data_dir: Path, agency_id: str, studio_id: str) -> None:
    """Give the agency, the studio and the registry somebody, whom a browser may come in as."""
    now = utc_now()
    with open_registry(Settings(data_dir=data_dir)) as world, world.db.write() as session:
        (operator,) = tenants.list_tenants(session, kind="operator")
        seats = (
            (agency_id, "Agency", "performer", [Role.AGENT, Role.ADMIN]),
            (studio_id, "Studio", "studio", [Role.STUDIO, Role.ADMIN]),
            (operator.id, "Registry", "society", [Role.ADMIN]),
        )
        guests = [
            demo.invite(session, tenant, name, group=group, roles=roles, now=now)
            for tenant, name, group, roles in seats
        ]
    demo.keep(data_dir, guests)
