"""Planning a run over the claims of a book, page by page: memory does not grow with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlmodel import Session

from core.principal import SearchCapability, system
from core.vault import Vault
from registry.store import estates
from royalties.accounts import Account, AccountKind
from royalties.claimnames import in_currency, named
from royalties.deductions import rates_of
from royalties.distribution import Desk, sort_key
from royalties.models_received import ReceivedClaim
from royalties.models_runs import (
    Before,
    Outcome,
    Release,
    Run,
    RunKind,
    RunLine,
    RunState,
    Totals,
)
from royalties.releasing import Balance, freed, passed, released
from royalties.runplan import Planner
from royalties.service.received import received
from royalties.service.run_payees import RunPayees
from royalties.store import balances, claim_times, complaints, keptmoney, run_lines, runs

PAGE = 5000
DISPUTED = "disputed"


@dataclass(slots=True)
class RunPlanning:
    """One run over one book, as it would be by what is known now."""

    session: Session
    vault: Vault
    run: Run
    planner: Planner = field(init=False)
    disputed: Mapping[str, str] = field(init=False)
    payees: RunPayees = field(init=False)

    def __post_init__(self) -> None:
        run = self.run
        self.disputed = complaints.disputed(
            self.session, self._capability, run.tenant_id, until=run.until
        )
        self.payees = RunPayees(self.session, self.vault, run.tenant_id, run.until)
        desk = Desk(
            run.kind,
            rates_of,
            self.payees.tax,
            self.payees.holds,
            self.payees.heirs,
            self._frozen,
            released=self._was_released(),
        )
        self.planner = Planner(desk)

    @property
    def totals(self) -> Mapping[str, Totals]:
        """What the lines told so far come to."""
        return self.planner.totals

    def pages(self) -> Iterator[list[RunLine]]:
        """All lines, a page of claims at a time; what only late finds settle comes last."""
        told = paired(self.session, self.run)
        while some := list(islice(told, PAGE)):
            # So that neighbours in the index of lines go in one after another.
            yield sorted(self._page(some), key=sort_key)
        yield list(self.planner.rest(self._reserves()))

    def releases(self) -> list[Release]:
        """What earlier runs kept: blocked and free now, left with the dead, in a final reserve."""
        session, run = self.session, self.run
        found = freed(self._kept(Outcome.BLOCKED), self.planner.desk)
        if self._dead:
            found += passed(self._kept(Outcome.PAYABLE, self._dead), self.planner.desk)
        if run.kind is RunKind.FINAL:
            kept = run_lines.kept_back(session, self._capability, run.tenant_id, run.family_id)
            weights = [Balance(*one) for one in kept]
            self.payees.learn((one.performer_id, one.tenant_id, one.payee_id) for one in weights)
            source = str(Account(AccountKind.RESERVE, run.family_id))
            found += released(source, self._left(), weights, self.planner.desk)
        return found

    def _kept(self, outcome: Outcome, whose: frozenset[str] | None = None) -> list[Balance]:
        """What is blocked or payable, of everybody or of these performers."""
        told = keptmoney.kept_for(self.session, self._capability, self.run.tenant_id, outcome)
        found = [Balance(*one) for one in told if whose is None or one[0] in whose]
        self.payees.learn((one.performer_id, one.tenant_id, one.payee_id) for one in found)
        return found

    def _page(self, some: list[tuple[ReceivedClaim, tuple[Before, ...]]]) -> list[RunLine]:
        claims = [claim for claim, _ in some]
        self.payees.learn(
            (one.performer_id, one.performer_tenant_id, one.payee_id) for one in claims
        )
        late = self._late(claims)
        return [
            line
            for claim, before in some
            for line in self.planner.see(claim, before, late=claim.live_key in late)
        ]

    def _frozen(self, claim: ReceivedClaim) -> str:
        found = self.disputed.get(claim.part_of or claim.live_key)
        return f"{DISPUTED}:{found}" if found else ""

    def _late(self, claims: list[ReceivedClaim]) -> frozenset[str]:
        if not self.run.follows_id:
            return frozenset()
        first = runs.get_run(self.session, system(self.run.tenant_id), self.run.follows_id)
        keys = [one.live_key for one in claims]
        return claim_times.found_late(self.session, self._capability, keys, first.until)

    def _reserves(self) -> dict[str, int]:
        """What the reserve of these months holds, by currency."""
        account, side = Account(AccountKind.RESERVE, self.run.family_id), system(self.run.tenant_id)
        return {
            currency: -sum(balances.of_account(self.session, side, account, currency).values())
            for currency in sorted(self.planner.totals)
        }

    def _left(self) -> dict[str, int]:
        """What the reserve holds once the lines told so far are booked."""
        totals = self.planner.totals
        return {
            unit: held - totals[unit].drawn_micro + totals[unit].reserve_micro
            for unit, held in self._reserves().items()
        }

    @property
    def _dead(self) -> frozenset[str]:
        return estates.inherited(self.session, self._capability)

    def _was_released(self) -> bool:
        return any(
            one.kind is RunKind.FINAL
            and one.family_id == self.run.family_id
            and one.state is RunState.CLOSED
            for one in runs.of_book(self.session, self._capability, self.run.tenant_id)
        )

    @property
    def _capability(self) -> SearchCapability:
        return SearchCapability("run", self.run.tenant_id)


def paired(session: Session, run: Run) -> Iterator[tuple[ReceivedClaim, tuple[Before, ...]]]:
    """Each claim of a run's months that stands, with what earlier runs did with it.

    At the end those of which nothing stands any more, and which an earlier run handed on.
    """
    capability = SearchCapability("run", run.tenant_id)
    gone: dict[str, tuple[ReceivedClaim, tuple[Before, ...]]] = {}
    earlier = [
        one
        for one in runs.of_book(session, capability, run.tenant_id)
        if one.state is RunState.CLOSED and one.number < run.number
    ]
    found = received(session, capability, run.tenant_id, until=run.until)
    mine = (named(one) for one in found if run.first_month <= one.earned_period <= run.last_month)
    while page := list(islice(mine, PAGE)):
        known = _known(session, run, page) if earlier else {}
        if known:
            renamed = [in_currency(one, known.get(one.live_key, ())) for one in page]
            changed = [new for old, new in zip(page, renamed, strict=True) if new is not old]
            known |= _known(session, run, changed)
            page = renamed
        for claim in page:
            before = known.get(claim.live_key, ())
            if claim.claimed_micro:
                gone.pop(claim.live_key, None)
                yield claim, before
            elif before:
                gone[claim.live_key] = claim, before
    yield from (gone[key] for key in sorted(gone))


def _known(
    session: Session, run: Run, claims: Sequence[ReceivedClaim]
) -> dict[str, tuple[Before, ...]]:
    """What earlier runs did with claims, by the names that these have now."""
    keys = [one.live_key for one in claims]
    capability = SearchCapability("run", run.tenant_id)
    return run_lines.before(session, capability, run.tenant_id, keys, number=run.number)
