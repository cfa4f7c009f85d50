"""A thread beside the work of a context, which has ended once the block is left."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Beside(ABC):
    """A context with a thread of its own; `_go` returns soon after `_ending` is set."""

    def __init__(self, name: str) -> None:
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._end()
        self._thread.join()

    def _end(self) -> None:
        """Tell the thread to end."""
        self._ending.set()

    @abstractmethod
    def _go(self) -> None:
        """What the thread does."""
