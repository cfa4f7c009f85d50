"""Statements to sister societies: what a closed run collected for their members, line by line.

Read by the book that ran it and by the society it is about, and by nobody else.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import NotFound
from core.principal import Principal, require
from royalties.collecting import payee_of
from royalties.store import sisterlines as store
from royalties.store.sisterlines import SisterLine, SisterRun

AMOUNTS = (
    "received_micro",
    "cost_micro",
    "social_micro",
    "reserve_micro",
    "tax_micro",
    "net_micro",
)


@dataclass(frozen=True, slots=True)
class SisterStatement:
    """What one run did with the money of a society's members."""

    run: SisterRun
    society_id: str
    lines: tuple[SisterLine, ...]

    @property
    def totals(self) -> dict[str, dict[str, int]]:
        """The sum of each amount, by currency."""
        found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(AMOUNTS, 0))
        for line in self.lines:
            of_unit = found[line.currency]
            for name in AMOUNTS:
                of_unit[name] += getattr(line, name)
        return dict(found)


def list_runs(session: Session, principal: Principal) -> list[SisterRun]:
    """Closed runs of any book that collected something for the caller's members, newest first."""
    require(principal, "reports")
    return store.runs_for(session, principal, payee_of(principal.tenant_id))


def statement(
    session: Session, principal: Principal, run_id: str, society_id: str = ""
) -> SisterStatement:
    """The statement of a closed run to a society: the caller, or one whom the caller's book owes.

    Raises `NotFound` for a run that did nothing for it, or is another's.
    """
    require(principal, "reports")
    meant = society_id or principal.tenant_id
    run, lines = store.lines_for(session, principal, run_id, payee_of(meant), own=meant)
    if run is None or not lines:
        raise NotFound(
            "There is no such statement.", next_step="List them: ebenbild collect statements"
        )
    return SisterStatement(run, meant, tuple(lines))
