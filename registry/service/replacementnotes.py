"""What is written down and told about lost keys: to auditors, the log, both sides."""

from datetime import datetime

from sqlmodel import Session

from core import audit, log, notices
from core.clock import to_text
from core.principal import Principal, system
from registry.models.replacements import Replacement
from registry.store import mandates


def tell(
    session: Session, principal: Principal, item: Replacement, what: str, now: datetime
) -> None:
    """One entry, one leaf, and a notice to the performer's side and to who acts under mandates."""
    facts = {"since": to_text(item.begins_at), "replacement": item.id}
    told = {"performer": item.performer_id, "key": item.did, "replaces": item.replaces, **facts}
    audit.record(
        session, principal, action=what, subject_id=item.performer_id, details=told, now=now
    )
    log.append(session, kind=what, subject_id=item.id, payload=told, at=now)
    own = {**facts, "performer": item.performer_id}
    for tenant_id in (item.tenant_id, *_holders(session, item, now)):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=what,
            subject_id=item.performer_id,
            facts=own if tenant_id == item.tenant_id else facts,
            now=now,
        )


def _holders(session: Session, item: Replacement, now: datetime) -> list[str]:
    """Other organisations that act for the performer today."""
    side = system(item.tenant_id)
    given = mandates.list_mandates(session, side, performer_id=item.performer_id)
    return sorted(
        {
            one.terms.holder_id
            for one in given
            if one.signed_at is not None
            and one.revoked_at is None
            and one.terms.valid_from <= now < one.terms.valid_until
        }
        - {item.tenant_id}
    )
