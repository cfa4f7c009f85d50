"""Notice that ends a licence after the agreed days, given by either side and told to the other."""

from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import Conflict
from core.principal import Principal, SearchCapability, require, require_any
from licensing.models import LicenceState
from licensing.service.licences import get_licence
from licensing.store import terminations as store
from licensing.termination import Termination, ends_at

GIVER, HOLDER = "licences", "submissions"


def terminate(
    session: Session, principal: Principal, licence_id: str, *, now: datetime
) -> Termination:
    """Give notice; raises `NotFound` for a stranger's, `Conflict` for one that has an end already.

    What was released before the end stays as it was cleared.
    """
    # Load.
    require_any(principal, GIVER, HOLDER)
    licence = get_licence(session, principal, licence_id)
    gives = principal.tenant_id == licence.tenant_id
    holds = principal.tenant_id == licence.terms.licensee_id
    if not (gives and holds):
        require(principal, GIVER if gives else HOLDER)
    capability = SearchCapability("termination", licence_id)
    known = store.of_licences(session, capability, [licence_id])
    # Decide.
    if licence.state is LicenceState.REVOKED or known or licence.terms.valid_until <= now:
        raise Conflict(
            "This licence has ended, or notice was given already.", next_step="Read the licence."
        )
    notice = Termination(
        licence_id=licence_id,
        by_tenant=principal.tenant_id,
        seq=next_seq(session),
        given_at=now,
        ends_at=ends_at(licence.terms, now),
    )
    # Save.
    payload = {"ends_at": to_text(notice.ends_at)}
    kind = "licence.terminated"
    index = log.append(session, kind=kind, subject_id=licence_id, payload=payload, at=now)
    store.add(session, licence, notice, log_index=index)
    notices.notify(
        session,
        tenant_id=licence.terms.licensee_id if gives else licence.tenant_id,
        person=None,
        kind=kind,
        subject_id=licence_id,
        facts={"ends_at": to_text(notice.ends_at), "performer": licence.terms.performer_id},
        now=now,
    )
    return notice
