"""How long work still takes, from how fast it went a moment ago.

What was done before this worker took the job up says nothing about its speed, and a film's credits
go faster than its crowds: only recent work counts.
"""

from collections import deque

RECENT_S = 60.0
KNOWN_AFTER_S = 2.0  # less says nothing


class Remaining:
    """Feeds on shares of the whole, from 0 to 1 and rising, with the time in seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def add(self, share: float, at_s: float) -> int | None:
        """Seconds left at the recent rate; None while that is not known."""
        self._seen.append((at_s, share))
        while len(self._seen) > 2 and at_s - self._seen[1][0] >= RECENT_S:
            self._seen.popleft()
        first_s, first = self._seen[0]
        if at_s - first_s < KNOWN_AFTER_S or share <= first:
            return None
        return round((1 - share) * (at_s - first_s) / (share - first))
