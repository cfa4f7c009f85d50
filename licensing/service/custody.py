"""Which key a licence is drafted for, and whether it says truly that an agency holds it.

What is signed with a held key names agency and mandate, or the registry does not countersign it;
nor does it countersign what says so of the performer's own key.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.errors import BadTerms
from core.principal import Principal
from fingerprint.models import Reason
from licensing.models import Terms
from licensing.wording import render
from registry.models.heldkeys import AgencyKey, HeldKey
from registry.models.works import KindOfUse
from registry.service.heldkeys import key_held_by, key_named
from registry.service.heldkeyuse import require_agent, require_speaking

NOT_USED = Reason("agency-key-not-used", {})
UNDECLARED = Reason("agency-key-undeclared", {})


def held_for(
    session: Session,
    principal: Principal,
    performer_id: str,
    kinds: Collection[KindOfUse],
    *,
    now: datetime,
) -> HeldKey:
    """The key that the caller's organisation holds and may sign these kinds with, to draft for.

    Raises `Conflict` without one, `NotAllowed` for whoever is no agent or is not covered.
    """
    item = key_held_by(session, principal.tenant_id, performer_id, now=now)
    require_agent(session, principal, item)
    require_speaking(session, item, kinds, now)
    return item


def declaring(terms: Terms, held: HeldKey | None) -> Terms:
    """The terms as they are drafted for a key; raises `BadTerms` for a false word about it."""
    if held is None and terms.formation.agency_key:
        raise BadTerms(
            render(NOT_USED),
            next_step="Leave agency_key out, or draft for the key that is held: --agency.",
            code=NOT_USED.code,
            reasons=(NOT_USED,),
        )
    return (
        terms
        if held is None
        else replace(terms, formation=replace(terms.formation, agency_key=True))
    )


def check_declared(
    session: Session, issuer: str, declared: AgencyKey | None, *, flagged: bool | None = None
) -> None:
    """Return when a document says of its key what the registry knows; else raise `BadTerms`.

    `flagged` is the word in a licence's agreement, of which a declaration has none.
    """
    held = key_named(session, issuer)
    known = None if held is None else held.declared
    if declared != known or flagged not in (None, held is not None):
        raise BadTerms(
            render(UNDECLARED),
            next_step="Draft it again.",
            code=UNDECLARED.code,
            reasons=(UNDECLARED,),
        )
