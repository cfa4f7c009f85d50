"""A phrase that nobody has said before: drawn for one answer, good for two minutes.

Seven of 128 words in a random order are 49 bits, so no recording of the phrase exists and two
minutes are too short to look for its words in others. The words are common, of two or three
syllables, and unlike each other, so that a stumble is no other phrase.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from math import log2

from fingerprint.models import Reason

WORDS = 7
VALID_SECONDS = 120
LANGUAGES = ("en", "de")
HEARD_MIN = 6  # words of the phrase that a recogniser must hear, in their order


@cache
def words(language: str) -> tuple[str, ...]:
    """The words of a language that a phrase is drawn from."""
    text = (files("registry.proofing") / f"words_{language}.txt").read_text("utf-8")
    return tuple(text.split())


def drawn(language: str, numbers: Sequence[int]) -> tuple[str, ...]:
    """The phrase that random `numbers` (at least `WORDS`) ask for."""
    known = words(language)
    return tuple(known[number % len(known)] for number in numbers[:WORDS])


def entropy_bits(language: str) -> float:
    """How many phrases there are, in bits."""
    return WORDS * log2(len(words(language)))


def expires_at(asked_at: datetime) -> datetime:
    """Until when an answer counts."""
    return asked_at + timedelta(seconds=VALID_SECONDS)


def heard_faults(asked: Sequence[str], heard: str) -> tuple[Reason, ...]:
    """Every reason why what a recogniser heard is not the phrase; empty when it is."""
    said = [_plain(word) for word in re.findall(r"\w+", heard)]
    wanted = [_plain(word) for word in asked]
    blocks = SequenceMatcher(None, wanted, said, autojunk=False).get_matching_blocks()
    found = sum(block.size for block in blocks)
    if found >= HEARD_MIN:
        return ()
    return (Reason("other-words", {"heard": found, "asked": len(wanted)}),)


def _plain(word: str) -> str:
    """Without case and accents: recognisers differ in both."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss"))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
