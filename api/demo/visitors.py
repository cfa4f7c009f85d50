"""People to come in as: a demo's pages are there to be looked at from every side."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from api import demonstration
from api.accounts import demo
from api.opening import open_registry
from api.roles import Role
from api.scopes import TenantKind
from api.trial import ATTESTER, STUDIO, folder_of
from core import tenants
from core.clock import utc_now
from core.settings import Settings

ATTESTERS = ("Ada Amsel", "Bruno Buche")


def declare(data_dir: Path) -> None:
    """Say of a registry that was set up just now that it is a demonstration."""
    with open_registry(Settings(data_dir=data_dir)) as world:
        demonstration.declare(world)


def seat(data_dir: Path, agency_id: str, studio_id: str) -> None:
    """Give the agency, the studio and the registry somebody, whom a browser may come in as."""
    now = utc_now()
    with open_registry(Settings(data_dir=data_dir)) as world, world.db.write() as session:
        (operator,) = tenants.list_tenants(session, kind="operator")
        union = tenants.create_tenant(session, name="Union", kind=TenantKind.UNION.value)
        seats = (
            (agency_id, "Agency", "performer", [Role.AGENT, Role.ADMIN]),
            (studio_id, "Studio", STUDIO, [Role.STUDIO, Role.ADMIN]),
            (operator.id, "Registry", "society", [Role.ADMIN]),
            (operator.id, "Dora Daum", "second", [Role.ADMIN]),
            (operator.id, "Emil Eder", "auditor", [Role.AUDITOR]),
            (union.id, "Fred Falk", "union", [Role.UNION, Role.ADMIN]),
            *((union.id, name, ATTESTER, [Role.ATTESTER]) for name in ATTESTERS),
        )
        guests = [
            demo.invite(session, tenant, name, group=group, roles=roles, now=now)
            for tenant, name, group, roles in seats
        ]
    demo.keep(data_dir, guests)


def equip(data_dir: Path, files: Mapping[str, Path]) -> None:
    """Keep what newcomers are handed where the registry finds it."""
    folder = folder_of(data_dir)
    folder.mkdir()
    for name, path in files.items():
        shutil.copyfile(path, folder / name)
