"""What is told of the books is as its forms say: the same fields, in the same order."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from api.replaying import replayed_to_dict
from api.wire_sisters import statement_to_dict
from api.wire_taxes import ExemptionOut, exemption_to_dict
from fingerprint.models import Reason, Span
from royalties import wire_books, wire_payouts, wire_runs, wire_unclaimed, yearreport_wire
from royalties.accounts import AccountKind
from royalties.forms import books, payouts, runs, sisters, unclaimed, yearreports
from royalties.fx import Rate, exchange
from royalties.ledger import Stamp
from royalties.models import Ratio
from royalties.models_books import (
    AccountBalance,
    CurrencyBalance,
    Period,
    PeriodState,
    TransactionKind,
    TrialBalance,
)
from royalties.models_payouts import (
    Batch,
    BatchKind,
    BatchState,
    BookAccount,
    CameBack,
    Payout,
    PayoutState,
    Taken,
    Way,
)
from royalties.models_runs import (
    DroppedFor,
    Outcome,
    Parts,
    Release,
    Run,
    RunKind,
    RunLine,
    RunState,
    Totals,
)
from royalties.models_unclaimed import (
    Published,
    UnclaimedKind,
    UnclaimedLine,
    UnclaimedList,
    UnclaimedState,
)
from royalties.runcheck import RunProof
from royalties.runpreview import PerformerPreview
from royalties.service.replay import Replayed, Root
from royalties.service.replaydifferences import Difference
from royalties.service.sisterstatements import SisterStatement
from royalties.store.sisterlines import SisterLine, SisterRun
from royalties.withholding import HeldExemption
from royalties.yearreport import Days, Ends, Income, Sum, Waited, YearReport

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 23)
MONTHS = ("2026-10", "2026-11")
BEYOND = 2**60
PARTS = Parts(1, 2, 3, 4, 5, BEYOND)
OF_RUN = ("run_1", "ten_1", 3, RunKind.FINAL, *MONTHS)
DRAFT = Run(*OF_RUN, "", AT, RunState.DRAFT, 7, "00")
CLOSED = Run(*OF_RUN, "run_0", AT, RunState.CLOSED, 7, "00", "apr_1", AT, 9, True)
DROPPED = Run(*OF_RUN, "", AT, RunState.DROPPED, 7, "00", dropped_for=DroppedFor.CHANGED)
TOTALS = Totals(claims=2, received_micro=BEYOND, by_category={"film": 5})
LINE = RunLine(
    *("key", "pye_1", Outcome.WAITING, "later", "txn_1", "prf_1", "ten_2", "2026-10", "EUR"),
    *("rates", "film", "de", BEYOND, 2, PARTS, 3, 4),
)
FREED = Release(
    *("reserve:run_1", "prf_1", "ten_2", "pye_1", "EUR", Outcome.BLOCKED, "minor", "", PARTS)
)
SUMS = CurrencyBalance("EUR", 4, BEYOND, 1)
BALANCE = TrialBalance((SUMS,))
OPEN = Period("prd_1", "ten_1", "2026-11", PeriodState.OPEN, 3, None, None, None, None, False)
SHUT = Period("prd_1", "ten_1", "2026-11", PeriodState.CLOSED, 3, "00", "apr_1", AT, 4, True)
CHANGED = exchange(
    *("bank", 10_000_000, Rate("EUR", "USD", Ratio(27, 25), "ECB", DAY)),
    (Stamp("ten_1", "2026-11", 1, AT), Stamp("ten_1", "2026-11", 2, AT)),
    facts_key="f",
    audience="",
    reason="exchange",
    earned_period="2026-11",
)
REPLAYED = Replayed(
    "ten_1", 5, (Root("", "00", "01"),), BALANCE, (Difference(7, "payout pay_1", "1", "2"),)
)
LISTED = UnclaimedList(
    *("unl_1", "ten_1", UnclaimedKind.GIVEN_UP, 2026, UnclaimedState.BOOKED, 1, "00", AT),
    *("apr_1", AT, True),
)
FOUND = Published("unl_1.1", 2026, "cut_1", "Film", "Feature", MONTHS, (Span(0, 900),), AT)
SISTER = SisterStatement(
    SisterRun("run_1", "ten_1", 3, *MONTHS, AT),
    "ten_2",
    tuple(
        SisterLine(
            *("txn_1", "prf_1", "cut_1", kind, "DE", "2026-10", "EUR", "film", "payable"),
            *(BEYOND, 1, 2, 3, 4, 5),
        )
        for kind in ("synthesise_voice", "")
    ),
)
BATCH = Batch(
    *("pbt_1", "ten_1", 2, BatchKind.TAX, "EUR", BatchState.SENT, DAY, "bac_1", 1, BEYOND, 5),
    *({"run_1": BEYOND, "": 5}, "00", "apr_1", "01", False, AT, AT),
)
PAID = Payout(
    *("pay_1", "ten_1", "", "pbt_1", "payable:pye_1", "pye_1", "pyv_1", BEYOND, "EUR"),
    *(Way.MANUAL, "e2e", PayoutState.RETURNED, (Reason("no-iban", {"of": "US"}),), "AC04", AT),
)
YEAR = YearReport(
    *("ten_1", "2026", AT, 11),
    (Sum(TransactionKind.RECEIPT, AccountKind.BANK, "", "EUR", BEYOND),),
    (Ends(AccountKind.BANK, "EUR", 0, BEYOND),),
    (Income("synthesise_voice", "EUR", 1, 2),),
    (Days(Waited.PAID, "EUR", BEYOND, 3, 9),),
)
PAPER = HeldExemption("exm_1", "ten_1", "pye_1", b"", Ratio(1, 20), DAY, DAY, "apr_1", AT, None)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (runs.RunOut, wire_runs.run_to_dict(DRAFT)),
        (runs.RunOut, wire_runs.run_to_dict(CLOSED)),
        (runs.RunOut, wire_runs.run_to_dict(DROPPED)),
        (
            runs.RunReportOut,
            wire_runs.report_to_dict(DRAFT, {"EUR": TOTALS}, {"EUR": {Outcome.PAYABLE: BEYOND}}),
        ),
        (runs.RunLineOut, wire_runs.line_to_dict(LINE)),
        (runs.ReleaseOut, wire_runs.release_to_dict(FREED)),
        (
            runs.PreviewOut,
            wire_runs.preview_to_dict(PerformerPreview("prf_1", "EUR", 2, BEYOND), "Anna"),
        ),
        (
            runs.RunProofOut,
            wire_runs.proof_to_dict(RunProof("run_1", "00", "01", 2, 3, ("lines: run_1",))),
        ),
        (books.PeriodOut, wire_books.period_to_dict(OPEN)),
        (books.PeriodOut, wire_books.period_to_dict(SHUT)),
        (books.ExchangeOut, wire_books.exchange_to_dict(CHANGED)),
        (
            books.BookBalanceOut,
            wire_books.book_balance_to_dict(
                "ten_1", None, [AccountBalance("bank", "EUR", 3, BEYOND, 1)]
            ),
        ),
        (books.ReplayedOut, replayed_to_dict(REPLAYED)),
        (unclaimed.UnclaimedListOut, wire_unclaimed.list_to_dict(LISTED)),
        (unclaimed.UnclaimedReportOut, wire_unclaimed.report_to_dict(LISTED, {"EUR": BEYOND})),
        (
            unclaimed.UnclaimedLineOut,
            wire_unclaimed.line_to_dict(UnclaimedLine("held:prf_1", "EUR", BEYOND, "2026-10")),
        ),
        (unclaimed.UnclaimedItemOut, wire_unclaimed.published_to_dict(FOUND)),
        (sisters.SisterStatementOut, statement_to_dict(SISTER)),
        (payouts.PayoutBatchOut, wire_payouts.batch_to_dict(BATCH)),
        (payouts.CameBackOut, wire_payouts.came_back_to_dict(CameBack(1, BEYOND))),
        (payouts.PayoutOut, wire_payouts.payout_to_dict(PAID)),
        (
            payouts.BookAccountOut,
            wire_payouts.account_to_dict(
                BookAccount("bac_1", "ten_1", "own", 1, "Society", "DE89370400440532013000", "", AT)
            ),
        ),
        (
            payouts.TakenAnswerOut,
            wire_payouts.taken_to_dict(Taken("ans_1", "camt.054", 1, 2, 3, 4, 5, again=True)),
        ),
        (yearreports.YearReportOut, yearreport_wire.to_dict(YEAR)),
        (ExemptionOut, exemption_to_dict(PAPER)),
    ],
)
def test_what_is_told_of_the_books_is_as_its_form_says(form: Any, said: Mapping[str, Any]) -> None:
    told = TypeAdapter(form)
    read = told.validate_python(said)
    assert told.dump_json(read) == TypeAdapter(dict).dump_json(dict(said))
    for name in said:
        with pytest.raises(ValueError, match=name):
            told.validate_python({key: said[key] for key in said if key != name})
