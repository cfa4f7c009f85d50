"""How a document about money looks in a terminal: names and codes in words, amounts as money."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.cli.output import fields
from api.web.texts import catalogue

# An exchange has two currencies; everything else names its one.
_UNITS = {"from_micro": "base", "to_micro": "quote"}
_MICRO = "_micro"


def document(lang: str, found: Mapping[str, Any], names: Iterable[str] = ()) -> None:
    """Names and values one below the other; all that are no tables where none are named."""
    shown = tuple(names) or tuple(name for name in found if not isinstance(found[name], dict))
    fields({label(lang, name): cell(lang, found, name) for name in shown})


def label(lang: str, name: str) -> str:
    """What a field is called."""
    bare = name.removesuffix(_MICRO)
    return catalogue(lang).get(f"money.field.{bare}", bare)


def cell(lang: str, found: Mapping[str, Any], name: str) -> Any:
    """One value: an amount in its currency, a code in words, and nothing for nothing."""
    from core.money import format as money  # noqa: PLC0415

    value, words = found[name], catalogue(lang)
    unit = found.get(_UNITS.get(name, "currency"))
    if name.endswith(_MICRO) and unit:
        return money(int(value), unit, lang)
    if isinstance(value, bool):
        return words["money.yes" if value else "money.no"]
    if isinstance(value, str):
        return words.get(f"money.value.{name}.{value}", value)
    return "" if value is None else value
