"""Whether everything that is sealed has its key: told after a keystore or a database was restored.

Only the heads of seals are read; nothing is opened.
"""

from dataclasses import dataclass, field

from sqlmodel import Session

from core.objects import Objects
from core.principal import SearchCapability
from core.vault import Vault, key_id_of
from registry.sealing import unmarked
from registry.store import seals

_CAPABILITY = SearchCapability("seal check", "operator")


@dataclass(frozen=True, slots=True)
class SealCheck:
    """How many seals there are, and how many have no key here that ever was, or one erased."""

    seals: int
    unknown: int
    erased: int
    key_ids: frozenset[bytes] = field(default=frozenset(), compare=False, repr=False)


def check_seals(session: Session, vault: Vault, objects: Objects) -> SealCheck:
    """Look at every row and stored file."""
    there, ever = vault.keystore.key_ids(), vault.keystore.all_ids()
    used = [key_id_of(unmarked(head)[1]) for head in seals.heads(session, _CAPABILITY)]
    used += [key_id for name in objects.names() if (key_id := objects.key_id(name)) is not None]
    unknown = sum(key_id not in ever for key_id in used)
    erased = sum(key_id not in there for key_id in used) - unknown
    return SealCheck(len(used), unknown, erased, frozenset(used))
