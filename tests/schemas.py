"""Fresh databases as copies: a schema is made once a process, since that outlasts most tests."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.db import Database

MakeSchema = Callable[[Database], None]


def copied(make_schema: MakeSchema) -> MakeSchema:
    """What `make_schema` does to a fresh database that nobody has connected to yet, by a copy."""
    return lambda fresh: _write(fresh.path, _made(make_schema))


@functools.cache
def _made(make_schema: MakeSchema) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "made.db", create=True)
        try:
            make_schema(database)
        finally:
            database.close()
        return database.path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    assert path.stat().st_size == 0, "only a fresh database is filled by a copy"
    path.write_bytes(content)
