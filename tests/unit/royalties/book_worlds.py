"""A whole book in memory: runs and payouts over the money of a world.

Whom the registry blocks, and what the bank said, are facts that the world keeps; every amount and
every posting is worked out by the rules of the product.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from itertools import groupby

from core.ids import derived_id
from royalties import paying, payoutbooks, releasing
from royalties.accounts import AccountKind, parse
from royalties.billing.vat import Tax as Vat
from royalties.claimnames import in_currency, named
from royalties.deductions import rate_sets, rates_of
from royalties.distribution import Desk, is_booked
from royalties.models_books import Transaction, TransactionKind
from royalties.models_payouts import PayoutState
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before, Outcome, Release, Run, RunKind, RunPlan, RunState, Tax
from royalties.payees import PayeeDetails
from royalties.releasing import Balance
from royalties.runcheck import Checking
from royalties.runplan import plan
from royalties.runproof import RunHash, group_of, postings_of, unequal
from royalties.service import run_booking
from royalties.withholding import TaxStatus, authority, withheld
from tests.unit.royalties.book_claims import BOOK, PERFORMERS, payee
from tests.unit.royalties.book_rulings import Rulings
from tests.unit.royalties.run_worlds import Memory

VATS = (Vat("S", 1900, "de", "made up"), Vat("AE", 0, "de", "made up"))
NO_STATUS = "tax-status-missing"
CURRENCIES = ("EUR", "USD")


@dataclass
class World(Rulings):
    """One book from its first day."""

    runs: list[Run] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)
    released: list[Release] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=dict)
    heirs: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    frozen: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    sums: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def post(self, made: Transaction) -> None:
        super().post(made)
        for one in made.postings:
            self.sums[one.account, one.currency] += one.amount_micro

    # Distribution.

    def run(self, first: Run | None, kind: RunKind) -> None:
        """Hand on what is new, prove it, and close it."""
        months = (first.first_month, first.last_month) if first else ("2025-12", "2026-12")
        number = str(len(self.runs) + 1)
        run = Run(
            id=derived_id("run", BOOK, number),
            tenant_id=BOOK,
            number=int(number),
            kind=kind,
            first_month=months[0],
            last_month=months[1],
            follows_id=first.id if first else "",
            until=self.at,
            state=RunState.CLOSED,
            lines=0,
            run_hash="",
        )
        claims = self._paired(months)
        found = self._planned(run, claims)
        assert found.run_hash == self._planned(run, claims[::-1]).run_hash
        self._prove(replace(run, lines=len(found.lines), run_hash=found.run_hash), claims, found)
        releases = self._releases(run, found)
        self.adjust()
        for _, group in groupby(sorted(filter(is_booked, found.lines), key=group_of), group_of):
            some = list(group)
            sides = postings_of(some, run.family_id)
            if sides:
                self.post(run_booking.distribution(run, some[0], sides, self.stamp()))
        for one in releases:
            self.post(run_booking.release(run, one, self.stamp()))
        self.memory.lines += found.lines
        self.released += releases
        self.runs.append(run)

    def desk(self, run: Run) -> Desk:
        """What a run decides by now."""
        unknown = {
            name: NO_STATUS
            for name in {payee(one) for one in PERFORMERS} | {*self._heirs()}
            if name not in self.statuses
        }
        return Desk(
            run.kind,
            rates_of,
            self._tax,
            {**unknown, **self.holds},
            self.heirs,
            frozen=lambda one: self.frozen.get("/".join(one.live_key.split("/")[:3]), ""),
            released=any(
                one.kind is RunKind.FINAL and one.family_id == run.family_id for one in self.runs
            ),
        )

    # Paying out.

    def send(self, currency: str, kind: AccountKind = AccountKind.PAYABLE) -> None:
        """Send everything that may be paid of what is owed."""
        owed = {
            name: -net
            for (name, unit), net in self.sums.items()
            if unit == currency and parse(name).kind is kind and net
        }
        batch = derived_id("pba", BOOK, str(len(self.payouts)), currency)
        frame = paying.Frame(BOOK, batch, currency, 10_000_000, self.at)
        found = paying.plan([self._candidate(*one) for one in sorted(owed.items())], frame)
        left = paying.check_conserved(found, owed, {"all": sum(owed.values())})
        sent = [one for one in found if one.state is PayoutState.PENDING]
        for one in sent:
            self.payouts[one.id] = replace(one, state=PayoutState.SENT)
            self.post(payoutbooks.on_its_way(one, self.stamp()))
        still = sum(-self.sums[name, currency] for name in owed)
        assert left == still

    def answer(self, payout_id: str, became: PayoutState) -> None:
        """What the bank says of a payout."""
        one = self.payouts[payout_id]
        self.post(payoutbooks.answered(one, became, self.stamp()))
        self.payouts[payout_id] = replace(one, state=became)
        if became is PayoutState.RETURNED:
            self.refused[one.account] = one.version_id

    def later(self, days: int) -> None:
        self.at = min(self.at + timedelta(days=days), self.at.replace(year=2026, month=12, day=30))

    # How it is done.

    def _paired(self, months: tuple[str, str]) -> list[tuple[ReceivedClaim, tuple[Before, ...]]]:
        """Claims that stand, and those of which nothing does and that were handed on."""
        found: dict[str, ReceivedClaim] = {}
        for one in map(named, self.received()):
            claim = in_currency(one, self.memory.before(one.live_key))
            old = found.get(claim.live_key)
            if old is None or not old.claimed_micro:
                found[claim.live_key] = claim
        mine = [one for one in found.values() if months[0] <= one.earned_period <= months[1]]
        told = [(one, self.memory.before(one.live_key)) for one in mine]
        return [(one, before) for one, before in told if one.claimed_micro or before]

    def _planned(
        self, run: Run, claims: Iterable[tuple[ReceivedClaim, tuple[Before, ...]]]
    ) -> RunPlan:
        head = RunHash(BOOK, run.kind, (run.first_month, run.last_month), run.follows_id)
        return plan(
            [one for one, _ in claims],
            self.desk(run),
            head,
            before_of=self.memory.before,
            reserves=self._reserves(run),
            late=self._late(run),
        )

    def _reserves(self, run: Run) -> dict[str, int]:
        return {unit: -self.sums[f"reserve:{run.family_id}", unit] for unit in CURRENCIES}

    def _late(self, run: Run) -> frozenset[str]:
        if not run.follows_id:
            return frozenset()
        first = next(one for one in self.runs if one.id == run.follows_id)
        stood: dict[str, int] = {}
        for one in self.transactions.values():
            if one.claim and self.lines[one.pins.usage_line_id].recorded_at <= first.until:
                then = one.recorded_at <= first.until
                sign = 1 if one.kind is TransactionKind.ACCRUAL else -1
                stood[one.claim.live_key] = stood.get(one.claim.live_key, 0) + sign * then
        return frozenset(key for key, booked in stood.items() if not booked)

    def _prove(
        self, run: Run, claims: list[tuple[ReceivedClaim, tuple[Before, ...]]], found: RunPlan
    ) -> None:
        """Nothing is missing, nothing twice, and nothing above what was received."""
        assert not any(unequal(one) for one in found.totals.values())
        rates = {one.value.id: one.value for some in rate_sets().values() for one in some}
        checking = Checking(run, rates)
        for claim, before in claims:
            handed = sum(one.received_micro for one in before)
            checking.claim(claim.live_key, claim.currency, claim.received_micro, handed)
        for line in found.lines:
            checking.line(line)
        assert checking.done().faults == ()
        for unit, one in found.totals.items():
            drawn = sum(max(0, x.drawn_micro) for x in found.lines if x.currency == unit)
            assert drawn <= max(0, self._reserves(run)[unit])
            assert one.before_micro + one.handed_on_micro <= one.received_micro or any(
                line.stays_micro < 0 for line in found.lines
            )

    def _releases(self, run: Run, found: RunPlan) -> list[Release]:
        desk = self.desk(run)
        releases = releasing.freed(self._kept(Outcome.BLOCKED), desk)
        dead = [one for one in self._kept(Outcome.PAYABLE) if one.payee_id in self.heirs]
        releases += releasing.passed(dead, desk)
        if run.kind is not RunKind.FINAL:
            return releases
        family = {one.id for one in self.runs if one.family_id == run.family_id}
        assert run.follows_id in family
        kept = [
            Balance(x.performer_id, x.performer_tenant_id, x.payee_id, x.currency, kept_back)
            for x in self.memory.lines
            if (kept_back := x.parts.reserve_micro)
        ]
        left = {
            unit: held - found.totals[unit].drawn_micro + found.totals[unit].reserve_micro
            for unit, held in self._reserves(run).items()
            if unit in found.totals
        }
        return releases + releasing.released(f"reserve:{run.family_id}", left, kept, desk)

    def _kept(self, outcome: Outcome) -> list[Balance]:
        """What is blocked for, or payable to, each payee."""
        owners = {
            one.payee_id: (one.performer_id, one.performer_tenant_id)
            for one in (*self.memory.lines, *self.released)
            if one.outcome is outcome
        }
        return [
            Balance(*owners[parse(name).subject], parse(name).subject, unit, -net)
            for (name, unit), net in self.sums.items()
            if parse(name).kind.value == outcome.value and net
        ]

    def _tax(self, payee_id: str, net_micro: int) -> Tax:
        status = TaxStatus(self.statuses[payee_id])
        found = withheld(net_micro, status, self.at, earlier_micro=10**18)
        if not found.total_micro:
            return Tax(reason=found.reason)
        return Tax(found.tax_micro, found.surcharge_micro, authority(), found.reason)

    def _heirs(self) -> Iterator[str]:
        return (name for shares in self.heirs.values() for name in shares)

    def _candidate(self, account: str, owed: int) -> paying.Candidate:
        name = parse(account).subject
        residence = self.statuses.get(name, "DE")
        details = PayeeDetails(name="A Payee", iban="DE89370400440532013000", residence=residence)
        return paying.Candidate(
            account=account,
            payee_id=name,
            audience="owner",
            balance_micro=owed,
            details=details,
            version_id=f"v{self.at:%Y-%m-%d}",
            cooling_until=None,
            held=(),
            refused_version=self.refused.get(account, ""),
            refused_code="AC04",
        )
