"""How single figures are written in a usage report: each reader takes text and gives a value.

Only what can be read in one way is read; everything else raises ValueError, since a figure that
was guessed becomes money. An empty cell is no figure.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from core.currencies import is_listed
from core.errors import BadTerms
from core.money import parse_rate, rate_text
from royalties.models import NOTHING, Ratio, Reported
from royalties.tariffs.models import IncomeKind

_COUNT = re.compile(r"[0-9]{1,12}")
_SECONDS = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?")
_CLOCK = re.compile(r"([0-9]{1,9}):([0-5][0-9]):([0-5][0-9])")
_EXACT = re.compile(r"[0-9]{1,9}(?:/[0-9]{1,9}|\.[0-9]{1,9})?")
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_CURRENCY = re.compile(r"[A-Z]{3}")
_YES = frozenset({"yes", "true", "1", "ja", "wahr"})
_NO = frozenset({"no", "false", "0", "nein", "falsch"})


def count(text: str) -> int:
    """A whole number of at most 12 digits, without signs and separators."""
    return int(_whole(_COUNT, text).group())


def watched_ms(text: str) -> int:
    """Seconds such as `3600` or `12.5`, or hours, minutes and seconds such as `1:00:00`."""
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return ((hours * 60 + minutes) * 60 + seconds) * 1000
    whole, part = _whole(_SECONDS, text).groups()
    return int(whole) * 1000 + int((part or "").ljust(3, "0"))


def share(text: str) -> Ratio:
    """`70 %`, `0.7` or `7/10`; above the whole nothing can be meant, and a bare 70 least of all."""
    percent = _PERCENT.fullmatch(text)
    found = Fraction(percent.group(1)) / 100 if percent else _exact(text)
    if found > 1:
        raise ValueError("more than the whole")
    return Ratio.of(found)


def days(text: str) -> Ratio:
    """`2`, `0.5` or `1/2`."""
    return Ratio.of(_exact(text))


def amount_micro(text: str) -> int:
    """A plain decimal such as `1000.50` in millionths."""
    try:
        return parse_rate(text)
    except BadTerms as exc:
        raise ValueError("no plain amount") from exc


def currency(text: str) -> str:
    """Three letters of ISO 4217."""
    said = _whole(_CURRENCY, text.upper()).group()
    if not is_listed(said):
        raise ValueError("no currency")
    return said


def income_kind(text: str) -> IncomeKind:
    """The name of a kind of income that tariffs count."""
    return IncomeKind(text.lower().replace("-", "_").replace(" ", "_"))


def yes_or_no(text: str) -> bool:
    """`yes` or `no`, also as true and false, 1 and 0, ja and nein."""
    said = text.lower()
    if said not in _YES | _NO:
        raise ValueError("neither yes nor no")
    return said in _YES


# Each figure's column, the field it fills, and how its cells are read.
FIGURES: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "unique_views": ("unique_views", count),
    "watched": ("watched_ms", watched_ms),
    "completion": ("completion", share),
    "income": ("income_micro", amount_micro),
    "income_kind": ("income_kind", income_kind),
    "currency": ("currency", currency),
    "payments": ("payments", count),
    "free": ("free", yes_or_no),
    "subscribers": ("subscribers", count),
    "days": ("days", days),
}


def reported(cells: Mapping[str, str]) -> Reported | str:
    """The figures in these cells by column; or the first column that cannot be read.

    An income needs its kind and its currency; a kind or a currency without an income says nothing
    and is not kept, since many reports name their currency on every line.
    """
    if FIGURES.keys().isdisjoint(cells):
        return NOTHING
    said: dict[str, object] = {}
    for column, (name, read) in FIGURES.items():
        text = cells.get(column, "")
        if text:
            try:
                said[name] = read(text)
            except ValueError:
                return column
    if "income_micro" not in said:
        said.pop("income_kind", None)
        said.pop("currency", None)
    for lacking in ("income_kind", "currency"):
        if "income_micro" in said and lacking not in said:
            return lacking
    return Reported(**said) if said else NOTHING  # type: ignore[arg-type]


def cells_of(said: Reported) -> dict[str, str]:
    """The figures by column, as `reported` reads them back."""
    found = {}
    for column, (name, _) in FIGURES.items():
        value = getattr(said, name)
        if value is not None:
            found[column] = _written(name, value)
    return found


def _written(name: str, value: object) -> str:
    if isinstance(value, Ratio):
        return str(value.exact)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "watched_ms" and isinstance(value, int):
        return f"{value // 1000}.{value % 1000:03d}".removesuffix(".000")
    if name == "income_micro" and isinstance(value, int):
        return rate_text(value)
    return str(value)


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError("not in its form")
    return found


def _exact(text: str) -> Fraction:
    _whole(_EXACT, text)
    try:
        return Fraction(text)
    except ZeroDivisionError as exc:
        raise ValueError("zero below the line") from exc
