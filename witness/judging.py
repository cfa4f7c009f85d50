"""What a witness does with a checkpoint: cosign it, or say why not and keep the evidence.

Spec: https://c2sp.org/tlog-witness
"""

import base64
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from witness.notes import Checkpoint, Refused, cosign, is_signed_by, read_checkpoint
from witness.state import Folder, Log
from witness.trees import EMPTY, Fetch, check_growth, growth_from_tiles

PROOF_LINES_MAX = 63
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", flags=re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with its body; `evidence` names the file where a log was caught."""

    status: int
    body: str
    evidence: str = ""


def add_checkpoint(folder: Folder, request: str, now: Callable[[], float] = time.time) -> Answer:
    """Answer a request of the add-checkpoint protocol."""
    head, gap, note = request.partition("\n\n")
    lines = head.split("\n")
    word, _, digits = lines[0].partition(" ")
    if not gap or word != "old" or _SIZE.fullmatch(digits) is None:
        return Answer(400, "the request does not begin with the old size\n")
    try:
        proof = [base64.b64decode(line, validate=True) for line in lines[1:]]
        offered = read_checkpoint(note)
    except (ValueError, Refused):
        return Answer(400, "proof or checkpoint cannot be read\n")
    log = folder.log(offered.origin)
    if log is None:
        return Answer(404, "this log is not watched here\n")
    if not _is_signed(offered, log):
        return Answer(403, "no known key of the log signed it\n")
    if int(digits) > offered.size or len(proof) > PROOF_LINES_MAX:
        return Answer(400, "the old size is beyond the checkpoint, or the proof is too long\n")
    with folder.locked():
        return _judge(folder, offered, int(digits), proof, now)


def _judge(
    folder: Folder,
    offered: Checkpoint,
    old: int,
    proof: Sequence[bytes],
    now: Callable[[], float],
) -> Answer:
    seen = folder.seen(offered.origin)
    size, root = (0, EMPTY) if seen is None else (seen.size, seen.root)
    # 1. Two roots for one size are a split view, whatever else the request says.
    if seen is not None and offered.size == size and offered.root != root:
        why = f"two roots for {size} leaves"
        return Answer(409, f"{size}\n", folder.accuse("split-view", offered.note, seen, why))
    # 2. The log starts from what this witness saw last.
    if old != size:
        return Answer(409, f"{size}\n")
    # 3. It proves that it only grew.
    try:
        check_growth(size, offered.size, root, offered.root, proof)
    except Refused as refused:
        why = f"{offered.size} leaves do not begin with the {size} seen: {refused}"
        return Answer(422, f"{why}\n", folder.accuse("unproven", offered.note, seen, why))
    # 4. What is remembered is on the disk before anybody learns of it.
    folder.keep(offered)
    return Answer(200, cosign(offered.text, folder.key(), folder.private(), int(now())))


def watch(
    folder: Folder, log: Log, fetch: Fetch, now: Callable[[], float] = time.time
) -> tuple[Checkpoint, Answer]:
    """Fetch a log's newest checkpoint and judge it by the log's own tiles."""
    offered = read_checkpoint(fetch("checkpoint").decode("utf-8", "replace"))
    if offered.origin != log.origin or not _is_signed(offered, log):
        raise Refused("no known key of the log signed its checkpoint")
    with folder.locked():
        seen = folder.seen(log.origin)
        if seen is not None and offered.size < seen.size:
            return offered, _shrunk(folder, offered, seen, fetch)
        size = 0 if seen is None else seen.size
        try:
            grown = 0 < size < offered.size
            proof = growth_from_tiles(size, offered.size, fetch) if grown else []
        except (Refused, OSError) as refused:
            why = f"no proof from {size} to {offered.size} leaves can be had: {refused}"
            return offered, Answer(422, why, folder.accuse("unproven", offered.note, seen, why))
        return offered, _judge(folder, offered, size, proof, now)


def _shrunk(folder: Folder, offered: Checkpoint, seen: Checkpoint, fetch: Fetch) -> Answer:
    """An older checkpoint: stale when the log still has all that was seen, else rolled back."""
    try:
        proof = growth_from_tiles(offered.size, seen.size, fetch) if offered.size else []
        check_growth(offered.size, seen.size, offered.root, seen.root, proof)
    except (Refused, OSError):
        why = f"the log had {seen.size} leaves and shows {offered.size}"
        return Answer(409, f"{why}\n", folder.accuse("rollback", offered.note, seen, why))
    return Answer(409, f"an older checkpoint of {offered.size} leaves: stale\n")


def _is_signed(offered: Checkpoint, log: Log) -> bool:
    try:
        return is_signed_by(offered, log.keys)
    except Refused:
        return False
