"""Verify a receipt of the public log from its text alone, in six numbered steps.

The reader brings a policy: which logs, and how many of which witnesses. Specs:
https://c2sp.org/tlog-proof, https://c2sp.org/tlog-policy
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core import merkle
from core.canonical import parse_strict
from core.checkpoint import open_checkpoint, parse_checkpoint
from core.clock import to_text
from core.errors import BadProof
from core.logleaf import Opening, commit_to, opening
from core.tlogpolicy import NONE, Policy, reached
from core.tlogproof import TlogProof, parse_proof
from licensing.models_verification import VerifyReport
from licensing.stepping import Check, Unchecked, run_checks
from registry.manifest import read_manifest

Payload = Callable[[bytes, Mapping[str, Any]], Mapping[str, object]]


def _credential(document: bytes, _leaf: Mapping[str, Any]) -> dict[str, object]:
    return {"vc_id": parse_strict(document).get("id"), "sha256": _sha256(document)}


def _consent(document: bytes, leaf: Mapping[str, Any]) -> dict[str, object]:
    return {"enrolment": leaf.get("id"), "consent": _sha256(document)}


def _mandate(document: bytes, leaf: Mapping[str, Any]) -> dict[str, object]:
    return {"mandate": leaf.get("id"), "signed": _sha256(document)}


def _binding(document: bytes, _leaf: Mapping[str, Any]) -> dict[str, object]:
    return parse_strict(document)


def _manifest(document: bytes, _leaf: Mapping[str, Any]) -> dict[str, object]:
    listed = read_manifest(document.decode("utf-8", "replace"))
    return {"manifest_sha256": _sha256(document), "files": len(listed)}


def _sha256(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()


# What a leaf of each kind commits to, made again from the document.
PAYLOADS: dict[str, Payload] = {
    "licence.issued": _credential,
    "licence.revoked": _credential,
    "certificate.issued": _credential,
    "standing.declared": _credential,
    "enrolment.signed": _consent,
    "enrolment.withdrawn": _consent,
    "mandate.signed": _mandate,
    "mandate.revoked": _mandate,
    "key.bound": _binding,
    "dataset.registered": _manifest,
}


@dataclass(slots=True)
class _Asked:
    """What is verified, by which policy, and about which document; the first step reads it."""

    text: str
    policy: Policy | None
    document: bytes | None
    proof: TlogProof | None = None
    opened: Opening | None = None

    @property
    def read(self) -> tuple[TlogProof, Opening]:
        assert self.proof is not None, "the receipt was not read and the run went on"
        assert self.opened is not None, "the receipt was not read and the run went on"
        return self.proof, self.opened


def verify_receipt_text(
    text: str, policy: Policy | None, document: bytes | None = None
) -> VerifyReport:
    """Run all steps; never raises for what is in the receipt.

    `document` are the bytes that the receipt should be of: a signed licence, certificate or
    declaration, an enrolment's consent, a key binding or a dataset's manifest.
    """
    asked = _Asked(text, policy, document)
    steps = run_checks(asked, _CHECKS)
    return VerifyReport(steps, vc_id="" if asked.opened is None else str(_leaf(asked).get("id")))


def _receipt(asked: _Asked) -> str:
    # 1. It is a receipt, and holds the published bytes of its leaf.
    asked.proof = parse_proof(asked.text)
    asked.opened = opening(asked.proof)
    leaf = _leaf(asked)
    return f"Leaf {asked.proof.index}: {leaf.get('kind')} {leaf.get('id')}."


def _signature(asked: _Asked) -> str:
    # 2. A log of the policy signed the checkpoint.
    if asked.policy is None:
        raise Unchecked("No log key was given (--policy): whose log this is cannot be said.")
    found = open_checkpoint(asked.read[0].checkpoint, asked.policy.logs)
    return f"Signed by the log {found.origin} at {found.size} leaves."


def _inclusion(asked: _Asked) -> str:
    # 3. The leaf is in the tree of that checkpoint.
    proof, opened = asked.read
    found = parse_checkpoint(proof.checkpoint.text)
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(opened.leaf),
        index=proof.index,
        size=found.size,
        proof=proof.hashes,
        root=found.root,
    )
    return "The leaf is in the log."


def _witnesses(asked: _Asked) -> str:
    # 4. Enough witnesses saw the same log.
    if asked.policy is None or asked.policy.quorum == NONE:
        raise Unchecked("No witnesses are named by a policy (--policy).")
    found = reached(asked.policy, asked.read[0].checkpoint)
    newest = max(item.at for item in found)
    return f"Cosigned by {len(found)} witnesses, last at {to_text(newest)}."


def _commitment(asked: _Asked) -> str:
    # 5. The leaf commits to exactly this document.
    if asked.document is None:
        raise Unchecked("No document was given (--of).")
    salt = asked.read[1].salt
    if not salt:
        raise Unchecked("The receipt is a public one: it does not open its commitment.")
    leaf = _leaf(asked)
    payload_of = PAYLOADS.get(str(leaf.get("kind")))
    if payload_of is None:
        raise Unchecked(f"What a leaf {leaf.get('kind')} commits to is no document.")
    if commit_to(salt, payload_of(asked.document, leaf)) != leaf.get("commitment"):
        raise BadProof("The receipt is of another document.")
    return "The leaf commits to exactly these bytes."


def _event(asked: _Asked) -> str:
    # 6. What happened, and when the registry says so.
    leaf = _leaf(asked)
    alone = ", when one person ran the registry alone" if leaf.get("single_operator") else ""
    return f"{leaf.get('kind')} at {leaf.get('at')}{alone}."


_CHECKS: tuple[Check[_Asked], ...] = (
    ("receipt", True, _receipt),
    ("log-signature", False, _signature),
    ("inclusion", False, _inclusion),
    ("witnesses", False, _witnesses),
    ("commitment", False, _commitment),
    ("event", False, _event),
)


def _leaf(asked: _Asked) -> dict[str, Any]:
    return parse_strict(asked.read[1].leaf)
