"""The manifest of a dataset: every file by its SHA-256, as CSV or JSONL.

It is what a model is trained with, so a line that cannot be read or a digest named twice is refused
and never skipped. CSV by RFC 4180 with the columns `path` and `sha256`; JSONL with the same names.
"""

import csv
import hashlib
import io
import json
import re
from dataclasses import dataclass

from core.errors import BadInput

LINES_MAX = 100_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a manifest; the path is for people."""

    path: str
    sha256: str


def read_manifest(text: str) -> tuple[Listed, ...]:
    """Every file, in order; raises `BadInput` naming the line that is wrong."""
    rows = _jsonl(text) if text.lstrip().startswith("{") else _csv(text)
    seen: set[str] = set()
    listed = []
    for number, row in rows:
        path, sha256 = str(row.get("path") or ""), str(row.get("sha256") or "").lower()
        if not path or not _DIGEST.fullmatch(sha256):
            raise _bad(f"line {number} must have a path and a sha256 of 64 hexadecimal digits")
        if sha256 in seen:
            raise _bad(f"line {number} names a file that an earlier line names")
        seen.add(sha256)
        listed.append(Listed(path, sha256))
    if not listed or len(listed) > LINES_MAX:
        raise _bad(f"it must name 1 to {LINES_MAX} files")
    return tuple(listed)


def is_manifest(data: bytes) -> bool:
    """Whether bytes look like a manifest, by their first line alone."""
    first = data.partition(b"\n")[0].decode("utf-8", "replace").strip()
    try:
        found = json.loads(first) if first.startswith("{") else next(csv.reader([first]), [])
    except (ValueError, csv.Error):
        return False
    return {"path", "sha256"} <= set(found)


def digest_of(text: str) -> str:
    """SHA-256 of the manifest itself, by which a training is named."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _csv(text: str) -> list[tuple[int, dict[str, object]]]:
    reader = csv.DictReader(io.StringIO(text))
    if not {"path", "sha256"} <= set(reader.fieldnames or ()):
        raise _bad("its first line must name the columns path and sha256")
    return [(number, dict(row)) for number, row in enumerate(reader, start=2)]


def _jsonl(text: str) -> list[tuple[int, dict[str, object]]]:
    rows: list[tuple[int, dict[str, object]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as exc:
            raise _bad(f"line {number} is not JSON") from exc
        if not isinstance(row, dict):
            raise _bad(f"line {number} is not an object")
        rows.append((number, row))
    return rows


def _bad(what: str) -> BadInput:
    return BadInput(
        f"The manifest cannot be used: {what}.",
        next_step="Mend the manifest and hand it in again.",
        code="bad-manifest",
    )
