"""What the entitlement of a cut rests on: its decisions, and prices and creditors they refer to."""

from collections.abc import Sequence

from sqlmodel import Session

from core.errors import Broken
from core.principal import Principal, SearchCapability
from licensing.models import Clearance, Licence
from licensing.service.clearances import list_clearances
from licensing.service.licences import licences_by_id
from registry.service import people
from royalties.entitlement import Creditor, LicencePrice, Parties

HISTORY_PAGE = 100


def history_of(session: Session, principal: Principal, cut_id: str) -> list[Clearance]:
    """Every clearance of a cut, in order of `seq`."""
    history: list[Clearance] = []
    before_seq: int | None = None
    while True:
        page = list_clearances(
            session, principal, cut_id=cut_id, before_seq=before_seq, limit=HISTORY_PAGE
        )
        history.extend(page)
        if len(page) < HISTORY_PAGE:
            return history[::-1]
        before_seq = page[-1].seq


def parties_of(session: Session, principal: Principal, history: Sequence[Clearance]) -> Parties:
    """Prices and creditors of everything that these clearances cleared."""
    licence_ids = {name for one in history for name in one.decision.licence_ids}
    licences = licences_by_id(session, principal, licence_ids)
    prices = {one.id: _price(one, principal) for one in licences}
    performer_ids = {
        span.performer_id for one in history for span in one.decision.spans if span.performer_id
    }
    capability = SearchCapability("accrual", history[-1].id if history else "")
    owners = people.owners(session, capability, performer_ids)
    payees = people.payees(session, capability, performer_ids)
    if licence_ids - prices.keys() or performer_ids - payees.keys():
        raise Broken("A clearance relies on a licence or performer that is not there.")
    since = people.claims_from(session, capability, performer_ids)
    creditors = {name: Creditor(owners[name], payees[name], since.get(name, "")) for name in payees}
    return Parties(prices, creditors)


def _price(licence: Licence, principal: Principal) -> LicencePrice:
    if licence.terms.licensee_id != principal.tenant_id:
        raise Broken(f"Licence {licence.id} was relied on and is not the licensee's.")
    return LicencePrice(
        id=licence.id,
        tariff_id=licence.tariff_id,
        tariff=licence.terms.tariff,
        licensee_id=licence.terms.licensee_id,
        territories=licence.terms.territories,
        paid_directly=licence.terms.paid_directly,
    )
