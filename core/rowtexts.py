"""Texts of a row that lie sealed in it: names and addresses, opened where the row is read.

The session carries the vault, as it carries who runs the registry: a dozen queries read a name,
and each would otherwise have the vault handed down through every service above it.
"""

import json
from collections.abc import Mapping

from sqlmodel import Session

from core.errors import Broken, NotFound
from core.vault import Vault

VAULT = "vault"


def vault_of(session: Session) -> Vault:
    """The vault of the registry that this session is on; raises Broken where none was given."""
    vault = session.info.get(VAULT)
    if not isinstance(vault, Vault):
        raise Broken("A database that holds sealed names is opened with its vault.")
    return vault


def seal_texts(
    vault: Vault, subject_id: str, texts: Mapping[str, str], facts: Mapping[str, str]
) -> bytes:
    """Sealed bytes of named texts; raises NotFound when the subject's key was erased."""
    plain = json.dumps(dict(texts), ensure_ascii=False, sort_keys=True)
    return vault.seal(subject_id, plain.encode("utf-8"), facts)


def open_texts(
    vault: Vault, subject_id: str, sealed: bytes | None, facts: Mapping[str, str]
) -> dict[str, str] | None:
    """The texts, None once they or their key are erased; raises BadProof on tampering."""
    if sealed is None:
        return None
    try:
        plain = vault.unseal(subject_id, sealed, facts)
    except NotFound:
        return None
    texts: dict[str, str] = json.loads(plain)
    return texts


def about(tenant_id: str, owner_id: str, what: str) -> dict[str, str]:
    """What a text is bound to: whose row it lies in, and which text of it."""
    return {"tenant": tenant_id, "owner": owner_id, "what": what}
