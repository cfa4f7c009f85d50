"""Random edits of a registry's database past its program, as somebody with SQL could make them."""

import random
import shutil
import sqlite3
from pathlib import Path

from witness.audit import examine

# What may change without being a lie: the salts and details that an erasure forgets, and seals of
# keys that are changed; the ends of key and witness; when a checkpoint was written, which says no
# more than the time of its last leaf.
FREE = {
    ("audit_entry", "details"),
    ("audit_entry", "salt"),
    ("log_checkpoint", "recorded_at"),
    ("log_key", "sealed"),
    ("log_key", "retired_at"),
    ("log_witness", "url"),
    ("log_witness", "removed_at"),
}
SQL_NAME = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


def tables(path: Path) -> dict[str, list[str]]:
    """Tables that are protected by triggers and hold rows, with the columns that count."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute(SQL_NAME) if row[0].endswith("_no_update")]
    found = {}
    for name in sorted(name.removesuffix("_no_update") for name in names):
        fixed = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (f"{name}_no_update",)
        ).fetchone()[0]
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
        kept = [c for c in columns if f'"{c}"' in fixed and (name, c) not in FREE]
        if connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]:
            found[name] = kept
    connection.close()
    return found


def without_triggers(source: Path, copy: Path) -> None:
    """Copy a registry and take its triggers away, in one transaction."""
    shutil.copyfile(source, copy)
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("BEGIN")
    for (name,) in connection.execute(SQL_NAME).fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("COMMIT")
    connection.close()


def edit(path: Path, luck: random.Random, known: dict[str, list[str]]) -> str:
    """Change one value, or drop one row, of a registry without triggers; returns what was done."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")  # the copy lives for one audit
    while True:
        table = luck.choice(sorted(known))
        rowids = [row[0] for row in connection.execute(f'SELECT rowid FROM "{table}"')]
        rowid = luck.choice(rowids)
        if luck.random() < 0.15:
            connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))
            told = f"deleted {table} {rowid}"
        else:
            column = luck.choice(known[table])
            query = f'SELECT "{column}" FROM "{table}" WHERE rowid = ?'
            old = connection.execute(query, (rowid,)).fetchone()[0]
            new = changed(old, luck)
            told = f"{table} {rowid} {column}: {old!r:.60} to {new!r:.60}"
            try:
                connection.execute(
                    f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (new, rowid)
                )
            except sqlite3.IntegrityError:
                continue
        break
    connection.commit()
    connection.close()
    return told


def changed(value: object, luck: random.Random) -> object:
    """Another value of the same kind."""
    if value is None:
        return luck.choice((0, "x"))
    if isinstance(value, int):
        return value + luck.choice((-1, 1, 7))
    if isinstance(value, float):
        return value + 0.5
    if isinstance(value, bytes):
        place = luck.randrange(max(len(value), 1))
        return value[:place] + bytes([(value + b"\0")[place] ^ 1]) + value[place + 1 :]
    text = str(value)
    place = luck.randrange(max(len(text), 1))
    return text[:place] + ("x" if text[place : place + 1] != "x" else "y") + text[place + 1 :]


def undetected(source: Path, folder: Path, rounds: int, seed: int) -> list[str]:
    """Edits, each of a fresh copy, that the audit did not find."""
    luck, known = random.Random(seed), tables(source)
    bare, copy = folder / "bare.db", folder / "edited.db"
    without_triggers(source, bare)
    if any(section.faults for section in examine(bare)):
        raise ValueError("the registry is at fault before any edit, so that every edit is found")
    missed = []
    for _ in range(rounds):
        shutil.copyfile(bare, copy)
        told = edit(copy, luck, known)
        if not any(section.faults for section in examine(copy)):
            missed.append(told)
    return missed
