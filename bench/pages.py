"""What a page of a long list costs the server, beside the same page of somebody who has nothing.

    python -m bench.pages [--many 10000] [--only /me]

Where nobody has nothing, as with the public log, the page beside it is asked for what is not there.
Both are asked in turns and the best of each counts. The ratio is of the time that the server's
process computed, so that a busy machine does not decide it; beside it stands what the clock says.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.common import Figure
from bench.listworld import DIGITS, PART, Side, World, make

ROUNDS = 15
TIMES_MAX = 3  # an empty page
STUDIO = (
    "",
    "shelf=blocked",
    "shelf=waiting",
    "order=latest",
    "order=decided",
    "order=title",
    "verdict=REFUSED",
    "week=2032-W10",
    "person=prf_nobody",
    "cursor=2032-01-01~{half}",
)
# The page, and what is asked of it where it shall be empty.
SOCIETY = (
    ("/society", ""),
    ("/society/usage", ""),
    ("/society/invoices", ""),
    ("/society/invoices?state=overdue", ""),
    ("/society/invoices?state=paid", ""),
    ("/society/invoices?before=5000000", ""),
    ("/society/payouts", ""),
    ("/society/payouts?cursor=5000", ""),
    ("/society/payouts/{batch_id}", "cursor=z"),
    ("/society/runs/{run_id}", "after=z"),
    ("/society/runs/{run_id}/performers/{performer_id}", "after=z|z|z"),
    ("/society/entries?year={year}&figure=claimed&currency=EUR", "currency=USD"),
    ("/society/disputes", ""),
    ("/society/disputes?shelf=ended", ""),
    ("/society/unclaimed", ""),
    ("/inbox", ""),
)
PERFORMER = (
    ("/me/uses", ""),
    ("/me/uses?cursor=10100000", ""),
    ("/me/searches", ""),
    ("/me/searches?cursor=10100000", ""),
    ("/inbox", ""),
    ("/v1/found-uses", ""),
    ("/v1/complaints", ""),
)
AUDITOR = (("/audit/approvals", ""), ("/v1/audit", ""))
DESK = (("/review", ""), ("/v1/review-queue", ""), ("/v1/clearances", ""), ("/v1/releases", ""))
LOG = (
    ("/log", "q=nothing"),
    ("/log?cursor=5000", "q=nothing"),
    ("/log?kind=audit.entry", "q=nothing"),
)


@dataclass(frozen=True)
class Pair:
    """A page of much, and the same of nothing, each asked for by whom."""

    name: str
    ours: Callable[[], None]
    theirs: Callable[[], None]


def main() -> None:
    """Make the lists, then print one figure a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--many", type=int, default=10_000)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, make(Path(folder), asked.many) as world:
        for pair in _pairs(world, asked.many):
            if asked.only in pair.name:
                print(_figure(pair, asked.many), flush=True)


def _pairs(world: World, many: int) -> Iterator[Pair]:
    half = f"{world.ids['cut_id'][: -DIGITS - PART]}{many // 2:0{DIGITS}}"
    for query in STUDIO:
        yield _pair(world.studio, f"/studio?{query.format(half=half)}", "")
    for path in ("/works/{}", "/studio?work={}"):
        full, bare = (path.format(world.ids[name]) for name in ("work_id", "bare_id"))
        yield Pair(path, _asking(world.studio.full, full), _asking(world.studio.empty, bare))
    named = {**world.ids, "year": world.ids["month"][:4]}
    for side, paths in (
        (world.studio, DESK),
        (world.performer, PERFORMER),
        (world.society, SOCIETY),
        (world.auditor, AUDITOR),
        (world.auditor, LOG),
    ):
        for path, empty in paths:
            yield _pair(side, path.format(**named), empty)


def _pair(side: Side, path: str, empty: str) -> Pair:
    """Asked by the two sides; or, where `empty` says what is not there, twice by the full one."""
    if not empty:
        return Pair(path, _asking(side.full, path), _asking(side.empty, path))
    url = httpx2.URL(path)
    wanting = url.copy_merge_params(dict(each.split("=") for each in [empty]))
    return Pair(path, _asking(side.full, path), _asking(side.full, str(wanting)))


def _figure(pair: Pair, many: int) -> Figure:
    mine, bare = _best(pair.ours, pair.theirs)
    shown = f"{_shown(mine)} of {many}"
    return Figure(pair.name, shown, f"{_shown(bare)} of none", bare[0] / mine[0], 1 / TIMES_MAX)


def _best(*asked: Callable[[], None]) -> list[tuple[float, float]]:
    """Of each the least milliseconds of computing and on the clock; once before, then in turns."""
    for one in asked:
        one()
    rounds = [[_spent(one) for one in asked] for _ in range(ROUNDS)]
    return [
        (min(used), min(wall))
        for used, wall in (zip(*each, strict=True) for each in zip(*rounds, strict=True))
    ]


def _spent(ask: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds that this process computed, which serves what it asks, and on the clock."""
    used, wall = time.process_time(), time.perf_counter()
    ask()
    return (time.process_time() - used) * 1000, (time.perf_counter() - wall) * 1000


def _shown(best: tuple[float, float]) -> str:
    return f"{best[0]:.1f} ms ({best[1]:.1f} on the clock)"


def _asking(http: httpx2.Client, path: str) -> Callable[[], None]:
    kind = "application/json" if path.startswith("/v1") else "text/html"

    def ask() -> None:
        answer = http.get(path, headers={"Accept": kind})
        assert answer.status_code == 200, (path, answer.text)

    return ask


if __name__ == "__main__":
    main()
