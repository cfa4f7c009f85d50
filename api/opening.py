"""Opens the registry of a data folder for requests and jobs alike, complete and up to date.

Whoever opens it knows every table, used here or not: rows are sealed table by table.
"""

from api.demonstration import shortened
from api.schema import require_current, standing
from core.init import World, open_world
from core.settings import Settings
from migrations import tables


def open_registry(settings: Settings) -> World:
    """The open registry; raises Unavailable with the missing step, usually `ebenbild init`."""
    tables.load()
    world = open_world(settings)
    try:
        require_current(world.db)
        return shortened(world)
    except Exception:
        world.close()
        raise


def open_to_copy(settings: Settings) -> World:
    """The registry for a backup alone, at an earlier revision too: it is wanted before an update.

    Raises Unavailable where a newer program or another one made the database.
    """
    world = open_world(settings)
    try:
        standing(world.db)
        return world
    except Exception:
        world.close()
        raise
