"""A performer's names, corrected: a misspelt one, or that of somebody who married.

Until somebody vouched for the person the own side corrects them. From then on two of the operator's
people do, who saw papers: otherwise whoever enrolled himself could take another's name afterwards.
"""

from datetime import datetime

from sqlmodel import Session

from core import audit, log
from core.approvalrows import Approval
from core.blindindex import index_of
from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability, require, system
from core.rowtexts import vault_of
from core.tenants import OPERATOR
from registry.models.people import Performer
from registry.models.proofs import Fact
from registry.proofing.sufficiency import attesters
from registry.service.people import SCOPE, name_of
from registry.service.twopeople import agreed, require_operator
from registry.store import attestations, enrolments, identifications, people

RENAME = "performer.renamed"


def rename(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    name: str | None,
    public_name: str | None,
    now: datetime,
) -> Approval | None:
    """Give a performer these names, `None` leaving one as it is; None when it is done.

    Of the operator's people two must agree; until then the proposal that waits is returned. Raises
    `Conflict` for the own side once somebody vouched, `BadInput` for a name that is none.
    """
    # Load.
    by_operator = principal.tenant_kind == OPERATOR
    side = _owner(session, principal, performer_id) if by_operator else principal
    require(side, SCOPE)
    performer = people.require_standing(session, side, performer_id)
    # Decide.
    names = (
        performer.name if name is None else name_of(name),
        performer.public_name if public_name is None else name_of(public_name),
    )
    if names == (performer.name, performer.public_name):
        return None
    if by_operator:
        waits = _agreed(session, principal, performer, names, now)
        if waits is not None:
            return waits
    else:
        _refuse_vouched(session, side, performer_id)
    # Save.
    people.save_names(session, side, performer_id, *names)
    told = {"performer": performer_id}
    log.append(session, kind=RENAME, subject_id=performer_id, payload=told, at=now)
    audit.record(session, principal, action=RENAME, subject_id=performer_id, details={}, now=now)
    return None


def is_vouched(session: Session, principal: Principal, performer_id: str) -> bool:
    """Whether somebody vouched that the person bears these names, in any enrolment that stands."""
    return any(
        attesters(attestations.list_attestations(session, principal, item.id), Fact.IDENTITY)
        or identifications.framework_of(session, principal, item.id)
        for item in enrolments.list_enrolments(session, principal, performer_id)
    )


def _refuse_vouched(session: Session, side: Principal, performer_id: str) -> None:
    if is_vouched(session, side, performer_id):
        raise Conflict(
            "Somebody vouched for these names: the operator corrects them.",
            next_step="Send the operator the paper that shows the new name.",
            code="names-vouched-for",
        )


def _owner(session: Session, principal: Principal, performer_id: str) -> Principal:
    """The side of any performer's, for the operator's administrators."""
    require_operator(principal)
    found = people.owners(session, SearchCapability(RENAME, performer_id), [performer_id])
    if performer_id not in found:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return system(found[performer_id])


def _agreed(
    session: Session,
    principal: Principal,
    performer: Performer,
    names: tuple[str, str],
    now: datetime,
) -> Approval | None:
    said = dict(zip(("name", "public_name"), names, strict=True))
    vault = vault_of(session)
    hidden = {key: index_of(vault, performer.id, value) for key, value in said.items()}
    payload = {"performer": performer.id, **hidden}
    return agreed(session, principal, RENAME, performer.id, payload, now=now, read_as=said)
