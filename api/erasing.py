"""The job that ends an erasure: the list for restores, keys, files, left-over pages, the receipt.

The list comes first. Once a key is destroyed nobody could tell any more from a backup whose rows
have to go again.
"""

from pathlib import Path

from api.heartbeat import Heartbeat
from api.tools import Tools
from api.uploads import discard_all
from core import leases
from core.clock import utc_now
from core.erasedpeople import ErasedPeople
from core.init import World
from core.jobs import Job
from core.principal import Principal, system
from registry.service import forgetting


def forget_performer(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Destroy what an erased performer's rows left behind, and sign the receipt."""
    world, principal = tools.world, system(job.tenant_id)
    erasure_id = str(job.payload["erasure_id"])
    destroyed = destroy(world, principal, erasure_id)
    with world.db.write() as session:
        leases.guard(session, job)
        forgetting.sign_receipt(
            session,
            world.registry_key,
            principal,
            erasure_id,
            destroyed=destroyed,
            now=utc_now(),
        )
        leases.finish(session, job)


def destroy(world: World, principal: Principal, erasure_id: str) -> dict[str, int]:
    """Destroy keys, stored files, unused uploads and index files; returns how many of each."""
    with world.db.read() as session:
        left = forgetting.pending(session, principal, erasure_id)
    ErasedPeople.of(world.settings).add(left.performer_id, erasure_id, utc_now())
    with world.db.read() as session:
        destroyed = forgetting.destroy(session, world.vault, world.objects, left)
    # Nobody can tell whose unused uploads are, so all of the organisation's go: they can be resent.
    uploads = discard_all(world.settings, principal.tenant_id)
    index = _remove_files(world.settings.index_dir)
    world.db.checkpoint()
    return {**destroyed, "uploads": uploads, "index_files": index}


def _remove_files(folder: Path) -> int:
    found = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
