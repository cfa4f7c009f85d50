"""The report on a year as CSV (RFC 4180): a row for each figure, all of them codes and numbers."""

import csv
import io
from collections.abc import Iterator

from core.money import rate_text
from royalties.yearreport import YearReport, currencies, headlines, undistributed

COLUMNS = ("section", "year", "currency", "name", "category", "amount", "days")
_Row = dict[str, str]


def to_csv(report: YearReport) -> str:
    """The whole file; amounts are exact decimals, as pages show them."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for currency in currencies(report):
        for row in _rows(report, currency):
            writer.writerow({"year": report.year, "currency": currency, **row})
    return out.getvalue()


def _rows(report: YearReport, currency: str) -> Iterator[_Row]:
    for one in headlines(report, currency):
        yield _row("year", one.name, one.amount_micro, category=one.category)
    for income in report.income:
        if income.currency == currency:
            yield _row("claimed-by-use", income.use, income.claimed_micro)
            yield _row("received-by-use", income.use, income.received_micro)
    for kind, amount in undistributed(report, currency).items():
        yield _row("undistributed", kind.value, amount)
    for ends in report.balances:
        if ends.currency == currency:
            yield _row("opening", ends.account.value, ends.opening_micro)
            yield _row("closing", ends.account.value, ends.closing_micro)
    for days in report.days:
        if days.currency == currency:
            yield _row("median-days", days.what, days.amount_micro, days=str(days.median))
            yield _row("ninetieth-days", days.what, days.amount_micro, days=str(days.ninetieth))


def _row(section: str, name: str, micro: int, *, category: str = "", days: str = "") -> _Row:
    return {
        "section": section,
        "name": name,
        "category": category,
        "amount": rate_text(micro),
        "days": days,
    }
