"""What is told of distribution runs, field by field."""

from typing import Annotated

from pydantic import Field

from core.forms import Form, Micro, Moment, Month
from royalties.models_runs import DroppedFor, Outcome, Parts, RunKind, RunState
from royalties.runproof import Sum


class TotalsOut(Form):
    """What a run comes to in one currency; `claims` is their number, as text too."""

    claims: Micro
    received_micro: Micro
    before_micro: Micro
    handed_on_micro: Micro
    drawn_micro: Micro
    cost_micro: Micro
    social_micro: Micro
    reserve_micro: Micro
    tax_micro: Micro
    payable_micro: Micro
    blocked_micro: Micro
    frozen_micro: Micro
    waiting_micro: Micro
    held_micro: Micro
    unidentified_micro: Micro
    suspense_micro: Micro
    lacking_micro: Micro
    by_category: dict[str, Micro]


class RunOut(Form):
    """A run; `follows_id` names the first run of the same months, `run_hash` fixes its lines."""

    id: str
    number: int
    kind: RunKind
    first_month: Month
    last_month: Month
    follows_id: str | None
    until: Annotated[Moment, Field(description="The facts it rests on were recorded by then.")]
    state: RunState
    dropped_for: DroppedFor | None
    lines: int
    run_hash: str
    closed_at: Moment | None
    log_index: int | None
    single_operator: bool


class RunReportOut(RunOut):
    """A run and its report, by currency.

    `missing` is empty in a sound run; `set_free_micro` is what earlier runs kept and this one sets
    free, before tax, by what becomes of it.
    """

    totals: dict[str, TotalsOut]
    missing: dict[str, dict[Sum, int]]
    set_free_micro: dict[str, dict[Outcome, Micro]]


class PartsOut(Form):
    """How an amount is divided."""

    cost_micro: Micro
    social_micro: Micro
    reserve_micro: Micro
    tax_micro: Micro
    surcharge_micro: Micro
    net_micro: Micro


class _Line(Form):
    live_key: str
    payee_id: str
    outcome: Outcome
    reason: str
    transaction_id: str
    performer_id: str
    performer_tenant_id: str
    earned_period: Month
    currency: str
    rates_id: str
    category: str
    authority: str
    received_micro: Micro
    drawn_micro: Micro
    parts: Parts
    stays_micro: Micro
    lacking_micro: Micro


class RunLineOut(_Line, PartsOut):
    """What a run does with one claim for one payee (docs/runs.md).

    `received_micro` is taken from what was received, `drawn_micro` from the reserve of its months
    (below zero: put back); together they are the parts. `parts` has these once more, as numbers.
    """


class _Release(Form):
    source: str
    performer_id: str
    performer_tenant_id: str
    payee_id: str
    currency: str
    outcome: Outcome
    reason: str
    authority: str
    parts: Parts


class ReleaseOut(_Release, PartsOut):
    """Money of an earlier run that a run sets free; `source` is the account it leaves."""


class PreviewOut(Form):
    """What a run does for one performer in one currency.

    `before_tax_micro` is what is left after its deductions, `former_micro` what would have been
    left under those of a year before.
    """

    performer_id: str
    currency: str
    lines: int
    handed_on_micro: Micro
    drawn_micro: Micro
    deducted_micro: Micro
    reserve_micro: Micro
    tax_micro: Micro
    payable_micro: Micro
    blocked_micro: Micro
    stays_micro: Micro
    before_tax_micro: Micro
    former_micro: Micro
    set_free_micro: Micro
    performer: Annotated[str, Field(description="The name, where it may be known.")]


class RunProofOut(Form):
    """What became of checking a run: the hash as stated and as recomputed, and each fault."""

    run_id: str
    stated: str
    recomputed: str
    lines: int
    claims: int
    faults: list[str]
    ok: bool
