"""Reads the tiles of the public log out of its tables, so that others can check all of it.

Spec: https://c2sp.org/tlog-tiles
"""

from sqlmodel import Session

from core import log
from core.errors import Broken, NotFound
from core.tilepath import HEIGHT, Tile

_LENGTH_BYTES = 2


def tile_bytes(session: Session, tile: Tile) -> bytes:
    """Return the bytes of a tile or bundle; NotFound unless the log has all of it."""
    if not tile.fits(log.size(session)):
        raise NotFound("the log has no such tile", next_step="read the checkpoint's size first")
    if tile.is_entries:
        return _bundle(session, tile)
    hashes = log.nodes(session, HEIGHT * tile.level, tile.first, tile.end)
    if len(hashes) != tile.width:
        raise Broken(f"the log lacks hashes of its tile {tile.level}/{tile.index}")
    return b"".join(hashes)


def _bundle(session: Session, tile: Tile) -> bytes:
    found = log.leaves(session, after=tile.first - 1, limit=tile.width)
    if [leaf.index for leaf in found] != list(range(tile.first, tile.end)):
        raise Broken(f"the log lacks leaves of its bundle {tile.index}")
    entries = (log.published(leaf) for leaf in found)
    return b"".join(len(data).to_bytes(_LENGTH_BYTES, "big") + data for data in entries)
