"""Private keys held for agencies, sealed: each under a data key of its own, below the performer's.

The seal is bound to whose key it is, who holds it and by which mandate, so that a row that was
changed to another agency opens nothing.
"""

from core import keys
from core.keys import PrivateKey
from core.resealing import SealedColumn
from core.vault import Vault
from registry.models.heldkeys import HeldKey
from registry.store.heldkeys import HeldKeySecretRow


def seal_seed(vault: Vault, item: HeldKey, seed: bytes) -> bytes:
    """Sealed bytes of the 32 that a private key is made from."""
    return vault.seal(item.id, seed, _facts(item), owner=item.performer_id)


def open_key(vault: Vault, item: HeldKey, sealed: bytes) -> PrivateKey:
    """The private key; raises `BadProof` for a row tampered with, `NotFound` once it is erased."""
    return keys.from_seed(vault.unseal(item.id, sealed, _facts(item)))


def _facts(item: HeldKey) -> dict[str, str]:
    held = item.declared
    return _aad(item.tenant_id, item.performer_id, held.holder_id, held.mandate_sha256, item.did)


def _bound(row: HeldKeySecretRow) -> tuple[str, dict[str, str]]:
    facts = _aad(row.tenant_id, row.performer_id, row.holder_id, row.mandate_sha256, row.did)
    return row.key_id, facts


def _aad(
    tenant_id: str, performer_id: str, holder_id: str, mandate: str, did: str
) -> dict[str, str]:
    return {
        "tenant": tenant_id,
        "performer": performer_id,
        "holder": holder_id,
        "mandate": mandate,
        "did": did,
    }


SEALED = (SealedColumn(HeldKeySecretRow, "sealed", _bound),)
