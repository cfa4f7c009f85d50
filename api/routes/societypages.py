"""The pages of whoever collects and distributes: the board, usage, runs, payouts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import approvalshowing, paging
from api.deps import Language, Reading
from api.paging import page
from api.visiting import SignedInVisit
from api.web import societyviews as views
from api.web.forms import form_page
from api.web.office import ASKED
from api.web.response import FormResponse
from core import approvals
from core.clock import utc_now
from core.principal import Principal, holds
from royalties.accounts import AccountKind
from royalties.models_runs import RunKind
from royalties.runpreview import PerformerPreview
from royalties.service import (
    booknames,
    handedback,
    mappings,
    payoutviews,
    periods,
    refunds,
    reminders,
    run_checking,
    runs,
    statements,
    usage,
    usageholds,
)

router = APIRouter(tags=["society"], include_in_schema=False)
MONTHS_SHOWN = 24
PERFORMERS_SHOWN = 50


class Asked(BaseModel):
    """From which performer on a run is shown, and whether it is computed again now."""

    model_config = ASKED
    after: str = Field(default="", max_length=300)
    check: bool = False
    lang: str = ""


@router.get("/society", response_class=FormResponse)
def board(reading: Reading, visit: SignedInVisit, lang: Language) -> Response:
    """Does it add up, and what is due?"""
    caller, now = visit.principal, utc_now()
    balances = statements.book_balance(reading, caller)
    found = views.places(balances)
    months = periods.list_periods(reading, caller)[:MONTHS_SHOWN]
    return form_page(
        "society.html",
        lang,
        visit,
        here="/society",
        balanced=not sum(one.net_micro for one in balances),
        places=found,
        open_claims=views.of_kind(found, AccountKind.RECEIVABLE),
        owed=views.of_kind(found, AccountKind.PAYABLE),
        kept=[
            one
            for kind in (AccountKind.HELD, AccountKind.UNIDENTIFIED, AccountKind.SUSPENSE)
            for one in views.of_kind(found, kind)
        ],
        months=months,
        waiting=approvalshowing.tally(reading, caller, lang),
        held=usageholds.count_waiting(reading, caller),
        overdue=reminders.count_overdue(reading, caller, now=now),
        deadline=views.next_deadline(runs.calendar_of(reading, caller, at=now)),
        year=now.year,
        may=holds(caller, "usage"),
        decides=_decides(caller),
    )


@router.get("/society/usage", response_class=FormResponse)
def usage_page(
    reading: Reading, visit: SignedInVisit, lang: Language, window: paging.Asked
) -> Response:
    """Which reports came in, and what became of their lines?"""
    found = usage.list_imports(reading, visit.principal, before=window.after, limit=window.limit)
    shown = page(found, window, lambda one: one, cursor=lambda one: one.report.import_id)
    return form_page(
        "societyusage.html",
        lang,
        visit,
        here="/society/usage",
        imports=shown.items,
        more=shown.next_cursor,
        may=holds(visit.principal, "usage"),
        senders=mappings.list_mappings(reading, visit.principal),
        scripts=["usage.js"],
    )


@router.get("/society/runs", response_class=FormResponse)
def runs_page(
    reading: Reading, visit: SignedInVisit, lang: Language, window: paging.Asked
) -> Response:
    """What has been distributed, and what comes next?"""
    caller = visit.principal
    found = runs.list_runs(reading, caller, before=window.before_seq, limit=window.limit)
    shown = page(found, window, lambda one: one, cursor=lambda one: one.number)
    closed = runs.closed_runs(reading, caller)
    return form_page(
        "societyruns.html",
        lang,
        visit,
        here="/society/runs",
        runs=shown.items,
        more=shown.next_cursor,
        may_follow=[one for one in closed if one.kind is RunKind.FIRST],
        may=holds(caller, "usage"),
        deadlines=runs.calendar_of(reading, caller, at=utc_now()),
    )


@router.get("/society/runs/{run_id}", response_class=FormResponse)
def run_page(
    run_id: str,
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    asked: Annotated[Asked, Query()],
) -> Response:
    """Is every millionth of this run where it belongs, and may it be closed?"""
    caller = visit.principal
    run, totals = runs.get_run(reading, caller, run_id)
    previews, more = _previews(reading, caller, run_id, asked.after)
    return form_page(
        "societyrun.html",
        lang,
        visit,
        here="/society/runs",
        run=run,
        proofs={unit: views.proof(one) for unit, one in sorted(totals.items())},
        steps=views.steps(run, runs.family_of(reading, caller, run)),
        previews=previews,
        names=booknames.names_of(
            reading, caller.tenant_id, performers=[one.performer_id for one in previews]
        ),
        more=more,
        may=holds(caller, "usage"),
        decides=_decides(caller),
        checked=run_checking.verify(reading, caller, run_id) if asked.check else None,
    )


@router.get("/society/payouts", response_class=FormResponse)
def payouts_page(
    reading: Reading, visit: SignedInVisit, lang: Language, window: paging.Asked
) -> Response:
    """What went to the bank, and what came back?"""
    batches = payoutviews.list_batches(
        reading, visit.principal, before=window.before_seq, limit=window.limit
    )
    shown = page(batches, window, lambda one: one, cursor=lambda one: one.number)
    found = payoutviews.open_ends(reading, visit.principal, [one.id for one in shown.items])
    return form_page(
        "societypayouts.html",
        lang,
        visit,
        here="/society/payouts",
        batches=[(one, views.stands(one.state, found.get(one.id, ()))) for one in shown.items],
        came_back=payoutviews.came_back(reading, visit.principal, list(found)),
        more=shown.next_cursor,
        may=holds(visit.principal, "usage"),
        today=utc_now().date(),
    )


@router.get("/society/payouts/{batch_id}", response_class=FormResponse)
def batch_page(
    batch_id: str, reading: Reading, visit: SignedInVisit, lang: Language, window: paging.Asked
) -> Response:
    """Whom does this batch pay, whom not, and why?"""
    batch = payoutviews.get_batch(reading, visit.principal, batch_id)
    found = payoutviews.payouts_of(
        reading, visit.principal, batch.id, after=window.after, limit=window.limit
    )
    shown = page(found, window, lambda one: one, cursor=lambda one: one.account)
    ends = payoutviews.open_ends(reading, visit.principal, [batch.id])
    names = booknames.names_of(
        reading, visit.principal.tenant_id, payees=[one.payee_id for one in shown.items]
    )
    return form_page(
        "societypayout.html",
        lang,
        visit,
        here="/society/payouts",
        batch=batch,
        refund=refunds.refund_of(reading, visit.principal, batch),
        handed=handedback.of_batch(reading, visit.principal, batch, now=utc_now()),
        stands=views.stands(batch.state, ends.get(batch.id, ())),
        came_back=payoutviews.came_back(reading, visit.principal, [batch.id]).get(batch.id),
        payouts=shown.items,
        more=shown.next_cursor,
        year=utc_now().year,
        names=names,
        decides=_decides(visit.principal),
    )


def _previews(
    session: Session, principal: Principal, run_id: str, after: str
) -> tuple[list[PerformerPreview], str]:
    """A page of performers, one preview a currency each, and behind whom the next one begins."""
    found = runs.preview_of(session, principal, run_id, after=after, limit=PERFORMERS_SHOWN + 1)
    names = list(dict.fromkeys(one.performer_id for one in found))
    if len(names) <= PERFORMERS_SHOWN:
        return found, ""
    return [one for one in found if one.performer_id != names[-1]], names[-2]


def _decides(principal: Principal) -> bool:
    """Whether somebody is a second person of this book: an auditor is none."""
    return approvals.may_decide(principal, periods.DECIDERS)
