"""Reads every kind of label from a file: a value, nothing, or something that cannot be verified.

IPTC and AIGC are text that a metadata packet holds, found without parsing the medium. C2PA is
signed and binary: a library reads it, in a confined process of its own, if the extra is there.
Sources: IPTC digitalSourceType NewsCodes; GB 45438-2025 annex; C2PA 2.2.
"""

import json
import mmap
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.errors import BadMedia, Unavailable

PRESENT, UNVERIFIABLE, ABSENT = "present", "unverifiable", "absent"
C2PA, IPTC, AIGC = "c2pa", "iptc", "aigc"
MADE_BY_MACHINE = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "compositeSynthetic",
    }
)
CHILD_SECONDS = 30
ANSWER_BYTES_MAX = 2 << 20
HITS_MAX = 50
_IPTC = re.compile(rb"DigitalSourceType(?:=\"|=\'|[^<>\"\']{0,200}>)\s*([^<\"\']{0,200})")
_AIGC = re.compile(rb"AIGC[\"\s:=>\']{1,10}(\{[^{}]{0,2000}\})")
_JUMBF = re.compile(rb"jumd.{0,4}c2pa", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Label:
    """One kind of label: `state` is present, unverifiable or absent, `detail` its value or why."""

    scheme: str
    state: str
    detail: str = ""


def read_labels(path: Path) -> tuple[Label, ...]:
    """What the file says of itself, one label for each scheme; never raises for its content."""
    if path.stat().st_size == 0:
        return tuple(Label(scheme, ABSENT) for scheme in (C2PA, IPTC, AIGC))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        iptc = _iptc([found.group(1) for found in _first(_IPTC, data)])
        aigc = _aigc([found.group(1) for found in _first(_AIGC, data)])
        signed = _JUMBF.search(data) is not None
    return (_c2pa(path) if signed else Label(C2PA, ABSENT), iptc, aigc)


def has_manifest(labels: Iterable[Label]) -> bool:
    """Whether these say that the file may carry a C2PA manifest, and not that it is broken."""
    return any(item.scheme == C2PA and item.state != UNVERIFIABLE for item in labels)


def source_type(uri: str) -> str:
    """The last part of a digital source type; white space around it is a writer's slip."""
    return uri.strip().rstrip("/").rsplit("/", 1)[-1]


def _first(pattern: re.Pattern[bytes], data: mmap.mmap) -> list[re.Match[bytes]]:
    found = []
    for hit in pattern.finditer(data):
        found.append(hit)
        if len(found) == HITS_MAX:
            break
    return found


def _iptc(values: list[bytes]) -> Label:
    named = [source_type(value.decode("utf-8", "replace")) for value in values]
    for name in named:
        if name in MADE_BY_MACHINE:
            return Label(IPTC, PRESENT, name)
    readable = all(re.fullmatch(r"[A-Za-z]{3,60}", name) for name in named)
    return Label(IPTC, ABSENT if readable else UNVERIFIABLE, ", ".join(sorted(set(named)))[:200])


def _aigc(values: list[bytes]) -> Label:
    """GB 45438: `Label` is "1" made, "2" possibly made, "3" suspected to be made by a machine."""
    broken = False
    for value in values:
        try:
            said = json.loads(value.replace(b"&quot;", b'"').replace(b'\\"', b'"'))
        except ValueError:
            broken = True
            continue
        if str(said.get("Label")) in ("1", "2", "3"):
            return Label(AIGC, PRESENT, f"Label {said['Label']}")
        broken = True
    return Label(AIGC, UNVERIFIABLE if broken else ABSENT)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a manifest says under a label: `data`, by whom it was signed, whether it is the newest.

    `faults` speak against the file as it is now; that the signer is on no list is none.
    """

    data: Mapping[str, Any]
    signer: str
    newest: bool
    faults: tuple[str, ...]


def read_assertion(path: Path, label: str) -> Assertion | None:
    """The newest assertion of a label in a file, `None` without one; nothing is fetched.

    Raises BadMedia where the manifest cannot be read, Unavailable without the extra.
    """
    if find_spec("c2pa") is None:
        raise Unavailable(
            "Reading manifests needs the extra c2pa.",
            next_step="Install it: pip install 'ebenbild[c2pa]'",
            code="no-c2pa",
        )
    try:
        found = _child(path, label).get("found")
        if not found:
            return None
        faults = tuple(str(code) for code in found["faults"])
        data = found["data"] if isinstance(found["data"], dict) else {}
        return Assertion(data, str(found["signer"]), found["newest"] is True, faults)
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as exc:
        raise BadMedia(
            f"The manifest in {path.name} cannot be read.",
            next_step="Ask whoever gave you the file for another copy.",
        ) from exc


def _c2pa(path: Path) -> Label:
    if find_spec("c2pa") is None:
        return Label(C2PA, UNVERIFIABLE, "the extra c2pa is not installed")
    try:
        said = _child(path)
        return Label(C2PA, str(said["state"]), str(said["detail"])[:200])
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return Label(C2PA, UNVERIFIABLE, "the manifest cannot be read")


def _child(path: Path, *label: str) -> dict[str, Any]:
    """What the confined process says of a file; bounded in time and length."""
    command = [sys.executable, "-m", "fingerprint.labels.child", path.suffix.lower(), *label]
    with path.open("rb") as file:
        done = subprocess.run(
            command, stdin=file, capture_output=True, timeout=CHILD_SECONDS, check=False
        )
    if len(done.stdout) > ANSWER_BYTES_MAX:
        raise ValueError("the answer is too long")
    said: dict[str, Any] = json.loads(done.stdout)
    return said
