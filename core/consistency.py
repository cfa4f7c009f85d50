"""Proofs that a log only ever grew: the tree of yesterday is the beginning of the tree of today.

Whoever kept a root can so tell a log that forgot or changed a leaf from one that went on. The
check is the general one, for any complete run of leaves and not only for those from the first.
Spec: RFC 6962, section 2.1.2; draft-ietf-plants-merkle-tree-certs, section 4.4.
"""

import hmac
from collections.abc import Sequence

from core.errors import BadProof
from core.merkle import HASH_BYTES, NodeReader, left_size, node_hash, range_hash
from core.merkle import root as root_of


def consistency_from(old: int, new: int, node: NodeReader) -> list[bytes]:
    """Return the proof that the first `old` of the first `new` leaves are as they were.

    Raises IndexError unless 0 < old <= new: of nothing there is nothing to prove.
    """
    if not 0 < old <= new:
        raise IndexError("consistency is proven from a size of at least 1 to one not below it")
    start, size, whole = 0, new, True
    path: list[bytes] = []
    while old != size:
        left = left_size(size)
        if old <= left:
            path.append(range_hash(start + left, size - left, node))
            size = left
        else:
            path.append(range_hash(start, left, node))
            start, size, old, whole = start + left, size - left, old - left, False
    if not whole:
        path.append(range_hash(start, size, node))
    return path[::-1]


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return when the tree of size `new` begins with that of size `old`; BadProof otherwise."""
    if old < 1:
        raise _bad("from a tree of nothing there is nothing to prove")
    verify_subtree(start=0, end=old, size=new, subtree=old_root, root=new_root, proof=proof)


def verify_subtree(
    *, start: int, end: int, size: int, subtree: bytes, root: bytes, proof: Sequence[bytes]
) -> None:
    """Return when the leaves `start` to `end` of the tree hash to `subtree`; BadProof otherwise."""
    # 0. A run of no leaves is in every tree, and has the hash of nothing.
    if 0 <= start == end <= size and not proof and hmac.compare_digest(subtree, root_of([])):
        return
    # 1. The subtree begins where one of its width may, and the proof is of hashes. (The two roots
    #    are what the caller trusts; checkpoints that hold no hash are refused when they are read.)
    if not is_subtree(start, end) or end > size:
        raise _bad("no part of such a tree begins and ends there")
    if any(len(item) != HASH_BYTES for item in proof):
        raise _bad("the proof holds something that is no hash")
    # 2. Go up to where the first hash of the proof joins.
    first, last, end_place = start, end - 1, size - 1
    shift = _common_steps(first, last, end_place)
    first, last, end_place = first >> shift, last >> shift, end_place >> shift
    left = list(proof)
    if first != last and not left:
        raise _bad("the proof is shorter than the tree is high")
    joined = subtree if first == last else left.pop(0)
    # 3. Climb, and 4. both climbs end at the hash they should.
    part, whole = _climb(first, last, end_place, joined, left)
    if not (hmac.compare_digest(part, subtree) and hmac.compare_digest(whole, root)):
        raise _bad("the larger tree does not begin with the smaller one")


def is_subtree(start: int, end: int) -> bool:
    """Say whether `start` is a multiple of the smallest power of two that holds the leaves."""
    if not 0 <= start < end:
        return False
    return start % (1 << (end - start - 1).bit_length()) == 0


def _common_steps(first: int, last: int, end_place: int) -> int:
    steps = 0
    if last == end_place:
        while first >> steps != last >> steps:
            steps += 1
        return steps
    while first >> steps != last >> steps and (last >> steps) % 2:
        steps += 1
    return steps


def _climb(
    first: int, last: int, end_place: int, joined: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """Return the hashes of both trees, which grow by what lies left, the larger by the rest too."""
    part = whole = joined
    for sibling in proof:
        if end_place == 0:
            raise _bad("the proof is longer than the tree is high")
        if last % 2 or last == end_place:
            part = node_hash(sibling, part) if first < last else part
            whole = node_hash(sibling, whole)
            while last % 2 == 0 and last != 0:
                first, last, end_place = first >> 1, last >> 1, end_place >> 1
        else:
            whole = node_hash(whole, sibling)
        first, last, end_place = first >> 1, last >> 1, end_place >> 1
    if end_place != 0:
        raise _bad("the proof is shorter than the tree is high")
    return part, whole


def _bad(message: str) -> BadProof:
    return BadProof(
        message, next_step="fetch a fresh proof between these two sizes", code="bad-log-proof"
    )
