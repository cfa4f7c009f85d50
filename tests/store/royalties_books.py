"""People of a collecting society or the operator, for tests of the books, and their verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.clock import utc_now
from core.db import Database
from core.principal import Principal
from royalties.billing.parties import Party
from royalties.models_books import Period
from royalties.service import bills, periods
from tests.store.royalties_stage import Stage

HOUSE = Party("Society", "Str 1", "10115", "Berlin", "DE", vat_id="DE136695976")
STUDIO = Party("Studio Secret GmbH", "Weg 2", "80331", "München", "DE")


@dataclass(frozen=True)
class Office:
    """The operator's office: a clerk and an approver, and the database as several people open it.

    `TestWorld` runs as one person's registry or as several people's, as its settings say; here
    several do, so that whoever proposes does not decide.
    """

    stage: Stage
    shared: Database

    @property
    def book(self) -> str:
        return self.stage.world.operator.tenant_id

    @property
    def clerk(self) -> Principal:
        return self._person("per_clerk", "society_clerk", "usage", "reports")

    @property
    def approver(self) -> Principal:
        return self._person("per_approver", "society_approver", "reports")

    def close(self, month: str, *, at: datetime) -> Period:
        """Propose and approve."""
        with self.shared.write() as session:
            periods.propose(session, self.clerk, month, now=at)
        with self.shared.write() as session:
            return periods.decide(session, self.approver, month, approve=True, note="seen", now=at)

    def _person(self, name: str, role: str, *scopes: str) -> Principal:
        return replace(
            self.stage.world.operator,
            person=name,
            scopes=frozenset(scopes),
            roles=frozenset({role}),
        )


@contextmanager
def office_of(stage: Stage) -> Iterator[Office]:
    """The office of a stage's operator."""
    opened = Database.open(stage.database_path, vault=stage.world.vault)
    opened.before_commit = stage.db.before_commit
    try:
        yield Office(stage, opened)
    finally:
        opened.close()


def months(office: Office) -> dict[str, str]:
    """How far each month of the book is closed."""
    with office.shared.read() as session:
        found = periods.list_periods(session, office.clerk)
    return {one.month: one.state.value for one in found}


def whole(session: Session, office: Office) -> int:
    """How many transactions the book holds."""
    return len(periods.transactions_of(session, office.book))


def named(office: Office, party_id: str, party: Party) -> None:
    """What the office's invoices write about an organisation from now on."""
    with office.shared.write() as session:
        bills.set_party(
            session,
            office.stage.world.vault,
            office.clerk,
            party_id,
            party,
            now=utc_now(),
        )


def untaxed(office: Office) -> None:
    """The office and its studio are named on invoices, and no tax is due: claims are the gross."""
    named(office, office.book, replace(HOUSE, small_business=True))
    named(office, office.stage.studio.tenant_id, STUDIO)
