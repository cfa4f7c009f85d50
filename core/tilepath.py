"""Which part of a log a path names: the standard names under which its tiles are fetched.

A tile is up to 256 neighbouring hashes of one height, a bundle the leaves themselves; both never
change once they are full. Spec: https://c2sp.org/tlog-tiles
"""

import re
from dataclasses import dataclass

WIDTH = 256
HEIGHT = 8
LEVEL_MAX = 63
_ENTRIES = -1
_PATH = re.compile(
    r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    flags=re.ASCII,
)
_GROUPS_MAX = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """`width` hashes from number `index` times 256 on; level -1 are the leaves' own bytes."""

    level: int
    index: int
    width: int

    @property
    def is_entries(self) -> bool:
        """Whether this is a bundle of leaves."""
        return self.level == _ENTRIES

    @property
    def first(self) -> int:
        """The place of the first hash among those of its height."""
        return self.index * WIDTH

    @property
    def end(self) -> int:
        """The place behind the last hash."""
        return self.first + self.width

    def fits(self, size: int) -> bool:
        """Whether a tree of so many leaves has all of its hashes."""
        return self.end <= size >> (HEIGHT * max(self.level, 0))


def parse_tile(path: str) -> Tile | None:
    """Read what follows `tile/`; None for a path that names no tile in its one spelling."""
    found = _PATH.fullmatch(path)
    if found is None or found[2].count("/") > _GROUPS_MAX:
        return None
    level = _ENTRIES if found[1] == "entries" else int(found[1])
    width = int(found[4]) if found[4] else WIDTH
    index = int(found[2].replace("x", "").replace("/", "") + found[3])
    tile = Tile(level, index, width)
    partial_full = found[4] is not None and width >= WIDTH
    return tile if level <= LEVEL_MAX and not partial_full and tile_path(tile) == path else None


def tile_path(tile: Tile) -> str:
    """Return the path of a tile, behind `tile/`."""
    digits = f"{tile.index:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    number = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    level = "entries" if tile.is_entries else str(tile.level)
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"{level}/{number}{partial}"
