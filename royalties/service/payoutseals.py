"""Files of batches under their seal: they hold names and accounts of everybody who is paid."""

from core.resealing import SealedColumn
from core.vault import Vault
from royalties.models_payouts import Batch
from royalties.store.payouttables import BatchRow

FILE, LIST = "file", "list"


def seal_file(vault: Vault, batch: Batch, data: bytes, what: str) -> bytes:
    """Sealed bytes of what goes to the bank."""
    return vault.seal(batch.id, data, _aad(batch.tenant_id, batch.id, what))


def open_file(vault: Vault, batch: Batch, sealed: bytes, what: str) -> bytes:
    """The exact bytes; raises `BadProof` where the row was tampered with."""
    return vault.unseal(batch.id, sealed, _aad(batch.tenant_id, batch.id, what))


def _aad(tenant_id: str, batch_id: str, what: str) -> dict[str, str]:
    return {"tenant": tenant_id, "batch": batch_id, "what": what}


SEALED = (
    SealedColumn(BatchRow, "sealed_file", lambda row: (row.id, _aad(row.tenant_id, row.id, FILE))),
    SealedColumn(BatchRow, "sealed_list", lambda row: (row.id, _aad(row.tenant_id, row.id, LIST))),
)
