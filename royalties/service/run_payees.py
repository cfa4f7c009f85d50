"""Who gets what a performer earned, for whole pages of a run: heirs, holds, and tax.

Everything is looked up once for each performer, however many claims there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
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
from royalties.service.exemptions import in_force
from royalties.service.payees import tax_statuses
from royalties.service.sisters import details_of, payees_of_societies
from royalties.store import payees as store
from royalties.withholding import TaxStatus, of_a_run

NO_TAX_STATUS = "tax-status-missing"


@dataclass(frozen=True, slots=True)
class _Person:
    performer: Performer
    estates: tuple[Estate, ...]
    enrolments: tuple[Enrolment, ...]


@dataclass(slots=True)
class RunPayees:
    """What is known of payees at a moment; `learn` it of a page before the page is planned.

    Who gets the money is found once, where it is taxed is learned for planning alone.
    """

    session: Session
    vault: Vault
    book: str
    at: datetime
    holds: dict[str, str] = field(default_factory=dict)
    heirs: dict[str, Mapping[str, Fraction]] = field(default_factory=dict)
    _societies: frozenset[str] = field(init=False)
    _causes: dict[str, str] = field(default_factory=dict)
    _statuses: dict[str, TaxStatus] = field(default_factory=dict)
    _found: set[str] = field(default_factory=set)
    _taxed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._societies = frozenset(payees_of_societies(self.session))

    def learn(self, people_of: Iterable[tuple[str, str, str]]) -> None:
        """Look up payees by (performer, tenant, payee) of whom something is not known yet."""
        named = set(people_of)
        self._find(named)
        new = self._getting(named) - self._taxed
        if not new:
            return
        self._taxed |= new
        found = tax_statuses(
            self.session, self.vault, self._capability, new, book=self.book, at=self.at
        )
        self._statuses |= found
        for payee_id in sorted(new - found.keys()):
            self.holds.setdefault(payee_id, NO_TAX_STATUS)

    def tax(self, payee_id: str, net_micro: int) -> Tax:
        """What is withheld of an amount that a payee gets now."""
        status = self._statuses.get(payee_id)
        return Tax() if status is None else of_a_run(net_micro, status, self.at)

    def grounds(self, people_of: Collection[tuple[str, str, str]]) -> Iterator[tuple[object, ...]]:
        """All that is known of payees, or of the heirs in their place.

        Who it is, their share, what holds it back, and what says where they are taxed.
        """
        self._find(people_of)
        taxed = self._tax_grounds(self._getting(people_of))
        for one in people_of:
            heirs = self.heirs.get(one[2], {one[2]: 1})
            for name, share in sorted(heirs.items()):
                yield *one, name, str(share), self._causes.get(name), taxed.get(name)

    def _tax_grounds(self, payees: Collection[str]) -> Mapping[str, list[object]]:
        """What tax statuses rest on.

        A version of details never changes, so that its id says them and no seal is opened.
        """
        session, capability, book, at = self.session, self._capability, self.book, self.at
        found = defaultdict[str, list[object]](list)
        for told in (
            store.agreed(session, capability, payees, until=at),
            details_of(session, self.vault, book, payees),
            in_force(session, self.vault, capability, book, payees, at=at),
        ):
            for payee_id, one in told.items():
                found[payee_id].append(one)
        return found

    def _find(self, people_of: Iterable[tuple[str, str, str]]) -> None:
        """Look up who gets the money of those of whom it is not known yet."""
        new = {one for one in people_of if one[0] and one[2] and one[2] not in self._found}
        if not new:
            return
        known = self._people(self._capability, sorted({one[0] for one in new}))
        for performer_id, tenant_id, payee_id in sorted(new):
            self._look_up(known[performer_id], tenant_id, payee_id)
        self._found |= {one[2] for one in new}

    def _getting(self, people_of: Iterable[tuple[str, str, str]]) -> set[str]:
        payees = {one[2] for one in people_of if one[0] and one[2]}
        return {name for one in payees for name in self.heirs.get(one, (one,))}

    @property
    def _capability(self) -> SearchCapability:
        return SearchCapability("run", self.book)

    def _people(self, capability: SearchCapability, names: list[str]) -> dict[str, _Person]:
        session = self.session
        claimed = estates.of_performers(session, capability, names)
        consents = enrolments.of_performers(session, capability, names)
        return {
            one.id: _Person(one, claimed.get(one.id, ()), consents.get(one.id, ()))
            for one in people.unnamed(session, capability, performer_ids=names)
        }

    def _look_up(self, person: _Person, tenant_id: str, payee_id: str) -> None:
        """Who gets the money; what holds a member's back is its own society's to look at."""
        if payee_id in self._societies:
            return
        performer = person.performer
        # What another side says of the performer is nothing to whom the claim concerns.
        claimed = [one for one in person.estates if one.tenant_id == tenant_id]
        consents = [one for one in person.enrolments if one.tenant_id == tenant_id]
        shares = heirs_of(claimed) if payee_id == performer.payee_id else {}
        if shares:
            self.heirs[payee_id] = shares
        freed = moneyreleases.of_minor(self.session, performer)
        found = rules.holds(performer, consents, claimed, self.at, releases=freed)
        for name in shares or (payee_id,) if found else ():
            self.holds[name] = self._causes[name] = found[0].code


def heirs_of(claimed: Iterable[Estate]) -> dict[str, Fraction]:
    """The payees of a confirmed estate with their shares; empty where there is none."""
    confirmed = [one for one in claimed if one.state is EstateState.CONFIRMED]
    heirs = confirmed[-1].heirs if confirmed else ()
    return {heir.payee_id: heir.share for heir in heirs}
