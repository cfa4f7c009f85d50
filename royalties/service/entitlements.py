"""What the entitlement of cuts rests on: their decisions, and all that these refer to.

It is looked up for many cuts at once, since a query costs as much as pricing a hundred uses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import Broken
from core.principal import Principal, SearchCapability
from licensing.licenceprice import LicencePrice
from licensing.models_clearance import Clearance
from licensing.service.clearances import clearances_of_cuts
from licensing.service.licenceprices import prices_by_id
from registry.service import people
from royalties.entitlement import Creditor, Parties
from royalties.shares import ShareClaim
from royalties.store import complaints
from royalties.store.shares import of_performers


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the money of one cut rests on: decisions by `seq`, and what concerns whom they name.

    `shares` are what parties claim, by performer, `voided` live keys that nobody owes by a ruling,
    of this cut and others.
    """

    history: Sequence[Clearance]
    parties: Parties
    shares: Mapping[str, Sequence[ShareClaim]]
    voided: frozenset[str]


def grounds_of(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, Grounds]:
    """The grounds of those of these cuts, a few hundred at most, on which something was decided."""
    histories = clearances_of_cuts(session, principal, cut_ids)
    every = parties_of(session, principal, [one for some in histories.values() for one in some])
    capability = SearchCapability("accrual", next(iter(histories), ""))
    shares = of_performers(session, capability, every.creditors)
    voided = complaints.voided(session, capability, list(histories))
    found = {}
    for cut_id, history in histories.items():
        licences, performers = _named(history)
        parties = Parties(
            {name: every.prices[name] for name in licences},
            {name: every.creditors[name] for name in performers},
        )
        own = {name: shares[name] for name in performers if name in shares}
        found[cut_id] = Grounds(history, parties, own, voided)
    return found


def history_of(session: Session, principal: Principal, cut_id: str) -> list[Clearance]:
    """Every clearance of a cut, in order of `seq`."""
    return clearances_of_cuts(session, principal, [cut_id]).get(cut_id, [])


def parties_of(session: Session, principal: Principal, history: Sequence[Clearance]) -> Parties:
    """Prices and creditors of everything that these clearances cleared."""
    licence_ids, performer_ids = _named(history)
    found = prices_by_id(session, principal, licence_ids)
    prices = {one.id: _own(one, principal) for one in found}
    capability = SearchCapability("accrual", history[-1].id if history else "")
    creditors = _creditors(session, capability, performer_ids)
    if licence_ids - prices.keys() or performer_ids - creditors.keys():
        raise Broken("A clearance relies on a licence or performer that is not there.")
    return Parties(prices, creditors)


def _named(history: Iterable[Clearance]) -> tuple[set[str], set[str]]:
    """The licences and performers that decisions name."""
    decisions = [one.decision for one in history]
    licences = {name for one in decisions for name in one.licence_ids}
    return licences, {
        span.performer_id for one in decisions for span in one.spans if span.performer_id
    }


def _creditors(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, Creditor]:
    owners = people.owners(session, capability, performer_ids)
    payees = people.payees(session, capability, performer_ids)
    since = people.claims_from(session, capability, performer_ids)
    return {name: Creditor(owners[name], payees[name], since.get(name, "")) for name in payees}


def _own(price: LicencePrice, principal: Principal) -> LicencePrice:
    if price.licensee_id != principal.tenant_id:
        raise Broken(f"Licence {price.id} was relied on and is not the licensee's.")
    return price
