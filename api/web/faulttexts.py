"""What errors say, in the language of whoever reads it.

Errors are raised in English, far from any page, so their words are the key here; `{}` stands for
a figure or a name that differs each time. A test reads every sentence that the code can raise
and fails on one that has no German.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from api.web.texts import DAY, FOLDER, catalogue, moment, reason
from core.errors import EbenbildError


class _Pattern(NamedTuple):
    pieces: Sequence[str]  # of the English sentence, around what is filled in
    sentence: re.Pattern[str]
    translated: str


def told(lang: str, sentence: str) -> str:
    """The sentence of an error in `lang`; one that nobody has translated stays English.

    What is said of several things at once, set apart by `; `, is told thing by thing.
    """
    if lang == "en" or not sentence:
        return sentence
    if sentence in _sentences(lang):
        return _sentences(lang)[sentence]
    parts = [_told_whole(lang, part) for part in sentence.split("; ")]
    if len(parts) > 1 and all(parts):
        return "; ".join(filter(None, parts))
    return _told_whole(lang, sentence) or sentence


def told_of(lang: str, error: EbenbildError) -> dict[str, str]:
    """What an error says, by its reasons where it has any, and what to do about it, in `lang`."""
    message = told(lang, error.message)
    if error.reasons:
        said = (reason(lang, {"code": one.code, "detail": one.detail}) for one in error.reasons)
        message = " ".join(dict.fromkeys(said))
    return {"message": message, "next_step": told(lang, error.next_step)}


def _told_whole(lang: str, sentence: str) -> str | None:
    """A sentence in `lang`, by the pattern that says most of it; None where there is none."""
    whole = _sentences(lang).get(sentence)
    if whole is not None:
        return whole
    for pattern in _patterns(lang):
        # Most patterns are ruled out without being tried, which costs far more.
        if all(piece in sentence for piece in pattern.pieces):
            found = pattern.sentence.fullmatch(sentence)
            if found is not None:
                filled = (_filled(lang, part) for part in found.groups())
                made = pattern.translated.format(*filled)
                # Of a mere frame, such as `{}: {}`, nothing may have been told.
                return made if made != sentence else None
    return None


def _filled(lang: str, part: str) -> str:
    """What stands in place of `{}`: a day as people write it, a verdict by its word, else told."""
    if DAY.fullmatch(part):
        return moment(lang, part)
    return catalogue(lang).get(f"verdict.{part}") or told(lang, part)


@cache
def _sentences(lang: str) -> dict[str, str]:
    entries: dict[str, str] = json.loads((FOLDER / f"faults.{lang}.json").read_text("utf-8"))
    return entries


@cache
def _patterns(lang: str) -> tuple[_Pattern, ...]:
    """Those with something to fill in, the longest first: it is the one that was meant."""
    made = [
        _Pattern(said.split("{}"), _pattern(said), translated)
        for said, translated in _sentences(lang).items()
        if "{}" in said
    ]
    return tuple(sorted(made, key=lambda one: -sum(map(len, one.pieces))))


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile("(.+)".join(map(re.escape, said.split("{}"))), re.DOTALL)
