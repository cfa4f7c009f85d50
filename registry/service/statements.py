"""Statements of invention, sealed under the key of the figure they are about and gone with it."""

import json

from core.resealing import SealedColumn
from core.vault import Vault
from registry.models.characters import Character, Statement
from registry.store.characters import CharacterRow


def seal_statement(vault: Vault, item: Character, said: bytes) -> bytes:
    """Sealed bytes of a statement."""
    return vault.seal(item.id, said, _aad(item.tenant_id, item.id))


def open_statement(vault: Vault, item: Character, sealed: bytes | None) -> Statement | None:
    """The statement, None once it is erased; raises `BadProof` when the row was tampered with."""
    if sealed is None:
        return None
    said = json.loads(vault.unseal(item.id, sealed, _aad(item.tenant_id, item.id)))
    return Statement(said["made_by"], said["tool"], said["model"], said["note"])


def _aad(tenant_id: str, character_id: str) -> dict[str, str]:
    return {"tenant": tenant_id, "owner": character_id, "what": "statement of invention"}


def _bound(row: CharacterRow) -> tuple[str, dict[str, str]]:
    return row.id, _aad(row.tenant_id, row.id)


SEALED = (SealedColumn(CharacterRow, "sealed_statement", _bound),)
