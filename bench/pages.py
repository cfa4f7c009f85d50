"""What a page of a long list costs the server, beside the same page of somebody who has nothing.

    python -m bench.pages [--many 10000]

One cut is decided on by the product; the others are copies of its rows under other ids and days.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx2
from sqlmodel import Session, text

from api.opening import open_registry
from api.roles import Role
from bench.common import Figure, in_turns
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage, declaration, new_cut, submit

ROUNDS = 15
TIMES_MAX = 3  # an empty page
PATHS = (
    "",
    "shelf=blocked",
    "shelf=waiting",
    "order=latest",
    "order=decided",
    "order=title",
    "verdict=REFUSED",
    "week=2032-W10",
    "person=prf_nobody",
)
DAY = "date('2031-01-01', '+' || (i / 10) || ' days')"
COPIES = {
    "cut": {"id": "'cut_copy' || printf('%06d', i)"},
    "clearance": {
        "id": "'clr_copy' || printf('%06d', i)",
        "cut_id": "'cut_copy' || printf('%06d', i)",
        "seq": "seq + 1000000 + i",
        "release_at": DAY,
    },
}


def main() -> None:
    """Make the list, then print one figure a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--many", type=int, default=10_000)
    many = parser.parse_args().many
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage.make(Path(folder))
        full, empty, (work, bare) = _seated(stage, many)
        for path in (*PATHS, f"cursor=2032-01-01~cut_copy{many // 2:06d}"):
            address = f"/studio?{path}"
            print(_figure(address, many, _asking(full, address), _asking(empty, address)))
        for path in ("/works/{}", "/studio?work={}"):
            ours, theirs = (
                _asking(http, path.format(each)) for http, each in ((full, work), (empty, bare))
            )
            print(_figure(path, many, ours, theirs))
        stage.close()


def _figure(
    path: str, many: int, ours: Callable[[], object], theirs: Callable[[], object]
) -> Figure:
    mine, bare = in_turns(ours, theirs, ROUNDS)
    shown = f"{mine:.1f} ms of {many} cuts"
    return Figure(path, shown, f"{bare:.1f} ms of none", bare / mine, 1 / TIMES_MAX)


def _asking(http: httpx2.Client, path: str) -> Callable[[], object]:
    def ask() -> None:
        answer = http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text

    return ask


def _seated(stage: Stage, many: int) -> tuple[httpx2.Client, httpx2.Client, tuple[str, str]]:
    """Somebody of a studio with many cuts and of one with none, and the work of either."""
    (full_id, studio), (empty_id, other) = stage.tenant("studio"), stage.tenant("studio", "Another")
    cut = new_cut(studio)
    submit(stage, studio, cut, medium(5_000, ("a", "face", 0, 4_000)), declaration())
    work = str(studio.get(f"/v1/cuts/{cut}")["work_id"])
    bare = str(other.post("/v1/works", {"title": "Nothing", "level": "film"})["id"])
    with open_registry(stage.settings) as world:
        with world.db.write() as session:
            for table, changed in COPIES.items():
                _copy(session, table, changed, many)
        full, empty = (seat(world.db, each, Role.STUDIO).token for each in (full_id, empty_id))
    return stage.http(full), stage.http(empty), (work, bare)


def _copy(session: Session, table: str, changed: dict[str, str], many: int) -> None:
    columns = [row[1] for row in session.exec(text(f"PRAGMA table_info({table})"))]  # type: ignore[call-overload]
    values = ", ".join(changed.get(name, name) for name in columns)
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :many)"
    session.exec(  # type: ignore[call-overload]
        text(f"INSERT INTO {table} {numbers} SELECT {values} FROM {table}, n"),
        params={"many": many},
    )


if __name__ == "__main__":
    main()
