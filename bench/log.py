"""Times the public log beside the bare SHA-256 and Ed25519 that it cannot do without.

    python -m bench.log [--leaves 2000] [--rounds 5]
    python -m bench.log --every-leaf        every leaf of all logs of 0 to 4,097 leaves (minutes)

The peer of a batch of leaves is one hash for each leaf and node, and one signature; of a proof, the
hashes of its path. The rest is JSON, SQLite and Python.
"""

import argparse
import hashlib
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.common import Figure, in_turns
from core import keys, log, merkle
from core.checkpoint import Checkpoint, log_key, open_checkpoint
from core.clock import utc_now
from core.init import World, initialise, open_world
from core.settings import Settings
from core.signednote import Note, sign_text
from core.tlogproof import format_proof, parse_proof, verify_proof

LEAVES_MAX = 4097
BATCH = 100
PROOFS_LEAST = 0.2
RECEIPTS_LEAST = 0.4


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--every-leaf", action="store_true")
    options = parser.parse_args()
    if options.every_leaf:
        print(every_leaf())
        return
    hashes = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(options.leaves)]
    print(proofs(hashes, options.rounds))
    print(receipts(hashes, options.rounds))
    with tempfile.TemporaryDirectory() as folder:
        from api.schema import upgrade

        settings = Settings(data_dir=Path(folder) / "data")
        initialise(settings, upgrade)
        with open_world(settings) as world:
            for batch in (1, BATCH):
                print(appending(world, batch, options.rounds))


def proofs(hashes: list[bytes], rounds: int) -> Figure:
    """Inclusion proofs verified, beside the hashes of their paths."""
    size, root = len(hashes), merkle.root(hashes)
    nodes = merkle.complete_subtrees(hashes)
    node: merkle.NodeReader = lambda level, at: nodes[level, at] if level else hashes[at]  # noqa: E731
    made = [merkle.inclusion_from(index, size, node) for index in range(size)]
    steps = sum(len(proof) for proof in made)

    def ours() -> None:
        for index, proof in enumerate(made):
            merkle.verify_inclusion(
                leaf=hashes[index], index=index, size=size, proof=proof, root=root
            )

    mine, theirs = in_turns(ours, lambda: hashed(steps), rounds)
    return Figure(
        f"inclusion proofs verified in a log of {size} leaves",
        f"{1000 * size / mine:,.0f} a second",
        f"their {steps} bare SHA-256 {1000 * size / theirs:,.0f} a second",
        theirs / mine,
        PROOFS_LEAST,
    )


def receipts(hashes: list[bytes], rounds: int) -> Figure:
    """Receipts read and verified, beside their Ed25519 signature alone."""
    private = keys.from_seed(b"b" * 32)
    key = log_key("bench.invalid/log", private.public)
    text = Checkpoint(key.name, len(hashes), merkle.root(hashes)).text
    note = Note(text, (sign_text(text, key.name, private),))
    proof = merkle.inclusion_proof(hashes, 1)
    made = format_proof(index=1, hashes=proof, checkpoint=note.full, extra=b"{}")
    open_checkpoint(note, [key])
    signature = note.signatures[0].data

    def ours() -> None:
        for _ in range(200):
            verify_proof(parse_proof(made), leaf=hashes[1], logs=[key])

    def theirs() -> None:
        for _ in range(200):
            keys.verify(private.public, text.encode(), signature)

    mine, bare = in_turns(ours, theirs, rounds)
    return Figure(
        "receipts read and verified",
        f"{200_000 / mine:,.0f} a second",
        f"bare Ed25519 {200_000 / bare:,.0f} a second",
        bare / mine,
        RECEIPTS_LEAST,
    )


def appending(world: World, batch: int, rounds: int) -> Figure:
    """Leaves added in batches, each batch signed and synced to the disk."""
    private = keys.generate()

    def ours() -> None:
        for _ in range(10):
            with world.db.write() as session:
                for number in range(batch):
                    payload = {"number": number}
                    log.append(session, kind="a.b", subject_id="x_1", payload=payload, at=utc_now())

    def theirs() -> None:
        for _ in range(10):
            hashed(3 * batch)
            keys.sign(private, b"c" * 100)

    mine, bare = in_turns(ours, theirs, rounds)
    return Figure(
        f"leaves added, {batch} in a transaction with its checkpoint",
        f"{10_000 * batch / mine:,.0f} a second",
        f"bare hashes and signature {10_000 * batch / bare:,.0f} a second (no disk)",
        bare / mine,
    )


def hashed(count: int) -> None:
    """So many hashes of two others."""
    left = b"\x01" * 65
    for _ in range(count):
        hashlib.sha256(left).digest()


def every_leaf() -> str:
    """Every leaf of every log up to 4,097 leaves, proven and verified by the product's own code."""
    start = time.perf_counter()
    sizes = range(LEAVES_MAX + 1)
    with ProcessPoolExecutor(os.cpu_count() or 1) as pool:
        proven = sum(pool.map(prove_size, reversed(sizes), chunksize=16))
    seconds = time.perf_counter() - start
    wanted = LEAVES_MAX * (LEAVES_MAX + 1) // 2
    verdict = "reached" if proven == wanted else "missed"
    return f"{proven:,} leaves of {len(sizes):,} logs proven in {seconds:,.0f} s: {verdict}"


def prove_size(size: int) -> int:
    """How many leaves of the log of this size were proven; raises for one that is not."""
    hashes, nodes = _forest()
    node: merkle.NodeReader = lambda level, at: nodes[level, at] if level else hashes[at]  # noqa: E731
    root = merkle.root_from(size, node)
    for index in range(size):
        proof = merkle.inclusion_from(index, size, node)
        merkle.verify_inclusion(leaf=hashes[index], index=index, size=size, proof=proof, root=root)
    return size


_FOREST: list[tuple[list[bytes], dict[tuple[int, int], bytes]]] = []


def _forest() -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    # Made once in each process: complete subtrees are the same in every larger tree.
    if not _FOREST:
        hashes = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(LEAVES_MAX)]
        _FOREST.append((hashes, merkle.complete_subtrees(hashes)))
    return _FOREST[0]


if __name__ == "__main__":
    main()
