"""Which usage line carries a fee that is owed once: the first that earns, in whatever order seen.

A fee for a work or a cut is owed once to each performer, however many lines, months, cuts or uses
there are. First is the earliest month, then the territory and the content of the line.
"""

from royalties.entitlement import why_not
from royalties.models import ClearedUse, UsageLine
from royalties.tariffs.models import Per

Due = frozenset[tuple[str, str]]


class Firsts:
    """Collects, over usage lines in any order, the one that carries each fee."""

    def __init__(self, per: Per | None) -> None:
        self._per = per
        self._best: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, str]]] = {}

    def see(self, work_id: str, use: ClearedUse, line: UsageLine) -> None:
        """Take a line of the use's cut into account."""
        if self._per is None or why_not(use, line) is not None:
            return
        key = (use.performer_id, work_id if self._per is Per.WORK else use.cut_id)
        rank = (line.period, line.territory, line.content_hash, use.use_id)
        if key not in self._best or rank < self._best[key][0]:
            self._best[key] = (rank, (line.id, use.use_id))

    def due(self) -> Due:
        """Ids of usage line and use of every fee."""
        return frozenset(found for _, found in self._best.values())
