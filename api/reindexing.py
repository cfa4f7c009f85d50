"""Rebuilds the search from what is sealed in the database, which proves that every seal opens.

The sealed files that workers start from, of the prints and of the archive of past scans, are looked
at first, so that a damaged one is named, and written anew from what was opened.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from api.opening import open_registry
from api.tools import index_folder
from core.clock import utc_now
from core.errors import Unavailable
from core.init import World
from core.principal import SearchCapability
from core.settings import Settings
from registry.service.archive import ArchiveCache
from registry.service.gallery import GalleryCache
from registry.service.indexfile import IndexFile, Kind, State

if TYPE_CHECKING:
    from fingerprint.archive import Nearness

NO_MODELS = "no-models"
_CAPABILITY = SearchCapability("reindex", "operator")
Found = dict[str, float | int | str]


def rebuild(settings: Settings) -> Found:
    """Counts, seconds, and each file as it was: good, missing, damaged or stale.

    How the archive compares depends on the models: where they are missing it is left as it is,
    and `archive_file` says so. Raises BadProof for a sealed row that was tampered with.
    """
    began = time.monotonic()
    with open_registry(settings) as world:
        found = _prints(world) | _archive(world)
    return found | {"seconds": round(time.monotonic() - began, 2)}


def _prints(world: World) -> Found:
    file = IndexFile(index_folder(world.settings), Kind.GALLERY)
    before, anew = GalleryCache(file), GalleryCache(file)
    with world.db.read() as session:
        before.refresh(session, world.vault, _CAPABILITY, at=utc_now())
    anew.save(world.db, world.vault, _CAPABILITY, at=utc_now())
    return {
        "prints": len(anew.gallery),
        "templates": anew.opened,
        "gallery_seq": anew.seq,
        "file": before.file_state.value,
    }


def _archive(world: World) -> Found:
    """The same of past scans; a file with other vectors than the database counts as damaged."""
    try:
        near = _near(world.settings)
    except Unavailable:
        return {"archived": 0, "archive_file": NO_MODELS}
    file = IndexFile(index_folder(world.settings), Kind.ARCHIVE)
    before = ArchiveCache(near, file)
    held = before.restore(world.vault)
    anew = ArchiveCache(near, file).save(world.db, world.vault, _CAPABILITY, at=utc_now())
    state = before.file_state if held.agrees(anew) else State.DAMAGED
    return {"archived": len(anew), "archive_file": state.value}


def _near(settings: Settings) -> "Mapping[str, Nearness]":
    """What workers compare past vectors by; raises Unavailable where models are missing."""
    # Imported here: the command must work on a machine that cannot load the models.
    from fingerprint import opening  # noqa: PLC0415
    from fingerprint.archive import nearnesses  # noqa: PLC0415
    from fingerprint.weights.manifest import load_manifest  # noqa: PLC0415

    return nearnesses(opening.calibrations(load_manifest(settings.models_path)))
