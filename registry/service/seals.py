"""Sealing and opening vectors: the only place where registry code holds one in the clear.

Templates and matched traces lie under the data key of their enrolment, so that withdrawing it
destroys them in every copy; traces of unknown people lie under the key of their scan.
"""

from dataclasses import replace

from core.errors import NotFound
from core.vault import Vault
from fingerprint.models import Modality, Template, Trace
from registry.sealing import bound_to, pack, unpack
from registry.store.prints import SealedTemplate
from registry.store.traces import SealedTrace


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
    return vault.seal(consent_id, pack(template.vector, None), aad)


def open_template(vault: Vault, sealed: SealedTemplate) -> Template:
    """The template; raises `BadProof` when the row was tampered with, `NotFound` when erased."""
    aad = bound_to(
        tenant_id=sealed.tenant_id,
        subject_id=sealed.performer_id,
        modality=sealed.modality,
        model_id=sealed.model_id,
        version=sealed.model_sha256,
    )
    vector, _ = unpack(vault.unseal(sealed.consent_id, sealed.sealed, aad))
    return Template(sealed.modality, vector, sealed.model_id, sealed.evidence_ms, sealed.quality)


def seal_trace(vault: Vault, trace: Trace, row: SealedTrace) -> SealedTrace:
    """`row` with the trace's vector and evidence sealed under the row's subject."""
    packed = pack(trace.template.vector, trace.crop or trace.excerpt)
    return replace(row, sealed=vault.seal(row.subject_id, packed, _trace_aad(row)))


def reseal_trace(vault: Vault, row: SealedTrace, subject_id: str) -> SealedTrace:
    """`row` sealed under another subject's key, or without vector when its own key is erased."""
    if row.subject_id == subject_id or row.sealed is None:
        return row
    packed = _opened(vault, row)
    moved = replace(row, subject_id=subject_id, sealed=None)
    if packed is None:
        return moved
    return replace(moved, sealed=vault.seal(subject_id, packed, _trace_aad(moved)))


def open_trace(vault: Vault, row: SealedTrace) -> Trace | None:
    """The trace, or `None` when its vector or its key is gone; raises `BadProof` on tampering."""
    packed = _opened(vault, row)
    if packed is None:
        return None
    vector, evidence = unpack(packed)
    template = Template(row.modality, vector, row.model_id, row.evidence_ms, row.quality)
    seen = row.modality is Modality.FACE
    crop, heard = (evidence, None) if seen else (None, evidence)
    return Trace(row.modality, row.spans, template, crop, row.reasons, heard)


def _opened(vault: Vault, row: SealedTrace) -> bytes | None:
    if row.sealed is None:
        return None
    try:
        return vault.unseal(row.subject_id, row.sealed, _trace_aad(row))
    except NotFound:
        # The key went before the row did: an erasure that a crash cut in two.
        return None


def _trace_aad(row: SealedTrace) -> dict[str, str]:
    aad = bound_to(
        tenant_id=row.tenant_id,
        subject_id=row.subject_id,
        modality=row.modality,
        model_id=row.model_id,
        version=row.model_sha256,
    )
    return {**aad, "trace": row.id}
