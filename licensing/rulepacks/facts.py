"""The facts beside the terms as plain data, from JSON, from a form, or from a line of a table.

Texts are read by what their field holds; messages name the field and never repeat its content.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from core.clock import from_text
from core.errors import BadInput
from licensing.models import Terms
from licensing.rulepacks.models import ConsentFacts
from registry.models.people import Purpose
from registry.models.works import KindOfUse
from registry.territories import check_territories

LIST_MAX = 300
TEXT_MAX = 200


def facts_from_dict(terms: Terms, data: Mapping[str, object]) -> ConsentFacts:
    """Facts about these terms; raises BadInput naming unknown fields or the malformed one."""
    unknown = len(data.keys() - _READERS.keys())
    if unknown:
        raise BadInput(
            f"Unknown facts: {unknown}.", next_step=f"Use only: {', '.join(sorted(_READERS))}."
        )
    read: dict[str, Any] = {}
    for name, value in data.items():
        try:
            read[name] = _READERS[name](value)
        except (ValueError, TypeError) as exc:
            raise _malformed(name) from exc
    return ConsentFacts(terms=terms, **read)


def _malformed(name: str) -> BadInput:
    shown = "a date" if name in _DATES else "a list of names" if name in _LISTS else "true or false"
    return BadInput(
        f"The fact {name} cannot be read.",
        next_step=f"Write {shown}; see the names of facts in the guide to rules.",
    )


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise TypeError
    return date.fromisoformat(value)


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError
    try:
        return from_text(value)
    except BadInput as exc:
        raise ValueError from exc


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > LIST_MAX:
        raise TypeError
    if not all(isinstance(item, str) and 0 < len(item) <= TEXT_MAX for item in value):
        raise TypeError
    return tuple(value)


def _dates(value: object) -> tuple[date, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > LIST_MAX:
        raise TypeError
    return tuple(_date(item) for item in value)


def _purposes(value: object) -> frozenset[str]:
    return frozenset(Purpose(item).value for item in _texts(value))


def _kinds(value: object) -> tuple[KindOfUse, ...]:
    return tuple(KindOfUse(item) for item in _texts(value))


def _territories(value: object) -> tuple[str, ...]:
    return check_territories(_texts(value))


_DATES: dict[str, Callable[[object], object]] = {
    "signed_at": _time,
    "performer_minor_until": _date,
    "deceased_on": _date,
    "release_at": _date,
}
_LISTS: dict[str, Callable[[object], object]] = {
    "public_uses": _dates,
    "purposes": _purposes,
    "territories": _territories,
    "kinds": _kinds,
    "media": _texts,
    "contexts": _texts,
    "guardians_due": _texts,
    "guardians_signed": _texts,
}
_FLAGS: dict[str, Callable[[object], object]] = dict.fromkeys(
    (
        "child_agreed",
        "in_suspension",
        "consent_covers",
        "ai_labelled",
        "reviewed",
        "replaces_in_person",
        "within_description",
        "licensed_in_time",
    ),
    _flag,
)
_READERS: dict[str, Callable[[object], object]] = {**_DATES, **_LISTS, **_FLAGS}
DATES, LISTS, NAMES = frozenset(_DATES), frozenset(_LISTS), frozenset(_READERS)
