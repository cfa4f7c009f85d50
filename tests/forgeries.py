"""Forged licences, tokens and status lists, each named after the attack; shared by all verifiers.

A forgery is made from documents that are good at `now`, so that it differs from a good one in
nothing but the attack. `seen_by` names the peers that are handed everything they need to see it:
whose key is trusted, in which order proofs belong and how bytes are spelled is beyond most of them.
"""

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core import integrity, keys
from core.canonical import canonical
from core.clock import to_text
from core.integrity import ProofOptions
from licensing.credential import performer_options, registry_options
from licensing.models import Terms
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from licensing.token import seal_token
from registry.models.heldkeys import AgencyKey
from tests.unit.licensing.documents import (
    FACTS,
    FATHER,
    MOTHER,
    PERFORMER,
    PROOF_ID,
    REGISTRY,
    STRANGER,
    document,
    signed,
)
from tests.unit.licensing.examples import TERMS

VC, STATUS, JOSE, PYJWT = "vc", "status", "jose", "pyjwt"
"""@digitalbazaar/vc, its status list, npm jose, PyJWT."""
TOKENS = (JOSE, PYJWT)
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Forgery:
    """What is handed to a verifier, the step at which ours refuses, and who else can see it."""

    name: str
    step: str
    licence: bytes
    status: bytes
    seen_by: tuple[str, ...] = ()

    @property
    def is_token(self) -> bool:
        """Whether it is a token and not a file."""
        return self.step.startswith("token-")


def terms_at(now: datetime) -> Terms:
    """Terms in force at `now`."""
    return replace(TERMS, valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=30))


def status_at(now: datetime, *revoked: int, key: keys.PrivateKey = REGISTRY) -> bytes:
    """The status list of `now`."""
    return signed_status_list(key, url=FACTS.status_url, bits=bits_with(revoked), valid_from=now)


def good(now: datetime) -> Doc:
    """A good licence."""
    return signed(document(terms_at(now)))


def childs_at(now: datetime) -> Doc:
    """A good licence of a minor with two guardians."""
    named = document(terms_at(now), guardians=(MOTHER.did, FATHER.did))
    return signed(named, guardians=(MOTHER, FATHER))


def held_at(now: datetime) -> Doc:
    """A good licence that was signed with a key held for an agency, and says so."""
    terms = terms_at(now)
    flagged = replace(terms, formation=replace(terms.formation, agency_key=True))
    declared = AgencyKey("ten_agency", "Agency & Sons", "mdt_1", "a" * 64)
    named = document(flagged, issuer=STRANGER.did, agency_key=declared)
    return signed(named, first=STRANGER)


def forgeries(now: datetime) -> list[Forgery]:
    """Every forgery, made for `now`."""
    return [*_of_proofs(now), *_of_terms(now), *_of_bytes(now), *_of_status(now), *_of_tokens(now)]


def _changed(licence: Doc, change: Callable[[Doc], Any]) -> bytes:
    again = copy.deepcopy(licence)
    change(again)
    return canonical(again)


def _of_proofs(now: datetime) -> list[Forgery]:
    licence, child, status = good(now), childs_at(now), status_at(now)
    unsigned = {name: value for name, value in licence.items() if name != "proof"}
    later = performer_options(PERFORMER.did, now + timedelta(seconds=1), PROOF_ID)
    again = integrity.sign(unsigned, later, PERFORMER)["proof"]
    once = integrity.sign(unsigned, performer_options(PERFORMER.did, now, PROOF_ID), PERFORMER)
    loose = ProofOptions(REGISTRY.verification_method, to_text(now))
    other = signed(document(replace(terms_at(now), seconds_max=61)))
    stranger_first = integrity.sign(
        unsigned, performer_options(STRANGER.did, now, PROOF_ID), STRANGER
    )
    swapped = integrity.sign(
        stranger_first, registry_options(REGISTRY.did, now, PROOF_ID), REGISTRY
    )
    unnamed = document(terms_at(now), guardians=(MOTHER.did,))
    chain = "proof-chain"

    def proofs(change: Callable[[list[Doc]], Any], of: Doc = licence) -> bytes:
        return _changed(of, lambda doc: change(doc["proof"]))

    def without_father(doc: Doc) -> None:
        del doc["proof"][2]
        doc["credentialSubject"]["guardian"].pop()

    made = [
        ("dropped-performer-proof", chain, proofs(lambda p: p.pop(0)), (VC,)),
        ("dropped-registry-proof", chain, proofs(lambda p: p.pop()), ()),
        ("dropped-guardian-proof", chain, proofs(lambda p: p.pop(1), child), (VC,)),
        ("guardian-left-out-of-the-document", chain, _changed(child, without_father), (VC,)),
        ("guardian-named-and-not-asked", chain, canonical(signed(unnamed)), ()),
        ("reordered-proofs", chain, proofs(lambda p: p.reverse()), (VC,)),
        ("reordered-guardians", chain, proofs(lambda p: p.insert(1, p.pop(2)), child), ()),
        ("proof-twice", chain, proofs(lambda p: p.insert(0, p[0])), ()),
        ("signer-is-not-the-issuer", chain, canonical(swapped), (VC,)),
        ("registry-proof-on-its-own", chain, canonical(integrity.sign(once, loose, REGISTRY)), ()),
        ("performer-countersigns", chain, canonical(signed(unsigned, second=PERFORMER)), ()),
        ("performer-proof-exchanged", "registry-signature", proofs(_put(0, again)), (VC,)),
        (
            "swapped-registry-key",
            "registry-trusted",
            canonical(signed(unsigned, second=STRANGER)),
            (),
        ),
        ("swapped-performer-key", "performer-key", canonical(_strangers(now)), ()),
        (
            "proof-of-another-licence",
            "performer-signature",
            proofs(_put(0, other["proof"][0])),
            (VC,),
        ),
        (
            "proof-for-authentication",
            "performer-signature",
            proofs(lambda p: p[0].update(proofPurpose="authentication")),
            (VC,),
        ),
        (
            "guardian-signature-of-a-stranger",
            "guardian-signatures",
            proofs(lambda p: p[1].update(proofValue=p[2]["proofValue"]), child),
            (VC,),
        ),
    ]
    return [Forgery(name, step, data, status, seen) for name, step, data, seen in made]


def _put(place: int, proof: Doc) -> Callable[[list[Doc]], None]:
    return lambda proofs: proofs.__setitem__(place, proof)


def _strangers(now: datetime) -> Doc:
    return signed(document(terms_at(now), issuer=STRANGER.did), first=STRANGER)


def _of_terms(now: datetime) -> list[Forgery]:
    licence, status = good(now), status_at(now)
    policy = licence["credentialSubject"]["policy"]
    limits = policy["permission"][0]["constraint"]
    places = {limit["leftOperand"]: at for at, limit in enumerate(limits)}

    def permission(doc: Doc) -> Any:
        return doc["credentialSubject"]["policy"]["permission"][0]

    def constraint(left: str, value: Any) -> Callable[[Doc], Any]:
        return lambda doc: permission(doc)["constraint"][places[left]].update(rightOperand=value)

    def price(doc: Doc) -> None:
        permission(doc)["duty"][0]["constraint"][0].update(rightOperand="0.0001")

    def training(doc: Doc) -> None:
        doc["credentialSubject"]["policy"]["prohibition"] = []

    signature, profile = "performer-signature", "licence-profile"
    expired = replace(
        terms_at(now), valid_from=now - timedelta(days=9), valid_until=now - timedelta(days=1)
    )
    early = replace(terms_at(now), valid_from=now + timedelta(days=1))
    inline = {"@context": [*licence["@context"][:1], {"policy": "urn:x"}]}
    made = [
        ("lower-price", signature, price),
        ("wider-territory", signature, constraint("spatial", ["AT", "CH", "CN", "DE"])),
        ("other-work", signature, constraint("eb:work", [FACTS.terms.works[0][:-1] + "2"])),
        ("training-slipped-in", profile, training),
        ("longer-term", profile, lambda d: d.update(validUntil="2999-01-01T00:00:00Z")),
        ("other-licensee", signature, lambda d: d["credentialSubject"].update(id="did:web:evil")),
        (
            "other-status-index",
            signature,
            lambda d: d["credentialStatus"].update(statusListIndex="43"),
        ),
        ("inline-context", profile, lambda d: d.update(inline)),
        ("extra-claim", profile, lambda d: d["credentialSubject"].update(name="Anna")),
        ("issuer-renamed", "proof-chain", lambda d: d.update(issuer=STRANGER.did)),
    ]
    found = [
        Forgery(name, step, _changed(licence, change), status, (VC,)) for name, step, change in made
    ]
    for name, terms in (("expired", expired), ("not-yet-in-force", early)):
        found.append(Forgery(name, "term", canonical(signed(document(terms))), status, (VC,)))
    return found


def _of_bytes(now: datetime) -> list[Forgery]:
    licence, status = good(now), status_at(now)
    data = canonical(licence)
    until = f'"validUntil":"{licence["validUntil"]}"'.encode()
    twice = data.replace(until, until + b',"validUntil":"2999-01-01T00:00:00Z"', 1)
    made = [
        ("duplicate-json-key", "strict-json", twice, (VC,)),
        ("trailing-document", "strict-json", data + b"{}", (VC,)),
        ("byte-order-mark", "strict-json", b"\xef\xbb\xbf" + data, ()),
        ("trailing-newline", "canonical-form", data + b"\n", ()),
        ("indented", "canonical-form", json.dumps(licence, indent=2).encode(), ()),
        ("escaped-letter", "canonical-form", data.replace(b'"issuer"', b'"i\\u0073suer"', 1), ()),
    ]
    return [Forgery(name, step, data, status, seen) for name, step, data, seen in made]


def _of_status(now: datetime) -> list[Forgery]:
    data = canonical(good(now))
    revoked = json.loads(status_at(now, 42))
    cleared = copy.deepcopy(revoked)
    clean = json.loads(status_at(now))["credentialSubject"]["encodedList"]
    cleared["credentialSubject"]["encodedList"] = clean
    other = signed_status_list(
        REGISTRY, url=FACTS.status_url[:-1] + "2", bits=bits_with(()), valid_from=now
    )
    made = [
        ("revoked-but-well-signed", canonical(revoked), (STATUS,)),
        ("status-bit-cleared", canonical(cleared), (STATUS,)),
        ("expired-status-list", status_at(now - timedelta(days=2)), (STATUS,)),
        ("status-list-of-tomorrow", status_at(now + timedelta(days=1)), (STATUS,)),
        ("status-list-by-a-stranger", status_at(now, key=STRANGER), ()),
        ("status-list-of-another-address", other, ()),
        ("licence-as-status-list", data, (STATUS,)),
    ]
    return [Forgery(name, "revocation", data, status, seen) for name, status, seen in made]


def _of_tokens(now: datetime) -> list[Forgery]:
    data, status = canonical(good(now)), status_at(now)
    token = seal_token(data, REGISTRY)
    header = {"alg": "EdDSA", "cty": "vc", "kid": REGISTRY.verification_method, "typ": "vc+jwt"}
    forged = canonical({**good(now), "validUntil": "2999-01-01T00:00:00Z"})
    head, _, signature = token.split(b".")
    none = _joined({**header, "alg": "none"}, data)
    secret = _joined({**header, "alg": "HS256"}, data)
    stranger = {**header, "kid": STRANGER.verification_method}
    seal, whose = "token-seal", "token-registry"
    made = [
        ("alg-none", seal, none + b".", TOKENS),
        ("public-key-as-secret", seal, secret + b"." + _hmac(secret), TOKENS),
        ("kid-swapped", seal, _sealed(stranger, data, REGISTRY), ()),
        ("token-by-a-stranger", whose, _sealed(stranger, data, STRANGER), TOKENS),
        ("strangers-token-under-our-kid", seal, _sealed(header, data, STRANGER), TOKENS),
        ("other-payload", seal, b".".join((head, _b64(forged), signature)), TOKENS),
        ("other-type", seal, _sealed({**header, "typ": "JWT"}, data, REGISTRY), (JOSE,)),
        ("key-brought-along", seal, _sealed({**header, "jwk": _jwk()}, data, REGISTRY), ()),
        (
            "critical-extension",
            seal,
            _sealed({**header, "crit": ["x"], "x": 1}, data, REGISTRY),
            TOKENS,
        ),
        ("signature-cut-short", seal, token[:-4], TOKENS),
        ("padding-added", seal, token + b"==", ()),
    ]
    return [Forgery(name, step, data, status, seen) for name, step, data, seen in made]


def _b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _joined(header: Doc, payload: bytes) -> bytes:
    return _b64(json.dumps(header).encode()) + b"." + _b64(payload)


def _sealed(header: Doc, payload: bytes, key: keys.PrivateKey) -> bytes:
    covered = _joined(header, payload)
    return covered + b"." + _b64(keys.sign(key, covered))


def _hmac(covered: bytes) -> bytes:
    return _b64(hmac.digest(REGISTRY.public, covered, hashlib.sha256))


def _jwk() -> Doc:
    return {"kty": "OKP", "crv": "Ed25519", "x": _b64(STRANGER.public).decode()}
