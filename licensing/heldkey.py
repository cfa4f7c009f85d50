"""Whether a document says truly that an agency held the performer's key: a step of verifying.

The registry's signature covers the declaration. Whoever brings the key's binding sees that it names
the same holder and mandate, and with the mandate that the performer let it be so at that time.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core import integrity
from core.canonical import parse_strict
from core.errors import BadProof
from core.keys import verification_method
from licensing.stepping import Unchecked
from registry.mandates import mandate_terms
from registry.models.heldkeys import AgencyKey
from registry.models.mandates import Act


@dataclass(frozen=True, slots=True)
class Declared:
    """What a document says of its key: `flagged` alone is what older licences said."""

    issuer: str
    performer_id: str
    agency_key: AgencyKey | None
    flagged: bool
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class AtHand:
    """What the verifier knows: keys of the performer, which of them agencies hold, and mandates."""

    dids: frozenset[str] = frozenset()
    custodies: Mapping[str, AgencyKey] = field(default_factory=dict)
    mandates: Sequence[bytes] = ()


def check_held(said: Declared, known: AtHand) -> str:
    """One sentence on who held the key; raises BadProof where that is untrue, else Unchecked."""
    bound = known.custodies.get(said.issuer)
    if said.agency_key is None:
        return _own(said, bound)
    told = _told(said.agency_key)
    if bound is None and said.issuer in known.dids:
        raise BadProof("The document says that an agency held the key; the key's binding does not.")
    if bound is not None and bound != said.agency_key:
        raise BadProof("The document names another holder or mandate than the key's binding does.")
    mandates = [data for data in known.mandates if _is_of(data, said.agency_key)]
    for data in mandates:
        _check_mandate(data, said)
    if bound is None:
        raise Unchecked(f"{told}, it says; bring the key's binding (--with) to check that.")
    return told + (", which is at hand and let it." if mandates else ".")


def _own(said: Declared, bound: AgencyKey | None) -> str:
    if bound is not None:
        raise BadProof(f"The key was held by {bound.holder_name}, and the document hides it.")
    if said.flagged:
        raise Unchecked("It says that an agency held the key, but not which, nor by which mandate.")
    return "It names no agency that held the key."


def _told(declared: AgencyKey) -> str:
    holder = f"{declared.holder_name} ({declared.holder_id})"
    return (
        f"Signed by a key that {holder} held for the performer under mandate {declared.mandate_id}"
    )


def _is_of(data: bytes, declared: AgencyKey) -> bool:
    return mandate_terms(parse_strict(data)).mandate_id == declared.mandate_id


def _check_mandate(data: bytes, said: Declared) -> None:
    assert said.agency_key is not None
    document = parse_strict(data)
    terms = mandate_terms(document)
    if hashlib.sha256(data).hexdigest() != said.agency_key.mandate_sha256:
        raise BadProof("The mandate at hand is not the one that the document names.")
    integrity.verify(document, expected={verification_method(did) for did in terms.signers})
    if (terms.performer_id, terms.holder_id) != (said.performer_id, said.agency_key.holder_id):
        raise BadProof("The mandate is another performer's, or was given to somebody else.")
    if Act.HOLD_KEY not in terms.acts:
        raise BadProof("The mandate does not let anybody hold a key.")
    if not terms.valid_from <= said.signed_at < terms.valid_until:
        raise BadProof("The mandate was not in force when the document was signed.")
