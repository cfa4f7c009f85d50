"""What columns and fields of documents are called in a terminal, where English names are not it.

The names of the API's documents are English words and stay so in English and in `--json`.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from api.cli.options import LANG

# Columns whose values are words of ours, such as how far something is.
_WORDS = frozenset({"state", "modality", "level", "kind"})


def heading(name: str) -> str:
    """What a column or field is called in the language of the command."""
    if LANG.get() == "en":
        return name
    from api.web.texts import catalogue  # noqa: PLC0415

    words = catalogue(LANG.get())
    bare = name.removesuffix("_micro")
    places = (f"input.{name}", f"money.field.{bare}", f"run.sum.{bare}")
    others = (words[place] for place in places if place in words)
    return _columns(LANG.get()).get(name) or next(others, name)


def cell(name: str, value: Any) -> str:
    """A value as it is shown in a column or field of that name; nothing for nothing."""
    if value is None:
        return ""
    from api.web import erasednames  # noqa: PLC0415

    if LANG.get() == "en":
        return erasednames.told("en", str(value))
    from api.web.faulttexts import told  # noqa: PLC0415
    from api.web.texts import moment, text  # noqa: PLC0415

    if isinstance(value, bool):
        return text(LANG.get(), "money.yes" if value else "money.no")
    shown = erasednames.told(LANG.get(), moment(LANG.get(), str(value)))
    return told(LANG.get(), shown) if name in _WORDS else shown


@cache
def _columns(lang: str) -> Mapping[str, str]:
    from api.web.texts import FOLDER  # noqa: PLC0415

    entries: dict[str, str] = json.loads((FOLDER / f"columns.{lang}.json").read_text("utf-8"))
    return entries
