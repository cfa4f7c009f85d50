"""Who signs for a performer today: the performer's own key and, for a minor, every guardian's."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.accounts import wrappedkeys
from api.accounts.sessions import Visit
from core.errors import Conflict
from core.principal import Principal
from core.vault import Vault
from registry.service.guardians import guardians_due
from registry.service.keys import keys_at
from registry.service.sealedtexts import open_guardian

NO_KEY = "no-key"


@dataclass(frozen=True, slots=True)
class Signer:
    """One who signs; no `name` is the performer. `kept`: a passkey of the visitor opens the key."""

    did: str
    name: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Signing:
    """Everybody who signs, the performer first; `lacks` is the code of why nobody can yet."""

    signers: tuple[Signer, ...] = ()
    lacks: str = ""


def signing(
    session: Session,
    vault: Vault,
    visit: Visit,
    side: Principal,
    performer_id: str,
    *,
    now: datetime,
) -> Signing:
    """Who has to sign at `now`; what is in the way is a value, because a page shows it."""
    bound = keys_at(session, performer_id, now)[:1]
    try:
        due = guardians_due(session, side, performer_id, now)
    except Conflict as fault:
        return Signing(lacks=fault.code)
    named = {item.did: open_guardian(vault, item) for item in due}
    held = {item.did for item, _ in wrappedkeys.list_own(session, visit.session)}
    dids = dict.fromkeys((*bound, *named))
    signers = tuple(Signer(did, named.get(did, ""), did in held) for did in dids)
    return Signing(signers, "" if bound else NO_KEY)
