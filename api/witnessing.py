"""Asks the log's witnesses for cosignatures while a worker runs, in a thread of its own.

A witness that answers slowly holds up nothing; what it missed, the next round brings.
"""

import logging
import threading
from types import TracebackType
from typing import Self

from core.init import World
from core.witnesspost import ask_all

LOG = logging.getLogger("ebenbild.witnesses")
EVERY_S = 5.0
EVERY_S_MAX = 300.0


class Asker:
    """A context in which witnesses are asked whenever the log grew."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go, name="witnesses", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()

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
