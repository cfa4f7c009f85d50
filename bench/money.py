"""Money at size, stage by stage on one registry, beside DuckDB doing the bare sums.

    python -m bench.money [--lines 1000000]

Of a million usage lines: 100,000 cleared uses accrue, a run pays 10,000 performers, and each gets a
statement; fewer lines make all of it smaller. Ours keeps every step with what it rests on, checks
it and can be killed anywhere. DuckDB reads from CSV files the very lines that a stage of ours has
before it, with the columns that the stage reads or tells, and does no more than
- import: views by cut, place and month;
- accrual: what each cleared use earns by the report, of whose lines nobody said which are due;
- run: what was received of each claim, deducted claim by claim, by performer, payee and month;
- statements: each performer's lines of the month with their sum, in order, as one file; so do ours.
It checks nothing and keeps nothing, so beside it stands what storing our rows alone takes. Seconds
of processor time of all threads, DuckDB's better of two. A tenth of the lines is measured three
times, each in a process of its own, and its middle time stands: what takes a second differs by a
third from one time to the next. Memory is the most that the process had during a stage, with what
earlier stages left to it (on Linux; elsewhere the most so far).
"""

import argparse
import csv
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.cli.main import search_garbage_rarely
from bench.common import peer
from bench.moneyfloor import Stored
from bench.moneyworld import CLAIM, Registry, opened
from royalties.accountcsv import COLUMNS

RATIO_MOST = 20.0
GROWTH_MOST = 11.0
MEMORY_MOST = 1.5
TENTHS = 3
MIB = 1024
# Written to, Linux begins anew to look for the most memory that the process has.
_PEAK = Path("/proc/self/clear_refs")
STAGES = ("import", "accrual", "run", "statements")
QUERIES = {
    "import": "SELECT cut_id, territory, period, sum(views) FROM '{usage}' GROUP BY ALL",
    "accrual": (
        "CREATE OR REPLACE TEMP TABLE due AS SELECT cut_id, performer_id, territory, period,"
        " sum(views * rate_micro) FROM '{uses}' JOIN '{usage}' USING (cut_id) GROUP BY ALL"
    ),
    "run": (
        "SELECT performer_id, payee_id, period, currency, sum(micro), sum(micro // 10),"
        " sum(micro // 20), sum(micro - micro // 10 - micro // 20) FROM '{claims}' GROUP BY ALL"
    ),
    "statements": (
        "COPY (SELECT *, sum(amount) OVER (PARTITION BY performer_id) FROM '{movements}'"
        " ORDER BY performer_id) TO '{out}'"
    ),
}


@dataclass(slots=True)
class Seen:
    """By stage: processor seconds of ours, of storing alone and of DuckDB, and our peak in MiB."""

    ours: dict[str, float] = field(default_factory=dict)
    stored: dict[str, float] = field(default_factory=dict)
    peer: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Parse, measure a tenth and the whole, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        tenths = [pool.apply(measure, (lines // 10,)) for _ in range(TENTHS)]
        large = pool.apply(measure, (lines,))
    for name in STAGES:
        ours, theirs = large.ours[name], large.peer[name]
        print(f"{name}: {large.said[name]}")
        print(f"    ours {ours:.2f} s, DuckDB {theirs:.3f} s: {_most(ours / theirs, RATIO_MOST)}")
        kept = large.stored[name]
        if kept > 0.01 * ours:
            print(f"    storing its rows alone {kept:.2f} s: {kept / theirs:.1f} x")
        took = sorted(one.ours[name] for one in tenths)
        print(f"    a tenth takes {', '.join(f'{one:.2f}' for one in took)} s:", end=" ")
        print(_most(ours / statistics.median(took), GROWTH_MOST))
        peak = statistics.median(one.peak_mib[name] for one in tenths)
        print(f"    memory {peak} and {large.peak_mib[name]} MiB:", end=" ")
        print(_most(large.peak_mib[name] / peak, MEMORY_MOST))


def measure(lines: int) -> Seen:
    """All stages over so many usage lines."""
    seen = Seen()
    search_garbage_rarely()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened(folder, lines) as registry:
            stored = Stored(registry.stage.db)
            came = {
                "import": _stage(seen, "import", registry.take_in, stored),
                "accrual": _stage(seen, "accrual", registry.accrue, stored),
            }
            registry.get_paid()
            came["run"] = _stage(seen, "run", registry.run, stored)
            came["statements"] = _stage(seen, "statements", registry.state, stored)
            seen.stored = {name: stored.cost(*rows) for name, rows in came.items()}
            files = _files(registry, folder)
        for stage in STAGES:
            seen.peer[stage] = _summed(QUERIES[stage].format(**files))
    return seen


def _stage(
    seen: Seen, name: str, work: Callable[[], str], stored: Stored
) -> tuple[dict[str, int], dict[str, int]]:
    """Do a stage; returns the newest rows before and after it."""
    before = stored.newest()
    if _PEAK.exists():
        _PEAK.write_text("5")
    begun = time.process_time()
    seen.said[name] = work()
    seen.ours[name] = time.process_time() - begun
    seen.peak_mib[name] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB
    return before, stored.newest()


def _files(registry: Registry, folder: Path) -> dict[str, Path]:
    """What DuckDB sums: the very lines that ours had, as files."""
    files = {name: folder / f"{name}.csv" for name in ("usage", "uses", "claims", "movements")}
    _write(files["uses"], ("cut_id", "performer_id", "rate_micro"), registry.uses())
    _write(files["claims"], CLAIM, registry.claims())
    _write(files["movements"], ("performer_id", *COLUMNS), registry.movements())
    return {**files, "out": folder / "out.csv"}


def _write(path: Path, head: tuple[str, ...], rows: Any) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _summed(query: str) -> float:
    found = []
    with peer("duckdb").connect() as connection:
        for _ in range(2):
            begun = time.process_time()
            connection.execute(query).fetchall()
            found.append(time.process_time() - begun)
    return min(found)


def _most(ratio: float, most: float) -> str:
    return f"{ratio:.1f} x, at most {most:g}: {'reached' if ratio <= most else 'missed'}"


if __name__ == "__main__":
    main()
