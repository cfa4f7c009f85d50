"""The nouns of a distribution run: rates, lines, releases, and what they come to.

A run hands on what was received of claims and no run handed on before. Amounts are whole millionths
of the currency unit (`*_micro`), above zero for whoever gets them and below zero where they are
taken back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from royalties.models import Ratio


class RunKind(StrEnum):
    """The first run of some months, a further one, or one that releases their reserve."""

    FIRST = "first"
    FOLLOW_UP = "follow_up"
    FINAL = "final"


class RunState(StrEnum):
    """DRAFT until proposed, CLOSED once a second person agreed; what is not wanted is DROPPED."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    CLOSED = "CLOSED"
    DROPPED = "DROPPED"


class DroppedFor(StrEnum):
    """Why a run was dropped: a newer draft, a second person, or facts that had changed since."""

    REPLACED = "replaced"
    REJECTED = "rejected"
    CHANGED = "changed"


class Outcome(StrEnum):
    """What becomes of a line; only the first four are booked, the others stay where they are.

    `covered` pays from the reserve what somebody was paid too much because others were found late,
    `restored` puts back into the reserve what it had advanced. `waiting` is what it lacks.
    """

    PAYABLE = "payable"
    BLOCKED = "blocked"
    COVERED = "covered"
    RESTORED = "restored"
    FROZEN = "frozen"
    WAITING = "waiting"
    HELD = "held"
    UNIDENTIFIED = "unidentified"
    SUSPENSE = "suspense"


BOOKED = frozenset({Outcome.PAYABLE, Outcome.BLOCKED, Outcome.COVERED, Outcome.RESTORED})


@dataclass(frozen=True, slots=True)
class Rates:
    """What is deducted from a claim of one category: parts of the amount received."""

    id: str
    category: str
    cost: Ratio
    social: Ratio
    reserve: Ratio


@dataclass(frozen=True, slots=True)
class Tax:
    """What is withheld of an amount for the authority `authority`, and the code of why."""

    tax_micro: int = 0
    surcharge_micro: int = 0
    authority: str = ""
    reason: str = ""


class Parts(NamedTuple):
    """How an amount is divided; `whole_micro` is the sum of all of it."""

    cost_micro: int = 0
    social_micro: int = 0
    reserve_micro: int = 0
    tax_micro: int = 0
    surcharge_micro: int = 0
    net_micro: int = 0

    @property
    def whole_micro(self) -> int:
        """What was divided."""
        return self.deducted_micro + self.net_micro

    @property
    def deducted_micro(self) -> int:
        """Everything but what the payee gets."""
        kept = self.cost_micro + self.social_micro + self.reserve_micro
        return kept + self.tax_micro + self.surcharge_micro


@dataclass(frozen=True, slots=True)
class Before:
    """What closed runs did with one claim for one payee.

    `received_micro` of what was received is handed on, `advanced_micro` came from the reserve and
    has not been put back; `parts` is how both were divided, `authority` has what was withheld.
    """

    payee_id: str
    received_micro: int
    advanced_micro: int
    parts: Parts
    authority: str = ""
    currency: str = ""


class RunLine(NamedTuple):
    """What a run does with one claim for one payee.

    `received_micro` is taken from what was received of the claim, `drawn_micro` from the reserve of
    its months (below zero: put back); together they are `parts`. `stays_micro` was received and is
    not handed on by this run, `lacking_micro` is what the reserve could not advance. A tuple, as
    `Parts` are, because a run has one for every claim of a book.
    """

    live_key: str
    payee_id: str
    outcome: Outcome
    reason: str
    transaction_id: str
    performer_id: str
    performer_tenant_id: str
    earned_period: str
    currency: str
    rates_id: str = ""
    category: str = ""
    authority: str = ""
    received_micro: int = 0
    drawn_micro: int = 0
    parts: Parts = Parts()
    stays_micro: int = 0
    lacking_micro: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """Money of an earlier run that a run sets free for a payee; `source` is the account it leaves.

    `outcome` is payable or blocked; `reason` is the code of why.
    """

    source: str
    performer_id: str
    performer_tenant_id: str
    payee_id: str
    currency: str
    outcome: Outcome
    reason: str
    authority: str
    parts: Parts


@dataclass(frozen=True, slots=True)
class Run:
    """One distribution run of a book over the months that were earned from `first` to `last`.

    `until` bounds the facts it rests on. `follows_id` names the first run of the same months, and
    is empty for that one itself; `run_hash` fixes its lines, and `grounds` what they rest on, where
    it is known. A dropped run says what for.
    """

    id: str
    tenant_id: str
    number: int
    kind: RunKind
    first_month: str
    last_month: str
    follows_id: str
    until: datetime
    state: RunState
    lines: int
    run_hash: str
    approval_id: str | None = None
    closed_at: datetime | None = None
    log_index: int | None = None
    single_operator: bool = False
    dropped_for: DroppedFor | None = None
    grounds: str = ""

    @property
    def family_id(self) -> str:
        """The run under which the reserve of these months is kept."""
        return self.follows_id or self.id


@dataclass(slots=True)
class Totals:
    """What a run comes to in one currency; every sum is a Python integer without bounds."""

    claims: int = 0
    received_micro: int = 0
    before_micro: int = 0
    handed_on_micro: int = 0
    drawn_micro: int = 0
    cost_micro: int = 0
    social_micro: int = 0
    reserve_micro: int = 0
    tax_micro: int = 0
    payable_micro: int = 0
    blocked_micro: int = 0
    frozen_micro: int = 0
    waiting_micro: int = 0
    held_micro: int = 0
    unidentified_micro: int = 0
    suspense_micro: int = 0
    lacking_micro: int = 0
    by_category: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunPlan:
    """All lines of a run in the order of their hash, and what they come to per currency."""

    lines: tuple[RunLine, ...]
    totals: Mapping[str, Totals]
    run_hash: str
