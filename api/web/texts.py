"""The catalogue of words in English and German, for pages, reports and the command line alike.

Reasons travel as codes with figures; only here do they become sentences. A missing entry shows
its key instead of hiding it, and a test fails on it.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from markupsafe import escape

from core.clock import from_text
from core.errors import BadInput

LANGUAGES = ("en", "de")
PERCENT = ("fpir", "share")
WORDS = ("modality", "purpose")
MOVES = ("asked", "seen")  # of a head
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
FOLDER = Path(__file__).parent / "locales"


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All entries of `lang`, flat: dotted key to sentence."""
    entries: dict[str, str] = json.loads((FOLDER / f"{lang}.json").read_text("utf-8"))
    return entries


def text(lang: str, key: str, **values: Any) -> str:
    """The sentence `key` with `{names}` filled in from `values`; markup among them stays markup."""
    sentence = catalogue(lang).get(key)
    if sentence is None:
        return key
    if any(hasattr(value, "__html__") for value in values.values()):
        return escape(sentence).format_map(_Shown(values))
    return sentence.format_map(_Shown(values))


def text_of(lang: str, whose: str, key: str, **values: Any) -> str:
    """The same, for a page about `whose` likeness; "" is the reader's own.

    Where a sentence differs for who acts for somebody, it stands a second time as `key.of`.
    """
    others = f"{key}.of"
    if whose and others in catalogue(lang):
        return text(lang, others, whose=whose, **values)
    return text(lang, key, **values)


def reason(lang: str, item: Mapping[str, Any]) -> str:
    """The sentence for a reason `{"code": .., "detail": {..}}`."""
    detail = item.get("detail") or {}
    sentence = catalogue(lang).get(f"reason.{item['code']}")
    # One code may come with its figures from the engine and without them from a decision.
    if sentence is not None and names_in(sentence) <= _figures(lang, detail).keys():
        return sentence.format_map(_figures(lang, detail))
    # Imported here and below: most commands never show a reason, and NumPy would slow them down.
    from fingerprint.models import Reason  # noqa: PLC0415
    from licensing.wording import render  # noqa: PLC0415

    shown = {name: _shown(lang, value) for name, value in detail.items()}
    return render(Reason(item["code"], shown), lang)


def _shown(lang: str, value: Any) -> Any:
    """Days and moments as people write them, a verdict by its word; all else as it is."""
    if not isinstance(value, str):
        return value
    if INSTANT.fullmatch(value):
        return day(lang, from_text(value))
    if DAY.fullmatch(value):
        return day(lang, date.fromisoformat(value))
    return catalogue(lang).get(f"verdict.{value}", value)


def basis(lang: str, match: Mapping[str, Any]) -> list[str]:
    """What a match rests on, in short sentences; nothing for one made before that was kept."""
    found = match.get("basis")
    if found is None:
        return []
    said = [
        text(lang, f"basis.path.{found['path']}"),
        text(lang, "basis.chance", count=count(lang, found["one_in"])),
    ]
    if found["likelihood_ratio"] is not None:
        said.append(text(lang, "basis.likelihood", times=_times_as_likely(lang, found)))
    if found["evidence_ms"]:
        said.append(text(lang, "basis.evidence", seconds=seconds(lang, found["evidence_ms"])))
    if found["stretches"] > 1:
        said.append(text(lang, "basis.pooled", count=count(lang, found["stretches"])))
    if found["earlier"]:
        said.append(text(lang, "basis.earlier", count=count(lang, found["earlier"])))
    if found["lead"] is not None:
        said.append(text(lang, "basis.lead", lead=_decimal(lang, found["lead"])))
    return said


def bank_answer(lang: str, code: str) -> str:
    """Why a bank sent a payment back, by its code (ISO 20022, external status reasons)."""
    known = catalogue(lang).get(f"payout.bank.{code}")
    if known is None:
        return text(lang, "payout.bank.other" if code else "payout.bank.none", code=code)
    return text(lang, "payout.bank.said", why=known, code=code)


def _times_as_likely(lang: str, found: Mapping[str, Any]) -> str:
    ratio = found["likelihood_ratio"]
    return count(lang, int(ratio)) if ratio >= 10 else _decimal(lang, ratio)


def word(lang: str, name: str | None) -> str:
    """The plain word for a kind of use, a modality or a medium; `None` is an undeclared kind."""
    from licensing.wording import word as plain  # noqa: PLC0415

    return plain(name, lang) if name else text(lang, "kind.none")


def _figures(lang: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Figures as people read them: `x_ms` gains a twin `x_s`, rates and shares are in percent."""
    values: dict[str, Any] = dict(detail)
    if isinstance(detail.get("code"), str):
        values["bank"] = bank_answer(lang, detail["code"])
    for name, value in detail.items():
        if name.endswith("_ms") and isinstance(value, int | float):
            values[f"{name[:-3]}_s"] = seconds(lang, int(value))
        elif name.startswith(PERCENT) and isinstance(value, int | float):
            values[name] = f"{_decimal(lang, value * 100)} %"
        elif isinstance(value, str) and INSTANT.fullmatch(value):
            values[name] = day(lang, from_text(value))
        elif isinstance(value, float):
            values[name] = _decimal(lang, value)
        elif isinstance(value, str):
            values[name] = _plain(lang, name, value)
    return values


def _plain(lang: str, name: str, value: str) -> str:
    """What a code in a reason's details is called; other text stays as it is."""
    if name in WORDS:
        return word(lang, value)
    if name in MOVES:
        return ", ".join(text(lang, f"move.{move}") for move in value.split() or ["none"])
    return value


def _decimal(lang: str, value: float) -> str:
    return f"{value:.3g}".replace(".", "," if lang == "de" else ".")


def names_in(sentence: str) -> set[str]:
    """The `{names}` that a sentence wants filled in."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def seconds(lang: str, span_ms: int) -> str:
    """Milliseconds as seconds with one decimal, with the language's decimal mark."""
    figure = f"{span_ms / 1000:.1f}"
    return figure.replace(".", ",") if lang == "de" else figure


def count(lang: str, number: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{number:,}".replace(",", "." if lang == "de" else ",")


def counted(lang: str, key: str, number: int, **values: Any) -> str:
    """The sentence for one thing (`key.one`) or for any other number (`key.many`), with `{n}`."""
    return counted_of(lang, "", key, number, **values)


def counted_of(lang: str, whose: str, key: str, number: int, **values: Any) -> str:
    """The same, for a page about `whose` likeness."""
    form = "one" if number == 1 else "many"
    return text_of(lang, whose, f"{key}.{form}", n=count(lang, number), **values)


def month(lang: str, period: str) -> str:
    """A month (YYYY-MM) by its name and year."""
    year, _, number = period.partition("-")
    return f"{text(lang, f'month.{int(number)}')} {year}"


def day(lang: str, at: date | None) -> str:
    """A day, or that of a moment in UTC; nothing where there is none."""
    pattern = "%d.%m.%Y" if lang == "de" else "%Y-%m-%d"
    at = at.astimezone(UTC) if isinstance(at, datetime) else at
    return "" if at is None else at.strftime(pattern)


def day_time(lang: str, at: datetime | None) -> str:
    """A moment by day and minute, in UTC as everything here; nothing where there is none."""
    hour = ", %H:%M UTC" if lang == "de" else " %H:%M UTC"
    return "" if at is None else day(lang, at) + at.astimezone(UTC).strftime(hour)


def moment(lang: str, said: str) -> str:
    """A day or a moment that travels as text, as people write it; any other text as it is."""
    try:
        if INSTANT.fullmatch(said):
            return day_time(lang, from_text(said))
        return day(lang, date.fromisoformat(said)) if DAY.fullmatch(said) else said
    except (ValueError, BadInput):
        return said


def timecode(at_ms: int) -> str:
    """Media time as `H:MM:SS.t`, hours only where there are any."""
    tenths, hours = at_ms // 100, at_ms // 3_600_000
    rest = f"{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}"
    return f"{hours}:{rest}" if hours else rest


def difference(lang: str, item: Mapping[str, Any]) -> str:
    """One change between two cuts as a sentence."""
    here, there = ({} if item[side] is None else item[side] for side in ("here", "there"))
    shown = {"here": seconds(lang, here.get("total_ms", 0))}
    shown["there"] = seconds(lang, there.get("total_ms", 0))
    if item["change"] == "verdict":
        shown = {
            "here": text(lang, f"verdict.{here['verdict']}"),
            "there": text(lang, f"verdict.{there['verdict']}"),
        }
    return text(lang, f"compare.{item['change']}", **shown)


def stretch(span: Mapping[str, int]) -> str:
    """From when to when in media time."""
    return f"{timecode(span['start_ms'])}\u2013{timecode(span['end_ms'])}"


def preferred(header: str) -> str:
    """The first language of an Accept-Language value that there is a catalogue for, else `en`."""
    wanted = []
    for part in header.split(",")[:20]:
        tag, _, rank = part.strip().partition(";q=")
        try:
            wanted.append((-float(rank or 1), tag.strip().lower()[:2]))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wanted, key=lambda w: w[0]) if tag in LANGUAGES), "en")


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
