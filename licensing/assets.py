"""The data files that ship with the package: JSON-LD context, vocabulary, words of all kinds.

Read once and kept; they are part of the program, so a broken one is a fault of the program.
"""

import json
from functools import cache
from importlib.resources import files

CONTEXT_FILE = "licence-v1.jsonld"
CERTIFICATE_CONTEXT_FILE = "certificate-v1.jsonld"
VOCABULARY_FILE = "likeness.jsonld"
ODRL_CONTEXT_FILE = "odrl-v1.jsonld"
LANGUAGES = ("en", "de")


def context_bytes() -> bytes:
    """The JSON-LD context of licences, served at `/ns/licence/v1`."""
    return _read(CONTEXT_FILE)


def certificate_context_bytes() -> bytes:
    """The JSON-LD context of certificates and of their states, served at `/ns/certificate/v1`."""
    return _read(CERTIFICATE_CONTEXT_FILE)


def vocabulary_bytes() -> bytes:
    """The ODRL profile's vocabulary, served at `/ns/likeness`."""
    return _read(VOCABULARY_FILE)


def odrl_context_bytes() -> bytes:
    """The JSON-LD context of licences exported as ODRL, served at `/ns/likeness/v1`."""
    return _read(ODRL_CONTEXT_FILE)


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
def condition_words(lang: str) -> dict[str, str]:
    """Phrases for the conditions of rule packs, in English or (for `de` and its regions) German."""
    known = "de" if lang.lower().startswith("de") else "en"
    found: dict[str, str] = json.loads(_read(f"conditions.{known}.json"))
    return found


@cache
def contract_words(lang: str) -> dict[str, str]:
    """Names of terms and sentences about contracts, in English or German."""
    known = "de" if lang.lower().startswith("de") else "en"
    found: dict[str, str] = json.loads(_read(f"contracts.{known}.json"))
    return found


def _read(name: str) -> bytes:
    return files("licensing").joinpath("data", name).read_bytes()
