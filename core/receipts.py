"""Receipts out of the log: for anybody what was published, for a party what opens it too."""

from sqlmodel import Session

from core import log
from core.canonical import canonical
from core.checkpoint import parse_checkpoint
from core.checkpoints import covering
from core.log import Leaf
from core.tlogpolicy import Policy
from core.tlogproof import format_proof


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
