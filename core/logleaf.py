"""A leaf of the public log as bytes: what is published of an event, and what opens it for a party.

The commitment is salted, so that publishing it tells nothing that could be guessed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.errors import BadInput, BadProof
from core.tlogproof import TlogProof


@dataclass(frozen=True, slots=True)
class Opening:
    """What a receipt says of its leaf: the published bytes, and the salt (empty unless a party's).

    Nothing of it is to be believed before its hash led to the root.
    """

    leaf: bytes
    salt: bytes = b""


def leaf_bytes(
    *, kind: str, subject_id: str, commitment: str, at: datetime, single_operator: bool = False
) -> bytes:
    """Return the published bytes of a leaf, whose hash is in the tree.

    The stamp of a registry that one person runs alone stands in them only where it is true.
    """
    stamp = {"single_operator": True} if single_operator else {}
    published = {"v": 1, "kind": kind, "id": subject_id, "commitment": commitment}
    return canonical({**published, "at": to_text(at), **stamp})


def commit_to(salt: bytes, payload: Mapping[str, Any]) -> str:
    """Return the commitment: the hex SHA-256 of the salt and the payload's canonical bytes."""
    return hashlib.sha256(salt + canonical(payload)).hexdigest()


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
