"""The hash tree of a log: one root for all leaves, and short proofs that a leaf is in it.

The functions work on any source of subtree hashes, so a stored log and a plain list share them.
Spec: RFC 6962, section 2.1; verification as in RFC 9162, section 2.1.3.2.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence

from core.errors import BadProof

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree at (level, position); level 0 holds the leaf hashes."""

_LEAF, _NODE = b"\x00", b"\x01"
HASH_BYTES = hashlib.sha256().digest_size


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte hash of a leaf's bytes."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of two neighbouring subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes; of none it is the hash of nothing."""
    return root_from(len(leaf_hashes), _reader(leaf_hashes))


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof for the leaf at `index`, from the leaf upwards."""
    return inclusion_from(index, len(leaf_hashes), _reader(leaf_hashes))


def complete_subtrees(leaf_hashes: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """Return the hash of every complete subtree above the leaves, by (level, position)."""
    found: dict[tuple[int, int], bytes] = {}
    level, hashes = 0, list(leaf_hashes)
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        level, hashes = level + 1, [node_hash(left, right) for left, right in pairs]
        found.update({(level, position): value for position, value in enumerate(hashes)})
    return found


def root_from(size: int, node: NodeReader) -> bytes:
    """Return the root of the first `size` leaves."""
    return hashlib.sha256().digest() if size == 0 else range_hash(0, size, node)


def inclusion_from(index: int, size: int, node: NodeReader) -> list[bytes]:
    """Return the proof that the leaf at `index` is among the first `size`.

    Raises IndexError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise IndexError("there is no such leaf in a tree of this size")
    start, path = 0, []
    while size > 1:
        left = left_size(size)
        if index - start < left:
            path.append(range_hash(start + left, size - left, node))
            size = left
        else:
            path.append(range_hash(start, left, node))
            start, size = start + left, size - left
    return path[::-1]


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return when the proof leads from this leaf hash to the root; raise BadProof otherwise."""
    # 1. The leaf lies in the tree, and every hash has the size of one.
    if not 0 <= index < size:
        raise _bad("the leaf lies outside the tree")
    if any(len(item) != HASH_BYTES for item in (leaf, root, *proof)):
        raise _bad("the proof holds something that is no hash")
    # 2. Climb: a right sibling joins from the left, an only child moves up unjoined.
    place, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise _bad("the proof is longer than the tree is high")
        if place % 2 or place == last:
            reached = node_hash(sibling, reached)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            reached = node_hash(reached, sibling)
        place, last = place // 2, last // 2
    # 3. The climb ends at the top, and at this root.
    if last != 0 or not hmac.compare_digest(reached, root):
        raise _bad("the proof does not lead to the root")


def range_hash(start: int, size: int, node: NodeReader) -> bytes:
    """Return the hash over `size` leaves from `start`, as the tree above them is cut."""
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    left = left_size(size)
    return node_hash(range_hash(start, left, node), range_hash(start + left, size - left, node))


def left_size(size: int) -> int:
    """Return the largest power of two that is smaller than `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def _reader(leaf_hashes: Sequence[bytes]) -> NodeReader:
    def node(level: int, position: int) -> bytes:
        if level == 0:
            return leaf_hashes[position]
        return node_hash(node(level - 1, 2 * position), node(level - 1, 2 * position + 1))

    return node


def _bad(message: str) -> BadProof:
    return BadProof(
        message, next_step="fetch a fresh proof for this leaf and this root", code="bad-log-proof"
    )
