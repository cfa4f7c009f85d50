"""Rebuilds the search from the sealed templates alone, which proves that every seal opens.

The sealed file that workers start from is looked at first, so that a damaged one is named, and
written anew from what was opened.
"""

import time

from api.opening import open_registry
from api.tools import index_folder
from core.clock import utc_now
from core.principal import SearchCapability
from core.settings import Settings
from registry.service.gallery import GalleryCache
from registry.service.indexfile import IndexFile, Kind


def rebuild(settings: Settings) -> dict[str, float | int | str]:
    """Counts, seconds, and the `file` as it was: good, missing, damaged or stale.

    Raises BadProof for a template that was tampered with.
    """
    began = time.monotonic()
    capability = SearchCapability("reindex", "operator")
    file = IndexFile(index_folder(settings), Kind.GALLERY)
    with open_registry(settings) as world:
        before, anew = GalleryCache(file), GalleryCache(file)
        with world.db.read() as session:
            before.refresh(session, world.vault, capability, at=utc_now())
        anew.save(world.db, world.vault, capability, at=utc_now())
    return {
        "prints": len(anew.gallery),
        "templates": anew.opened,
        "gallery_seq": anew.seq,
        "file": before.file_state.value,
        "seconds": round(time.monotonic() - began, 2),
    }
