"""What is said of a wrong command line in German: the words of the library that reads it.

Its sentences are the key, as an error's are; what was typed, in place of `{}`, stays as it was.
"""

import json
import re
from collections.abc import Mapping
from functools import cache

from api.web.texts import FOLDER


def usage_in_german(sentence: str) -> str:
    """A sentence about a wrong command line; one that has no German stays as it is."""
    for pattern, german in _patterns().items():
        found = pattern.fullmatch(sentence)
        if found is not None:
            *typed, last = found.groups() or ("",)
            # What is wrong about a value is a sentence of its own.
            return german.format(*typed, usage_in_german(last))
    return sentence


@cache
def sentences() -> Mapping[str, str]:
    """The German of each sentence, by the English one."""
    found: dict[str, str] = json.loads((FOLDER / "usage.de.json").read_text("utf-8"))
    return found


@cache
def _patterns() -> Mapping[re.Pattern[str], str]:
    """The longest first: it is the one that is meant."""
    longest = sorted(sentences(), key=len, reverse=True)
    return {_pattern(english): sentences()[english] for english in longest}


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
