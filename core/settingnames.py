"""Environment variables that begin as ours do: which are settings, and which are none.

A name that nobody reads is most often a slip of the pen, and what it was to change stays as it was.
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

PREFIX = "EBENBILD_"
# Read by commands, and by the tests of this program.
OTHERS = frozenset(
    PREFIX + name
    for name in (
        "API_KEY",
        "SERVER",
        "KEK_KEY",
        "KEK_OLD_KEY",
        "TRANSIT_TOKEN",
        "MODELS",
        "MEDIA",
        "VECTORS",
    )
)
_SIMILAR = 0.75


def variables(settings: type[BaseModel], prefix: str = PREFIX) -> Iterator[tuple[str, object]]:
    """Each setting's variable and the type of its values, groups nested with two underscores."""
    for name, field in settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from variables(kind, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), kind


def places(settings: type[BaseModel]) -> set[str]:
    """The variables that name a folder or a file."""
    return {name for name, kind in variables(settings) if Path in (kind, *get_args(kind))}


def unknown(
    names: Iterable[str], settings: type[BaseModel], *, also: Iterable[str]
) -> dict[str, str]:
    """Names that begin as ours do and are none, each with the one that was meant, or nothing.

    `also` are names that values of settings speak of. What a known group lacks is its own fault.
    """
    known = [name for name, _ in variables(settings)]
    heads = {name.partition("__")[0] for name in known} | OTHERS | set(also)
    strange = [
        name
        for name in sorted(names)
        if name.upper().startswith(PREFIX) and name.upper().partition("__")[0] not in heads
    ]
    return {name: _meant(name.upper(), known) for name in strange}


def not_json(environ: Mapping[str, str], settings: type[BaseModel]) -> list[str]:
    """Variables of whole groups or of lists whose value is no JSON."""
    kinds = dict(variables(settings))
    groups = {name.partition("__")[0] for name in kinds if "__" in name}
    return [
        name
        for name in sorted(environ)
        if name.upper() in groups - OTHERS or _is_list(kinds.get(name.upper()))
        if not _parses(environ[name])
    ]


def _is_list(kind: object) -> bool:
    return str(kind).startswith("tuple[")


def _parses(value: str) -> bool:
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _meant(name: str, known: list[str]) -> str:
    last = [one for one in known if one.endswith("__" + name.removeprefix(PREFIX))]
    near = last[:1] or difflib.get_close_matches(name, known, 1, _SIMILAR)
    return near[0] if near else ""
