"""Trees of hashes: whether one begins with another, shown by a proof or by a log's tiles.

Specs: RFC 6962, section 2.1.2, and https://c2sp.org/tlog-tiles
"""

import hashlib
from collections.abc import Callable, Sequence

from witness.notes import Refused

TILE_WIDTH, TILE_HEIGHT = 256, 8
HASH_BYTES = 32
EMPTY = hashlib.sha256().digest()
Fetch = Callable[[str], bytes]


def check_growth(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return when the tree of size `new` begins with that of size `old`; raise Refused otherwise.

    The two roots are built anew from the proof, cut where RFC 6962 cuts a tree.
    """
    if old == 0:
        if proof or old_root != EMPTY:
            raise Refused("from nothing there is nothing to prove")
        return
    left = list(reversed(proof))
    before, after = _both(old, new, old_root, left, whole=True)
    if left or before != old_root or after != new_root:
        raise Refused("the log's tree does not begin with the one that was seen")


def _both(
    old: int, new: int, old_root: bytes, proof: list[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    """Roots of the first `old` and of all `new` leaves; `proof` is used up from its end."""
    if old == new:
        found = old_root if whole else _next(proof)
        return found, found
    half = 1 << ((new - 1).bit_length() - 1)
    # The outermost hash is the last of the proof, so it is taken first.
    outer = _next(proof)
    if old <= half:
        before, after = _both(old, half, old_root, proof, whole=whole)
        return before, _node(after, outer)
    before, after = _both(old - half, new - half, old_root, proof, whole=False)
    return _node(outer, before), _node(outer, after)


def growth_from_tiles(old: int, new: int, fetch: Fetch) -> list[bytes]:
    """Return the proof between two sizes, made of the tiles that `fetch` gives by their names."""
    tiles: dict[str, bytes] = {}

    def node(level: int, place: int) -> bytes:
        tile_level, inside = divmod(level, TILE_HEIGHT)
        first = place << inside
        name = tile_name(tile_level, first // TILE_WIDTH, new)
        if name not in tiles:
            tiles[name] = fetch(name)
        start = first % TILE_WIDTH
        data = tiles[name][start * HASH_BYTES : (start + (1 << inside)) * HASH_BYTES]
        if len(data) != HASH_BYTES << inside:
            raise Refused(f"the tile {name} is too short")
        return _root([data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)])

    return _growth(0, old, new, node, whole=True)


def _growth(
    start: int, old: int, size: int, node: Callable[[int, int], bytes], *, whole: bool
) -> list[bytes]:
    if old == size:
        return [] if whole else [_range(start, size, node)]
    half = 1 << ((size - 1).bit_length() - 1)
    if old <= half:
        inner = _growth(start, old, half, node, whole=whole)
        return [*inner, _range(start + half, size - half, node)]
    inner = _growth(start + half, old - half, size - half, node, whole=False)
    return [*inner, _range(start, half, node)]


def tile_name(level: int, index: int, size: int) -> str:
    """Return the name of a tile of a tree of this size, full or partial."""
    width = min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
    digits = f"{index:03}"
    digits = digits.zfill((len(digits) + 2) // 3 * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    number = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{number}" + ("" if width == TILE_WIDTH else f".p/{width}")


def _range(start: int, size: int, node: Callable[[int, int], bytes]) -> bytes:
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    half = 1 << ((size - 1).bit_length() - 1)
    return _node(_range(start, half, node), _range(start + half, size - half, node))


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [_node(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _next(proof: list[bytes]) -> bytes:
    if not proof or len(proof[0]) != HASH_BYTES:
        raise Refused("the proof is too short")
    return proof.pop(0)
