"""Which work may stand under which: universe -> series or film -> season -> episode.

Levels only ever descend, so the tree can hold no cycle, and a licence for a work covers all
that stands below it.
"""

from core.errors import BadInput
from registry.models.works import WorkLevel

# `None` stands for "at the top".
LEGAL_PARENTS: dict[WorkLevel, frozenset[WorkLevel | None]] = {
    WorkLevel.UNIVERSE: frozenset({None}),
    WorkLevel.SERIES: frozenset({None, WorkLevel.UNIVERSE}),
    WorkLevel.FILM: frozenset({None, WorkLevel.UNIVERSE}),
    WorkLevel.SEASON: frozenset({WorkLevel.SERIES}),
    WorkLevel.EPISODE: frozenset({WorkLevel.SERIES, WorkLevel.SEASON}),
}
DEPTH_MAX = 4


def check_parent(level: WorkLevel, parent: WorkLevel | None) -> None:
    """Raises `BadInput` when a work of `level` may not stand under `parent`."""
    legal = LEGAL_PARENTS[level]
    if parent in legal:
        return
    names = " or ".join(sorted("nothing" if p is None else p.value for p in legal))
    under = "at the top" if parent is None else f"under a {parent.value}"
    raise BadInput(
        f"A work of level {level.value} cannot stand {under}.",
        next_step=f"Put it under {names}.",
        code="illegal-parent",
    )


def check_cut_level(level: WorkLevel) -> None:
    """Raises `BadInput` when a work of `level` has no cuts of its own."""
    if level is WorkLevel.UNIVERSE:
        raise BadInput(
            "A universe has no cuts of its own.",
            next_step="Name a series, film, season or episode.",
            code="illegal-cut",
        )
