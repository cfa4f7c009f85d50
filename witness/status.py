"""Status lists as handed out, beside the revocations that the log committed to.

Spec: https://www.w3.org/TR/vc-bitstring-status-list/
"""

import base64
import gzip
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

BITS = 131_072


def disagreements(path: Path, lists: Mapping[int, bytes]) -> tuple[str, ...]:
    """Name every list, by its number, whose bits are not the revocations of the log."""
    connection = sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT d.status_list, d.status_index FROM log_leaf AS l "
            "JOIN licence_draft AS d ON d.id = l.subject_id WHERE l.kind = 'licence.revoked'"
        ).fetchall()
    finally:
        connection.close()
    wanted: dict[int, set[int]] = {}
    for number, index in rows:
        wanted.setdefault(number, set()).add(index)
    wrong = [f"list {number} is not handed out" for number in sorted(wanted.keys() - lists.keys())]
    for number, data in sorted(lists.items()):
        different = _bits(data) ^ wanted.get(number, set())
        if different:
            wrong.append(f"list {number} is wrong at {len(different)} places")
    return tuple(wrong)


def _bits(data: bytes) -> set[int]:
    text = json.loads(data)["credentialSubject"]["encodedList"].removeprefix("u")
    packed = gzip.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return {at for at in range(BITS) if packed[at // 8] >> (7 - at % 8) & 1}
