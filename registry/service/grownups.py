"""Whom of an organisation an account or a key may not see any more, because they came of age."""

from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, system
from registry import minority as rules
from registry.grownup import Asking, is_out
from registry.store import guardians, people


def closed_to(session: Session, tenant_id: str, who: Asking, *, at: datetime) -> tuple[str, ...]:
    """The ids of the performers who came of age and are none of the caller's business at `at`."""
    capability = SearchCapability("coming-of-age", tenant_id)
    side = system(tenant_id)
    found = people.grown(session, capability, tenant_id, born_by=rules.born_by(at))
    return tuple(
        item.id
        for item in found
        if (minority := rules.minority_in(item)) is not None
        and is_out(who, guardians.list_guardians(session, side, item.id), minority, at)
    )


def has_others(session: Session, principal: Principal) -> bool:
    """Whether somebody of the caller's organisation is left who is open to him."""
    return bool(people.own_ids(session, principal, after="", limit=1))
