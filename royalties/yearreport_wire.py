"""The report on a year as one JSON-ready dictionary, and back; amounts are texts."""

from collections.abc import Mapping
from typing import Any, Final

from core.clock import from_text, to_text
from core.errors import BadInput
from royalties.accounts import AccountKind
from royalties.forms.yearreports import YearReportOut
from royalties.models_books import TransactionKind
from royalties.yearreport import Days, Ends, Income, Sum, Waited, YearReport

FORM: Final = "ebenbild-year-report-1"


def to_dict(report: YearReport) -> YearReportOut:
    """JSON-ready form; inverse of `from_dict`."""
    return {
        "form": FORM,
        "book": report.book,
        "year": report.year,
        "as_of": to_text(report.as_of),
        "months_closed": report.months_closed,
        "movements": [
            {
                "kind": one.kind,
                "account": one.account,
                "category": one.category,
                "currency": one.currency,
                "amount_micro": str(one.amount_micro),
            }
            for one in report.movements
        ],
        "balances": [
            {
                "account": one.account,
                "currency": one.currency,
                "opening_micro": str(one.opening_micro),
                "closing_micro": str(one.closing_micro),
            }
            for one in report.balances
        ],
        "income": [
            {
                "use": one.use,
                "currency": one.currency,
                "claimed_micro": str(one.claimed_micro),
                "received_micro": str(one.received_micro),
            }
            for one in report.income
        ],
        "days": [
            {
                "what": one.what,
                "currency": one.currency,
                "amount_micro": str(one.amount_micro),
                "median": one.median,
                "ninetieth": one.ninetieth,
            }
            for one in report.days
        ],
    }


def from_dict(data: Mapping[str, Any]) -> YearReport:
    """Read a report back; raises `BadInput` for what is none."""
    try:
        if data["form"] != FORM:
            raise ValueError("another form")
        return YearReport(
            book=str(data["book"]),
            year=str(data["year"]),
            as_of=from_text(data["as_of"]),
            months_closed=int(data["months_closed"]),
            movements=tuple(_sum(one) for one in data["movements"]),
            balances=tuple(_ends(one) for one in data["balances"]),
            income=tuple(_income(one) for one in data["income"]),
            days=tuple(_days(one) for one in data["days"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise BadInput(
            "This is not a report on a year.",
            code="bad-report",
            next_step=f"Hand in one of the form {FORM}, as it was given out.",
        ) from exc


def _sum(data: Mapping[str, Any]) -> Sum:
    return Sum(
        TransactionKind(data["kind"]),
        AccountKind(data["account"]),
        str(data["category"]),
        str(data["currency"]),
        int(data["amount_micro"]),
    )


def _ends(data: Mapping[str, Any]) -> Ends:
    return Ends(
        AccountKind(data["account"]),
        str(data["currency"]),
        int(data["opening_micro"]),
        int(data["closing_micro"]),
    )


def _income(data: Mapping[str, Any]) -> Income:
    return Income(
        str(data["use"]),
        str(data["currency"]),
        int(data["claimed_micro"]),
        int(data["received_micro"]),
    )


def _days(data: Mapping[str, Any]) -> Days:
    return Days(
        Waited(data["what"]),
        str(data["currency"]),
        int(data["amount_micro"]),
        int(data["median"]),
        int(data["ninetieth"]),
    )
