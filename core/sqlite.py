"""Which SQLite to use, and how each connection is set.

Versions before 3.51.3 (3.50.7, 3.44.6 in their branches) can corrupt a database in WAL mode when
a checkpoint races a writer, and the SQLite of the standard library is often older.
Source: https://www.sqlite.org/wal.html#walresetbug
"""

import importlib
import sqlite3
from typing import Any

_SAFE_FROM = (3, 51, 3)
_SAFE_BRANCHES = {(3, 50): 7, (3, 44): 6}
# What SQLite stores as it is, and both drivers first look for a method on, one that none has: with
# pysqlite3 a microsecond and more for each value, as long as storing a short row takes.
_PLAIN = (type(None), bool, bytes)
BUSY_TIMEOUT_MS = 15_000
# A commit that was answered is on the disk.
SYNCHRONOUS = "FULL"
PAGE_BYTES = 8192


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite version is free of the WAL-reset fault."""
    patch_min = _SAFE_BRANCHES.get((version[0], version[1]))
    return version >= _SAFE_FROM or (patch_min is not None and version[2] >= patch_min)


def driver() -> Any:
    """Return the DB-API module to use: the standard one when it is sound, else pysqlite3.

    Where neither is sound the standard one is returned, and `journal_mode` keeps it off WAL.
    """
    module = _soundest()
    for kind in _PLAIN:
        module.register_adapter(kind, _as_it_is)
    return module


def _as_it_is(value: Any) -> Any:
    return value


def _soundest() -> Any:
    if wal_is_safe(sqlite3.sqlite_version_info):
        return sqlite3
    try:
        newer = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3
    return newer if wal_is_safe(newer.sqlite_version_info) else sqlite3


def journal_mode(module: Any) -> str:
    """Return WAL where it is safe with this driver, else DELETE, which is slower and sound."""
    return "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"


def set_up(connection: Any, *, journal: str, read_only: bool = False) -> None:
    """Set one fresh DB-API connection: durable, strict about keys, wiping what it deletes.

    Transactions are begun by hand, because the driver's own guess starts them too late.
    """
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        # Only a database without a first page takes it, and keeps it for good; see ADR 94.
        f"page_size = {PAGE_BYTES}",
        f"journal_mode = {journal}",
        f"synchronous = {SYNCHRONOUS}",
        "foreign_keys = ON",
        "secure_delete = ON",
        # Without this, INSERT OR REPLACE deletes rows past the append-only triggers.
        "recursive_triggers = ON",
        f"query_only = {'ON' if read_only else 'OFF'}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()
