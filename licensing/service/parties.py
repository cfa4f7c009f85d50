"""Who must sign a licence today: the performer with the key that is bound now, and guardians.

A document names its signers; whether they still are the right ones is asked again when a
signature comes in, since custody and keys change while a draft waits.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core.errors import BadProof, Conflict
from core.keys import verification_method
from core.principal import Principal, SearchCapability
from licensing.drafting import Draft, signers
from licensing.store import publicuses
from registry.minority import midnight
from registry.models.heldkeys import HeldKey
from registry.service.guardians import guardians_due, minor_until
from registry.service.keys import keys_at
from registry.service.people import lifetimes


@dataclass(frozen=True, slots=True)
class Parties:
    """The signers of a licence, and what is known of the performer's life.

    `adult_at` is when a minor comes of age, None for adults; `public_uses` are days after a death.
    """

    performer_did: str
    guardian_dids: tuple[str, ...]
    adult_at: datetime | None
    deceased_on: date | None = None
    public_uses: tuple[date, ...] = ()


def parties_at(
    session: Session,
    principal: Principal,
    performer_id: str,
    now: datetime,
    *,
    held: HeldKey | None = None,
) -> Parties:
    """Who has to sign at `now`, with the key `held` for an agency in place of the performer's own.

    Raises `Conflict` where no key is bound or custody is unknown.
    """
    bound = keys_at(session, performer_id, now) if held is None else (held.did,)
    if not bound:
        raise Conflict(
            "No key is bound to this performer.",
            next_step="Bind the performer's key first.",
            code="no-key",
        )
    due = guardians_due(session, principal, performer_id, now)
    birthday = minor_until(session, principal, performer_id) if due else None
    capability = SearchCapability("licence-draft", performer_id)
    died = lifetimes(session, capability, [performer_id])[1].get(performer_id)
    uses = publicuses.uses_of(session, principal, performer_id) if died is not None else ()
    return Parties(
        performer_did=bound[0],
        guardian_dids=tuple(dict.fromkeys(item.did for item in due)),
        adult_at=None if birthday is None else midnight(birthday),
        deceased_on=died,
        public_uses=tuple(item.used_on for item in uses),
    )


def signer_named(draft: Draft, method: str, present: Parties) -> str:
    """The did:key that `method` names among the draft's signers, while they are the right ones.

    Raises `BadProof` for any other key, `Conflict` where custody changed since the draft was made.
    """
    asked = signers(draft)
    named = [did for did in asked if verification_method(did) == method]
    if asked[0] != present.performer_did or not named:
        raise BadProof(
            "The licence must be signed with the present keys of those whom it names.",
            next_step="Draft the licence again and sign with the key it names.",
            code="wrong-key",
        )
    if set(asked[1:]) != set(present.guardian_dids):
        raise Conflict(
            "Somebody else has custody now than when the licence was drafted.",
            next_step="Draft the licence again.",
            code="guardians-changed",
        )
    return named[0]
