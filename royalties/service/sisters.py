"""Sister societies as payees: what a book collected for their members is owed to them.

Whom to pay is what the book's papers write about the society (`ebenbild invoice party`); it takes
the place of the details that performers give of themselves.
"""

from collections.abc import Collection, Mapping

from sqlmodel import Session

from core.principal import system
from core.vault import Vault
from royalties.billing.parties import Party
from royalties.collecting import payee_of
from royalties.payees import PayeeDetails
from royalties.service.bills import parties
from royalties.service.collectors import societies_of
from royalties.store import bills as store


def payees_of_societies(session: Session, *, here: bool = False) -> dict[str, str]:
    """Every society by the id of the payee that it is; only those whose book is `here`."""
    return {payee_of(one): one for one in societies_of(session, here=here)}


def details_of(
    session: Session, vault: Vault, book: str, payee_ids: Collection[str]
) -> Mapping[str, PayeeDetails]:
    """Whom to pay for each of these payees that is a society which the book describes."""
    societies = payees_of_societies(session)
    wanted = {name: societies[name] for name in payee_ids if name in societies}
    if not wanted or not book:
        return {}
    described = parties(session, vault, system(book))
    return {
        name: _details(described[society])
        for name, society in wanted.items()
        if society in described
    }


def versions_of(session: Session, book: str, payee_ids: Collection[str]) -> Mapping[str, str]:
    """The id of what the book last said of each of these societies: said anew, it is another."""
    said = {payee_of(one.party_id): one.id for one in store.parties(session, system(book))}
    return {name: said[name] for name in payee_ids}


def _details(party: Party) -> PayeeDetails:
    return PayeeDetails(
        name=party.name,
        street=party.street,
        post_code=party.postcode,
        town=party.city,
        country=party.country,
        iban=party.iban,
        bic=party.bic,
        residence=party.country,
        tax_number=party.tax_number,
        vat="small" if party.small_business else party.rate_class,
        vat_id=party.vat_id,
    )
