"""What laws want in notices and after them, read once from the data that ships with the package."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from core.clock import from_text
from core.dated import Dated
from licensing.models_enforcement import CounterRule, Element

FILE = "enforcement.json"


@cache
def elements() -> tuple[Element, ...]:
    """What a notice must say, in the order of the law."""
    return tuple(
        Element(item["letter"], item["title"], item["text"], item["field"])
        for item in _read()["notice"]["elements"]
    )


@cache
def law() -> str:
    """The law that a notice cites, with its source and how sure its author was."""
    notice = _read()["notice"]
    return f"{notice['id']} ({notice['status']}, {notice['certainty']}): {notice['source']}"


@cache
def capacities() -> dict[str, dict[str, str]]:
    """In which capacity somebody may send a notice, in words by language."""
    found: dict[str, dict[str, str]] = _read()["capacities"]
    return found


@cache
def materials() -> dict[str, dict[str, str]]:
    """How a notice names its material, in words by language: a file, or a use found here."""
    found: dict[str, dict[str, str]] = _read()["materials"]
    return found


@cache
def counter_rules() -> tuple[Dated[CounterRule], ...]:
    """What follows a counter-notice, in the order in which it was recorded."""
    return tuple(
        Dated(
            value=CounterRule(item["id"], item["jurisdiction"], item["restore_not_before_days"]),
            valid_from=from_text(item["valid_from"]),
            valid_until=None if item["valid_until"] is None else from_text(item["valid_until"]),
            source=item["source"],
            certainty=item["certainty"],
        )
        for item in _read()["counter_notice"]
    )


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files("licensing") / "data" / FILE).read_text("utf-8"))
    return found
