"""Re-derives what a registry's database says of itself, from the file alone and with no code of it.

An insider may edit rows past the program. What is logged cannot be changed unseen: leaves lead to
signed roots, and each licence, revocation, clearance, audit entry and sealed row to its leaf.
Reads one consistent state and writes nothing.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from witness import documents
from witness.book import Book, Row, canonical, instant
from witness.notes import Key, Refused, is_signed_by, key_from, read_checkpoint

FAULTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the audit: what was re-derived, and what does not agree."""

    name: str
    checked: int
    faults: tuple[str, ...]


def examine(path: Path, keys: Sequence[str] = ()) -> tuple[Section, ...]:
    """Audit a database file; `keys` are the log's as known from elsewhere (else those in it).

    Raises Refused for a file that cannot be read as such a database.
    """
    if not path.is_file():
        raise Refused(f"there is no database at {path}")
    connection = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("BEGIN")
        book = _open(connection, keys)
        return tuple(_section(name, check, book) for name, check in SECTIONS)
    except sqlite3.Error as exc:
        raise Refused(f"{path.name} cannot be read: {exc}") from exc
    finally:
        connection.close()


def _open(connection: sqlite3.Connection, keys: Sequence[str]) -> Book:
    def rows(query: str, *values: Any) -> list[Row]:
        return connection.execute(query, values).fetchall()

    stored = _readable([row["vkey"] for row in rows("SELECT vkey FROM log_key")])
    book = Book(rows, tuple(key_from(vkey) for vkey in keys) if keys else tuple(stored))
    book.leaves = {row["seq"]: row for row in rows("SELECT * FROM log_leaf ORDER BY seq")}
    book.salts = {row["seq"]: row["salt"] for row in rows("SELECT seq, salt FROM log_salt")}
    book.hashes = [_leaf_hash(leaf) for leaf in book.leaves.values()]
    return book


def _readable(vkeys: Sequence[str]) -> Iterator[Key]:
    # A key that cannot be read signed nothing: its checkpoints will be named.
    for vkey in vkeys:
        with suppress(Refused):
            yield key_from(vkey)


def _section(name: str, check: Callable[[Book], tuple[int, Iterator[str]]], book: Book) -> Section:
    checked, found = check(book)
    faults: list[str] = []
    try:
        for fault in found:
            faults.append(fault)
            if len(faults) == FAULTS_MAX:
                break
    except (KeyError, ValueError, TypeError, AttributeError, Refused, sqlite3.Error) as exc:
        faults.append(f"something cannot be read: {exc}")
    return Section(name, checked, tuple(faults))


def _leaf_hash(leaf: Row) -> bytes:
    """The hash of a leaf's published bytes; empty for one that has none."""
    try:
        return hashlib.sha256(b"\x00" + _published(leaf)).digest()
    except (AttributeError, TypeError, UnicodeEncodeError):
        return b""


def _published(leaf: Row) -> bytes:
    said = {"v": 1, "kind": leaf["kind"], "id": leaf["subject_id"]}
    said |= {"commitment": leaf["commitment"], "at": instant(leaf["at"])}
    if leaf["single_operator"]:
        said["single_operator"] = True
    return canonical(said)


def _leaves(book: Book) -> tuple[int, Iterator[str]]:
    def faults() -> Iterator[str]:
        for number, (index, leaf) in enumerate(book.leaves.items()):
            if index != number:
                yield f"leaf {number} is missing"
                return
            if leaf["leaf_hash"] != book.hashes[number] or leaf["single_operator"] not in (0, 1):
                yield f"leaf {index} is not what its hash says"
        for index, salt in book.salts.items():
            if index not in book.leaves or len(salt) != 32:
                yield f"the salt {index} is none of the log's"

    return len(book.leaves), faults()


def _nodes(book: Book) -> tuple[int, Iterator[str]]:
    stored = {
        (row["level"], row["position"]): row["hash"]
        for row in book.rows("SELECT level, position, hash FROM log_node")
    }

    def faults() -> Iterator[str]:
        derived: dict[tuple[int, int], bytes] = {}
        level, hashes = 0, book.hashes
        while len(hashes) > 1:
            hashes = [_node(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
            level += 1
            derived |= {(level, place): value for place, value in enumerate(hashes)}
        for place in sorted(derived.keys() | stored.keys()):
            if derived.get(place) != stored.get(place):
                yield f"subtree {place[0]}/{place[1]} is not made of its leaves"

    return len(stored), faults()


def _checkpoints(book: Book) -> tuple[int, Iterator[str]]:
    rows = {row["size"]: row["note"] for row in book.rows("SELECT size, note FROM log_checkpoint")}

    def faults() -> Iterator[str]:
        roots = dict(_roots(book.hashes, set(rows)))
        for size, note in sorted(rows.items()):
            found = read_checkpoint(note)
            if not is_signed_by(found, book.keys):
                yield f"the checkpoint of {size} leaves is not signed by the log"
            elif found.size != size or roots.get(size) != found.root:
                yield f"the first {size} leaves are not those that the log signed"
        if rows and max(rows) != len(book.hashes):
            yield f"the log signed {max(rows)} leaves and holds {len(book.hashes)}"
        if book.hashes and not rows:
            yield "no checkpoint is left"

    return len(rows), faults()


def _roots(hashes: list[bytes], sizes: set[int]) -> Iterator[tuple[int, bytes]]:
    """The root at each of these sizes, in one pass over the leaves."""
    peaks: list[tuple[int, bytes]] = []
    for size, leaf in enumerate(hashes, 1):
        width, value = 1, leaf
        while peaks and peaks[-1][0] == width:
            value = _node(peaks.pop()[1], value)
            width *= 2
        peaks.append((width, value))
        if size in sizes:
            root = peaks[-1][1]
            for _, left in reversed(peaks[:-1]):
                root = _node(left, root)
            yield size, root


def _seals(book: Book) -> tuple[int, Iterator[str]]:
    seals = book.rows("SELECT * FROM log_seal ORDER BY table_name, first_row")

    def faults() -> Iterator[str]:
        by_leaf: dict[int, dict[str, Any]] = {}
        for seal in seals:
            columns = json.loads(seal["columns"])
            yield from _changed(book, seal, columns)
            by_leaf.setdefault(seal["log_index"], {})[seal["table_name"]] = {
                "first": seal["first_row"],
                "last": seal["last_row"],
                "count": seal["count"],
                "columns": columns,
                "digest": seal["digest"],
            }
        for index in sorted(book.of_kind("rows.sealed") | by_leaf.keys()):
            if not book.opens(index, "rows.sealed", "rows", by_leaf.get(index)):
                yield f"the seals of leaf {index} are not those that were logged"

    return sum(seal["count"] for seal in seals), faults()


def _changed(book: Book, seal: Row, columns: list[str]) -> Iterator[str]:
    table, first, last = seal["table_name"], seal["first_row"], seal["last_row"]
    if not all(name.replace("_", "").isalnum() for name in (table, *columns)):
        yield f"a seal names no table: {table}"
        return
    listed = ", ".join(f'"{name}"' for name in columns)
    rows = book.rows(
        f'SELECT {listed} FROM "{table}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid',  # noqa: S608
        first,
        last,
    )
    whole = hashlib.sha256()
    for row in rows:
        typed = [
            [type(value).__name__, value.hex() if isinstance(value, bytes) else value]
            for value in row
        ]
        whole.update(hashlib.sha256(json.dumps(typed, ensure_ascii=False).encode()).digest())
    if len(rows) != seal["count"] or whole.hexdigest() != seal["digest"]:
        yield f"rows {first} to {last} of {table} are not those that were sealed"


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


SECTIONS = (
    ("leaves", _leaves),
    ("subtrees", _nodes),
    ("checkpoints", _checkpoints),
    ("audit chain", documents.entries),
    ("licences and status", documents.licences),
    ("clearances", documents.clearances),
    ("sealed rows", _seals),
)
