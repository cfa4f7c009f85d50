"""Reads one C2PA manifest from standard input in a bounded, confined process, and says what it is.

    python -m fingerprint.labels.child SUFFIX [LABEL]

With LABEL it hands out the newest assertion of that label as well.

A broken signature or a manifest that does not fit the file is refused: it is no label. That the
signer is on no trust list is told and holds nothing up; nobody outside has trusted it yet. Nothing
is fetched. C2PA 2.2, validation states Trusted, Valid and Invalid.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

from fingerprint.labels.payload import FORMATS
from fingerprint.labels.reading import ABSENT, MADE_BY_MACHINE, PRESENT, UNVERIFIABLE, source_type
from fingerprint.media.child.confinement import confine

CPU_SECONDS, FILE_BYTES_MAX = 20, 2 << 30
# All but the filter of system calls: ctypes makes callbacks by memory that is written and run.
LAYERS = ("namespaces", "user", "privileges", "dumps", "landlock")
MAGIC = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"RIFF", ".wav"), (b"ID3", ".mp3"))
# The signer is not on a list that this program brings along; that is no fault of the file.
HARMLESS = frozenset({"signingCredential.untrusted", "cawg.x509.credential.untrusted"})


def main() -> int:
    """Write one line of JSON: state and detail."""
    import c2pa  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    content = sys.stdin.buffer.read(FILE_BYTES_MAX)
    confine(LAYERS)
    try:
        made = c2pa.Reader(_format(content), io.BytesIO(content))
        said = json.loads(made.json())
    except Exception as exc:  # the library has an error of its own for each fault
        print(json.dumps({"state": UNVERIFIABLE, "detail": type(exc).__name__}))  # noqa: T201
        return 0
    state, detail = judge(said)
    answer: dict[str, Any] = {"state": state, "detail": detail}
    if len(sys.argv) > 2:
        answer["found"] = assertion(said, sys.argv[2])
    print(json.dumps(answer))  # noqa: T201
    return 0


def assertion(said: dict[str, Any], label: str) -> dict[str, Any]:
    """The newest assertion of a label: its data, and who signed the manifest that holds it.

    `faults` are those of the file as it is now, of whatever manifest: one broken, none counts.
    """
    manifests, name = said.get("manifests") or {}, said.get("active_manifest")
    order = [name, *(other for other in reversed(list(manifests)) if other != name)]
    for place in order:
        manifest = manifests.get(place) or {}
        for item in manifest.get("assertions") or []:
            if item.get("label") == label:
                signer = manifest.get("signature_info") or {}
                return {
                    "data": item.get("data"),
                    "signer": str(signer.get("issuer", ""))[:100],
                    "newest": place == name,
                    "faults": sorted(faults(said)),
                }
    return {}


def faults(said: dict[str, Any]) -> set[str]:
    """What speaks against a manifest store; that no list knows its signer does not."""
    found = {str(item.get("code")) for item in said.get("validation_status") or []} - HARMLESS
    return found or ({"Invalid"} if said.get("validation_state") == "Invalid" else set())


def judge(said: dict[str, Any]) -> tuple[str, str]:
    """(state, detail) of a manifest store as the library gives it."""
    if against := faults(said):
        return UNVERIFIABLE, ", ".join(sorted(against))
    named = {source_type(text) for text in _source_types(said.get("manifests") or {})}
    made = sorted(named & MADE_BY_MACHINE)
    return (PRESENT, ", ".join(made)) if made else (ABSENT, ", ".join(sorted(named)))


def _source_types(value: object) -> Iterator[str]:
    """Every digitalSourceType anywhere in the manifests: an earlier step's label still holds."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "digitalSourceType" and isinstance(inner, str):
                yield inner
            else:
                yield from _source_types(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _source_types(inner)


def _format(content: bytes) -> str:
    suffix = sys.argv[1] if len(sys.argv) > 1 else ""
    for magic, known in MAGIC:
        if content.startswith(magic):
            return FORMATS[known]
    if content[4:8] == b"ftyp":
        return FORMATS[".mp4"]
    return FORMATS.get(suffix, "application/octet-stream")


if __name__ == "__main__":
    sys.exit(main())
