"""What benchmarks share: runs in turns, and one line per figure that says whether it is reached.

A busy machine slows our run and the peer's alike, so they alternate, and ratios are what counts.
"""

import os
import resource
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured, ours and the peer's in words, and their ratio.

    `least` is what the ratio must be; None where nothing is asked of it.
    """

    name: str
    ours: str
    peer: str
    ratio: float
    least: float | None = None

    @property
    def reached(self) -> bool:
        return self.least is None or self.ratio >= self.least

    def __str__(self) -> str:
        asked = "" if self.least is None else f"  {self.least:g} x: {_VERDICT[self.reached]}"
        return f"{self.name}\n    ours {self.ours}; {self.peer}; ratio {self.ratio:.1f}{asked}"


_VERDICT = {True: "reached", False: "missed"}


def in_turns(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Median milliseconds of each, run once before and then in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    ours(), theirs()
    for _ in range(rounds):
        times[0].append(timed(ours))
        times[1].append(timed(theirs))
    return statistics.median(times[0]), statistics.median(times[1])


def timed(run: Callable[[], object]) -> float:
    """Milliseconds that one run takes."""
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def computed() -> float:
    """Seconds that this process and those below it, ended ones too, have spent computing."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in children(os.getpid()))
    return sum(one.ru_utime + one.ru_stime for one in used) + ticks / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """Processes that a process has started and that have not ended; Linux tells."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:  # a thread that has just ended
            continue
    return found


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on (man 5 proc_pid_stat); none if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def peer(name: str) -> Any:
    """A peer's module; ends the benchmark with what to install where it is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module: ModuleType = __import__(name, fromlist=["_"])
        except (ImportError, SystemExit) as exc:  # face_recognition quits without its models
            raise SystemExit(f"{name} is not installed: see requirements/peers.txt.") from exc
    return module
