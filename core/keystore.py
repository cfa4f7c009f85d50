"""The file of wrapped data keys: one live key per subject, and what was erased.

It is a file of its own, so that keys and the data they open are backed up apart, and that erasing
a key here makes every copy of the data unreadable. Erased keys leave a row without a key, so that
an erasure can be told from damage.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import files, sqlite
from core.clock import to_text, utc_now
from core.errors import Unavailable

_SCHEMA = """
CREATE TABLE data_key (
    key_id BLOB PRIMARY KEY,
    subject_id TEXT NOT NULL,
    wrapped BLOB,
    created_at TEXT NOT NULL,
    erased_at TEXT
);
CREATE INDEX data_key_subject ON data_key (subject_id);
CREATE UNIQUE INDEX data_key_live ON data_key (subject_id) WHERE wrapped IS NOT NULL;
"""
_INSERT = (
    "INSERT INTO data_key (key_id, subject_id, wrapped, created_at) "
    "SELECT ?, ?, ?, ? WHERE NOT EXISTS "
)
_LIVE = (
    "SELECT key_id, subject_id, wrapped FROM data_key WHERE subject_id = ? AND wrapped IS NOT NULL"
)
_BY_ID = "SELECT key_id, subject_id, wrapped FROM data_key WHERE key_id = ?"
_NO_ROW = "(SELECT 1 FROM data_key WHERE subject_id = ?)"
_NO_LIVE_ROW = "(SELECT 1 FROM data_key WHERE subject_id = ? AND wrapped IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under the key-encryption key; `wrapped` is None once it is erased."""

    key_id: bytes
    subject_id: str
    wrapped: bytes | None


class Keystore:
    """The open keystore file; safe to use from several threads and processes."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> "Keystore":
        """Make an empty keystore that only its owner may read; raises Conflict when it exists."""
        files.create_private(path, b"")
        store = cls.open(path)
        store._connection.executescript(_SCHEMA)
        return store

    @classmethod
    def open(cls, path: Path) -> "Keystore":
        """Open the keystore; raises Unavailable when it is missing."""
        if not path.is_file():
            raise Unavailable(
                "the keystore is missing",
                next_step="run: ebenbild init (or restore the keystore from its backup)",
                code="no-keystore",
            )
        # No WAL here: a log of old pages would keep erased keys until it is checkpointed.
        connection = sqlite.driver().connect(path, check_same_thread=False)
        sqlite.set_up(connection, journal="DELETE")
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def live(self, subject_id: str) -> WrappedKey | None:
        """Return the subject's present key."""
        return self._one(_LIVE, subject_id)

    def by_id(self, key_id: bytes) -> WrappedKey | None:
        """Return a key by its id, erased or not."""
        return self._one(_BY_ID, key_id)

    def add_first(self, key: WrappedKey) -> None:
        """Store a key unless its subject has one already or had one that was erased."""
        self._add(_NO_ROW, key)

    def add_again(self, key: WrappedKey) -> None:
        """Store a key unless its subject has one, even if an earlier one was erased."""
        self._add(_NO_LIVE_ROW, key)

    def erase(self, subject_id: str) -> None:
        """Overwrite the subject's key; later calls change nothing."""
        self._run(
            "UPDATE data_key SET wrapped = NULL, erased_at = ? "
            "WHERE subject_id = ? AND wrapped IS NOT NULL",
            (to_text(utc_now()), subject_id),
        )

    def _add(self, condition: str, key: WrappedKey) -> None:
        values = (key.key_id, key.subject_id, key.wrapped, to_text(utc_now()), key.subject_id)
        self._run(_INSERT + condition, values)

    def _one(self, query: str, value: str | bytes) -> WrappedKey | None:
        rows = self._run(query, (value,))
        return WrappedKey(*rows[0]) if rows else None

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        with self._lock:
            cursor = self._connection.execute(statement, values)
            try:
                rows: list[Any] = cursor.fetchall()
            finally:
                cursor.close()
        return rows
