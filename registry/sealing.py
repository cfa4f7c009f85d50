"""How vectors and evidence become bytes before they are sealed, and what each seal is bound to.

A vector is a recording: a stolen one conditions a voice cloner. It is packed here, sealed by the
vault at once and never written in any other form. The bound data (AAD) says whose it is and
which encoder made it, so that a sealed row moved to another person does not open.
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadProof
from fingerprint.models import Modality, Trace

HEADER = struct.Struct("<BII")
VERSION = 2
_FIRST = 1  # of floats, before vectors were turned
_DTYPES: dict[int, str] = {_FIRST: "<f4", VERSION: "<f8"}
_TURNED = b"\x02"
_GENERATION = struct.Struct(">I")


def marked(generation: int, sealed: bytes) -> bytes:
    """Sealed bytes with the number of the turning in force, in the clear, before them."""
    return _TURNED + _GENERATION.pack(generation) + sealed


def unmarked(stored: bytes) -> tuple[int, bytes]:
    """(turning, sealed bytes) of what `marked` wrote; turning 0 where there is no mark."""
    if not stored.startswith(_TURNED):
        return 0, stored
    head = len(_TURNED) + _GENERATION.size
    if len(stored) < head:
        raise BadProof("A sealed vector is too short.")
    (generation,) = _GENERATION.unpack(stored[len(_TURNED) : head])
    return generation, stored[head:]


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """A trace read back from its seal, under the id it is stored as; stays inside a worker."""

    id: str
    trace: Trace


def pack(stored: NDArray[np.float64], evidence: bytes | None) -> bytes:
    """Doubles of shape (D,) and a crop, an excerpt or nothing, as bytes for `unpack`."""
    data: bytes = np.ascontiguousarray(stored, dtype=_DTYPES[VERSION]).tobytes()
    header = HEADER.pack(VERSION, len(data), len(evidence or b""))
    return header + data + (evidence or b"")


def unpack(data: bytes) -> tuple[NDArray[np.float64], bytes | None]:
    """Reads what `pack` wrote; raises `BadProof` when the lengths do not agree."""
    if len(data) < HEADER.size:
        raise BadProof("A sealed vector is too short.")
    version, vector_bytes, evidence_bytes = HEADER.unpack_from(data)
    whole = HEADER.size + vector_bytes + evidence_bytes
    dtype = _DTYPES.get(version)
    if dtype is None or len(data) != whole or vector_bytes % np.dtype(dtype).itemsize:
        raise BadProof("A sealed vector is not in a known form.")
    middle = HEADER.size + vector_bytes
    vector = np.frombuffer(data[HEADER.size : middle], dtype=dtype).astype(np.float64)
    return vector, data[middle:] or None


def bound_to(
    *, tenant_id: str, subject_id: str, modality: Modality, model_id: str, version: str
) -> dict[str, str]:
    """The AAD of a sealed vector; `version` is the sha256 of the encoder's weights."""
    return {
        "tenant": tenant_id,
        "subject": subject_id,
        "modality": modality.value,
        "model": model_id,
        "version": version,
    }
