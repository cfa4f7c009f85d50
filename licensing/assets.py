"""The data files that ship with the package: JSON-LD context, vocabulary, reasons, label laws.

Read once and kept; they are part of the program, so a broken one is a fault of the program.
"""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from core.clock import from_text
from core.dated import Dated
from licensing.models import LabelDuty
from registry.models.works import KindOfUse

CONTEXT_FILE = "licence-v1.jsonld"
VOCABULARY_FILE = "likeness.jsonld"
LANGUAGES = ("en", "de")


def context_bytes() -> bytes:
    """The JSON-LD context of licences, served at `/ns/licence/v1`."""
    return _read(CONTEXT_FILE)


def vocabulary_bytes() -> bytes:
    """The ODRL profile's vocabulary, served at `/ns/likeness`."""
    return _read(VOCABULARY_FILE)


@cache
def reason_sentences(lang: str) -> dict[str, str]:
    """Sentence with {placeholders} by reason code, in one of `LANGUAGES`."""
    found: dict[str, str] = json.loads(_read(f"reasons.{lang}.json"))
    return found


@cache
def words(lang: str) -> dict[str, str]:
    """Plain word by the name that data use, in one of `LANGUAGES`."""
    found: dict[str, str] = json.loads(_read(f"words.{lang}.json"))
    return found


@cache
def label_duties() -> tuple[Dated[LabelDuty], ...]:
    """Every label law on file in the order it was recorded, with source and certainty."""
    entries = json.loads(_read("label-duties.json"))["duties"]
    return tuple(_duty(entry) for entry in sorted(entries, key=lambda item: item["recorded_at"]))


def _duty(entry: dict[str, Any]) -> Dated[LabelDuty]:
    until: datetime | None = None
    if entry["valid_until"] is not None:
        until = from_text(entry["valid_until"])
    return Dated(
        value=LabelDuty(
            id=entry["id"],
            jurisdiction=entry["jurisdiction"],
            clause=entry["clause"],
            territories=tuple(entry["territories"]),
            media=tuple(entry["media"]),
            kinds=tuple(KindOfUse(kind) for kind in entry["kinds"]),
        ),
        valid_from=from_text(entry["valid_from"]),
        valid_until=until,
        source=entry["source"],
        certainty=entry["certainty"],
    )


def _read(name: str) -> bytes:
    return files("licensing").joinpath("data", name).read_bytes()
