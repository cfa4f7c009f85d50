"""Names and vectors as bytes and back, without a pickle and without FAISS's own format.

FAISS trusts the files it reads; these are rows of numbers behind a short description, read only
after whoever stored them has proven them, and checked all the same.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import BadProof
from fingerprint.index.protocol import Matrix, checked_vectors
from fingerprint.models import Modality

_LENGTH = struct.Struct("<Q")
_PIECE_ROWS = 1 << 14


@dataclass(frozen=True, slots=True)
class Rows:
    """Unit vectors (N, D) of one encoder, and under each name of `columns` a value for each."""

    modality: Modality
    model_id: str
    columns: dict[str, list[Any]]
    vectors: Matrix


def to_bytes(shelves: Sequence[Rows], about: dict[str, Any]) -> Iterator[bytes]:
    """The description first, with `about`, then the vectors in pieces."""
    described = [
        {
            "modality": rows.modality.value,
            "model_id": rows.model_id,
            "columns": rows.columns,
            "shape": list(rows.vectors.shape),
        }
        for rows in shelves
    ]
    head = json.dumps({"about": about, "shelves": described}).encode()
    yield _LENGTH.pack(len(head))
    yield head
    for rows in shelves:
        for start in range(0, len(rows.vectors), _PIECE_ROWS):
            piece = rows.vectors[start : start + _PIECE_ROWS]
            yield np.ascontiguousarray(piece, "<f4").tobytes()


def from_bytes(data: bytearray) -> tuple[list[Rows], dict[str, Any]]:
    """What `to_bytes` wrote; raises BadProof when description and vectors do not agree."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        head = json.loads(bytes(data[_LENGTH.size : at]))
        shelves = []
        for described in head["shelves"]:
            rows, at = _rows(described, data, at)
            shelves.append(rows)
        about = dict(head["about"])
    except (struct.error, ValueError, KeyError, TypeError) as exc:
        raise _disagree() from exc
    if at != len(data):
        raise _disagree()
    return shelves, about


def _rows(described: dict[str, Any], data: bytearray, at: int) -> tuple[Rows, int]:
    count, dimension = (int(size) for size in described["shape"])
    columns = dict(described["columns"])
    if min(count, dimension) < 0 or any(len(column) != count for column in columns.values()):
        raise _disagree()
    flat = np.frombuffer(data, "<f4", count * dimension, at)
    vectors = checked_vectors(flat.reshape(count, dimension), dimension)
    modality = Modality(described["modality"])
    return Rows(modality, str(described["model_id"]), columns, vectors), at + flat.nbytes


def _disagree() -> BadProof:
    return BadProof(
        "stored vectors do not fit their description",
        next_step="run: ebenbild reindex",
        code="bad-index-file",
    )
