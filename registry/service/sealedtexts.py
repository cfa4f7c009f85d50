"""Names of people around a performer, sealed under the performer's key and gone with it."""

from core.resealing import SealedColumn
from core.rowtexts import about
from core.vault import Vault
from registry.store.estates import HeirRow
from registry.store.guardians import GuardianRow
from registry.store.people import PerformerRow, bound_names

NAME = "name"


def seal_text(
    vault: Vault, text: str, *, tenant_id: str, performer_id: str, owner_id: str, what: str = NAME
) -> bytes:
    """Sealed bytes of a text about `owner_id`, which may be a guardian, an heir or a mandate."""
    return vault.seal(performer_id, text.encode("utf-8"), about(tenant_id, owner_id, what))


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


def _bound(row: GuardianRow | HeirRow) -> tuple[str, dict[str, str]]:
    return row.performer_id, about(row.tenant_id, row.id, NAME)


SEALED = (
    SealedColumn(PerformerRow, "sealed_names", bound_names),
    *(SealedColumn(row, "sealed_name", _bound) for row in (GuardianRow, HeirRow)),
)
