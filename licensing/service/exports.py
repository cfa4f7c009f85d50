"""What is exported of a licence, or of the licences behind a certificate; read, never changed."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal
from licensing.certificate import state_url
from licensing.credential import licence_facts, parse_signed
from licensing.exporting import Exportable, to_everybody
from licensing.service.certificates import get_certificate
from licensing.service.certificatestates import facts_of
from licensing.service.licences import get_licence
from licensing.service.standings import standings_known


def of_licence(session: Session, principal: Principal, licence_id: str) -> Exportable:
    """One signed licence, for either party; raises `NotFound`."""
    facts = licence_facts(parse_signed(get_licence(session, principal, licence_id).signed))
    performer_id = facts.terms.performer_id
    declared = standings_known(session, [performer_id])
    return Exportable(
        licences=(facts,),
        standings=to_everybody([performer_id], declared),
        address=f"{facts.base_url}/standing/{performer_id}",
    )


def of_certificate(
    session: Session, principal: Principal, clearance_id: str, *, now: datetime
) -> Exportable:
    """The licences behind the certificate of a decision of the caller's own; raises `NotFound`."""
    item, _ = get_certificate(session, principal, clearance_id, now=now)
    said = facts_of(item)
    people = {found.performer_id for found in (*said.declared, *said.detected)}
    behind = [get_licence(session, principal, each.licence_id) for each in said.licences]
    return Exportable(
        licences=[licence_facts(parse_signed(licence.signed)) for licence in behind],
        standings=to_everybody(people, standings_known(session, people)),
        address=state_url(said.base_url, item.id),
        several=True,
    )
