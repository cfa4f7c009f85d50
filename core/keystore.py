"""The file of wrapped data keys: one live key per subject, what they hang on, and what was erased.

It is a file of its own, so that keys and the data they open are backed up apart, and that erasing
a key here makes every copy of the data unreadable. A key lies under the root key or under another
subject's key, and goes with it. Erased keys leave a row without a key, so that an erasure can be
told from damage.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import files, sqlite
from core.clock import to_text, utc_now
from core.dberrors import is_damaged, of_driver
from core.erasures import ERASURES_FILE, ErasureList
from core.errors import Unavailable
from core.keytables import COLUMNS, SCHEMA, VERSION

_NOT_REVOKED = (
    "(? IS NULL OR EXISTS (SELECT 1 FROM data_key WHERE key_id = ? "
    "AND wrapped IS NOT NULL AND retired_at IS NULL)) "
    "AND (? IS NULL OR EXISTS (SELECT 1 FROM root_key WHERE root_id = ?))"
)
_NO_ROW = "NOT EXISTS (SELECT 1 FROM data_key WHERE subject_id = ?)"
_NO_LIVE_ROW = (
    "NOT EXISTS (SELECT 1 FROM data_key "
    "WHERE subject_id = ? AND wrapped IS NOT NULL AND retired_at IS NULL)"
)
_SELECT = f"SELECT {COLUMNS} FROM data_key WHERE "  # noqa: S608 (names of ours)
_WIDTH = len(COLUMNS.split(", "))
_WITH_PARENT = (
    "SELECT own.key_id, own.subject_id, own.wrapped, own.parent_id, own.root_id, own.retired_at, "
    "above.key_id, above.subject_id, above.wrapped, above.parent_id, above.root_id, "
    "above.retired_at FROM data_key own LEFT JOIN data_key above ON above.key_id = own.parent_id "
    "WHERE own.key_id = ?"
)
_APPLIED = "erasures_applied"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key as it lies in the file; `wrapped` is None once it is erased.

    It is wrapped by the key `parent_id` names, else by the root key `root_id` names. A retired key
    opens what it sealed and seals nothing more.
    """

    key_id: bytes
    subject_id: str
    wrapped: bytes | None
    parent_id: bytes | None
    root_id: bytes | None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class RootKey:
    """A root key under the key-encryption key."""

    root_id: bytes
    wrapped: bytes


class Keystore:
    """The open keystore file; safe to use from several threads and processes."""

    def __init__(self, connection: Any, erased: ErasureList) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.erasures = erased

    @classmethod
    def create(cls, path: Path) -> "Keystore":
        """Make an empty keystore that only its owner may read; raises Conflict when it exists."""
        files.create_private(path, b"")
        store = cls._connected(path)
        store._connection.executescript(SCHEMA)
        return store

    @classmethod
    def open(cls, path: Path) -> "Keystore":
        """Open the keystore; raises Unavailable when it is missing or no keystore."""
        if not path.is_file():
            raise Unavailable(
                "the keystore is missing",
                next_step="run: ebenbild init (or restore it: ebenbild keys restore BACKUP)",
                code="no-keystore",
            )
        if path.stat().st_size == 0:
            raise _damaged(path)
        return cls._connected(path)

    @classmethod
    def _connected(cls, path: Path) -> "Keystore":
        # No WAL here: a log of old pages would keep erased keys until it is checkpointed.
        connection = sqlite.driver().connect(path, check_same_thread=False)
        try:
            with of_driver():
                sqlite.set_up(connection, journal="DELETE")
        except Unavailable as exc:
            connection.close()
            raise (_damaged(path) if is_damaged(exc.__cause__) else exc) from exc
        return cls(connection, ErasureList(path.with_name(ERASURES_FILE)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock: all that is written inside is written at the end, or nothing is.

        Inside another it is part of that one.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self.run("BEGIN IMMEDIATE")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                # SQLite may have ended it by itself, as where the disk is full.
                if self._connection.in_transaction:
                    self.run("ROLLBACK")
                raise

    @property
    def is_current(self) -> bool:
        """Whether the tables are as this version makes them."""
        return bool(self.run("PRAGMA user_version")[0][0] == VERSION)

    def roots(self) -> tuple[RootKey, ...]:
        """Root keys, the newest last; more than one while the key-encryption key is rotated."""
        rows = self.run("SELECT root_id, wrapped FROM root_key ORDER BY seq")
        return tuple(RootKey(*row) for row in rows)

    def add_root(self, root: RootKey) -> None:
        """Store a root key; it is the newest from now on."""
        self.run(
            "INSERT INTO root_key (root_id, wrapped, created_at) VALUES (?, ?, ?)",
            (root.root_id, root.wrapped, _now()),
        )

    def drop_unused_roots(self) -> None:
        """Destroy every root key but the newest, unless a data key still lies under it."""
        self.run(
            "DELETE FROM root_key WHERE seq < (SELECT max(seq) FROM root_key) AND NOT EXISTS "
            "(SELECT 1 FROM data_key WHERE data_key.root_id = root_key.root_id "
            "AND data_key.wrapped IS NOT NULL)"
        )

    def live(self, subject_id: str) -> WrappedKey | None:
        """Return the subject's present key."""
        return self._one(
            "subject_id = ? AND wrapped IS NOT NULL AND retired_at IS NULL", subject_id
        )

    def any_of(self, subject_id: str) -> bool:
        """Whether the subject has a key or had one."""
        return bool(self._many("subject_id = ? LIMIT 1", (subject_id,)))

    def by_id(self, key_id: bytes) -> WrappedKey | None:
        """Return a key by its id, erased or not."""
        return self._one("key_id = ?", key_id)

    def with_parent(self, key_id: bytes) -> tuple[WrappedKey, WrappedKey | None] | None:
        """A key by its id and the one it lies under, erased or not: in one look at the file."""
        rows = self.run(_WITH_PARENT, (key_id,))
        if not rows:
            return None
        own, above = rows[0][:_WIDTH], rows[0][_WIDTH:]
        return _key(*own), None if above[0] is None else _key(*above)

    def children(self, key_id: bytes) -> tuple[WrappedKey, ...]:
        """Keys that lie under this one."""
        return self._many("parent_id = ? AND wrapped IS NOT NULL", (key_id,))

    def not_under(self, root_id: bytes, limit: int) -> tuple[WrappedKey, ...]:
        """Keys that lie under another root key than this one."""
        condition = "root_id <> ? AND parent_id IS NULL AND wrapped IS NOT NULL LIMIT ?"
        return self._many(condition, (root_id, limit))

    def subjects(self, prefix: str) -> tuple[str, ...]:
        """Subjects with a live key whose name begins so, in order."""
        rows = self.run(
            "SELECT subject_id FROM data_key WHERE subject_id >= ? AND subject_id < ? "
            "AND wrapped IS NOT NULL AND retired_at IS NULL ORDER BY subject_id",
            _named(prefix),
        )
        return tuple(row[0] for row in rows)

    def key_ids(self) -> frozenset[bytes]:
        """Every key that still opens something."""
        rows = self.run("SELECT key_id FROM data_key WHERE wrapped IS NOT NULL")
        return frozenset(row[0] for row in rows)

    def all_ids(self) -> frozenset[bytes]:
        """Every key that there ever was, erased ones too."""
        return frozenset(row[0] for row in self.run("SELECT key_id FROM data_key"))

    def add_first(self, key: WrappedKey) -> None:
        """Store a key unless its subject has one already or had one that was erased."""
        self._add(_NO_ROW, key)

    def add_again(self, key: WrappedKey) -> None:
        """Store a key unless its subject has one, even if an earlier one was erased."""
        self._add(_NO_LIVE_ROW, key)

    def retire(self, key_id: bytes) -> None:
        """Let a key open what it sealed and seal nothing more."""
        self.run("UPDATE data_key SET retired_at = ? WHERE key_id = ?", (_now(), key_id))

    def retired(self, prefix: str) -> tuple[WrappedKey, ...]:
        """Keys that seal nothing more but still open, of subjects whose name begins so."""
        condition = (
            "subject_id >= ? AND subject_id < ? AND wrapped IS NOT NULL AND retired_at IS NOT NULL"
        )
        return self._many(condition, _named(prefix))

    def rewrap(self, old: WrappedKey, new: WrappedKey) -> None:
        """Replace how a key is wrapped, unless it changed or was erased meanwhile."""
        self.run(
            "UPDATE data_key SET wrapped = ?, parent_id = ?, root_id = ? "
            "WHERE key_id = ? AND wrapped = ?",
            (new.wrapped, new.parent_id, new.root_id, old.key_id, old.wrapped),
        )

    def destroy(self, key_ids: Sequence[bytes]) -> None:
        """Overwrite keys; later calls change nothing."""
        for key_id in key_ids:
            self.run(
                "UPDATE data_key SET wrapped = NULL, erased_at = ? "
                "WHERE key_id = ? AND wrapped IS NOT NULL",
                (_now(), key_id),
            )

    def erase(self, subject_id: str) -> None:
        """Overwrite all keys of the subject and those under them, named on the list before."""
        with self.writing():
            rows = self.run(
                "SELECT key_id, wrapped IS NOT NULL FROM data_key WHERE subject_id = ? "
                "OR parent_id IN (SELECT key_id FROM data_key WHERE subject_id = ?)",
                (subject_id, subject_id),
            )
            if any(there for _, there in rows):
                key_ids = [row[0] for row in rows]
                self.erasures.add(subject_id, key_ids, _now())
                self.destroy(key_ids)
                self._mark_applied()

    def apply_erasures(self) -> None:
        """Erase what the list names and this file still holds: after a crash or a restore."""
        applied = self.run("SELECT value FROM meta WHERE name = ?", (_APPLIED,))
        if self.erasures.size == (applied[0][0] if applied else 0):
            return
        with self.writing():
            self.destroy(sorted(self.erasures.key_ids() & self.key_ids()))
            self._mark_applied()

    def _mark_applied(self) -> None:
        self.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_APPLIED, self.erasures.size),
        )

    def _add(self, condition: str, key: WrappedKey) -> None:
        self.run(
            f"INSERT INTO data_key ({COLUMNS}, created_at) SELECT ?, ?, ?, ?, ?, NULL, ? "
            f"WHERE {condition} AND {_NOT_REVOKED}",
            (*_values(key), _now(), key.subject_id, *(2 * [key.parent_id]), *(2 * [key.root_id])),
        )

    def _one(self, condition: str, value: str | bytes) -> WrappedKey | None:
        found = self._many(condition, (value,))
        return found[0] if found else None

    def _many(self, condition: str, values: tuple[Any, ...]) -> tuple[WrappedKey, ...]:
        rows = self.run(_SELECT + condition, values)
        return tuple(_key(*row) for row in rows)

    def run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        """Carry out one statement and return its rows; raises Unavailable as the database does."""
        with self._lock, of_driver():
            cursor = self._connection.execute(statement, values)
            try:
                rows: list[tuple[Any, ...]] = cursor.fetchall()
            finally:
                cursor.close()
        return rows


def _key(
    key_id: bytes,
    subject_id: str,
    wrapped: bytes | None,
    parent_id: bytes | None,
    *above: Any,
) -> WrappedKey:
    root_id, retired_at = above
    return WrappedKey(key_id, subject_id, wrapped, parent_id, root_id, retired_at is not None)


def _values(key: WrappedKey) -> tuple[Any, ...]:
    return key.key_id, key.subject_id, key.wrapped, key.parent_id, key.root_id


def _named(prefix: str) -> tuple[str, str]:
    return prefix, prefix + "\U0010ffff"


def _damaged(path: Path) -> Unavailable:
    return Unavailable(
        f"{path.name} is damaged, or no keystore",
        next_step="move it away and restore its backup: ebenbild keys restore BACKUP",
        code="damaged-keystore",
    )


def _now() -> str:
    return to_text(utc_now())
