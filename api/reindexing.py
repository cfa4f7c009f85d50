"""Rebuilds the search from the sealed templates alone, which proves that every seal opens."""

import time

from api.opening import open_registry
from core.clock import utc_now
from core.principal import SearchCapability
from core.settings import Settings
from fingerprint.gallery import Gallery
from registry.service.gallery import load_gallery


def rebuild(settings: Settings) -> dict[str, float | int]:
    """Counts and seconds; raises BadProof for a template that was tampered with."""
    began = time.monotonic()
    capability = SearchCapability("reindex", "operator")
    with open_registry(settings) as world, world.db.read() as session:
        entries, gallery_seq = load_gallery(session, world.vault, capability, at=utc_now())
    gallery = Gallery(entries)
    return {
        "prints": len(gallery),
        "templates": sum(len(entry.templates) for entry in entries),
        "gallery_seq": gallery_seq,
        "seconds": round(time.monotonic() - began, 2),
    }
