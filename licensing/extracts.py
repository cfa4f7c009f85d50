"""Extracts and bundles as bytes: one form, signed by their registry, read back without leeway.

JSON in its canonical form (RFC 8785), so that the same facts give the same bytes; documents stand
in it as text, because their own signatures rest on their exact bytes.
Spec of the proof: https://www.w3.org/TR/vc-di-eddsa/
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import canonical, parse_strict
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof
from core.integrity import ProofOptions
from core.keys import PrivateKey
from licensing.credential import check_canonical
from licensing.models_extract import (
    Brought,
    Bundle,
    CarriedConsent,
    CarriedGuardian,
    CarriedKey,
    CarriedLicence,
    CarriedStanding,
    Extract,
)
from licensing.models_suspension import Suspension
from registry.models.works import KindOfUse

BUNDLE_TYPE, EXTRACT_TYPE, VERSION = "ConsentBundle", "ConsentExtract", 1
BUNDLE_BYTES_MAX = 16 * 1024 * 1024
EXTRACTS_MAX = 8


def signed_extract(extract: Extract, registry_key: PrivateKey) -> bytes:
    """The canonical bytes of an extract with its registry's proof."""
    options = ProofOptions(registry_key.verification_method, to_text(extract.made_at))
    return canonical(integrity.sign(extract_document(extract), options, registry_key))


def bundle_bytes(extracts: Sequence[bytes]) -> bytes:
    """The file of signed extracts, the writer's own first."""
    texts = [data.decode() for data in extracts]
    return canonical({"type": BUNDLE_TYPE, "v": VERSION, "extracts": texts})


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle; raises BadInput or BadProof for anything more, less or other. Checks no key.

    The first extract must name every other one by its digest: none is left out or added unnoticed.
    """
    document = parse_strict(data, bytes_max=BUNDLE_BYTES_MAX)
    check_canonical(document, data)
    if (document.get("type"), document.get("v")) != (BUNDLE_TYPE, VERSION):
        raise _bad("it is not of a version that is read here")
    texts = document.get("extracts")
    if set(document) != {"type", "v", "extracts"} or not isinstance(texts, list):
        raise _bad("it says something else than its extracts")
    if not 1 <= len(texts) <= EXTRACTS_MAX or not all(isinstance(text, str) for text in texts):
        raise _bad(f"it must hold 1 to {EXTRACTS_MAX} extracts")
    signed = tuple(text.encode() for text in texts)
    extracts = tuple(read_extract(item) for item in signed)
    named = [(item.registry, item.sha256) for item in extracts[0].brought]
    held = [(item.registry, digest(data)) for item, data in zip(extracts, signed, strict=True)]
    if named != held[1:] or len({registry for registry, _ in held}) < len(held):
        raise BadProof(
            "The bundle does not hold just the extracts that its writer put in.",
            next_step="Ask for the bundle as it was written.",
            code="bundle-not-whole",
        )
    return Bundle(extracts, signed)


def read_extract(data: bytes) -> Extract:
    """Read a signed extract and check its registry's signature; raises BadInput or BadProof."""
    document = parse_strict(data, bytes_max=BUNDLE_BYTES_MAX)
    check_canonical(document, data)
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        _require_text({name: value for name, value in unsigned.items() if name != "v"})
        extract = _read(unsigned)
        again = extract_document(extract)
        method = document["proof"]["verificationMethod"]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _bad("an extract in it cannot be read") from exc
    if again != unsigned:
        raise _bad("an extract in it says more than it may")
    if method.partition("#")[0] != extract.registry:
        raise BadProof("An extract is not signed by the registry that it names.")
    integrity.verify(document, expected={method})
    return extract


def extract_document(extract: Extract) -> dict[str, object]:
    """The unsigned extract; `read_extract` reads it back."""
    return {
        "type": EXTRACT_TYPE,
        "v": VERSION,
        "registry": extract.registry,
        "base_url": extract.base_url,
        "performer": extract.performer_id,
        "made_at": to_text(extract.made_at),
        "log": {"checkpoint": extract.checkpoint, "policy": extract.policy},
        "keys": _texts(extract.keys),
        "consents": [
            {
                "document": item.document.decode(),
                "withdrawn_at": _time(item.withdrawn_at),
                "receipts": list(item.receipts),
            }
            for item in extract.consents
        ],
        "guardians": [
            {
                "did": item.did,
                "relation": item.relation,
                "since": to_text(item.since),
                "until": _time(item.until),
            }
            for item in extract.guardians
        ],
        "licences": [
            {
                "id": item.id,
                "document": item.document.decode(),
                "revoked_at": _time(item.revoked_at),
                "ends_at": _time(item.ends_at),
                "receipts": list(item.receipts),
            }
            for item in extract.licences
        ],
        "standings": [
            {"document": item.document.decode(), "receipts": list(item.receipts)}
            for item in extract.standings
        ],
        "suspensions": [suspension_dict(item) for item in extract.suspensions],
        "status_lists": _texts(extract.status_lists),
        "brought": [{"registry": item.registry, "sha256": item.sha256} for item in extract.brought],
        **_held(extract.held_keys),
    }


def _held(carried: Sequence[CarriedKey]) -> dict[str, object]:
    """What older extracts do not have is not written where there is none."""
    found = [
        {"statement": item.statement.decode(), "ended_at": _time(item.ended_at)} for item in carried
    ]
    return {"held_keys": found} if found else {}


def suspension_dict(item: Suspension) -> dict[str, object]:
    """A suspension as data, without its place in the order of its own registry.

    `own` stands only where a performer suspended alone: older extracts do not have it.
    """
    return {
        "id": item.id,
        "group": item.group_id,
        "kinds": sorted(kind.value for kind in item.kinds),
        "since": to_text(item.since),
        "lifted_at": _time(item.lifted_at),
        "clause": item.clause,
        **({"own": True} if item.own else {}),
    }


def suspension_of(data: Mapping[str, Any], *, seq: int = 0) -> Suspension:
    """The suspension in such data, known here from `seq` on."""
    lifted_at = _moment(data["lifted_at"])
    return Suspension(
        id=str(data["id"]),
        group_id=str(data["group"]),
        kinds=frozenset(KindOfUse(kind) for kind in data["kinds"]),
        since=from_text(data["since"]),
        since_seq=seq,
        lifted_at=lifted_at,
        lifted_seq=None if lifted_at is None else seq,
        clause=str(data["clause"]),
        own=data.get("own") is True,
    )


def digest(signed: bytes) -> str:
    """SHA-256 (hex) of the exact bytes."""
    return hashlib.sha256(signed).hexdigest()


def _read(data: Mapping[str, Any]) -> Extract:
    return Extract(
        registry=data["registry"],
        base_url=data["base_url"],
        performer_id=data["performer"],
        made_at=from_text(data["made_at"]),
        checkpoint=data["log"]["checkpoint"],
        policy=data["log"]["policy"],
        keys=_bytes(data["keys"]),
        consents=tuple(
            CarriedConsent(
                item["document"].encode(), _moment(item["withdrawn_at"]), tuple(item["receipts"])
            )
            for item in data["consents"]
        ),
        guardians=tuple(
            CarriedGuardian(
                item["did"], item["relation"], from_text(item["since"]), _moment(item["until"])
            )
            for item in data["guardians"]
        ),
        licences=tuple(
            CarriedLicence(
                item["id"],
                item["document"].encode(),
                _moment(item["revoked_at"]),
                _moment(item["ends_at"]),
                tuple(item["receipts"]),
            )
            for item in data["licences"]
        ),
        standings=tuple(
            CarriedStanding(item["document"].encode(), tuple(item["receipts"]))
            for item in data["standings"]
        ),
        suspensions=tuple(suspension_of(item) for item in data["suspensions"]),
        status_lists=_bytes(data["status_lists"]),
        brought=tuple(Brought(item["registry"], item["sha256"]) for item in data["brought"]),
        held_keys=tuple(
            CarriedKey(item["statement"].encode(), _moment(item["ended_at"]))
            for item in data.get("held_keys", [])
        ),
    )


def _require_text(value: object) -> None:
    """Raises TypeError unless whatever is in these tables and lists is text."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _require_text(item)
    elif not isinstance(value, str):
        raise TypeError("text expected")


def _texts(documents: Sequence[bytes]) -> list[str]:
    return [data.decode() for data in documents]


def _bytes(texts: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts)


def _time(at: datetime | None) -> str:
    return "" if at is None else to_text(at)


def _moment(text: str) -> datetime | None:
    return from_text(text) if text else None


def _bad(why: str) -> BadInput:
    return BadInput(
        f"The bundle cannot be read: {why}.",
        next_step="Ask the other registry for the bundle again, and do not change the file.",
        code="bad-bundle",
    )
