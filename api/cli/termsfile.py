"""Terms of a licence from a TOML file, as the registry reads them."""

import tomllib
from pathlib import Path
from typing import Any

from core.errors import BadTerms


def read_terms(path: Path) -> dict[str, Any]:
    """The fields of the file; raises BadTerms where it is not TOML."""
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadTerms(f"{path.name} is not TOML: {exc}", next_step="Mend the file.") from exc
    return {name: _plain(value) for name, value in read.items()}


def _plain(value: Any) -> Any:
    """TOML's own times as the text the registry reads."""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def flat(licence: dict[str, Any]) -> dict[str, Any]:
    """The licence as one level of names and values, for reading."""
    shown = {name: value for name, value in licence.items() if name != "terms"}
    for name, value in licence["terms"].items():
        if isinstance(value, list):
            shown[name] = ", ".join(str(item) for item in value)
        elif isinstance(value, dict):
            shown[name] = " ".join(str(item) for item in value.values())
        else:
            shown[name] = value
    return shown
