"""Who gets what a performer earned, for whole pages of a run: heirs, holds, and tax.

Everything is looked up once for each performer, however many claims there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from core.principal import SearchCapability
from core.vault import Vault
from registry.models.estates import Estate, EstateState
from registry.models.people import Enrolment, Performer
from registry.store import enrolments, estates, moneyreleases, people
from royalties import holds as rules
from royalties.models_runs import Tax
from royalties.service.payees import tax_statuses
from royalties.service.sisters import payees_of_societies
from royalties.withholding import TaxStatus, of_a_run

NO_TAX_STATUS = "tax-status-missing"


@dataclass(frozen=True, slots=True)
class _Person:
    performer: Performer
    estates: tuple[Estate, ...]
    enrolments: tuple[Enrolment, ...]


@dataclass(slots=True)
class RunPayees:
    """What is known of payees at a moment; `learn` it of a page before the page is planned."""

    session: Session
    vault: Vault
    book: str
    at: datetime
    holds: dict[str, str] = field(default_factory=dict)
    heirs: dict[str, Mapping[str, Fraction]] = field(default_factory=dict)
    _societies: frozenset[str] = field(init=False)
    _statuses: dict[str, TaxStatus] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._societies = frozenset(payees_of_societies(self.session))

    def learn(self, people_of: Iterable[tuple[str, str, str]]) -> None:
        """Look up payees by (performer, tenant, payee) of whom nothing is known yet."""
        new = {one for one in people_of if one[0] and one[2] and one[2] not in self._known}
        if not new:
            return
        capability = SearchCapability("run", self.book)
        known = self._people(capability, sorted({one[0] for one in new}))
        payees: set[str] = set()
        for performer_id, tenant_id, payee_id in sorted(new):
            payees |= self._look_up(known[performer_id], tenant_id, payee_id)
        self._known |= payees | {one[2] for one in new}
        found = tax_statuses(
            self.session, self.vault, capability, payees, book=self.book, at=self.at
        )
        self._statuses |= found
        for payee_id in sorted(payees - found.keys()):
            self.holds.setdefault(payee_id, NO_TAX_STATUS)

    def tax(self, payee_id: str, net_micro: int) -> Tax:
        """What is withheld of an amount that a payee gets now."""
        status = self._statuses.get(payee_id)
        return Tax() if status is None else of_a_run(net_micro, status, self.at)

    def said(self, payee_id: str) -> Iterator[tuple[object, ...]]:
        """All that is known of a payee, or of the heirs in its place: who, share, hold, status."""
        for name, share in sorted(self.heirs.get(payee_id, {payee_id: Fraction(1)}).items()):
            yield name, share, self.holds.get(name), self._statuses.get(name)

    def _people(self, capability: SearchCapability, names: list[str]) -> dict[str, _Person]:
        session = self.session
        claimed = estates.of_performers(session, capability, names)
        consents = enrolments.of_performers(session, capability, names)
        return {
            one.id: _Person(one, claimed.get(one.id, ()), consents.get(one.id, ()))
            for one in people.unnamed(session, capability, performer_ids=names)
        }

    def _look_up(self, person: _Person, tenant_id: str, payee_id: str) -> set[str]:
        """Who gets the money; what holds a member's back is its own society's to look at."""
        if payee_id in self._societies:
            return {payee_id}
        performer = person.performer
        # What another side says of the performer is nothing to whom the claim concerns.
        claimed = [one for one in person.estates if one.tenant_id == tenant_id]
        consents = [one for one in person.enrolments if one.tenant_id == tenant_id]
        shares = heirs_of(claimed) if payee_id == performer.payee_id else {}
        if shares:
            self.heirs[payee_id] = shares
        payees = set(shares) or {payee_id}
        freed = moneyreleases.of_minor(self.session, performer)
        found = rules.holds(performer, consents, claimed, self.at, releases=freed)
        for name in payees if found else ():
            self.holds[name] = found[0].code
        return payees


def heirs_of(claimed: Iterable[Estate]) -> dict[str, Fraction]:
    """The payees of a confirmed estate with their shares; empty where there is none."""
    confirmed = [one for one in claimed if one.state is EstateState.CONFIRMED]
    heirs = confirmed[-1].heirs if confirmed else ()
    return {heir.payee_id: heir.share for heir in heirs}
