"""Distribution runs as JSON: amounts as text in millionths, since they may be beyond 2^53."""

from collections.abc import Mapping
from typing import Any

from core.clock import from_text, to_text
from royalties.forms.runs import (
    PartsOut,
    PreviewOut,
    ReleaseOut,
    RunLineOut,
    RunOut,
    RunProofOut,
    RunReportOut,
    TotalsOut,
)
from royalties.models_runs import (
    Outcome,
    Parts,
    Release,
    Run,
    RunKind,
    RunLine,
    RunState,
    Totals,
)
from royalties.runcheck import RunProof
from royalties.runpreview import PerformerPreview
from royalties.runproof import unequal

_PARTS = Parts._fields
_TEXTS = (
    "live_key",
    "payee_id",
    "reason",
    "transaction_id",
    "performer_id",
    "performer_tenant_id",
    "earned_period",
    "currency",
    "rates_id",
    "category",
    "authority",
)
_AMOUNTS = ("received_micro", "drawn_micro", "stays_micro", "lacking_micro")
_RELEASE_TEXTS = (
    "source",
    "performer_id",
    "performer_tenant_id",
    "payee_id",
    "currency",
    "reason",
    "authority",
)


def totals_to_dict(one: Totals) -> TotalsOut:
    """What a run comes to in one currency; inverse of `totals_from_dict`."""
    return {
        "claims": str(one.claims),
        "received_micro": str(one.received_micro),
        "before_micro": str(one.before_micro),
        "handed_on_micro": str(one.handed_on_micro),
        "drawn_micro": str(one.drawn_micro),
        "cost_micro": str(one.cost_micro),
        "social_micro": str(one.social_micro),
        "reserve_micro": str(one.reserve_micro),
        "tax_micro": str(one.tax_micro),
        "payable_micro": str(one.payable_micro),
        "blocked_micro": str(one.blocked_micro),
        "frozen_micro": str(one.frozen_micro),
        "waiting_micro": str(one.waiting_micro),
        "held_micro": str(one.held_micro),
        "unidentified_micro": str(one.unidentified_micro),
        "suspense_micro": str(one.suspense_micro),
        "lacking_micro": str(one.lacking_micro),
        "by_category": {name: str(value) for name, value in one.by_category.items()},
    }


def totals_from_dict(said: Mapping[str, Any]) -> Totals:
    """Read what a run comes to; raises KeyError or ValueError for something else."""
    sums = {name: int(value) for name, value in said.items() if name != "by_category"}
    by_category = {name: int(value) for name, value in said["by_category"].items()}
    return Totals(**sums, by_category=by_category)


def run_to_dict(run: Run) -> RunOut:
    """A run as it stands; inverse of `run_from_dict`."""
    return {
        "id": run.id,
        "number": run.number,
        "kind": run.kind,
        "first_month": run.first_month,
        "last_month": run.last_month,
        "follows_id": run.follows_id or None,
        "until": to_text(run.until),
        "state": run.state,
        "dropped_for": run.dropped_for,
        "lines": run.lines,
        "run_hash": run.run_hash,
        "closed_at": None if run.closed_at is None else to_text(run.closed_at),
        "log_index": run.log_index,
        "single_operator": run.single_operator,
    }


def report_to_dict(
    run: Run, totals: Mapping[str, Totals], freed: Mapping[str, Mapping[Outcome, int]]
) -> RunReportOut:
    """A run and its report: every currency, and whether a millionth is missing."""
    return {
        **run_to_dict(run),
        "totals": {unit: totals_to_dict(one) for unit, one in sorted(totals.items())},
        "missing": {unit: dict(unequal(one)) for unit, one in sorted(totals.items())},
        "set_free_micro": {
            unit: {name: str(micro) for name, micro in sums.items()} for unit, sums in freed.items()
        },
    }


def run_from_dict(book: str, said: Mapping[str, Any]) -> Run:
    """Read a run of a book; raises KeyError or ValueError for something else."""
    closed_at, log_index = said["closed_at"], said["log_index"]
    return Run(
        id=str(said["id"]),
        tenant_id=book,
        number=int(said["number"]),
        kind=RunKind(said["kind"]),
        first_month=str(said["first_month"]),
        last_month=str(said["last_month"]),
        follows_id=str(said["follows_id"] or ""),
        until=from_text(said["until"]),
        state=RunState(said["state"]),
        lines=int(said["lines"]),
        run_hash=str(said["run_hash"]),
        closed_at=None if closed_at is None else from_text(closed_at),
        log_index=None if log_index is None else int(log_index),
        single_operator=bool(said["single_operator"]),
    )


def line_to_dict(line: RunLine) -> RunLineOut:
    """One line of a run; inverse of `line_from_dict`."""
    return {
        "live_key": line.live_key,
        "payee_id": line.payee_id,
        "outcome": line.outcome,
        "reason": line.reason,
        "transaction_id": line.transaction_id,
        "performer_id": line.performer_id,
        "performer_tenant_id": line.performer_tenant_id,
        "earned_period": line.earned_period,
        "currency": line.currency,
        "rates_id": line.rates_id,
        "category": line.category,
        "authority": line.authority,
        "received_micro": str(line.received_micro),
        "drawn_micro": str(line.drawn_micro),
        "parts": line.parts,
        "stays_micro": str(line.stays_micro),
        "lacking_micro": str(line.lacking_micro),
        **_parts_to_dict(line.parts),
    }


def line_from_dict(said: Mapping[str, Any]) -> RunLine:
    """Read a line; raises KeyError or ValueError for something else."""
    values: dict[str, Any] = {name: str(said[name]) for name in _TEXTS}
    values |= {name: int(said[name]) for name in _AMOUNTS}
    return RunLine(**values, outcome=Outcome(said["outcome"]), parts=_parts_from_dict(said))


def release_to_dict(one: Release) -> ReleaseOut:
    """What a run sets free; inverse of `release_from_dict`."""
    return {
        "source": one.source,
        "performer_id": one.performer_id,
        "performer_tenant_id": one.performer_tenant_id,
        "payee_id": one.payee_id,
        "currency": one.currency,
        "outcome": one.outcome,
        "reason": one.reason,
        "authority": one.authority,
        "parts": one.parts,
        **_parts_to_dict(one.parts),
    }


def release_from_dict(said: Mapping[str, Any]) -> Release:
    """Read a release; raises KeyError or ValueError for something else."""
    texts = {name: str(said[name]) for name in _RELEASE_TEXTS}
    return Release(**texts, outcome=Outcome(said["outcome"]), parts=_parts_from_dict(said))


def preview_to_dict(one: PerformerPreview, name: str) -> PreviewOut:
    """What a run does for a performer, and the performer's name."""
    return {
        "performer_id": one.performer_id,
        "currency": one.currency,
        "lines": one.lines,
        "handed_on_micro": str(one.handed_on_micro),
        "drawn_micro": str(one.drawn_micro),
        "deducted_micro": str(one.deducted_micro),
        "reserve_micro": str(one.reserve_micro),
        "tax_micro": str(one.tax_micro),
        "payable_micro": str(one.payable_micro),
        "blocked_micro": str(one.blocked_micro),
        "stays_micro": str(one.stays_micro),
        "before_tax_micro": str(one.before_tax_micro),
        "former_micro": str(one.former_micro),
        "set_free_micro": str(one.set_free_micro),
        "performer": name,
    }


def proof_to_dict(proof: RunProof) -> RunProofOut:
    """What became of checking a run."""
    return {
        "run_id": proof.run_id,
        "stated": proof.stated,
        "recomputed": proof.recomputed,
        "lines": proof.lines,
        "claims": proof.claims,
        "faults": list(proof.faults),
        "ok": proof.ok,
    }


def _parts_from_dict(said: Mapping[str, Any]) -> Parts:
    return Parts(**{name: int(said[name]) for name in _PARTS})


def _parts_to_dict(parts: Parts) -> PartsOut:
    return {
        "cost_micro": str(parts.cost_micro),
        "social_micro": str(parts.social_micro),
        "reserve_micro": str(parts.reserve_micro),
        "tax_micro": str(parts.tax_micro),
        "surcharge_micro": str(parts.surcharge_micro),
        "net_micro": str(parts.net_micro),
    }
