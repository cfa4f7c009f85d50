"""Sealing and opening vectors: the only place where registry code holds one in the clear.

Templates and matched traces lie under the data key of their enrolment, which lies under that of the
performer, so that withdrawing the one or erasing the other destroys them in every copy; traces of
unknown people lie under a key of their tenant and the day on which they go. Inside its seal each
vector is turned by the registry's own secret matrix.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.errors import NotFound
from core.vault import Vault, key_id_of
from fingerprint.models import Modality, Template, Trace, Vector
from registry.models.characters import SealedInvented
from registry.sealing import bound_to, marked, pack, unmarked, unpack
from registry.service import turning
from registry.store.printtemplates import SealedTemplate
from registry.store.traces import SealedTrace

_STORED = "<f8"


def seal_template(
    vault: Vault,
    template: Template,
    *,
    tenant_id: str,
    performer_id: str,
    consent_id: str,
    sha: str,
) -> bytes:
    """Sealed bytes of an enrolled template; `sha` is the sha256 of the encoder's weights."""
    aad = bound_to(
        tenant_id=tenant_id,
        subject_id=performer_id,
        modality=template.modality,
        model_id=template.model_id,
        version=sha,
    )
    generation = turning.in_force(vault)
    return _sealed(
        vault,
        consent_id,
        template.vector,
        _turned(vault, template, generation),
        aad,
        model_id=template.model_id,
        owner=performer_id,
        generation=generation,
    )


def open_template(vault: Vault, sealed: SealedTemplate) -> Template:
    """The template; raises `BadProof` when the row was tampered with, `NotFound` when erased."""
    aad = bound_to(
        tenant_id=sealed.tenant_id,
        subject_id=sealed.performer_id,
        modality=sealed.modality,
        model_id=sealed.model_id,
        version=sealed.model_sha256,
    )
    model_id, evidence_ms, quality = sealed.model_id, sealed.evidence_ms, sealed.quality
    vector, rows = _unsealed(vault, sealed.consent_id, sealed.sealed, aad, model_id=model_id)
    generation, _ = unmarked(sealed.sealed)
    channels = _turned_back(vault, rows, model_id, generation, len(vector)) if rows else None
    return Template(sealed.modality, vector, model_id, evidence_ms, quality, channels)


def seal_invented(
    vault: Vault, template: Template, *, tenant_id: str, character_id: str, sha: str
) -> bytes:
    """Sealed bytes of an invented figure's vector, under a key of the figure's own."""
    aad = _invented_aad(tenant_id, character_id, template.modality, template.model_id, sha)
    vector, model_id = template.vector, template.model_id
    return _sealed(vault, character_id, vector, None, aad, model_id=model_id, owner=None)


def open_invented(vault: Vault, row: SealedInvented) -> Template:
    """The template; raises `BadProof` when the row was tampered with, `NotFound` when erased."""
    sha, model_id = row.model_sha256, row.model_id
    aad = _invented_aad(row.tenant_id, row.character_id, row.modality, model_id, sha)
    vector, _ = _unsealed(vault, row.character_id, row.sealed, aad, model_id=model_id)
    return Template(row.modality, vector, model_id, row.evidence_ms, row.quality)


def seal_trace(vault: Vault, trace: Trace, row: SealedTrace) -> SealedTrace:
    """`row` with the trace's vector and evidence sealed under the row's subject."""
    return _resealed(vault, row, trace.template.vector, trace.crop or trace.excerpt)


def reseal_trace(
    vault: Vault, row: SealedTrace, subject_id: str, *, owner: str | None = None
) -> SealedTrace:
    """`row` sealed under another subject's key, or without vector when its own key is erased."""
    if row.subject_id == subject_id or row.sealed is None:
        return row
    opened = _opened(vault, row)
    moved = replace(row, subject_id=subject_id, sealed=None)
    return moved if opened is None else _resealed(vault, moved, *opened, owner=owner)


def renewed_trace(vault: Vault, row: SealedTrace) -> SealedTrace:
    """`row` under the present key of its subject and the turning in force."""
    opened = _opened(vault, row)
    return replace(row, sealed=None) if opened is None else _resealed(vault, row, *opened)


def open_trace(vault: Vault, row: SealedTrace) -> Trace | None:
    """The trace, or `None` when its vector or its key is gone; raises `BadProof` on tampering."""
    opened = _opened(vault, row)
    if opened is None:
        return None
    vector, evidence = opened
    template = Template(row.modality, vector, row.model_id, row.evidence_ms, row.quality)
    seen = row.modality is Modality.FACE
    crop, heard = (evidence, None) if seen else (None, evidence)
    return Trace(row.modality, row.spans, template, crop, row.reasons, heard)


def is_present(vault: Vault, subject_id: str, stored: bytes) -> bool:
    """Whether this has the subject's present key and turning, or nobody can read it."""
    live = vault.live_key_id(subject_id)
    generation, sealed = unmarked(stored)
    return live is None or (live, turning.in_force(vault)) == (key_id_of(sealed), generation)


def _opened(vault: Vault, row: SealedTrace) -> tuple[Vector, bytes | None] | None:
    if row.sealed is None:
        return None
    try:
        return _unsealed(vault, row.subject_id, row.sealed, _trace_aad(row), model_id=row.model_id)
    except NotFound:
        # The key went before the row did: an erasure that a crash cut in two.
        return None


def _resealed(
    vault: Vault,
    row: SealedTrace,
    vector: Vector,
    evidence: bytes | None,
    *,
    owner: str | None = None,
) -> SealedTrace:
    sealed = _sealed(
        vault,
        row.subject_id,
        vector,
        evidence,
        _trace_aad(row),
        model_id=row.model_id,
        owner=owner,
    )
    return replace(row, sealed=sealed)


def _turned(vault: Vault, template: Template, generation: int) -> bytes | None:
    """A voice through the channels as it is stored: doubles, row after row."""
    if template.channels is None:
        return None
    rows = (
        turning.to_stored(vault, row, template.model_id, generation) for row in template.channels
    )
    return b"".join(row.astype(_STORED).tobytes() for row in rows)


def _turned_back(
    vault: Vault, rows: bytes, model_id: str, generation: int, dimension: int
) -> Vector:
    stored = np.frombuffer(rows, _STORED).astype(np.float64).reshape(-1, dimension)
    return np.stack([turning.from_stored(vault, row, model_id, generation) for row in stored])


def _sealed(
    vault: Vault,
    subject_id: str,
    vector: Vector,
    evidence: bytes | None,
    aad: Mapping[str, str],
    *,
    model_id: str,
    owner: str | None,
    generation: int | None = None,
) -> bytes:
    generation = turning.in_force(vault) if generation is None else generation
    packed = pack(turning.to_stored(vault, vector, model_id, generation), evidence)
    bound = {**aad, "turning": str(generation)}
    return marked(generation, vault.seal(subject_id, packed, bound, owner=owner))


def _unsealed(
    vault: Vault, subject_id: str, stored: bytes, aad: Mapping[str, str], *, model_id: str
) -> tuple[Vector, bytes | None]:
    generation, sealed = unmarked(stored)
    bound = {**aad, "turning": str(generation)} if generation else aad
    vector, evidence = unpack(vault.unseal(subject_id, sealed, bound))
    return turning.from_stored(vault, vector, model_id, generation), evidence


def _invented_aad(
    tenant_id: str, character_id: str, modality: Modality, model_id: str, sha: str
) -> dict[str, str]:
    aad = bound_to(
        tenant_id=tenant_id,
        subject_id=character_id,
        modality=modality,
        model_id=model_id,
        version=sha,
    )
    return {**aad, "kind": "character"}


def _trace_aad(row: SealedTrace) -> dict[str, str]:
    aad = bound_to(
        tenant_id=row.tenant_id,
        subject_id=row.subject_id,
        modality=row.modality,
        model_id=row.model_id,
        version=row.model_sha256,
    )
    return {**aad, "trace": row.id}
