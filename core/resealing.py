"""Columns of sealed bytes that a rotation seals anew, row by row, whichever package they are of.

Each row is its own decision, read off its seal: whoever stops anywhere runs it again and goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, SQLModel, col, select

from core.db import Database
from core.principal import SearchCapability
from core.vault import Vault, key_id_of

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose seals each lie under one subject's key.

    `bound` says of a row which subject that is, and what the seal is bound to. A column of keyed
    hashes, which are not opened, says itself which key one is under and how it is made `anew`.
    """

    row: type[SQLModel]
    name: str
    bound: Callable[[Any], tuple[str, Mapping[str, str]]]
    key_id: Callable[[Any], bytes] = key_id_of
    anew: Callable[[Vault, Any], Any] | None = None


def old_rows(
    session: Session, _capability: SearchCapability, vault: Vault, column: SealedColumn
) -> tuple[Any, ...]:
    """Rows of all tenants whose seal lies under a key that was replaced."""
    sealed = col(getattr(column.row, column.name))
    rows = session.exec(select(column.row).where(sealed.is_not(None)))
    return tuple(row for row in rows if _is_old(vault, column, row))


def reseal(db: Database, capability: SearchCapability, vault: Vault, column: SealedColumn) -> int:
    """Bring every row of a column under the present keys; returns how many were not."""
    with db.read() as session:
        names = [inspect(row).identity for row in old_rows(session, capability, vault, column)]
    starts = range(0, len(names), _AT_ONCE)
    return sum(_reseal(db, vault, column, names[start : start + _AT_ONCE]) for start in starts)


def _reseal(db: Database, vault: Vault, column: SealedColumn, names: list[Any]) -> int:
    done = 0
    with db.write() as session:
        for name in names:
            row = session.get(column.row, name)
            if row is None or not _is_old(vault, column, row):
                continue  # changed or gone since it was seen
            setattr(row, column.name, _anew(vault, column, row))
            session.add(row)
            done += 1
    return done


def _anew(vault: Vault, column: SealedColumn, row: Any) -> Any:
    if column.anew is not None:
        return column.anew(vault, row)
    subject_id, facts = column.bound(row)
    plain = vault.unseal(subject_id, getattr(row, column.name), facts)
    return vault.seal(subject_id, plain, facts)


def _is_old(vault: Vault, column: SealedColumn, row: Any) -> bool:
    """Whether another key than the one that sealed a row seals for its subject now."""
    sealed, live = getattr(row, column.name), vault.live_key_id(column.bound(row)[0])
    return sealed is not None and live is not None and column.key_id(sealed) not in (live, b"")
