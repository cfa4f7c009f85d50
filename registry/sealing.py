"""How vectors and evidence become bytes before they are sealed, and what each seal is bound to.

A vector is a recording: a stolen one conditions a voice cloner. It is packed here, sealed by the
vault at once and never written in any other form. The bound data (AAD) says whose it is and
which encoder made it, so that a sealed row moved to another person does not open.
"""

import struct
from dataclasses import dataclass

import numpy as np

from core.errors import BadProof
from fingerprint.models import Modality, Trace, Vector

HEADER = struct.Struct("<BII")
VERSION = 1


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """A trace read back from its seal, under the id it is stored as; stays inside a worker."""

    id: str
    trace: Trace


def pack(vector: Vector, evidence: bytes | None) -> bytes:
    """`vector` float32 of shape (D,) and a crop, an excerpt or nothing, as bytes for `unpack`."""
    data = np.ascontiguousarray(vector, dtype="<f4").tobytes()
    header = HEADER.pack(VERSION, len(data), len(evidence or b""))
    return header + data + (evidence or b"")


def unpack(data: bytes) -> tuple[Vector, bytes | None]:
    """Reads what `pack` wrote; raises `BadProof` when the lengths do not agree."""
    if len(data) < HEADER.size:
        raise BadProof("A sealed vector is too short.")
    version, vector_bytes, evidence_bytes = HEADER.unpack_from(data)
    whole = HEADER.size + vector_bytes + evidence_bytes
    if version != VERSION or len(data) != whole or vector_bytes % 4:
        raise BadProof("A sealed vector is not in a known form.")
    middle = HEADER.size + vector_bytes
    vector = np.frombuffer(data[HEADER.size : middle], dtype="<f4").astype(np.float32)
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
