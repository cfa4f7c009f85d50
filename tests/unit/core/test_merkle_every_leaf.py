"""Every leaf of logs of many sizes is proven; ten thousand forged proofs are not.

The sizes between are proven by `python -m bench.log --every-leaf`, which takes minutes.
"""

import random

import pytest

from core import merkle
from core.errors import BadProof

LEAVES_MAX = 4097
NEAR_POWERS = sorted({2**n + d for n in range(8, 13) for d in (-1, 0, 1)} | {700, 3000})
HASHES = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(LEAVES_MAX)]
NODES = merkle.complete_subtrees(HASHES)
FORGERIES = 10_000


def node(level: int, place: int) -> bytes:
    # Complete subtrees are the same in every tree that is long enough to have them.
    return HASHES[place] if level == 0 else NODES[level, place]


def prove_all(size: int) -> int:
    root = merkle.root_from(size, node)
    for index in range(size):
        proof = merkle.inclusion_from(index, size, node)
        merkle.verify_inclusion(leaf=HASHES[index], index=index, size=size, proof=proof, root=root)
    return size


def test_every_leaf_of_all_logs_up_to_130_leaves() -> None:
    assert sum(prove_all(size) for size in range(131)) == 130 * 131 // 2


@pytest.mark.parametrize("size", NEAR_POWERS)
def test_every_leaf_of_larger_logs_where_their_shape_changes(size: int) -> None:
    assert prove_all(size) == size


def test_ten_thousand_forged_proofs_are_refused() -> None:
    luck = random.Random(6962)
    refused = 0
    for number in range(FORGERIES):
        size = luck.randrange(2, LEAVES_MAX + 1)
        index = luck.randrange(size)
        given = {
            "leaf": HASHES[index],
            "index": index,
            "size": size,
            "proof": merkle.inclusion_from(index, size, node),
            "root": merkle.root_from(size, node),
        }
        forged = FORGERS[number % len(FORGERS)](dict(given), luck)
        assert forged != given
        with pytest.raises(BadProof):
            merkle.verify_inclusion(**forged)
        refused += 1
    assert refused == FORGERIES


def flipped(data: bytes, luck: random.Random) -> bytes:
    bit = luck.randrange(8 * len(data))
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def another_leaf(given, luck):
    return {**given, "leaf": flipped(given["leaf"], luck)}


def another_root(given, luck):
    return {**given, "root": flipped(given["root"], luck)}


def another_place(given, luck):
    wrong = (given["index"] + luck.randrange(1, given["size"])) % given["size"]
    return {**given, "index": wrong}


def outside(given, luck):
    return {**given, "index": luck.choice((-1, given["size"], given["size"] + 1))}


def another_hash(given, luck):
    proof = list(given["proof"])
    place = luck.randrange(len(proof))
    proof[place] = flipped(proof[place], luck)
    return {**given, "proof": proof}


def shorter(given, luck):
    proof = list(given["proof"])
    del proof[luck.randrange(len(proof))]
    return {**given, "proof": proof}


def longer(given, luck):
    proof = list(given["proof"])
    proof.insert(luck.randrange(len(proof) + 1), luck.randbytes(32))
    return {**given, "proof": proof}


def no_hash(given, luck):
    proof = list(given["proof"])
    place = luck.randrange(len(proof))
    proof[place] += b"\x00" if luck.random() < 0.5 else proof[place]
    return {**given, "proof": proof}


def a_node_as_leaf(given, luck):
    proof = list(given["proof"])
    sibling = proof.pop(0)
    pair = (sibling, given["leaf"]) if given["index"] % 2 else (given["leaf"], sibling)
    return {
        **given,
        "leaf": merkle.leaf_hash(b"".join(pair)),
        "index": given["index"] // 2,
        "size": (given["size"] + 1) // 2,
        "proof": proof,
    }


FORGERS = (
    another_leaf,
    another_root,
    another_place,
    outside,
    another_hash,
    shorter,
    longer,
    no_hash,
    a_node_as_leaf,
)
