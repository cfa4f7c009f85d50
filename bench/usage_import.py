"""Takes usage lines in beside DuckDB, which only reads the same file and adds it up.

    python -m bench.usage_import [--lines 1000000]

Ours checks every line, recognises what came before, and keeps each durably with its id, in batches
as the job does; DuckDB reads the CSV and sums views by cut, territory and month. Both in seconds of
processor time, of all threads, because a machine with other work stretches the wall clock alike.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from api.cli.main import search_garbage_rarely
from api.importing import JOB_BATCH
from core.clock import utc_now
from core.ids import derived_id
from core.init import World, initialise, open_world
from core.principal import Principal
from core.settings import Settings
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.store import works
from royalties.reports.opening import Form, open_report
from royalties.service import usage
from royalties.service.usage_intake import batches
from tests.fixtures import create_schema, new_principal

CUTS = 2_000
PLACES = ("DE", "AT", "CH", "FR", "IT", "ES", "US", "GB", "JP", "BR")
RATIO_MOST = 20.0
GROWTH_MOST = 11.0
MEMORY_MOST = 1.5
MIB = 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """Processor seconds of ours and of DuckDB, our peak of memory in MiB, lines accepted."""

    ours: float
    peer: float
    peak_mib: int
    accepted: int


def main() -> None:
    """Parse, measure a tenth and the whole, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        small, large = (pool.apply(measure, (count,)) for count in (lines // 10, lines))
    ratio, growth = large.ours / large.peer, large.ours / small.ours
    print(f"{large.accepted} of {lines} usage lines taken in")
    print(f"    ours {large.ours:.1f} s, DuckDB {large.peer:.2f} s: {_most(ratio, RATIO_MOST)}")
    print(f"    from {lines // 10} lines on: {_most(growth, GROWTH_MOST)}")
    memory = large.peak_mib / small.peak_mib
    print(f"    memory {small.peak_mib} and {large.peak_mib} MiB: {_most(memory, MEMORY_MOST)}")


def measure(count: int) -> Seen:
    """Write a report of so many lines, take it in, and let DuckDB add it up."""
    search_garbage_rarely()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usage.csv"
        cuts = [derived_id("cut", str(number)) for number in range(CUTS)]
        write(path, cuts, count)
        settings = Settings(data_dir=Path(folder) / "data")
        initialise(settings, create_schema)
        with open_world(settings) as world:
            studio = new_principal(world.db, "studio")
            add_cuts(world, studio, cuts)
            begun = time.process_time()
            accepted = take_in(world, studio, path)
            ours = time.process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB
        return Seen(ours, add_up(path), peak, accepted)


def write(path: Path, cuts: list[str], count: int) -> None:
    """A report in no order, every line with a name of its own."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write("cut_id,territory,period,views,reference\n")
        for number in range(count):
            month, views = draw.randrange(1, 13), draw.randrange(1_000_000)
            place = f"{draw.choice(cuts)},{draw.choice(PLACES)},2025-{month:02d}"
            file.write(f"{place},{views},o{number}\n")


def add_cuts(world: World, studio: Principal, cuts: list[str]) -> None:
    """The cuts that the report is about."""
    work = Work(derived_id("wrk", "bench"), studio.tenant_id, WorkLevel.SERIES, None, "", {})
    with world.db.write() as session:
        works.add_work(session, work, at=utc_now())
        for cut_id in cuts:
            cut = Cut(cut_id, studio.tenant_id, work.id, "v", CutFormat.VERTICAL, "de", None)
            works.add_cut(session, cut, at=utc_now())


def take_in(world: World, studio: Principal, path: Path) -> int:
    """As the job does it: a batch and how far it is in one transaction."""
    with world.db.write() as session:
        begun = usage.begin_import(session, studio, file_sha256="", sender="", now=utc_now())
    with world.db.read() as session:
        intake, mapping = usage.go_on(session, studio, begun.import_id)
    with path.open("rb") as file:
        for batch in batches(open_report(file, mapping).rows, JOB_BATCH):
            with world.db.write() as session:
                intake.take(session, batch)
                usage.save(session, intake, Form.CSV)
    with world.db.write() as session:
        usage.save(session, intake, Form.CSV, ended=True)
    return intake.report.accepted


def add_up(path: Path) -> float:
    """Processor seconds of the bare sums, the better of two runs."""
    import duckdb

    query = "SELECT cut_id, territory, period, sum(views) FROM read_csv(?) GROUP BY ALL"
    found = []
    with duckdb.connect() as connection:
        for _ in range(2):
            begun = time.process_time()
            connection.execute(query, [str(path)]).fetchall()
            found.append(time.process_time() - begun)
    return min(found)


def _most(ratio: float, most: float) -> str:
    return f"{ratio:.1f} x, at most {most:g}: {'reached' if ratio <= most else 'missed'}"


if __name__ == "__main__":
    main()
