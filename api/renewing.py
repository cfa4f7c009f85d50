"""A public use after death, and the decisions that it may change."""

from collections.abc import Mapping

from sqlmodel import Session

from api.deciding import queue
from core.clock import utc_now
from core.principal import Principal, system
from licensing.publicuse import Right
from licensing.service import publicuses
from licensing.service.clearances import decided_under
from licensing.service.licences import given_in_force
from licensing.service.publicuses import Evidence


def state_use(
    session: Session,
    caller: Principal,
    performer_id: str,
    document: Mapping[str, object],
    *,
    signature: bytes,
    evidence: Evidence | None,
) -> Right:
    """Keep what the estate signed, and have what rests on the performer's licences decided anew."""
    now = utc_now()
    found = publicuses.state_use(
        session,
        caller,
        performer_id,
        document,
        signature=signature,
        evidence=evidence,
        now=now,
    )
    for licence in given_in_force(session, caller, performer_id, at=now):
        studio = system(licence.terms.licensee_id)
        concerned = decided_under(session, studio, licence.id)
        queue(session, studio, concerned, f"{licence.id}:{document['id']}")
    return found
