"""What a run sets free of money that earlier runs kept: no line of it is about a claim."""

from collections import defaultdict

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require
from royalties.models_runs import Outcome
from royalties.store import run_lines, runs


def set_free(session: Session, principal: Principal, run_id: str) -> dict[str, dict[Outcome, int]]:
    """By currency and what becomes of it, in millionths before tax; raises `NotFound`."""
    require(principal, "reports")
    run = runs.get_run(session, principal, run_id)
    found: defaultdict[str, defaultdict[Outcome, int]] = defaultdict(lambda: defaultdict(int))
    for one, _ in run_lines.releases(session, SearchCapability("run", run.tenant_id), run.id):
        found[one.currency][one.outcome] += one.parts.whole_micro
    return {unit: dict(sums) for unit, sums in sorted(found.items())}
