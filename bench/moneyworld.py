"""A registry whose cuts, people, licences and decisions `bench.money` does its stages over."""

import csv
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from bench import usage_import
from core.ids import derived_id
from registry.models.people import Performer
from royalties.accountcsv import COLUMNS, to_csv
from royalties.closing import month_of
from royalties.models_income import Payment
from royalties.runbegin import Wanted
from royalties.service import accountstatements, bookaccruals, invoices, payees, receipts, runs
from tests.fixtures import create_schema, made_world
from tests.store.royalties_books import Office, office_of, untaxed
from tests.store.royalties_stage import Stage, found
from tests.unit.royalties.worlds import tariff

USES_OF_A_CUT = 10
# For each performer so many usage lines are reported, of cuts that nobody is found in as well.
LINES_OF_A_PERFORMER = 100
RATE_MICRO = 10_000
MONTH = "2025-11"
_AT_ONCE = 200
# As many statements as a page of the API has.
_PAGE = 50
# What a run reads of a claim.
CLAIM = ("claim", "transaction_id", "performer_id", "payee_id", "period", "currency", "micro")
_CLAIMS = text(
    "SELECT a.live_key, a.transaction_id, a.performer_id, a.pins ->> '$.payee_id', a.earned_period,"
    " e.currency, -e.amount_micro FROM accrual a JOIN book_entry e"
    " ON e.transaction_id = a.transaction_id WHERE e.account_kind = 'accrued'"
)


@dataclass(frozen=True)
class _Held(Stage):
    """A stage whose verbs all write in one transaction."""

    session: Session

    @property
    def db(self) -> "_Held":
        return self

    @contextmanager
    def write(self) -> Iterator[Session]:
        yield self.session


@dataclass
class Registry:
    """The stages, in their order; each says what it did."""

    stage: Stage
    office: Office
    folder: Path
    lines: int
    performers: list[Performer] = field(default_factory=list)
    in_cut: dict[str, list[str]] = field(default_factory=dict)
    stated: list[str] = field(default_factory=list)

    @property
    def usage(self) -> Path:
        return self.folder / "usage.csv"

    @property
    def _stated(self) -> Path:
        return self.folder / "statements.csv"

    def set_up(self) -> None:
        """Performers with a licence each, and cuts in which ten of them are cleared."""
        agency, number = self.stage.world.principal("agency"), self.lines // LINES_OF_A_PERFORMER
        plain = [derived_id("cut", str(at)) for at in range(usage_import.CUTS)]
        usage_import.add_cuts(self.stage.world.world, self.stage.studio, plain)
        for start in range(0, number, _AT_ONCE):
            with self._held() as stage:
                for _ in range(start, min(number, start + _AT_ONCE)):
                    self._sign(stage, stage.performer(agency))
        for start in range(0, number, _AT_ONCE):
            with self._held() as stage:
                for at in range(start, min(number, start + _AT_ONCE)):
                    self._clear(stage, at)
        self._write(plain)
        untaxed(self.office)

    def take_in(self) -> str:
        """Take the report in as the job does."""
        world = self.stage.world.world
        accepted = usage_import.take_in(world, self.stage.studio, self.usage)
        return f"{accepted} of {self.lines} usage lines"

    def accrue(self) -> str:
        """Accrue the whole book as the job does."""
        db, operator = self.stage.db, self.stage.world.operator
        with db.write() as session:
            made = bookaccruals.begin(session, operator, now=datetime.now(UTC))
        while made.running:
            with db.write() as session:
                made = bookaccruals.step(session, operator, made.id, now=datetime.now(UTC))
        return f"{made.new} accruals of {len(self.in_cut)} cleared cuts among {made.cuts}"

    def get_paid(self) -> None:
        """Everything is invoiced, and comes in whole."""
        now, vault, clerk = datetime.now(UTC), self.stage.world.vault, self.office.clerk
        with self.office.shared.write() as session:
            issued = invoices.issue(session, vault, clerk, month_of(now), now=now)
        for number, one in enumerate(issued):
            payment = Payment(
                reference=f"r{number}",
                booked_on=date(2026, 11, 20),
                amount_micro=one.amounts.gross_micro,
                currency="EUR",
                licensee_id=self.stage.studio.tenant_id,
                payer="Studio",
            )
            with self.office.shared.write() as session:
                made = receipts.enter(session, vault, clerk, payment, now=now)
                receipts.match(session, clerk, made.id, one.id, now=now)

    def run(self) -> str:
        """Draft a run, propose it, and have a second person close it."""
        vault, shared = self.stage.world.vault, self.office.shared
        with shared.write() as session:
            wanted = Wanted(MONTH, MONTH)
            made = runs.draft(session, vault, self.office.clerk, wanted, now=datetime.now(UTC))
        with shared.write() as session:
            runs.propose(session, self.office.clerk, made.id, now=datetime.now(UTC))
        with shared.write() as session:
            done = runs.decide(
                session,
                vault,
                self.office.approver,
                made.id,
                approve=True,
                note="",
                now=datetime.now(UTC),
            )
        return f"{done.lines} lines for {len(self.performers)} performers, {done.state.value}"

    def state(self) -> str:
        """Every performer's account statement of this month, one after another in a file."""
        now, after, movements = datetime.now(UTC), "", 0
        agency = self.stage.agent(self.performers[0])
        with self.stage.db.read() as session, self._stated.open("w", newline="") as file:
            while some := accountstatements.own_statements(
                session, agency, month=month_of(now), after=after, limit=_PAGE, now=now
            ):
                for made in some:
                    after = made.holder.performer_id
                    file.write(to_csv(made))
                    self.stated.append(after)
                    movements += len(made.movements)
        return f"{len(self.stated)} statements with {movements} movements"

    def uses(self) -> Iterator[tuple[str, str, int]]:
        """Every cleared use with its price a view."""
        for cut_id, people in self.in_cut.items():
            yield from ((cut_id, name, RATE_MICRO) for name in people)

    def claims(self) -> Iterator[Sequence[object]]:
        """Every accrual as `CLAIM` has it."""
        with self.stage.db.read() as session:
            yield from session.connection().execute(_CLAIMS)

    def movements(self) -> Iterator[Sequence[str]]:
        """Every line of the statements, with whose it is."""
        performers = iter(self.stated)
        with self._stated.open(newline="") as file:
            for row in csv.reader(file):
                if row[0] == COLUMNS[0]:
                    performer_id = next(performers)
                elif row[0] == "line":
                    yield performer_id, *row

    def _sign(self, stage: Stage, performer: Performer) -> None:
        stage.licence(performer, tariff("per_view", RATE_MICRO, "EUR"))
        side = replace(stage.agent(performer), subject="bench")
        with stage.db.write() as session:
            details = {"name": "A Performer", "residence": "DE"}
            payees.set_details(
                session,
                stage.world.vault,
                side,
                performer.id,
                details,
                cooling_days=0,
                now=datetime.now(UTC),
            )
        self.performers.append(performer)

    def _clear(self, stage: Stage, at: int) -> None:
        count = len(self.performers)
        step = max(1, count // USES_OF_A_CUT)
        people = [self.performers[(at + step * n) % count] for n in range(USES_OF_A_CUT)]
        cut_id = stage.cut()
        stage.clear(cut_id, *(found(cut_id, one) for one in people))
        self.in_cut[cut_id] = [one.id for one in people]

    def _write(self, plain: list[str]) -> None:
        """A report of all lines, one of each cleared cut among them, and those by themselves."""
        usage_import.write(self.usage, plain, self.lines - len(self.in_cut))
        draw = random.Random(11)
        rows = [(cut_id, "DE", MONTH, draw.randrange(1, 100_000)) for cut_id in self.in_cut]
        with self.usage.open("a", encoding="utf-8") as file:
            file.writelines(f"{','.join(map(str, row))},c\n" for row in rows)

    @contextmanager
    def _held(self) -> Iterator[_Held]:
        with self.stage.db.write() as session:
            yield _Held(self.stage.world, session)


@contextmanager
def opened(folder: Path, lines: int) -> Iterator[Registry]:
    """A registry in a folder with everything that the stages begin with."""
    with made_world(folder, create_schema) as world:
        stage = Stage(world)
        with office_of(stage) as office:
            registry = Registry(stage, office, folder, lines)
            registry.set_up()
            yield registry
