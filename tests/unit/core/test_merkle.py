import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import merkle
from core.errors import BadProof

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=70).map(
    lambda items: [merkle.leaf_hash(item) for item in items]
)


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_proof(leaves: list[bytes], index: int) -> list[bytes]:
    """The definition of RFC 6962 section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*naive_proof(leaves[:k], index), naive_root(leaves[k:])]
    return [*naive_proof(leaves[k:], index - k), naive_root(leaves[:k])]


def hashes(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


@given(LEAVES)
def test_the_root_is_as_defined(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == naive_root(leaves)


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@given(LEAVES, st.data())
def test_every_leaf_has_the_defined_proof_and_it_holds(leaves: list[bytes], data: Any) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle.inclusion_proof(leaves, index)
    assert proof == naive_proof(leaves, index)
    merkle.verify_inclusion(
        leaf=leaves[index], index=index, size=len(leaves), proof=proof, root=merkle.root(leaves)
    )


def test_all_leaves_of_all_small_trees_and_no_other_place() -> None:
    for size in range(1, 34):
        leaves = hashes(size)
        root = merkle.root(leaves)
        for index in range(size):
            proof = merkle.inclusion_proof(leaves, index)
            for claimed in range(size):
                held = holds(leaves[index], claimed, size, proof, root)
                assert held == (claimed == index)


@given(st.integers(1, 300), st.data())
def test_a_forged_proof_never_holds(size: int, data: Any) -> None:
    leaves = hashes(size)
    root = merkle.root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(leaves, index)
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "leaf", "root"]))
    leaf = leaves[index]
    if kind == "flip" and proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        proof[place] = flip(proof[place], data.draw(st.integers(0, 255)))
    elif kind == "drop" and proof:
        del proof[data.draw(st.integers(0, len(proof) - 1))]
    elif kind == "swap" and len(proof) > 1:
        proof[0], proof[-1] = proof[-1], proof[0]
    elif kind == "leaf":
        leaf = flip(leaf, 3)
    elif kind == "root":
        root = flip(root, 3)
    else:
        proof.insert(data.draw(st.integers(0, len(proof))), root)
    assert not holds(leaf, index, size, proof, root)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (5, 5)])
def test_a_place_outside_the_tree_is_refused(index: int, size: int) -> None:
    leaves = hashes(size)
    with pytest.raises(IndexError):
        merkle.inclusion_proof(leaves, index)
    assert not holds(merkle.leaf_hash(b"0"), index, size, [], merkle.root(leaves))


def test_a_leaf_is_no_node() -> None:
    left, right = hashes(2)
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_the_published_inclusion_vectors(vectors_dir: Path) -> None:
    checked = {True: 0, False: 0}
    for path in sorted((vectors_dir / "merkle" / "inclusion").rglob("*.json")):
        vector = json.loads(path.read_bytes())
        held = holds(
            decode(vector["leafHash"]),
            vector["leafIdx"],
            vector["treeSize"],
            [decode(item) for item in vector["proof"] or []],
            decode(vector["root"]),
        )
        assert held == (not vector["wantErr"]), path.name
        checked[held] += 1
    assert checked[True] >= 5
    assert checked[False] >= 80


def holds(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    try:
        merkle.verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)
    except BadProof:
        return False
    return True


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


def decode(text: str | None) -> bytes:
    return base64.b64decode(text or "")
