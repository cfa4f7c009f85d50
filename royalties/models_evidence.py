"""What a line of money rests on, link by link, and what people call everything in it.

Amounts are whole millionths of the currency unit (`*_micro`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from licensing.models import Licence
from registry.models.evidence import Match
from royalties.models import UsageLine
from royalties.models_books import Transaction
from royalties.models_runs import Run, RunLine


@dataclass(frozen=True, slots=True)
class Names:
    """What people call performers, organisations and cuts, by id; title and version of a cut.

    `paid` names the performer behind a payee's id, `heirs` the one who died behind an heir's.
    """

    performers: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    cuts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    paid: Mapping[str, str] = field(default_factory=dict)
    heirs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The report that a usage line came in with."""

    sender: str
    reporter: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """One accrual with the chain behind it, from the usage line to what runs made of it.

    `usage` and `report` are None for an estimate that nobody reported; `licence` for a use that
    nobody licensed; `duration_ms` is how long the whole cut is, where that was measured. `matches`
    are the finds behind the use, `runs` what runs did with the claim, the oldest first.
    `taken_back` says that the books reversed it.
    """

    line: Transaction
    names: Names
    usage: UsageLine | None
    report: Report | None
    licence: Licence | None
    duration_ms: int | None
    matches: tuple[Match, ...]
    runs: tuple[tuple[Run, RunLine], ...]
    taken_back: bool
