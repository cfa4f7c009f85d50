"""Guesses what the headings of a report mean, so that a person has to agree and not to write.

Headings are compared without case; a unit may stand in brackets behind one. A unit that is needed
and not known is said and not guessed: a time that is sixty times too long becomes money.
"""

import re
from collections.abc import Mapping, Sequence

from core.errors import BadInput
from royalties.reports.mapping import ColumnMapping, TimeUnit, plain

# Ours first, then what English, German and platforms' reports call it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "cut_id": ("cut", "cut id", "ebenbild cut", "fassung"),
    "territory": (
        *("country", "country code", "territory code", "geography", "geo", "region", "market"),
        *("land", "ländercode", "laendercode", "gebiet"),
    ),
    "period": (
        *("month", "reporting month", "usage month", "date", "day", "reporting period"),
        *("monat", "zeitraum", "datum", "tag", "abrechnungsmonat"),
    ),
    "views": (
        *("streams", "plays", "view count", "play count", "video views", "total views"),
        *("number of views", "usages", "impressions served", "aufrufe", "abrufe", "wiedergaben"),
    ),
    "unique_views": (
        *("unique viewers", "unique views", "uniques", "viewers", "reach", "unique users"),
        *("zuschauer", "eindeutige zuschauer", "nutzer", "unique user"),
    ),
    "watched": (
        *("watch time", "time watched", "viewing time", "total watch time", "minutes watched"),
        *("hours watched", "seconds watched", "hours viewed", "minutes viewed", "sehdauer"),
        *("wiedergabezeit", "gesehene zeit", "wiedergabedauer"),
    ),
    "completion": (
        *("completion rate", "completed", "finish rate", "retention", "retention rate"),
        *("abschlussrate", "bis zum ende", "verweilrate"),
    ),
    "income": (
        *("revenue", "net revenue", "estimated revenue", "earnings", "your estimated revenue"),
        *("partner revenue", "amount", "einnahmen", "erlös", "erlöse", "nettoerlös", "umsatz"),
    ),
    "income_kind": ("revenue type", "kind of income", "erlösart", "einnahmeart"),
    "currency": ("currency code", "currency of reporting", "währung", "waehrung"),
    "payments": ("purchases", "transactions", "units sold", "unlocks", "käufe", "zahlungen"),
    "free": ("is free", "free episode", "gratis", "kostenlos"),
    "subscribers": ("subscriptions", "members", "abonnenten", "abos"),
    "days": ("shooting days", "drehtage", "tage"),
    "reference": ("line id", "row id", "outlet", "channel", "zeilennummer", "verweis", "kanal"),
    "supersedes": ("corrects", "berichtigt"),
    "isan": ("isan number", "isan-nummer"),
    "eidr": ("eidr id", "eidr content id"),
    "isrc": ("isrc code",),
    "title_id": ("video id", "asset id", "content id", "title id", "sku", "titelnummer"),
}
_UNITS: Mapping[str, TimeUnit] = {
    **dict.fromkeys(("ms", "milliseconds", "millisekunden"), TimeUnit.MILLISECONDS),
    **dict.fromkeys(("s", "sec", "secs", "seconds", "sekunden"), TimeUnit.SECONDS),
    **dict.fromkeys(("m", "min", "mins", "minutes", "minuten"), TimeUnit.MINUTES),
    **dict.fromkeys(("h", "hr", "hrs", "hours", "std", "stunden"), TimeUnit.HOURS),
}
_BRACKETS = re.compile(r"(.*\S)\s*[(\[]([^()\[\]]+)[)\]]")
_CURRENCY = re.compile(r"[A-Z]{3}")
_BY_NAME = {name: ours for ours, names in NAMES.items() for name in (ours, *names)}


def guess(sender: str, headings: Sequence[str]) -> ColumnMapping:
    """What these headings most likely mean; the first heading that fits a column has it.

    Raises BadInput (unknown-unit) for a time or an income whose unit is none that is read.
    """
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    for heading in headings:
        name, unit = _split(heading)
        ours = _BY_NAME.get(name)
        if ours is None or ours in columns:
            continue
        columns[ours] = heading.strip()
        units[ours] = unit or name
    watched = _time(columns.get("watched"), units.get("watched", ""))
    income, currency = units.get("income", ""), {}
    if "income" in columns and _split(columns["income"])[1]:
        if _CURRENCY.fullmatch(income) is None:
            raise _unknown(columns["income"], "a currency such as EUR")
        currency = {} if "currency" in columns else {"currency": income}
    return ColumnMapping(sender, columns, currency, watched=watched)


def _split(heading: str) -> tuple[str, str]:
    found = _BRACKETS.fullmatch(heading.strip())
    return (plain(found.group(1)), found.group(2).strip()) if found else (plain(heading), "")


def _time(heading: str | None, unit: str) -> TimeUnit:
    """The unit in brackets, or the one that the heading is made of, such as `hours watched`."""
    if heading is None:
        return TimeUnit.SECONDS
    bracketed = _split(heading)[1]
    words = [bracketed.lower()] if bracketed else unit.split()
    found = [_UNITS[word] for word in words if word in _UNITS]
    if not found and bracketed:
        raise _unknown(heading, "milliseconds, seconds, minutes or hours")
    return found[0] if found else TimeUnit.SECONDS


def _unknown(heading: str, wanted: str) -> BadInput:
    return BadInput(
        f"The unit of the column {heading!r} is not known.",
        next_step=f"Name the column and its unit yourself: {wanted}.",
        code="unknown-unit",
    )
