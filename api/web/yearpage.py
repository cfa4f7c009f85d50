"""The report on a year as pages and terminal show it: one part for each currency."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from api.web import texts
from royalties.service.yearreports import Figure
from royalties.yearreport import (
    LEFT,
    MOVED,
    STANDING,
    YearReport,
    currencies,
    headlines,
    undistributed,
)
from royalties.yearreport_wire import from_dict


def shown(document: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """All that a rendering places; shares are hundredths of the longest bar of their table."""
    report = from_dict(document)
    return {
        "book": report.book,
        "year": report.year,
        "as_of": report.as_of,
        "months_closed": report.months_closed,
        "currencies": [_currency(lang, report, name) for name in currencies(report)],
    }


def _currency(lang: str, report: YearReport, currency: str) -> dict[str, Any]:
    year = [
        (
            _named(lang, one.name, one.category),
            one.amount_micro,
            {"figure": one.name, "category": one.category},
        )
        for one in headlines(report, currency)
    ]
    left = [
        (texts.text(lang, f"yearreport.left.{kind.value}"), amount, {"figure": LEFT + kind.value})
        for kind, amount in undistributed(report, currency).items()
    ]
    income = [one for one in report.income if one.currency == currency]
    return {
        "currency": currency,
        "year": _bars(year),
        "claimed": _bars(
            [
                (_use(lang, one.use), one.claimed_micro, {"figure": "claimed", "use": one.use})
                for one in income
            ]
        ),
        "received": _bars(
            [(_use(lang, one.use), one.received_micro, {"figure": "received"}) for one in income]
        ),
        "left": _bars(left),
        "balances": [
            {
                "name": texts.text(lang, f"yearreport.account.{one.account.value}"),
                "kind": one.account.value,
                "opening_micro": one.opening_micro,
                "closing_micro": one.closing_micro,
            }
            for one in report.balances
            if one.currency == currency
        ],
        "days": [
            {"what": one.what, "median": one.median, "ninetieth": one.ninetieth}
            for one in report.days
            if one.currency == currency
        ],
    }


def figure_name(lang: str, figure: Figure) -> str:
    """What the page of a figure's entries is about."""
    prefix, _, kind = figure.name.partition(".")
    if figure.name.startswith(LEFT) and f"yearreport.{figure.name}" in texts.catalogue(lang):
        waits = texts.text(lang, f"yearreport.{figure.name}")
        return f"{texts.text(lang, 'yearreport.section.left')}, {waits}"
    if figure.name.startswith((*STANDING, MOVED)):
        when = texts.month(lang, figure.month) if figure.month else figure.year
        side = f"-{figure.side}" if figure.side else ""
        place = texts.text(lang, f"society.place.{kind}")
        return texts.text(lang, f"societyentries.name-{prefix}{side}", place=place, when=when)
    said = _named(lang, figure.name, figure.category)
    return said if figure.use is None else f"{said}, {_use(lang, figure.use)}"


def _named(lang: str, name: str, category: str) -> str:
    said = texts.text(lang, f"yearreport.year.{name}")
    if not category:
        return said
    return f"{said} ({texts.catalogue(lang).get(f'yearreport.category.{category}', category)})"


def _use(lang: str, use: str) -> str:
    return texts.word(lang, use or None)


def _bars(rows: list[tuple[str, int, dict[str, str]]]) -> list[dict[str, Any]]:
    """Rows that have something to show, each with the length of its bar and what it adds up."""
    largest = max((abs(amount) for _, amount, _ in rows), default=0) or 1
    return [
        {
            "name": name,
            "amount_micro": amount,
            "share": max(0, 100 * amount // largest),
            "behind": urlencode(
                {key: value for key, value in behind.items() if value or key == "use"}
            ),
        }
        for name, amount, behind in rows
        if amount
    ]
