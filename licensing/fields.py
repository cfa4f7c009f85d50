"""Fields of terms as JSON or TOML gave them, read one by one into values of the right kind.

A message names the field and says what belongs there; it never repeats what stood there.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from core.clock import from_text
from core.errors import BadInput, BadTerms
from core.money import parse_rate, rate_text
from licensing.models import ANY, TariffKind, TariffRef, TariffTerm

LIST_MAX = 300
TEXT_MAX = 200
SHAPE = "See the licence terms in docs/files.md."
_TARIFF = frozenset({"kind", "rate", "currency"})
_NAMED = frozenset({"kind", "currency", "id"})
_NAMED_MAY = frozenset({"rate", "version", "digest"})

E = TypeVar("E", bound=StrEnum)


def only_fields(
    data: object, required: frozenset[str], optional: frozenset[str], what: str
) -> Mapping[str, object]:
    """The table itself; raises BadTerms naming missing fields and counting unknown ones."""
    if not isinstance(data, Mapping):
        raise BadTerms(f"The {what} must be a table of fields.", next_step=SHAPE)
    missing = sorted(required - set(data))
    unknown = len(set(data) - required - optional)
    if missing or unknown:
        told = [f"missing: {', '.join(missing)}"] if missing else []
        told += [f"unknown fields: {unknown}"] if unknown else []
        raise BadTerms(
            f"Fields of the {what} are missing or unknown ({'; '.join(told)}).", next_step=SHAPE
        )
    return data


def text(data: Mapping[str, object], field: str, *, length_max: int = TEXT_MAX) -> str:
    """A text that is there and not too long."""
    value = data[field]
    if not isinstance(value, str) or not 0 < len(value) <= length_max:
        raise BadTerms(
            f"{field} must be a text of 1 to {length_max} characters.",
            next_step=SHAPE,
            fields=(field,),
        )
    return value


def texts(data: Mapping[str, object], field: str) -> tuple[str, ...]:
    """A list of texts, or "*" for ["*"]; empty where the field is missing."""
    value = data.get(field, [])
    items = [value] if value == ANY else value
    if not isinstance(items, Sequence) or isinstance(items, str) or len(items) > LIST_MAX:
        raise BadTerms(
            f"{field} must be a list of at most {LIST_MAX} texts.", next_step=SHAPE, fields=(field,)
        )
    if not all(isinstance(item, str) for item in items):
        raise BadTerms(f"{field} must hold texts only.", next_step=SHAPE, fields=(field,))
    return tuple(str(item) for item in items)


def members(data: Mapping[str, object], field: str, of: type[E]) -> tuple[E, ...]:
    """A list of names out of a closed set."""
    try:
        return tuple(of(item) for item in texts(data, field))
    except ValueError as exc:
        raise BadTerms(
            f"{field} may hold only: {_known(of)}.", next_step=SHAPE, fields=(field,)
        ) from exc


def member(data: Mapping[str, object], field: str, of: type[E], what: str) -> E:
    """One name out of a closed set."""
    try:
        return of(text(data, field))
    except ValueError as exc:
        raise BadTerms(f"{what} must be one of: {_known(of)}.", next_step=SHAPE) from exc


def time(data: Mapping[str, object], field: str) -> datetime:
    """A UTC time, as text or as TOML's own."""
    value = data[field]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    try:
        return from_text(text(data, field))
    except (BadInput, ValueError) as exc:
        raise BadTerms(
            f"{field} must be a UTC time.",
            next_step="Write it as 2026-11-21T10:00:00Z.",
            fields=(field,),
        ) from exc


def tariff(data: object, what: str) -> TariffTerm:
    """What is paid, for what, in which currency; or which published tariff says so."""
    if isinstance(data, Mapping) and data.get("kind") == TariffKind.TARIFF.value:
        return _by_tariff(only_fields(data, _NAMED, _NAMED_MAY, what), what)
    found = only_fields(data, _TARIFF, frozenset(), what)
    kind = member(found, "kind", TariffKind, f"{what}.kind")
    return TariffTerm(kind, parse_rate(text(found, "rate")), text(found, "currency"))


def _by_tariff(found: Mapping[str, object], what: str) -> TariffTerm:
    """A reference; what is left out is filled in before anything is signed."""
    version = whole(found.get("version", 0), f"{what}.version") or 0
    digest = text(found, "digest") if found.get("digest") else ""
    rate = parse_rate(text(found, "rate")) if "rate" in found else 0
    named = TariffRef(text(found, "id"), version, digest)
    return TariffTerm(TariffKind.TARIFF, rate, text(found, "currency"), named)


def tariff_to_dict(agreed: TariffTerm) -> dict[str, object]:
    """JSON-ready form; inverse of `tariff`."""
    named = agreed.tariff
    said = {} if named is None else {"id": named.id, "version": named.version}
    pinned = {"digest": named.digest} if named is not None and named.digest else {}
    return {
        "kind": agreed.kind.value,
        "rate": rate_text(agreed.rate_micro),
        "currency": agreed.currency,
        **said,
        **pinned,
    }


def whole(value: object, field: str) -> int | None:
    """A whole number, or none."""
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise BadTerms(f"{field} must be a whole number.", next_step=SHAPE, fields=(field,))
    return value


def flag(value: object, field: str) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise BadTerms(f"{field} must be true or false.", next_step=SHAPE, fields=(field,))
    return value


def _known(of: type[StrEnum]) -> str:
    return ", ".join(member.value for member in of)
