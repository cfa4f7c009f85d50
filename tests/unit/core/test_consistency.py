import base64
import itertools
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import consistency, merkle
from core.errors import BadProof


def hashes(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def reader(leaves: list[bytes]) -> merkle.NodeReader:
    nodes = merkle.complete_subtrees(leaves)
    return lambda level, place: leaves[place] if level == 0 else nodes[level, place]


def naive(leaves: list[bytes], old: int, *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if whole else [merkle.root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*naive(leaves[:k], old, whole=whole), merkle.root(leaves[k:])]
    return [*naive(leaves[k:], old - k, whole=False), merkle.root(leaves[:k])]


def holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    try:
        consistency.verify_consistency(
            old=old, new=new, old_root=old_root, new_root=new_root, proof=proof
        )
    except BadProof:
        return False
    return True


def test_every_pair_of_small_trees_has_the_defined_proof_and_it_holds() -> None:
    leaves = hashes(40)
    roots = [merkle.root(leaves[:size]) for size in range(41)]
    for old, new in itertools.combinations_with_replacement(range(1, 41), 2):
        proof = consistency.consistency_from(old, new, reader(leaves[:new]))
        assert proof == naive(leaves[:new], old)
        assert holds(old, new, roots[old], roots[new], proof)
        for other in {old - 1, old + 1} - {0, 41}:
            assert not holds(other, new, roots[old], roots[new], proof)


@given(st.integers(2, 600), st.integers(), st.sampled_from(("flip", "drop", "add", "old", "new")))
def test_a_forged_consistency_proof_never_holds(size: int, seed: int, kind: str) -> None:
    luck = random.Random(seed)
    leaves = hashes(size)
    old = luck.randrange(1, size)
    proof = consistency.consistency_from(old, size, reader(leaves))
    roots = {"old": merkle.root(leaves[:old]), "new": merkle.root(leaves)}
    if kind == "flip":
        place = luck.randrange(len(proof))
        proof[place] = bytes([proof[place][0] ^ 1]) + proof[place][1:]
    elif kind == "drop":
        del proof[luck.randrange(len(proof))]
    elif kind == "add":
        proof.insert(luck.randrange(len(proof) + 1), merkle.leaf_hash(b"more"))
    else:
        roots[kind] = merkle.leaf_hash(b"other")
    assert not holds(old, size, roots["old"], roots["new"], proof)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (4, 3), (-1, 3)])
def test_nothing_is_proven_from_nothing_or_backwards(old: int, new: int) -> None:
    leaves = hashes(4)
    with pytest.raises(IndexError):
        consistency.consistency_from(old, new, reader(leaves))
    assert not holds(old, new, merkle.root([]), merkle.root(leaves[:3]), [])


def test_the_published_consistency_vectors(vectors_dir: Path) -> None:
    checked = {True: 0, False: 0}
    for path in sorted((vectors_dir / "merkle" / "consistency").rglob("*.json")):
        vector = json.loads(path.read_bytes())
        held = holds(
            vector["size1"],
            vector["size2"],
            decode(vector["root1"]),
            decode(vector["root2"]),
            [decode(item) for item in vector["proof"] or []],
        )
        assert held == (not vector["wantErr"]), path
        checked[held] += 1
    assert sum(checked.values()) == 98
    assert checked[True] >= 5


def test_the_published_subtree_vectors(vectors_dir: Path) -> None:
    folder = vectors_dir / "merkle"
    checked = {True: 0, False: 0}
    for path in sorted((folder / "subtreeconsistency").rglob("*.json")):
        vector = json.loads(path.read_bytes())
        checked[held := subtree_holds(vector)] += 1
        assert held == (not vector["wantErr"]), path
    for path in sorted((folder / "subtreeinclusion").rglob("*.json")):
        vector = json.loads(path.read_bytes())
        checked[held := lies_in_subtree(vector)] += 1
        assert held == (not vector["wantErr"]), path
    assert sum(checked.values()) == 118 + 204
    assert min(checked.values()) >= 10


def subtree_holds(vector: dict[str, object]) -> bool:
    try:
        consistency.verify_subtree(
            start=int(str(vector["start"])),
            end=int(str(vector["end"])),
            size=int(str(vector["size"])),
            subtree=decode(vector["root1"]),
            root=decode(vector["root2"]),
            proof=[decode(item) for item in vector["proof"] or []],  # type: ignore[attr-defined]
        )
    except BadProof:
        return False
    return True


def lies_in_subtree(vector: dict[str, object]) -> bool:
    start, end = int(str(vector["start"])), int(str(vector["end"]))
    if not consistency.is_subtree(start, end):
        return False
    try:
        merkle.verify_inclusion(
            leaf=decode(vector["leafHash"]),
            index=int(str(vector["leafIdx"])) - start,
            size=end - start,
            proof=[decode(item) for item in vector["proof"] or []],  # type: ignore[attr-defined]
            root=decode(vector["root"]),
        )
    except BadProof:
        return False
    return True


def decode(text: object) -> bytes:
    return base64.b64decode(str(text or ""))
