"""Names of people around a performer, sealed under the performer's key and gone with it.

A guardian's name lies under a key of its own below the performer's: it goes with the child's, and
can go before it when the guardian asks.
"""

from core.resealing import SealedColumn
from core.rowtexts import about
from core.vault import Vault
from registry.models.guardianship import Guardian
from registry.store.estates import HeirRow
from registry.store.guardians import GuardianRow
from registry.store.people import PerformerRow, bound_names

NAME = "name"


def seal_text(
    vault: Vault, text: str, *, tenant_id: str, performer_id: str, owner_id: str, what: str = NAME
) -> bytes:
    """Sealed bytes of a text about `owner_id`, which may be an heir or a mandate."""
    return vault.seal(performer_id, text.encode("utf-8"), about(tenant_id, owner_id, what))


def seal_guardian(vault: Vault, name: str, *, tenant_id: str, child: str, guardian: str) -> bytes:
    """Sealed bytes of a guardian's name, for `open_guardian`."""
    facts = _of_guardian(tenant_id, guardian, child)
    return vault.seal(guardian, name.encode("utf-8"), facts, owner=child)


def open_guardian(vault: Vault, item: Guardian) -> str:
    """The name of a guardian, empty once it was erased; raises `BadProof` on tampering."""
    if not item.sealed_name:
        return ""
    facts = _of_guardian(item.tenant_id, item.id, item.performer_id)
    return vault.unseal(item.id, item.sealed_name, facts).decode("utf-8")


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
    return vault.unseal(performer_id, sealed, about(tenant_id, owner_id, what)).decode("utf-8")


def _bound_heir(row: HeirRow) -> tuple[str, dict[str, str]]:
    return row.performer_id, about(row.tenant_id, row.id, NAME)


def _bound_guardian(row: GuardianRow) -> tuple[str, dict[str, str]]:
    return row.id, _of_guardian(row.tenant_id, row.id, row.performer_id)


def _of_guardian(tenant_id: str, guardian_id: str, child_id: str) -> dict[str, str]:
    return {**about(tenant_id, guardian_id, NAME), "child": child_id}


SEALED = (
    SealedColumn(PerformerRow, "sealed_names", bound_names),
    SealedColumn(GuardianRow, "sealed_name", _bound_guardian),
    SealedColumn(HeirRow, "sealed_name", _bound_heir),
)
