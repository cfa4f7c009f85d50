"""The standard contracts that ship with the registry, in every version, read once.

They are part of the program, so a broken file is a fault of the program and names itself.
"""

import tomllib
from functools import cache
from importlib.resources import files

from core.errors import Broken, EbenbildError, NotFound
from licensing.templates.models import Template
from licensing.templates.reading import from_file

COMMON = "common.toml"


@cache
def standards() -> tuple[Template, ...]:
    """Every version of every standard, by id and version; raises Broken for a faulty file."""
    folder = files("licensing").joinpath("data", "templates")
    texts = {e.name: e.read_text("utf-8") for e in folder.iterdir() if e.name.endswith(".toml")}
    common = tomllib.loads(texts.pop(COMMON))
    found = []
    for name, text in texts.items():
        try:
            found.append(from_file(tomllib.loads(text), common))
        except (EbenbildError, KeyError, tomllib.TOMLDecodeError) as exc:
            raise Broken(f"The standard contract {name} cannot be read: {exc}") from exc
    return tuple(sorted(found, key=lambda item: (item.id, int(item.version))))


def newest() -> tuple[Template, ...]:
    """The newest version of every standard, by id."""
    return tuple({item.id: item for item in standards()}.values())


def standard(template_id: str, version: str = "") -> Template | None:
    """One standard, in this version or the newest; None where there is none."""
    known = [item for item in standards() if item.id == template_id]
    if version:
        known = [item for item in known if item.version == version]
    return known[-1] if known else None


def no_template() -> NotFound:
    """The answer for a template that is not there, or not the caller's to see."""
    return NotFound(
        "There is no such contract template, or not in this version.",
        next_step="List the templates and their versions.",
    )
