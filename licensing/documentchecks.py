"""Numbered steps for the smaller documents: each signed, each read without leeway, none fetched.

Licences, certificates and receipts of the log have files of their own; `documentkinds` knows all.
Spec of the proofs: https://www.w3.org/TR/vc-di-eddsa/
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import parse_strict
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof
from core.keys import verification_method
from core.tlogpolicy import Policy
from licensing.certificatestatus import read_status
from licensing.credential import chained_proofs, check_canonical
from licensing.frameworks import check_proofs, framework_facts
from licensing.models_certificate import CertificateState
from licensing.models_verification import VerifyReport
from licensing.standing import standing_facts
from licensing.statuslist import read_status_list
from licensing.stepping import Check, Unchecked, run_checks
from registry.consent import consent_terms
from registry.keyhistory import expected_signers, read_statement
from registry.mandates import mandate_terms
from registry.manifest import Listed, read_manifest


@dataclass(frozen=True, slots=True)
class Brought:
    """What the verifier has beside the document; nothing is fetched.

    `registry_methods` are verification methods of trusted registries, `others` the bytes of
    whatever else is at hand (status lists, states, licences, key bindings), `policy` names log and
    witnesses, `of` is what a receipt should be of, `media_sha256` (hex) are of files in question.
    """

    at: datetime
    registry_methods: frozenset[str]
    others: tuple[bytes, ...] = ()
    policy: Policy | None = None
    of: bytes | None = None
    media_sha256: tuple[str, ...] = ()
    performer_dids: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Asked:
    """What is verified, by what; the first steps fill in what the later ones read."""

    data: bytes
    brought: Brought
    document: dict[str, Any] = field(default_factory=dict)
    said: dict[str, object] = field(default_factory=dict)
    listed: tuple[Listed, ...] = ()


Step = Check[Asked]


def checked(steps: tuple[Step, ...]) -> Callable[[bytes, Brought], VerifyReport]:
    """A verifier that runs these steps and never raises for what is in the bytes."""

    def verify(data: bytes, brought: Brought) -> VerifyReport:
        asked = Asked(data, brought)
        done = run_checks(asked, steps)
        return VerifyReport(done, vc_id=str(asked.document.get("id", "")), said=asked.said)

    return verify


def _strict(asked: Asked) -> str:
    asked.document = parse_strict(asked.data)
    return f"{len(asked.data)} bytes of strict JSON."


def _canonical(asked: Asked) -> str:
    check_canonical(asked.document, asked.data)
    return "The bytes are the canonical form (RFC 8785)."


def _declaration(asked: Asked) -> str:
    facts = standing_facts(asked.document)
    stances = {item.kind.value: item.stance.value for item in facts.standings}
    asked.said.update(performer_id=facts.performer_id, valid_from=to_text(facts.valid_from))
    asked.said.update(guardians=list(facts.guardians), stances=stances)
    return f"A declaration on {len(stances)} kind(s) of use."


def _chain(asked: Asked) -> str:
    chain = chained_proofs(asked.document)
    for proof in chain:
        integrity.verify_proof(asked.document, proof)
    return f"Signed by {len(chain) - 1} and countersigned by the registry, whose proof covers all."


def _chain_trusted(asked: Asked) -> str:
    return _trust(asked, chained_proofs(asked.document)[-1]["verificationMethod"])


def _consent(asked: Asked) -> str:
    terms = consent_terms(asked.document)
    asked.said.update(performer_id=terms.performer_id, purposes=[p.value for p in terms.purposes])
    _all_signed(asked, {verification_method(did) for did in terms.signers})
    return f"Consent to {', '.join(terms.purposes)}, signed by all {len(terms.signers)} it names."


def _mandate(asked: Asked) -> str:
    terms = mandate_terms(asked.document)
    asked.said.update(performer_id=terms.performer_id, acts=[act.value for act in terms.acts])
    _all_signed(asked, {verification_method(did) for did in terms.signers})
    return f"A mandate to {', '.join(terms.acts)}, signed by all {len(terms.signers)} it names."


def _binding(asked: Asked) -> str:
    statement = read_statement(asked.document)
    asked.said.update(performer_id=statement.performer_id, key=statement.did)
    integrity.verify(asked.document, expected=expected_signers(statement))
    told = f"The key {statement.did}, by authority {statement.authority.value}"
    if statement.custody is None:
        return f"{told}."
    asked.said.update(holder_id=statement.custody.holder_id, mandate=statement.custody.mandate_id)
    return f"{told}, held by {statement.custody.holder_name} ({statement.custody.holder_id})."


def _binding_trusted(asked: Asked) -> str:
    return _trust(asked, verification_method(read_statement(asked.document).registry))


def _status_list(asked: Asked) -> str:
    document = asked.document
    try:
        subject = document["credentialSubject"]
        purpose, url = str(subject["statusPurpose"]), str(document["id"])
        bits = read_status_list(
            asked.data,
            url=url,
            trusted={document["proof"]["verificationMethod"]},
            at=from_text(document["validFrom"]),
            purpose=purpose,
        )
    except (KeyError, TypeError) as exc:
        raise BadProof("The document is not a status list.") from exc
    places = int.from_bytes(bits, "big").bit_count()
    asked.said.update(purpose=purpose, set=places)
    return f"The list {url} of {purpose}: {places} of {len(bits) * 8} places are set."


def _state(asked: Asked) -> str:
    document = asked.document
    try:
        state, since = read_status(
            asked.data,
            url=document["id"],
            vc_id=document["credentialSubject"]["id"],
            trusted={document["proof"]["verificationMethod"]},
            at=from_text(document["validFrom"]),
        )
    except (KeyError, TypeError) as exc:
        raise BadProof("The document is not the state of a certificate.") from exc
    asked.said.update(state=state.value)
    if state in (CertificateState.VOID, CertificateState.EXPIRED):
        raise BadProof(f"The certificate is {state.value}.")
    return state.value + ("" if since is None else f" since {to_text(since)}") + "."


def _erasure(asked: Asked) -> str:
    try:
        gone = [f"{name}: {count}" for name, count in asked.document["gone"].items() if count]
        told = {name: asked.document[name] for name in ("registry", "requested", "finished")}
        method = verification_method(str(asked.document["registry"]))
    except (KeyError, AttributeError) as exc:
        raise BadProof("The document is not the receipt of an erasure.") from exc
    asked.said.update(told, gone=gone)
    integrity.verify(asked.document, expected={method})
    return f"Signed with {told['registry']}."


def _erasure_trusted(asked: Asked) -> str:
    return _trust(asked, verification_method(str(asked.document["registry"])))


def _issuer_trusted(asked: Asked) -> str:
    return _trust(asked, str(asked.document["proof"]["verificationMethod"]))


def _framework(asked: Asked) -> str:
    facts = framework_facts(asked.document)
    check_proofs(asked.document, facts)
    asked.said.update(group=facts.group_name, title=facts.title, version=facts.version)
    asked.said.update(sha256=hashlib.sha256(asked.data).hexdigest(), key=facts.key)
    return f"Version {facts.version} of {facts.title}, signed by the union and countersigned."


def _framework_trusted(asked: Asked) -> str:
    return _trust(asked, check_proofs(asked.document, framework_facts(asked.document)))


def _key(asked: Asked) -> str:
    performer_id = str(asked.said["performer_id"])
    known = asked.brought.performer_dids.get(performer_id)
    if known is None:
        raise Unchecked("No key binding of this performer was given (--with).")
    if asked.document["issuer"] not in known:
        raise BadProof("The key is not one of this performer's.")
    return "The key is one of this performer's."


def _term(asked: Asked) -> str:
    start = from_text(str(asked.document["validFrom"]))
    until = asked.document.get("validUntil")
    if asked.brought.at < start:
        raise BadProof(f"Not in force before {to_text(start)}.")
    if until is not None and asked.brought.at >= from_text(str(until)):
        raise BadProof(f"Over since {until}.")
    return "Has no end." if until is None else f"Until {until}."


def _since(what: str) -> Callable[[Asked], str]:
    def unknown(_asked: Asked) -> str:
        raise Unchecked(f"Whether {what} since, only its registry can say.")

    return unknown


def _manifest(asked: Asked) -> str:
    try:
        asked.listed = read_manifest(asked.data.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise BadInput("The manifest is not UTF-8.") from exc
    digest = hashlib.sha256(asked.data).hexdigest()
    asked.said.update(manifest_sha256=digest, files=len(asked.listed))
    return f"{len(asked.listed)} files, each named once; the manifest's digest is {digest}."


def _listed(asked: Asked) -> str:
    given, named = set(asked.brought.media_sha256), {item.sha256 for item in asked.listed}
    if given - named:
        raise BadProof(f"{len(given - named)} of the files given are not in the manifest.")
    if named - given:
        raise Unchecked(f"{len(named - given)} of {len(named)} files were not given (--media).")
    return f"All {len(named)} files are those named."


def _registered(_asked: Asked) -> str:
    raise Unchecked("A manifest is not signed: verify the receipt of its dataset with --of.")


def _trust(asked: Asked, method: object) -> str:
    if method not in asked.brought.registry_methods:
        raise BadProof("The registry is not one of those trusted.")
    return "The registry is trusted."


def _all_signed(asked: Asked, methods: set[str]) -> None:
    integrity.verify(asked.document, expected=methods)


_READ: tuple[Step, ...] = (("strict-json", True, _strict), ("canonical-form", True, _canonical))

DECLARATION: tuple[Step, ...] = (
    *_READ,
    ("declaration-profile", True, _declaration),
    ("signatures", True, _chain),
    ("registry-trusted", False, _chain_trusted),
    ("performer-key", False, _key),
    ("newest", False, _since("a newer declaration was signed")),
)
CONSENT: tuple[Step, ...] = (
    *_READ,
    ("signatures", True, _consent),
    ("performer-key", False, _key),
    ("term", False, _term),
    ("withdrawal", False, _since("it was withdrawn")),
)
MANDATE: tuple[Step, ...] = (
    *_READ,
    ("signatures", True, _mandate),
    ("performer-key", False, _key),
    ("term", False, _term),
    ("revocation", False, _since("it was revoked")),
)
FRAMEWORK: tuple[Step, ...] = (
    *_READ,
    ("signatures", True, _framework),
    ("registry-trusted", False, _framework_trusted),
    ("term", False, _term),
    ("newest", False, _since("a newer version was published")),
)
BINDING: tuple[Step, ...] = (
    *_READ,
    ("signatures", True, _binding),
    ("registry-trusted", False, _binding_trusted),
    ("newest", False, _since("another key took its place")),
)
STATUS_LIST: tuple[Step, ...] = (
    *_READ,
    ("list-and-signature", True, _status_list),
    ("registry-trusted", False, _issuer_trusted),
    ("of-today", False, _term),
)
STATE: tuple[Step, ...] = (
    *_READ,
    ("state-and-signature", True, _state),
    ("registry-trusted", False, _issuer_trusted),
    ("of-today", False, _term),
)
ERASURE: tuple[Step, ...] = (
    *_READ,
    ("registry-signature", True, _erasure),
    ("registry-trusted", False, _erasure_trusted),
)
MANIFEST: tuple[Step, ...] = (
    ("manifest", True, _manifest),
    ("files", False, _listed),
    ("registered", False, _registered),
)
