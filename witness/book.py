"""A registry's database as an auditor reads it: rows, leaves, and what opens their commitments."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from witness.notes import Key

Row = sqlite3.Row


@dataclass(slots=True)
class Book:
    """The database as read, and the leaves by their place."""

    rows: Callable[..., list[Row]]
    keys: tuple[Key, ...]
    leaves: dict[int, Row] = field(default_factory=dict)
    salts: dict[int, bytes] = field(default_factory=dict)
    hashes: list[bytes] = field(default_factory=list)

    def opens(self, index: int, kind: str, subject: str, payload: Any) -> bool:
        """Whether a leaf is of this kind and subject and commits to this payload."""
        leaf, salt = self.leaves.get(index), self.salts.get(index)
        if leaf is None or salt is None or (leaf["kind"], leaf["subject_id"]) != (kind, subject):
            return False
        return hashlib.sha256(salt + canonical(payload)).hexdigest() == str(leaf["commitment"])

    def of_kind(self, kind: str) -> set[int]:
        """Places of the leaves of a kind."""
        return {index for index, leaf in self.leaves.items() if leaf["kind"] == kind}


def canonical(value: Any) -> bytes:
    """The canonical bytes of plain JSON (RFC 8785 for what the registry logs)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def instant(stored: str) -> str:
    """A stored time in the form that is hashed: no fraction, milliseconds or microseconds."""
    whole, _, fraction = stored.removesuffix("Z").partition(".")
    if fraction == "000000":
        return f"{whole}Z"
    return f"{whole}.{fraction.removesuffix('000') if fraction.endswith('000') else fraction}Z"
