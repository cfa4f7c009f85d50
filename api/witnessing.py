"""Asks the log's witnesses for cosignatures while a worker runs, in a thread of its own.

A witness that answers slowly holds up nothing; what it missed, the next round brings.
"""

import logging

from api.beside import Beside
from core.init import World
from core.witnesspost import ask_all

LOG = logging.getLogger("ebenbild.witnesses")
EVERY_S = 5.0
EVERY_S_MAX = 300.0


class Asker(Beside):
    """A context in which witnesses are asked whenever the log grew."""

    def __init__(self, world: World) -> None:
        super().__init__("witnesses")
        self._world = world

    def _go(self) -> None:
        pause_s = EVERY_S
        while not self._ending.wait(pause_s):
            pause_s = EVERY_S if self._ask() else min(2 * pause_s, EVERY_S_MAX)

    def _ask(self) -> bool:
        """One round; false when a witness did not cosign, so that the next one waits longer."""
        try:
            asked = ask_all(self._world.db, self._world.settings.webhooks)
        except Exception:
            # The border of the thread: the next round may find the disk or the network back.
            LOG.exception("witnesses could not be asked")
            return False
        for item in asked:
            if item.fault:
                LOG.warning("witness %s: %s", item.name, item.fault)
        return not any(item.fault for item in asked)
