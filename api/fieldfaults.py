"""What is wrong with single fields of a request, in words: by their labels, and without the values.

Pydantic's own sentences are English and speak of Python's types; the catalogue says the same by the
type of the error and its figures, https://docs.pydantic.dev/latest/errors/validation_errors/.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from api.web.texts import catalogue, text

# Errors that people mend in the same way.
_ALIKE = {
    "extra_forbidden": "unknown",
    "json_invalid": "json",
    "int_parsing": "int_type",
    "int_from_float": "int_type",
    "int_parsing_size": "int_type",
    "float_parsing": "float_type",
    "decimal_parsing": "float_type",
    "decimal_type": "float_type",
    "bool_parsing": "bool_type",
    "enum": "literal_error",
    "tuple_type": "list_type",
    "set_type": "list_type",
    "frozen_set_type": "list_type",
    "model_type": "dict_type",
    "model_attributes_type": "dict_type",
    "date_parsing": "date_type",
    "date_from_datetime_parsing": "date_type",
    "date_from_datetime_inexact": "date_type",
    "datetime_parsing": "datetime_type",
    "datetime_from_date_parsing": "datetime_type",
}


def fault(lang: str, item: Mapping[str, Any]) -> dict[str, str]:
    """`field` (where in the request), its `label` and a `message`, of one of pydantic's errors.

    An unknown field's name is input too, and may be a secret: it is left out.
    """
    place = [str(part) for part in item["loc"]]
    if item["type"] == "extra_forbidden":
        place = place[:-1]
    return {
        "field": ".".join(place),
        # The whole of a request is what has no name of its own.
        "label": label(lang, place) or text(lang, "input.request"),
        "message": _message(lang, item["type"], item.get("ctx", {})),
    }


def named(lang: str, fields: Sequence[str], message: str) -> list[dict[str, str]]:
    """The faults of an error that names fields: for each its own words where there are several."""
    several = text(lang, "input-fault.wrong") if len(fields) > 1 else ""
    made = []
    for name in fields:
        called = label(lang, name.split("."))
        said = several or message.replace(name, called or name)
        made.append({"field": name, "label": called, "message": said})
    return made


def label(lang: str, place: Sequence[str]) -> str:
    """What people call the field at a place such as `("body", "uses", "0", "kind")`, or ""."""
    words = catalogue(lang)
    return next((words[key] for part in reversed(place) if (key := f"input.{part}") in words), "")


def _message(lang: str, kind: str, figures: Mapping[str, Any]) -> str:
    key = f"input-fault.{_ALIKE.get(kind, kind)}"
    if key not in catalogue(lang):
        key = "input-fault.other"
    return text(lang, key, **{name: _either(lang, figure) for name, figure in figures.items()})


def _either(lang: str, figure: Any) -> Any:
    """What pydantic joins for English, `'a', 'b' or 'c'`, joined for `lang`."""
    if not isinstance(figure, str):
        return figure
    return figure.replace(" or ", f" {text(lang, 'input-fault.or')} ")
