"""Receipts out of the log: for anybody what was published, for a party what opens it too."""

from dataclasses import dataclass

from sqlmodel import Session

from core import log
from core.canonical import canonical, parse_strict
from core.checkpoint import parse_checkpoint
from core.checkpoints import covering
from core.errors import BadInput, BadProof
from core.log import Leaf
from core.tlogpolicy import Policy
from core.tlogproof import TlogProof, format_proof


@dataclass(frozen=True, slots=True)
class Opening:
    """What a receipt says of its leaf: the published bytes, and the salt (empty unless a party's).

    Nothing of it is to be believed before its hash led to the root.
    """

    leaf: bytes
    salt: bytes = b""


def receipt(session: Session, leaf: Leaf, policy: Policy, *, opened: bool) -> str:
    """Return the receipt of a leaf; with `opened` its salt is in it. NotFound past the log's end.

    It rests on the newest checkpoint with the policy's quorum, else on the newest one.
    """
    note = covering(session, leaf.index, policy)
    size = parse_checkpoint(note.text).size
    salt = log.salt_of(session, leaf.index) if opened else None
    extra: dict[str, str] = {"leaf": log.published(leaf).decode()}
    if salt is not None:
        extra["salt"] = salt.hex()
    return format_proof(
        index=leaf.index,
        hashes=log.inclusion(session, leaf.index, size),
        checkpoint=note.full,
        extra=canonical(extra),
    )


def opening(proof: TlogProof) -> Opening:
    """Read what a receipt of ours says of its leaf; raises BadProof."""
    try:
        extra = parse_strict(proof.extra)
        leaf, salt = str(extra["leaf"]).encode(), bytes.fromhex(str(extra.get("salt", "")))
    except (BadInput, KeyError, ValueError) as exc:
        raise BadProof(
            "the receipt does not hold its leaf",
            next_step="ask the registry for the receipt again",
            code="bad-receipt",
        ) from exc
    return Opening(leaf, salt)
