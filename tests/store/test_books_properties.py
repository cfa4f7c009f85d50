"""Random lives of a book: nothing is made or lost, closed months stand, order does not matter."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import Database
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability
from royalties import closing, ledger
from royalties.accounts import AccountKind, parse
from royalties.fx import Rate, ratio_of
from royalties.models_books import PeriodState, Posting, Transaction, TransactionKind
from royalties.service import periods
from royalties.service.accruals import accrue
from royalties.service.books import Clerk
from royalties.service.exchanges import Wanted, change, undo
from royalties.service.statements import account_balances
from royalties.service.usage import import_usage
from royalties.store import ledger as store
from royalties.store import periods as period_store
from tests.fixtures import TestWorld
from tests.store.kills import opened
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.today import NOW
from tests.unit.royalties.books_of_all_kinds import every_account
from tests.unit.royalties.worlds import tariff

START = datetime(2026, 1, 31, 23, tzinfo=UTC)
ACCOUNTS = [name for name in every_account() if parse(name).kind is not AccountKind.FX]
KINDS = [TransactionKind.RECEIPT, TransactionKind.ADJUSTMENT, TransactionKind.RELEASE]
BIG = 2**63 - 1
place = st.integers(0, len(ACCOUNTS) - 1)
ACTS = st.one_of(
    st.tuples(
        st.just("post"), place, place, st.integers(1, 10**12), st.sampled_from(["EUR", "USD"])
    ),
    st.tuples(st.just("post"), place, place, st.sampled_from([1, BIG]), st.just("EUR")),
    st.tuples(st.just("reverse"), st.integers(0, 50)),
    st.tuples(st.just("fx"), place, st.integers(1, 10**7), st.sampled_from(["1.0835", "0.0001"])),
    st.tuples(st.just("undo"), st.integers(0, 50)),
    st.tuples(st.just("close"), st.booleans()),
    st.tuples(st.just("later"), st.integers(1, 40)),
)


@dataclass
class Life:
    """One book from its first day, and what its balances should be by simple addition."""

    database: Database
    book: str = field(default_factory=lambda: new_id("ten"))
    at: datetime = START
    sums: dict[tuple[str, str], int] = field(default_factory=dict)
    pairs: list[str] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def person(self, name: str) -> Principal:
        scopes = frozenset({"usage", "reports"})
        return Principal(
            self.book, name, scopes, "society", person=name, roles=frozenset({"society_approver"})
        )

    def transactions(self) -> list[Transaction]:
        with self.database.read() as session:
            return periods.transactions_of(session, self.book)

    def add(self, *transactions: Transaction) -> None:
        for posting in (p for one in transactions for p in one.postings):
            key = posting.account, posting.currency
            self.sums[key] = self.sums.get(key, 0) + posting.amount_micro

    def post(self, debit: int, credit: int, amount: int, currency: str) -> None:
        number = next(self.numbers)
        postings = (
            Posting(ACCOUNTS[debit], amount, currency),
            Posting(ACCOUNTS[credit], -amount, currency),
        )
        with self.database.write() as session:
            made = ledger.book(
                KINDS[number % len(KINDS)],
                postings,
                Clerk(session, self.book, self.at).stamp(),
                facts_key=f"f{number}",
                reason="tried",
                earned_period="2026-01",
            )
            store.add_transactions(session, [made])
        self.add(made)

    def reverse(self, place: int) -> None:
        known = self.transactions()
        gone = {one.reverses_id for one in known}
        free = [one for one in known if one.kind in KINDS and one.id not in gone]
        if free:
            with self.database.write() as session:
                stamp = Clerk(session, self.book, self.at).stamp()
                back = ledger.reverse(free[place % len(free)], stamp, reason="tried")
                store.add_transactions(session, [back])
            self.add(back)

    def fx(self, account: int, amount: int, rate: str) -> None:
        at_rate = Rate("EUR", "USD", ratio_of(rate), "ECB", date(2026, 1, 30))
        wanted = Wanted(ACCOUNTS[account], amount, at_rate, str(next(self.numbers)))
        try:
            with self.database.write() as session:
                made = change(session, self.person("a"), wanted, now=self.at)
        except BadInput:
            return
        self.pairs.append(made.id)
        self.add(*made.legs)

    def undo(self, place: int) -> None:
        if self.pairs:
            pair = self.pairs.pop(place % len(self.pairs))
            with self.database.write() as session:
                back = undo(session, self.person("a"), pair, reason="tried", now=self.at)
            self.add(*back)
            with pytest.raises(Conflict), self.database.write() as session:
                undo(session, self.person("a"), pair, reason="tried", now=self.at)

    def close(self, approve: bool) -> None:
        capability = SearchCapability("test", self.book)
        with self.database.read() as session:
            states = period_store.states(session, capability, self.book)
        waiting = sorted(m for m, state in states.items() if state is not PeriodState.CLOSED)
        if not waiting:
            return
        month = waiting[0]
        with self.database.write() as session:
            periods.propose(session, self.person("a"), month, now=self.at)
        with self.database.write() as session:
            done = periods.decide(
                session, self.person("b"), month, approve=approve, note="", now=self.at
            )
        if done.root is not None:
            self.roots[month] = done.root

    def later(self, days: int) -> None:
        self.at += timedelta(days=days)

    def check(self) -> None:
        """The book is the sum of what was done, and what was closed is what it was."""
        with self.database.read() as session:
            stored = account_balances(session, self.person("a"))
            assert {k: n for k, n in stored.items() if n} == {
                k: n for k, n in self.sums.items() if n
            }
            for currency in ("EUR", "USD"):
                assert sum(n for (_, unit), n in stored.items() if unit == currency) == 0
            for month, root in self.roots.items():
                found = periods.verify(session, self.person("a"), month)
                assert (found.ok, found.stated) == (True, root)
        for one in self.transactions():
            assert one.posted_period >= closing.month_of(one.recorded_at)


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=1, max_size=25))
def test_a_random_life_makes_and_loses_nothing(
    shared: Database, acts: list[tuple[object, ...]]
) -> None:
    life = Life(shared)
    for name, *given_ in acts:
        getattr(life, str(name))(*given_)
    life.check()


@pytest.fixture
def shared(world: TestWorld) -> Iterator[Database]:
    with opened(world.settings.database_path) as database:
        yield database


VIEWS = (10, 11, 12, 13, 14)


@pytest.fixture
def before(world: TestWorld) -> tuple[Stage, str, Path]:
    """A registry with a cut that two performers earn by, before any usage was reported."""
    stage = Stage(world)
    cut_id, anna = cleared(stage)
    bert = stage.performer()
    stage.licence(bert, tariff("per_view", 333, "USD"))
    stage.clear(cut_id, found(cut_id, anna), found(cut_id, bert))
    world.db.checkpoint()
    return stage, cut_id, world.settings.database_path


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=st.permutations(VIEWS), cuts=st.sets(st.integers(1, 4)), eager=st.booleans())
def test_any_order_of_import_gives_the_same_balances_and_root(
    before: tuple[Stage, str, Path], order: list[int], cuts: set[int], eager: bool
) -> None:
    """Any order, split over any files, accrued after each or once: one set of books."""
    stage, cut_id, source = before
    expected = _books(stage, cut_id, source, [list(VIEWS)], eager=False)
    bounds = [0, *sorted(cuts), len(order)]
    files = [order[a:b] for a, b in pairwise(bounds)]
    assert _books(stage, cut_id, source, files, eager=eager) == expected


def _books(
    stage: Stage, cut_id: str, source: Path, files: list[list[int]], *, eager: bool
) -> tuple[str, dict[tuple[str, str], int]]:
    copy = stage.world.root / "order.db"
    for old in stage.world.root.glob("order.db*"):
        old.unlink()
    shutil.copyfile(source, copy)
    operator = stage.world.operator
    with opened(copy) as database:
        for views in files:
            rows = "\n".join(f"{cut_id},DE,2026-11,{n}" for n in views)
            with database.write() as session:
                text = f"cut_id,territory,period,views\n{rows}"
                import_usage(session, stage.studio, text.encode(), now=NOW)
                if eager:
                    accrue(session, stage.studio, now=NOW)
        with database.write() as session:
            accrue(session, stage.studio, now=NOW)
        with database.read() as session:
            transactions = periods.transactions_of(session, operator.tenant_id)
            return closing.root(transactions), account_balances(session, operator)


def test_a_book_that_has_no_months_closes_nothing(shared: Database) -> None:
    life = Life(shared)
    life.close(True)
    with pytest.raises(NotFound), shared.write() as session:
        periods.propose(session, replace(life.person("a")), "2026-01", now=START)
