"""Verify a certificate from its bytes alone, in nine numbered steps, without asking anybody.

What cannot be checked with what was handed in is said to be unchecked and never counts as good.
Specs: https://www.w3.org/TR/vc-data-integrity/, https://www.rfc-editor.org/rfc/rfc8785
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import parse_strict
from core.clock import to_text
from core.errors import BadProof
from core.tlogpolicy import Policy
from licensing.certificate import certificate_facts, state_url, status_list_url
from licensing.certificatestatus import is_status, read_status
from licensing.credential import LICENCE_BYTES_MAX, check_canonical
from licensing.logreceipt import verify_receipt_text
from licensing.models_certificate import CertificateFacts, CertificateState
from licensing.models_verification import StepState, VerifyReport
from licensing.status import is_set
from licensing.statuslist import read_status_list
from licensing.stepping import Check, Unchecked, run_checks

_IN_THE_LOG = ("log-signature", "inclusion", "commitment")


@dataclass(frozen=True, slots=True)
class Brought:
    """What the verifier has beside the certificate; nothing is fetched.

    `registry_methods` are verification methods of registries that are trusted, `media_sha256` (hex)
    is of the file in question, `licences` are bytes of the licences behind, `status` what the
    registry said of the certificate: its state, or the list of void ones. `receipts` are those of
    the log that are at hand, of whatever, and `policy` says which logs are trusted.
    """

    at: datetime
    registry_methods: frozenset[str]
    media_sha256: str = ""
    licences: Sequence[bytes] = field(default_factory=tuple)
    status: bytes = b""
    receipts: Sequence[bytes] = field(default_factory=tuple)
    policy: Policy | None = None


@dataclass(slots=True)
class _Asked:
    """What is verified, by what; the first steps fill in what the later ones read."""

    data: bytes
    brought: Brought
    document: dict[str, Any] = field(default_factory=dict)
    facts: CertificateFacts | None = None

    @property
    def read(self) -> CertificateFacts:
        assert self.facts is not None, "the profile failed and the run went on"
        return self.facts


def verify_certificate_bytes(data: bytes, brought: Brought) -> VerifyReport:
    """Run all steps; never raises for what is in the bytes. A vital failure ends the checking."""
    asked = _Asked(data, brought)
    steps = run_checks(asked, _CHECKS)
    return VerifyReport(steps, vc_id="" if asked.facts is None else asked.facts.vc_id)


def _strict(asked: _Asked) -> str:
    # 1. Plain UTF-8 JSON, every key once, bounded in size and depth.
    asked.document = parse_strict(asked.data, bytes_max=LICENCE_BYTES_MAX)
    return f"{len(asked.data)} bytes of strict JSON."


def _canonical(asked: _Asked) -> str:
    # 2. The bytes are the one canonical form of the document.
    check_canonical(asked.document, asked.data)
    return "The bytes are the canonical form (RFC 8785)."


def _profile(asked: _Asked) -> str:
    # 3. It is a certificate of this profile and says nothing beside it.
    asked.facts = certificate_facts(asked.document)
    return f"Certificate {asked.facts.id} of {asked.facts.title}."


def _signature(asked: _Asked) -> str:
    # 4. Its issuer signed exactly this, and nobody else did.
    proof = asked.document.get("proof")
    if not isinstance(proof, dict):
        raise BadProof("A certificate carries the one proof of its registry.")
    method = str(proof.get("verificationMethod"))
    if method.partition("#")[0] != asked.read.issuer:
        raise BadProof("The proof is not made with the issuer's key.")
    integrity.verify(asked.document, expected={method})
    return f"Signed with {asked.read.issuer}."


def _trusted(asked: _Asked) -> str:
    # 5. The registry is one that the verifier trusts.
    if asked.document["proof"]["verificationMethod"] not in asked.brought.registry_methods:
        raise BadProof("The registry is not one of those trusted.")
    return "The registry is trusted."


def _media(asked: _Asked) -> str:
    # 6. The file in question is the one that was cleared.
    found, wanted = asked.brought.media_sha256, asked.read.media.sha256
    if not found:
        raise Unchecked("No file was given (--media).")
    if not wanted:
        raise Unchecked("The studio has not disclosed the file's hash; only the registry can say.")
    if found != wanted:
        raise BadProof("The certificate is about another file.")
    return "The certificate is about exactly this file."


def _licences(asked: _Asked) -> str:
    # 7. The licences behind are those handed in, byte for byte.
    behind = {item.sha256: item.licence_id for item in asked.read.licences}
    if not behind:
        return "It rests on no licence."
    given = {hashlib.sha256(data).hexdigest() for data in asked.brought.licences}
    if given - behind.keys():
        raise BadProof("A licence that was given is not one that the certificate rests on.")
    missing = sorted(name for digest, name in behind.items() if digest not in given)
    if missing:
        raise Unchecked(f"Not given (--licence): {', '.join(missing)}.")
    return f"All {len(behind)} licences behind are those given; verify each by itself."


def _state(asked: _Asked) -> str:
    # 8. The registry says today that it stands.
    facts, brought = asked.read, asked.brought
    url = state_url(facts.base_url, facts.id)
    own = frozenset(item for item in brought.registry_methods if item.startswith(facts.issuer))
    if not brought.status:
        raise Unchecked(f"No state was given (--status): fetch {url}.")
    if not is_status(brought.status):
        return _not_void(facts, brought, own)
    state, since = read_status(
        brought.status, url=url, vc_id=facts.vc_id, trusted=own, at=brought.at
    )
    said = state.value if since is None else f"{state.value} since {to_text(since)}"
    if state in (CertificateState.VOID, CertificateState.EXPIRED):
        raise BadProof(f"The certificate is {said}.")
    return f"{said}."


def _log(asked: _Asked) -> str:
    # 9. The public log holds a leaf that commits to exactly these bytes.
    brought = asked.brought
    texts = [data.decode("utf-8", "replace") for data in brought.receipts]
    reports = [verify_receipt_text(text, brought.policy, asked.data) for text in texts]
    own = [report for report in reports if report.vc_id == asked.read.id]
    for report in own:
        judged = {step.name: step for step in report.steps if step.name in _IN_THE_LOG}
        if any(step.state is StepState.FAILED for step in judged.values()):
            raise BadProof(next(s.detail for s in judged.values() if s.state is StepState.FAILED))
        if all(step.state is StepState.OK for step in judged.values()):
            return f"{judged['log-signature'].detail} {judged['commitment'].detail}"
    if own:
        raise Unchecked("No log key was given (--policy), or the receipt is a public one.")
    raise Unchecked("No receipt of it was given (--with): ebenbild log receipt CLEARANCE --out ..")


def _not_void(facts: CertificateFacts, brought: Brought, own: frozenset[str]) -> str:
    listed = status_list_url(facts.base_url, facts.status_list)
    bits = read_status_list(brought.status, url=listed, trusted=own, at=brought.at)
    if is_set(bits, facts.status_index):
        raise BadProof("The certificate is VOID.")
    until = facts.valid_until
    if until is not None and until <= brought.at:
        raise BadProof(f"The certificate is EXPIRED since {to_text(until)}.")
    return "Not void, says the list; consent revoked since the release is told by its state alone."


_CHECKS: tuple[Check[_Asked], ...] = (
    ("strict-json", True, _strict),
    ("canonical-form", True, _canonical),
    ("certificate-profile", True, _profile),
    ("registry-signature", True, _signature),
    ("registry-trusted", False, _trusted),
    ("media", False, _media),
    ("licences", False, _licences),
    ("state", False, _state),
    ("log", False, _log),
)
