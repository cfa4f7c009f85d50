"""The report on a year as pages and terminal show it: one part for each currency."""

from collections.abc import Mapping
from typing import Any

from api.web import texts
from royalties.yearreport import YearReport, currencies, headlines, undistributed
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
        (_named(lang, one.name, one.category), one.amount_micro)
        for one in headlines(report, currency)
    ]
    left = [
        (texts.text(lang, f"yearreport.left.{kind.value}"), amount)
        for kind, amount in undistributed(report, currency).items()
    ]
    income = [one for one in report.income if one.currency == currency]
    return {
        "currency": currency,
        "year": _bars(year),
        "claimed": _bars(
            [(texts.word(lang, one.use or None), one.claimed_micro) for one in income]
        ),
        "received": _bars(
            [(texts.word(lang, one.use or None), one.received_micro) for one in income]
        ),
        "left": _bars(left),
        "balances": [
            {
                "name": texts.text(lang, f"yearreport.account.{one.account.value}"),
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


def _named(lang: str, name: str, category: str) -> str:
    said = texts.text(lang, f"yearreport.year.{name}")
    return f"{said} ({category})" if category else said


def _use(lang: str, use: str) -> str:
    return texts.word(lang, use or None)


def _bars(rows: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Rows that have something to show, each with the length of its bar."""
    largest = max((abs(amount) for _, amount in rows), default=0) or 1
    return [
        {"name": name, "amount_micro": amount, "share": max(0, 100 * amount // largest)}
        for name, amount in rows
        if amount
    ]
