"""What a society's pages show of its book: where the money is, and that a run adds up.

Pure: balances and totals in, rows for the templates out. Amounts stay whole millionths; liabilities
turn their sign, because people read what is owed as a positive figure.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from royalties.accounts import AccountKind, Side, parse, side_of
from royalties.deadlines import Deadline
from royalties.models_books import AccountBalance
from royalties.models_payouts import BatchState, PayoutState
from royalties.models_runs import Run, RunKind, RunState, Totals
from royalties.runproof import unequal
from royalties.yearreport import CLOSING, LEFT

# In the order in which money goes through a book; a kind that is not named comes last.
_WAY = (
    AccountKind.BANK,
    AccountKind.RECEIVABLE,
    AccountKind.WRITTEN_OFF,
    AccountKind.UNMATCHED,
    AccountKind.ACCRUED,
    AccountKind.HELD,
    AccountKind.UNIDENTIFIED,
    AccountKind.SUSPENSE,
    AccountKind.RESERVE,
    AccountKind.PAYABLE,
    AccountKind.BLOCKED,
    AccountKind.IN_TRANSIT,
)
HANDED_ON = ("payable", "blocked", "tax", "cost", "social", "reserve")
STAYS = ("frozen", "waiting", "held", "unidentified", "suspense")


@dataclass(frozen=True, slots=True)
class Place:
    """Where money is: one kind of account, in one currency; `share` of the largest in percent.

    `figure` is the figure of the year's report whose entries it adds up, with the same sign.
    """

    kind: str
    currency: str
    amount_micro: int
    share: int

    @property
    def figure(self) -> str:
        """Assets stand as they are, liabilities turned round."""
        kind = AccountKind(self.kind)
        return f"{LEFT if side_of(kind) is Side.LIABILITY else CLOSING}{kind.value}"


@dataclass(frozen=True, slots=True)
class Sum:
    """One side of a run's proof: what it consists of, and whether a millionth is missing."""

    name: str
    total_micro: int
    parts: tuple[tuple[str, int], ...]
    missing_micro: int


def places(balances: Iterable[AccountBalance]) -> tuple[Place, ...]:
    """Every kind of account that holds something, in the order of the money's way."""
    sums: dict[tuple[AccountKind, str], int] = defaultdict(int)
    for one in balances:
        found = parse(one.account)
        sign = 1 if found.side is Side.ASSET else -1
        sums[found.kind, one.currency] += sign * one.net_micro
    held = {key: amount for key, amount in sums.items() if amount}
    most = max((abs(amount) for amount in held.values()), default=0)
    return tuple(
        Place(kind.value, unit, amount, abs(amount) * 100 // most)
        for (kind, unit), amount in sorted(held.items(), key=lambda one: _rank(one[0]))
    )


def _rank(key: tuple[AccountKind, str]) -> tuple[str, int, str]:
    kind, unit = key
    return unit, _WAY.index(kind) if kind in _WAY else len(_WAY), kind.value


@dataclass(frozen=True, slots=True)
class Sides:
    """Debits and credits of one kind of account, in one currency."""

    kind: str
    currency: str
    debits_micro: int
    credits_micro: int

    @property
    def net_micro(self) -> int:
        """Debits less credits."""
        return self.debits_micro - self.credits_micro


def sides(balances: Iterable[AccountBalance]) -> tuple[Sides, ...]:
    """Both sides of every kind of account, in the order of the money's way."""
    sums: dict[tuple[AccountKind, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in balances:
        both = sums[parse(one.account).kind, one.currency]
        both[0] += one.debits_micro
        both[1] += one.credits_micro
    return tuple(
        Sides(kind.value, unit, *both)
        for (kind, unit), both in sorted(sums.items(), key=lambda one: _rank(one[0]))
    )


def totals(balances: Iterable[AccountBalance]) -> tuple[Sides, ...]:
    """Both sides of the whole, a row for each currency; they are equal in sound books."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in balances:
        sums[one.currency][0] += one.debits_micro
        sums[one.currency][1] += one.credits_micro
    return tuple(Sides("", unit, *both) for unit, both in sorted(sums.items()))


def of_kind(found: Iterable[Place], kind: AccountKind) -> tuple[Place, ...]:
    """What is on accounts of this kind, a figure per currency."""
    return tuple(one for one in found if one.kind == kind.value)


def proof(totals: Totals) -> tuple[Sum, ...]:
    """Both sums of a run: where the received money is, and how what is handed on is divided."""
    lacking = unequal(totals)

    def parts(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
        return tuple((name, getattr(totals, f"{name}_micro")) for name in names)

    return (
        Sum(
            "received",
            totals.received_micro,
            parts(("before", "handed_on", *STAYS)),
            lacking.get("received", 0),
        ),
        Sum(
            "divided",
            totals.handed_on_micro + totals.drawn_micro,
            parts(HANDED_ON),
            lacking.get("divided", 0),
        ),
    )


def steps(run: Run, others: Iterable[Run]) -> tuple[tuple[str, str], ...]:
    """How far a run is: draft, preview, second person, closed; and what may follow it."""
    places_done = {RunState.DRAFT: 1, RunState.PROPOSED: 2, RunState.CLOSED: 4, RunState.DROPPED: 0}
    done = places_done[run.state]
    names = ("draft", "check", "approve", "closed")
    first = run.follows_id or run.id
    final = any(
        one.kind is RunKind.FINAL and one.state is RunState.CLOSED
        for one in (run, *others)
        if first in (one.id, one.follows_id)
    )
    marks = [(name, _mark(place, done)) for place, name in enumerate(names)]
    return (*marks, ("reserve", "done" if final else "open"))


def _mark(place: int, done: int) -> str:
    if place < done:
        return "done"
    return "now" if place == done else "open"


def next_deadline(found: Iterable[Deadline]) -> Deadline | None:
    """The deadline that ends next, of those that have not passed."""
    return min((one for one in found if one.days_left >= 0), key=lambda one: one.day, default=None)


def stands(state: BatchState, found: Collection[PayoutState]) -> str:
    """Where a batch in this state stands, some of whose payouts are in those `found`."""
    if state is not BatchState.SENT or PayoutState.SENT in found:
        return state.value
    return "RETURNED" if PayoutState.RETURNED in found else "SETTLED"
