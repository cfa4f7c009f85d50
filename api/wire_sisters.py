"""Statements to sister societies as JSON-ready values; amounts as text."""

from collections.abc import Callable
from functools import partial

from core.clock import to_text
from registry.models.works import KindOfUse
from royalties.forms.sisters import (
    SisterLineOut,
    SisterRunOut,
    SisterStatementOut,
    SisterSumsOut,
)
from royalties.models_runs import Outcome
from royalties.service.sisterstatements import SisterStatement
from royalties.store.sisterlines import SisterLine, SisterRun


def run_to_dict(one: SisterRun) -> SisterRunOut:
    """A closed run, as the society reads it."""
    return {
        "id": one.id,
        "book": one.book,
        "number": one.number,
        "first_month": one.first_month,
        "last_month": one.last_month,
        "closed_at": None if one.closed_at is None else to_text(one.closed_at),
    }


def statement_to_dict(found: SisterStatement) -> SisterStatementOut:
    """What a closed run did with the money of a society's members."""
    totals = sorted(found.totals.items())
    return {
        "run": run_to_dict(found.run),
        "society_id": found.society_id,
        "totals": {unit: _sums(one.__getitem__) for unit, one in totals},
        "lines": [_line(one) for one in found.lines],
    }


def _line(one: SisterLine) -> SisterLineOut:
    return {
        "transaction_id": one.transaction_id,
        "performer_id": one.performer_id,
        "cut_id": one.cut_id,
        "kind": KindOfUse(one.kind) if one.kind else "",
        "territory": one.territory,
        "earned_period": one.earned_period,
        "currency": one.currency,
        "category": one.category,
        "outcome": Outcome(one.outcome),
        **_sums(partial(getattr, one)),
    }


def _sums(figure: Callable[[str], int]) -> SisterSumsOut:
    return {
        "received_micro": str(figure("received_micro")),
        "cost_micro": str(figure("cost_micro")),
        "social_micro": str(figure("social_micro")),
        "reserve_micro": str(figure("reserve_micro")),
        "tax_micro": str(figure("tax_micro")),
        "net_micro": str(figure("net_micro")),
    }
