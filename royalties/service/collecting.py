"""Collecting mandates by agreement: proposed by one of the operator's people, decided by another.

What a performer gives a society is signed like every mandate (`registry.service.mandates`). What
was booked before a mandate stays in its book; a mandate decides about what is booked anew.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, islice

from sqlmodel import Session

from core import approvals, audit, log, tenants
from core.approvalrows import Approval, ApprovalState
from core.errors import BadInput, NotAllowed, NotFound
from core.principal import Principal, require, require_any
from core.tenants import OPERATOR
from registry.models.mandates import Act
from registry.service import mandates as signed
from royalties.collecting import CollectingMandate, checked, mandate_from_dict, mandate_to_dict
from royalties.service.collectors import SOCIETY, of_signed, societies_of
from royalties.service.periods import DECIDERS
from royalties.store import collecting as store

MANDATE = "collecting.mandate"
ADMIN = "admin"
SCOPES = ("reports", "usage")


def propose(
    session: Session, principal: Principal, mandate: CollectingMandate, *, now: datetime
) -> Approval:
    """Lay a mandate, or another version of one, before a second person.

    Raises `BadInput` for what is no mandate or names no society, `NotFound` for an unknown
    organisation, `NotAllowed` for who does not run the registry.
    """
    require(principal, ADMIN)
    if principal.tenant_kind != OPERATOR:
        raise NotAllowed(
            "Only who runs the registry says who collects by agreement.",
            next_step="Ask the operator; what a performer gives is signed: ebenbild mandate give",
        )
    wanted = checked(mandate)
    for name in filter(None, (wanted.society_id, wanted.giver_id)):
        if tenants.get_tenant(session, name).kind != SOCIETY:
            raise BadInput("Only a society collects by a mandate.", next_step="Name a society.")
    return approvals.propose(
        session,
        principal,
        action=MANDATE,
        subject_id=wanted.id,
        payload=mandate_to_dict(wanted),
        roles=DECIDERS,
        now=now,
    )


def end(
    session: Session, principal: Principal, mandate_id: str, until: date, *, now: datetime
) -> Approval:
    """Propose that a mandate ends with a day; raises `NotFound`, and as `propose` does."""
    require(principal, ADMIN)
    found = store.versions(session, principal, mandate_id)
    if not found:
        raise _no_mandate()
    return propose(session, principal, replace(found[-1], valid_until=until), now=now)


def decide(
    session: Session,
    principal: Principal,
    approval_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Approval:
    """Decide on a mandate that somebody else proposed; approved, it is in force by its dates."""
    require(principal, "reports")
    item = approvals.get_approval(session, principal, approval_id)
    if item.action != MANDATE:
        raise _no_mandate()
    item = approvals.settle(session, principal, approval_id, approve=approve, note=note, now=now)
    mandate = mandate_from_dict(item.payload)
    refused = item.state is not ApprovalState.APPROVED
    if refused or store.is_kept(session, principal, item.id):
        return item
    approvals.require_approved(
        session, MANDATE, item.subject_id, item.payload, tenant_id=item.tenant_id, now=now
    )
    store.add_version(session, principal, mandate, approval_id=item.id, at=now)
    told = {"society": mandate.society_id, "approval": item.id}
    log.append(session, kind=MANDATE, subject_id=mandate.id, payload=item.payload, at=now)
    audit.record(session, principal, action=MANDATE, subject_id=mandate.id, details=told, now=now)
    return item


def list_mandates(
    session: Session, principal: Principal, *, after: str = "", limit: int | None = None
) -> list[CollectingMandate]:
    """The mandates to collect that one may see, in their newest versions: agreements, then signed.

    By agreement the operator sees all, a society its own and what it gave; of what performers
    signed the performer's side and the society see theirs. `after` names the mandate behind which
    a page begins.
    """
    require_any(principal, *SCOPES)
    agreed = store.newest(session, principal)
    names = [one.id for one in agreed]
    if after in names:
        agreed, after = agreed[names.index(after) + 1 :], ""
    elif after:
        agreed = []
    return list(islice(chain(agreed, _signed(session, principal, after)), limit))


def _signed(session: Session, principal: Principal, after: str) -> Iterator[CollectingMandate]:
    """What was signed, by id, a page at a time: whoever stops reads no further."""
    societies = societies_of(session)
    while page := signed.list_mandates(session, principal, after=after):
        for one in page:
            collects = one.seq is not None and Act.COLLECT in one.terms.acts
            if collects and one.terms.holder_id in societies:
                yield of_signed(one)
        after = page[-1].id


def _no_mandate() -> NotFound:
    return NotFound("There is no such mandate.", next_step="List them: ebenbild collect list")
