"""The words of a notice, in English or German, for the inbox and for mail alike."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from api.noticeplaces import place_of
from api.web.texts import bank_answer, catalogue, day, month, names_in, reason, text, word
from core.clock import from_text
from core.errors import BadInput
from core.money import format as money

OTHER, WHY, CODE = "other", "why", "code"
# Facts that are codes, by what the catalogue calls them.
_WORDS = {
    "ground": "complaint.ground",
    "outcome": "figure.dispute",
    "policy": "notice.policy",
    "ruling": "complaint.state",
    "what": "notice.signed",
}
EVERY_KIND = "*"
# What is about all cuts names none.
ALL_CUTS = ("cut", "-")
_MICRO = "_micro"
_MONTH, _DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])"), re.compile(r"\d{4}-\d\d-\d\d")
_MINUTE = {"en": "%Y-%m-%d %H:%M UTC", "de": "%d.%m.%Y, %H:%M UTC"}


def subject_of(lang: str, kind: str, facts: Mapping[str, str]) -> str:
    """One line that says what happened."""
    return _sentence(lang, kind, "title", _said(lang, facts))


def words_of(lang: str, kind: str, subject_id: str, facts: Mapping[str, str]) -> str:
    """What happened and what it means."""
    return _sentence(lang, kind, "text", {**_said(lang, facts), "id": subject_id})


def how_of(lang: str, kind: str, subject_id: str, facts: Mapping[str, str]) -> str:
    """The command by which one goes on where there is no page; empty where there is none."""
    key = f"notice.{_known(lang, kind)}.how"
    known = key in catalogue(lang)
    return text(lang, key, kind=kind, id=subject_id, **_said(lang, facts)) if known else ""


def letter(
    lang: str, kind: str, data: Mapping[str, Any], *, reader: str, base: str
) -> tuple[str, str]:
    """(subject, text) of the mail for a notice's event, to an organisation of the kind `reader`.

    It leads to the page that it is about at `base`; where there is none, it names the command.
    """
    facts = {str(name): str(value) for name, value in dict(data.get("facts") or {}).items()}
    subject_id = str(data["id"])
    place = place_of(kind, subject_id, facts, reader=reader)
    led = text(lang, "notice.open", link=base + place) if place else ""
    said = (
        words_of(lang, kind, subject_id, facts),
        led or how_of(lang, kind, subject_id, facts),
        text(lang, "notice.footer"),
    )
    return subject_of(lang, kind, facts), "\n\n".join(filter(None, said)) + "\n"


def _said(lang: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Facts as people read them: codes by their words, times to the minute.

    An amount `x_micro` beside its `currency` gains a twin `x` that is written as money.
    """
    said = {
        name: _fact(lang, name, str(value))
        for name, value in facts.items()
        if (name, value) != ALL_CUTS
    }
    for name in facts:
        if name.endswith(_MICRO) and "currency" in facts:
            said[name.removesuffix(_MICRO)] = money(int(facts[name]), facts["currency"], lang)
    return said


def _sentence(lang: str, kind: str, part: str, said: Mapping[str, str]) -> str:
    """The title or text of a notice; where it lacks a fact, as older ones may, what says less."""
    key, values = f"notice.{_known(lang, kind)}.{part}", {**said, "kind": kind}
    less, texts = f"{key}.less", catalogue(lang)
    lacks = less in texts and not names_in(texts[key]) <= values.keys()
    return text(lang, less if lacks else key, **values)


def _fact(lang: str, name: str, value: str) -> str:
    if name == WHY:
        said = (reason(lang, {"code": code}) for code in value.split(", "))
        return " ".join(said)
    if name == CODE:
        return bank_answer(lang, value.strip("-"))
    if name in _WORDS:
        return catalogue(lang).get(f"{_WORDS[name]}.{value}", value)
    if name == "kinds":
        every = value == EVERY_KIND
        uses = (word(lang, one) for one in value.split(", "))
        return text(lang, "societymandates.every-use") if every else ", ".join(uses)
    return _time(lang, value)


def _time(lang: str, value: str) -> str:
    """A month by its name, a day and a minute as they are written; all else as it is."""
    if _MONTH.fullmatch(value):
        return month(lang, value)
    if _DAY.fullmatch(value):
        return day(lang, date.fromisoformat(value))
    try:
        at = from_text(value) if value.endswith("Z") else None
    except BadInput:
        at = None
    return value if at is None else at.strftime(_MINUTE[lang])


def _known(lang: str, kind: str) -> str:
    return kind if f"notice.{kind}.title" in catalogue(lang) else OTHER
