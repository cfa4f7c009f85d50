"""Verify a receipt of the public log from its text alone, in six numbered steps.

The reader brings a policy: which logs, and how many of which witnesses. Specs:
https://c2sp.org/tlog-proof, https://c2sp.org/tlog-policy
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from core import merkle
from core.canonical import parse_strict
from core.checkpoint import open_checkpoint, parse_checkpoint
from core.clock import to_text
from core.errors import BadProof, EbenbildError
from core.logleaf import Opening, commit_to, opening
from core.tlogpolicy import NONE, Policy, reached
from core.tlogproof import TlogProof, parse_proof
from licensing.models import StepState, VerifyReport, VerifyStep

SIGNED_KINDS = ("licence.issued", "licence.revoked", "certificate.issued")


class _Unchecked(Exception):
    """What this step needs was not handed in."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is verified, by which policy, and about which licence (None: about none)."""

    proof: TlogProof
    opened: Opening
    policy: Policy
    document: bytes | None


def verify_receipt_text(text: str, policy: Policy, document: bytes | None = None) -> VerifyReport:
    """Run all steps; never raises for what is in the receipt.

    `document` are the signed bytes of the licence that the receipt should be of.
    """
    # 1. It is a receipt, and holds the published bytes of its leaf.
    try:
        proof = parse_proof(text)
        asked = _Asked(proof, opening(proof), policy, document)
        said = f"Leaf {proof.index}: {_leaf(asked).get('kind')} {_leaf(asked).get('id')}."
    except EbenbildError as exc:
        return VerifyReport((VerifyStep(1, "receipt", StepState.FAILED, exc.message),))
    steps = [VerifyStep(1, "receipt", StepState.OK, said)]
    for number, (name, check) in enumerate(_CHECKS, 2):
        try:
            steps.append(VerifyStep(number, name, StepState.OK, check(asked)))
        except _Unchecked as exc:
            steps.append(VerifyStep(number, name, StepState.NOT_CHECKED, str(exc)))
        except EbenbildError as exc:
            steps.append(VerifyStep(number, name, StepState.FAILED, exc.message))
    return VerifyReport(tuple(steps), vc_id=str(_leaf(asked).get("id", "")))


def _signature(asked: _Asked) -> str:
    # 2. A log of the policy signed the checkpoint.
    found = open_checkpoint(asked.proof.checkpoint, asked.policy.logs)
    return f"Signed by the log {found.origin} at {found.size} leaves."


def _inclusion(asked: _Asked) -> str:
    # 3. The leaf is in the tree of that checkpoint.
    found = parse_checkpoint(asked.proof.checkpoint.text)
    merkle.verify_inclusion(
        leaf=merkle.leaf_hash(asked.opened.leaf),
        index=asked.proof.index,
        size=found.size,
        proof=asked.proof.hashes,
        root=found.root,
    )
    return "The leaf is in the log."


def _witnesses(asked: _Asked) -> str:
    # 4. Enough witnesses saw the same log.
    if asked.policy.quorum == NONE:
        raise _Unchecked("The policy names no witnesses.")
    found = reached(asked.policy, asked.proof.checkpoint)
    newest = max(item.at for item in found)
    return f"Cosigned by {len(found)} witnesses, last at {to_text(newest)}."


def _commitment(asked: _Asked) -> str:
    # 5. The leaf commits to exactly this licence.
    if asked.document is None:
        raise _Unchecked("No document was given (--of).")
    if not asked.opened.salt:
        raise _Unchecked("The receipt is a public one: it does not open its commitment.")
    leaf = _leaf(asked)
    if leaf.get("kind") not in SIGNED_KINDS:
        raise _Unchecked(f"What a leaf {leaf.get('kind')} commits to is no signed document.")
    digest = hashlib.sha256(asked.document).hexdigest()
    payload = {"vc_id": parse_strict(asked.document).get("id"), "sha256": digest}
    if commit_to(asked.opened.salt, payload) != leaf.get("commitment"):
        raise BadProof("The receipt is of another document.")
    return "The leaf commits to exactly these bytes."


def _event(asked: _Asked) -> str:
    # 6. What happened, and when the registry says so.
    leaf = _leaf(asked)
    alone = ", when one person ran the registry alone" if leaf.get("single_operator") else ""
    return f"{leaf.get('kind')} at {leaf.get('at')}{alone}."


_CHECKS: tuple[tuple[str, Callable[[_Asked], str]], ...] = (
    ("log-signature", _signature),
    ("inclusion", _inclusion),
    ("witnesses", _witnesses),
    ("commitment", _commitment),
    ("event", _event),
)


def _leaf(asked: _Asked) -> dict[str, object]:
    return parse_strict(asked.opened.leaf)
