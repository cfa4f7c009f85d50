"""Tariffs as documents: read with the path of every fault, written in one normal form, digested.

Two documents that say the same have the same digest, whatever the order of their fields or the way
a fraction is written: SHA-256 over RFC 8785 bytes, https://www.rfc-editor.org/rfc/rfc8785
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.canonical import canonical
from core.errors import BadInput
from core.nearest import unknown
from licensing.models import TariffRef
from royalties.tariffs.models import Kind, Tariff

BYTES_MAX = 64 * 1024
FAULTS_MAX = 10
WHOLE = "tariff"
_UNKNOWN = ("unexpected_keyword_argument", "extra_forbidden")
_KINDS = frozenset(kind.value for kind in Kind)


def tariff_from_dict(data: Mapping[str, Any]) -> Tariff:
    """Read a document; raises BadInput (bad-tariff) that names each field at fault by its path."""
    try:
        text = json.dumps(data, allow_nan=False)
        if len(text) > BYTES_MAX:
            raise _bad([f"the document is larger than {BYTES_MAX} bytes"])
        # As JSON, where lists and names of a closed set are what they look like, and no more.
        return _adapter().validate_json(text, strict=True)
    except ValidationError as exc:
        raise _bad(faults_of(exc)) from exc
    except (TypeError, ValueError, RecursionError) as exc:
        raise _bad(["the document is no JSON"]) from exc


def faults_in(data: Any) -> list[tuple[str, str]]:
    """Path and fault of each field of what would be a document; the path of the whole is empty."""
    try:
        _adapter().validate_json(json.dumps(data), strict=True)
    except ValidationError as exc:
        said = (one.partition(": ") for one in faults_of(exc))
        return [("" if path == WHOLE else path, fault) for path, _, fault in said]
    return []


def tariff_to_dict(tariff: Tariff) -> dict[str, Any]:
    """The document in its normal form, complete; inverse of `tariff_from_dict`."""
    found: dict[str, Any] = _adapter().dump_python(tariff, mode="json", by_alias=True)
    return found


def digest_of(tariff: Tariff) -> str:
    """What pins this very text: SHA-256 as hex."""
    return hashlib.sha256(canonical(tariff_to_dict(tariff))).hexdigest()


def ref_of(tariff: Tariff) -> TariffRef:
    """What a licence and an accrual pin of a tariff."""
    return TariffRef(tariff.id, tariff.version, digest_of(tariff))


def pinned(tariffs: Iterable[Tariff]) -> dict[TariffRef, Tariff]:
    """Tariffs by what pins them."""
    return {ref_of(tariff): tariff for tariff in tariffs}


def schema() -> dict[str, Any]:
    """The JSON Schema of a document, for editors and other programs."""
    return _adapter().json_schema()


@cache
def _adapter() -> TypeAdapter[Tariff]:
    """Built when the first document is read: it takes longer than a short command should."""
    return TypeAdapter(Tariff)


def faults_of(exc: ValidationError) -> list[str]:
    """`params.steps.0.share: a share is at most the whole`, the first few of such faults."""
    found = []
    for fault in exc.errors(include_url=False, include_input=False)[:FAULTS_MAX]:
        path = [str(part) for part in fault["loc"] if part not in _KINDS]
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] in _UNKNOWN:
            path[-1:], said = unknown(path[-1:], _names(len(path) == 1)), "there is no such field"
        if fault["type"].startswith("union_tag"):
            said = f"kind is one of {', '.join(Kind)}"
        found.append(f"{'.'.join(path) or WHOLE}: {said}")
    return found


@cache
def _names(top: bool) -> frozenset[str]:
    """The fields of a document, or those of everything in it."""
    parts = [schema()] if top else schema()["$defs"].values()
    return frozenset(name for part in parts for name in part.get("properties", ()))


def _bad(faults: list[str]) -> BadInput:
    return BadInput(
        f"This is no tariff ({'; '.join(faults)}).",
        next_step="Mend these fields; the documentation of tariffs says what each may hold.",
        code="bad-tariff",
    )
