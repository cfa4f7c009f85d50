"""How small values stand in JSON columns: spans, reasons and lists of enum members.

Kept in one place so that every table writes them alike and every `x_json` has its `x_of`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any, TypeVar

from fingerprint.models import Basis, Modality, Reason, SearchPath, Span

Member = TypeVar("Member", bound=StrEnum)
SpansJson = list[list[int]]
ReasonsJson = list[dict[str, object]]
BasisJson = dict[str, Any]


def spans_json(spans: Iterable[Span]) -> SpansJson:
    """`[[start_ms, end_ms], ...]`."""
    return [[span.start_ms, span.end_ms] for span in spans]


def spans_of(data: SpansJson) -> tuple[Span, ...]:
    """Reads what `spans_json` wrote."""
    return tuple(Span(start, end) for start, end in data)


def reasons_json(reasons: Iterable[Reason]) -> ReasonsJson:
    """`[{"code": ..., "detail": {...}}, ...]`."""
    return [{"code": reason.code, "detail": dict(reason.detail)} for reason in reasons]


def reasons_of(data: ReasonsJson) -> tuple[Reason, ...]:
    """Reads what `reasons_json` wrote."""
    return tuple(Reason(str(item["code"]), _detail(item["detail"])) for item in data)


def basis_json(basis: Basis | None) -> BasisJson | None:
    """The fields of a basis by name; nothing where nothing was compared."""
    return None if basis is None else asdict(basis)


def basis_of(data: BasisJson | None) -> Basis | None:
    """Reads what `basis_json` wrote."""
    return None if data is None else Basis(**{**data, "path": SearchPath(data["path"])})


def members_of(kind: type[Member], data: Sequence[str]) -> tuple[Member, ...]:
    """Members of `kind` from their values, in order."""
    return tuple(kind(value) for value in data)


def by_modality(data: Mapping[str, str]) -> dict[Modality, str]:
    """A mapping whose keys are modalities, read from JSON."""
    return {Modality(key): value for key, value in data.items()}


def _detail(value: object) -> Mapping[str, str | int | float]:
    if not isinstance(value, dict):
        raise TypeError("a reason's detail is a JSON object")
    return value
