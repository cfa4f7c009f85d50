"""Pins and reports as JSON: nothing is lost on the way there and back."""

import json

from core.canonical import canonical
from fingerprint.models import Reason
from royalties.models import (
    AccrualReport,
    ImportReport,
    Reject,
    Skipped,
)
from royalties.models_books import CurrencyBalance, TrialBalance
from royalties.wire import (
    accrual_report_to_dict,
    pins_from_dict,
    pins_to_dict,
    trial_balance_to_dict,
)
from royalties.wire_usage import import_report_to_dict
from tests.unit.royalties.worlds import Books, line, use


def test_pins_round_trip() -> None:
    books = Books()
    books.accrue([use(spans=((0, 10), (20, 40)))], [line()])
    pins = books.transactions[0].pins
    assert pins_from_dict(json.loads(canonical(pins_to_dict(pins)))) == pins


def test_reports_have_a_canonical_form() -> None:
    report = ImportReport("imp", "00", None, 3, 1, 0, 0, 2, (Reject(3, "bad-views", "views"),), ())
    assert import_report_to_dict(report)["rejects"] == [
        {"line": 3, "cause": "bad-views", "column": "views"}
    ]
    skipped = Skipped("use", "prf", Reason("amount-zero", {}), 2)
    accrued = accrual_report_to_dict(AccrualReport(1, 2, 3, (skipped,)))
    assert (accrued["new"], accrued["skipped"][0]["usage_lines"]) == (1, 2)
    big = 2**70
    sound, broken = (
        TrialBalance((CurrencyBalance("EUR", 2, big, credit),)) for credit in (big, big - 1)
    )
    stated = trial_balance_to_dict(sound)
    assert (stated["balanced"], trial_balance_to_dict(broken)["balanced"]) == (True, False)
    assert stated["currencies"][0]["debits_micro"] == str(big)
    for value in (import_report_to_dict(report), accrued, stated):
        assert json.loads(canonical(value)) == value
