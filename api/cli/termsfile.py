"""What people write in TOML files, such as the terms of a licence, as the registry reads it."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import BadInput, BadTerms
from core.nearest import unknown


def read_terms(path: Path) -> dict[str, Any]:
    """The fields of the file; raises `BadInput` where it is not TOML."""
    return {name: _plain(value) for name, value in read_toml(path, code=BadTerms.code).items()}


def read_toml(path: Path, *, code: str) -> dict[str, Any]:
    """What a TOML file holds; raises `BadInput` where it is none."""
    try:
        return tomllib.loads(read_words(path))
    except tomllib.TOMLDecodeError as exc:
        raise BadInput(
            f"{path.name} is not TOML: {exc}", next_step="Mend the file.", code=code
        ) from exc


def read_words(path: Path) -> str:
    """A text that a person wrote, without the mark that editors on Windows put before it."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadInput(
            f"{path.name} is not UTF-8.",
            next_step="Save the file as UTF-8 and run the command again.",
            code="not-utf-8",
        ) from exc


def read_fields(path: Path, known: Collection[str]) -> dict[str, Any]:
    """The fields of a file that has these alone; raises `BadInput` that names any other."""
    read = read_terms(path)
    check_names(path.name, read, known)
    return read


def check_names(
    where: str, given: Iterable[str], known: Collection[str], *, code: str = "unknown-field"
) -> None:
    """Raises `BadInput` that names each unknown field with the nearest, and all that are known.

    The registry names none: what it does not know may be a secret, but here the file is at hand.
    """
    if found := unknown(given, known):
        raise BadInput(
            f"{where} has unknown names: {', '.join(found)}; known are {', '.join(sorted(known))}.",
            next_step="Mend the file.",
            code=code,
        )


def _plain(value: Any) -> Any:
    """TOML's own times as the text the registry reads."""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def flat(licence: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The licence as one level of names and values, the terms in the words of its page."""
    from api.performer.termwords import LINES  # noqa: PLC0415
    from licensing.templates.naming import name_of, value_of  # noqa: PLC0415

    terms = licence["terms"]
    shown = {name: value for name, value in licence.items() if name != "terms"}
    shown |= {name: terms[name] for name in ("performer_id", "licensee_id") if name in terms}
    said = (name for name in LINES if terms.get(name) not in (None, "", [], 0))
    return {**shown, **{name_of(name, lang): value_of(name, terms[name], lang) for name in said}}
