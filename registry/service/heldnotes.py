"""What is written down and told about keys held for agencies, to auditors and both sides."""

from datetime import datetime

from sqlmodel import Session

from core import audit, notices
from core.principal import Principal
from registry.models.heldkeys import HeldKey


def note(
    session: Session,
    principal: Principal,
    action: str,
    item: HeldKey,
    now: datetime,
    **more: str,
) -> None:
    """One entry of the audit log, in the name of whoever did it."""
    details = {"key": item.id, "mandate": item.declared.mandate_id, **more}
    audit.record(
        session, principal, action=action, subject_id=item.performer_id, details=details, now=now
    )


def tell(
    session: Session,
    item: HeldKey,
    tenant_id: str,
    kind: str,
    now: datetime,
    **more: str,
) -> None:
    """A notice in the inbox of one side, from which mail and webhooks are made."""
    facts = {"holder": item.declared.holder_name, "held": item.id, **more}
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=kind,
        subject_id=item.performer_id,
        facts=facts,
        now=now,
    )
