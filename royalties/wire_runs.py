"""Distribution runs as JSON: amounts as text in millionths, since they may be beyond 2^53."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.clock import from_text, to_text
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


def totals_to_dict(one: Totals) -> dict[str, Any]:
    """What a run comes to in one currency; inverse of `totals_from_dict`."""
    said = asdict(one)
    by_category = {name: str(value) for name, value in said.pop("by_category").items()}
    return {**{name: str(value) for name, value in said.items()}, "by_category": by_category}


def totals_from_dict(said: Mapping[str, Any]) -> Totals:
    """Read what a run comes to; raises KeyError or ValueError for something else."""
    sums = {name: int(value) for name, value in said.items() if name != "by_category"}
    by_category = {name: int(value) for name, value in said["by_category"].items()}
    return Totals(**sums, by_category=by_category)


def run_to_dict(run: Run, totals: Mapping[str, Totals] | None = None) -> dict[str, Any]:
    """A run, and with `totals` its report: every currency, and whether a millionth is missing."""
    said: dict[str, Any] = {
        "id": run.id,
        "number": run.number,
        "kind": run.kind.value,
        "first_month": run.first_month,
        "last_month": run.last_month,
        "follows_id": run.follows_id or None,
        "until": to_text(run.until),
        "state": run.state.value,
        "dropped_for": None if run.dropped_for is None else run.dropped_for.value,
        "lines": run.lines,
        "run_hash": run.run_hash,
        "closed_at": None if run.closed_at is None else to_text(run.closed_at),
        "log_index": run.log_index,
        "single_operator": run.single_operator,
    }
    if totals is not None:
        said["totals"] = {unit: totals_to_dict(one) for unit, one in sorted(totals.items())}
        said["missing"] = {unit: dict(unequal(one)) for unit, one in sorted(totals.items())}
    return said


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


def line_to_dict(line: RunLine) -> dict[str, Any]:
    """One line of a run; inverse of `line_from_dict`."""
    said = line._asdict()
    return amounts_as_text({**said, **said.pop("parts")._asdict()})


def line_from_dict(said: Mapping[str, Any]) -> RunLine:
    """Read a line; raises KeyError or ValueError for something else."""
    values: dict[str, Any] = {name: str(said[name]) for name in _TEXTS}
    values |= {name: int(said[name]) for name in _AMOUNTS}
    return RunLine(**values, outcome=Outcome(said["outcome"]), parts=_parts_from_dict(said))


def release_to_dict(one: Release) -> dict[str, Any]:
    """What a run sets free; inverse of `release_from_dict`."""
    said = asdict(one)
    return amounts_as_text({**said, **said.pop("parts")._asdict()})


def release_from_dict(said: Mapping[str, Any]) -> Release:
    """Read a release; raises KeyError or ValueError for something else."""
    texts = {name: str(said[name]) for name in _RELEASE_TEXTS}
    return Release(**texts, outcome=Outcome(said["outcome"]), parts=_parts_from_dict(said))


def proof_to_dict(proof: RunProof) -> dict[str, Any]:
    """What became of checking a run."""
    return {**asdict(proof), "faults": list(proof.faults), "ok": proof.ok}


def amounts_as_text(said: Mapping[str, Any]) -> dict[str, Any]:
    """The same with every amount as text."""
    return {name: str(value) if name.endswith("_micro") else value for name, value in said.items()}


def _parts_from_dict(said: Mapping[str, Any]) -> Parts:
    return Parts(**{name: int(said[name]) for name in _PARTS})
