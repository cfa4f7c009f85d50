"""Documents about money are shown in the reader's language, whatever names they bring along."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from api.cli.moneyshape import document, label
from api.web import texts
from royalties import wire_books, wire_income, wire_payouts, wire_receipts, wire_runs
from royalties.billing.parties import NAMES
from royalties.models_books import PeriodState
from royalties.models_income import InvoiceKind
from royalties.models_payouts import BatchKind, BatchState
from royalties.models_runs import DroppedFor, RunKind, RunState

SHOWN: tuple[Callable[..., Any], ...] = (
    wire_runs.run_to_dict,
    wire_payouts.batch_to_dict,
    wire_payouts.account_to_dict,
    wire_income.invoice_to_dict,
    wire_receipts.receipt_to_dict,
    wire_receipts.allocation_to_dict,
    wire_books.period_to_dict,
    wire_books.exchange_to_dict,
    wire_books.rate_to_dict,
)
# Tables of their own, under their own heads, and what one of them calls a row.
TABLES = {"other", "totals", "missing", "sources", "payouts", "tax", "working"}


@pytest.mark.parametrize("made", SHOWN, ids=lambda made: made.__name__)
@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_name_has_words(made: Callable[..., Any], lang: str) -> None:
    names = set(re.findall(r'(?:"|\[")([a-z_]+)"\]?(?::| =)', inspect.getsource(made))) - TABLES
    assert len(names) >= 5
    bare = {name.removesuffix("_micro") for name in names}
    assert {f"money.field.{name}" for name in bare} <= texts.catalogue(lang).keys()


@pytest.mark.parametrize("lang", ["en", "de"])
def test_every_code_has_words(lang: str) -> None:
    codes = {
        "state": [*PeriodState, *BatchState, *RunState],
        "kind": [*RunKind, *InvoiceKind, *BatchKind],
        "dropped_for": list(DroppedFor),
    }
    wanted = {f"money.value.{name}.{code.value}" for name, of in codes.items() for code in of}
    assert wanted <= texts.catalogue(lang).keys()
    assert {f"money.field.{name}" for name in (*NAMES, "party_id")} <= texts.catalogue(lang).keys()


def test_a_run_is_read_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    document("de", {"id": "run_1", "kind": "follow_up", "state": "DROPPED", "closed_at": None})
    shown = capsys.readouterr().out
    assert "Folgelauf" in shown and "verworfen" in shown and "follow_up" not in shown
    document("de", {"currency": "EUR", "open_micro": "1234500000", "single_operator": True})
    shown = capsys.readouterr().out
    assert "1.234,50 EUR" in shown and "_micro" not in shown and "ja" in shown


def test_two_currencies_of_an_exchange_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    document("en", {"base": "EUR", "quote": "USD", "from_micro": "1000000", "to_micro": "2000000"})
    shown = capsys.readouterr().out
    assert "1.00 EUR" in shown and "2.00 USD" in shown
    assert label("en", "from_micro") != label("de", "from_micro")
