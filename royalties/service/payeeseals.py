"""Payees' details under their seal, each payee's with a key of its own.

The key is not the performer's: what was paid to whom has to be kept by law after everything else
about a person was erased, and for no longer: its key is apart so that it can be destroyed then.
"""

from core.resealing import SealedColumn
from core.vault import Vault
from royalties.payees import PayeeDetails, PayeeVersion, from_bytes, to_bytes
from royalties.store.exemptions import ExemptionRow
from royalties.store.payees import PayeeVersionRow
from royalties.withholding import HeldExemption


def seal_details(
    vault: Vault, details: PayeeDetails, *, tenant_id: str, payee_id: str, version_id: str
) -> bytes:
    """Sealed bytes of a version."""
    return vault.seal(payee_id, to_bytes(details), _aad(tenant_id, payee_id, version_id))


def open_details(vault: Vault, item: PayeeVersion) -> PayeeDetails:
    """What a version says; raises `BadProof` where the row was tampered with."""
    aad = _aad(item.tenant_id, item.payee_id, item.id)
    return from_bytes(vault.unseal(item.payee_id, item.sealed, aad))


def seal_certificate(vault: Vault, number: str, item: HeldExemption) -> bytes:
    """Sealed bytes of the number of a certificate of exemption."""
    aad = _aad(item.tenant_id, item.payee_id, item.id)
    return vault.seal(item.payee_id, number.encode("utf-8"), aad)


def open_certificate(vault: Vault, item: HeldExemption) -> str:
    """The number; raises `BadProof` where the row was tampered with."""
    aad = _aad(item.tenant_id, item.payee_id, item.id)
    return vault.unseal(item.payee_id, item.sealed, aad).decode("utf-8")


def _aad(tenant_id: str, payee_id: str, version_id: str) -> dict[str, str]:
    return {"tenant": tenant_id, "payee": payee_id, "version": version_id}


def _bound(row: PayeeVersionRow | ExemptionRow) -> tuple[str, dict[str, str]]:
    return row.payee_id, _aad(row.tenant_id, row.payee_id, row.id)


SEALED = (
    SealedColumn(PayeeVersionRow, "sealed", _bound),
    SealedColumn(ExemptionRow, "sealed_certificate", _bound),
)
