"""Names of people around a performer, sealed under the performer's key and gone with it."""

from core.resealing import SealedColumn
from core.vault import Vault
from registry.store.estates import HeirRow
from registry.store.guardians import GuardianRow

NAME = "name"


def seal_text(
    vault: Vault, text: str, *, tenant_id: str, performer_id: str, owner_id: str, what: str = NAME
) -> bytes:
    """Sealed bytes of a text about `owner_id`, which may be a guardian, an heir or a mandate."""
    aad = _aad(tenant_id, owner_id, what)
    return vault.seal(performer_id, text.encode("utf-8"), aad)


def open_text(
    vault: Vault,
    sealed: bytes,
    *,
    tenant_id: str,
    performer_id: str,
    owner_id: str,
    what: str = NAME,
) -> str:
    """The text; raises `BadProof` when the row was tampered with, `NotFound` once it is erased."""
    return vault.unseal(performer_id, sealed, _aad(tenant_id, owner_id, what)).decode("utf-8")


def _aad(tenant_id: str, owner_id: str, what: str) -> dict[str, str]:
    return {"tenant": tenant_id, "owner": owner_id, "what": what}


def _bound(row: GuardianRow | HeirRow) -> tuple[str, dict[str, str]]:
    return row.performer_id, _aad(row.tenant_id, row.id, NAME)


SEALED = tuple(SealedColumn(row, "sealed_name", _bound) for row in (GuardianRow, HeirRow))
