"""Groups: founded by those who speak for performers, joined by signature or under a mandate.

Nobody is put into a group by the group: the performer's side joins, and either side may end it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import notices
from core.canonical import canonical, parse_strict
from core.columns import OWNER
from core.db import next_seq
from core.errors import BadProof, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.keys import verification_method as method_of
from core.principal import Principal, SearchCapability, require
from core.visibility import owns
from licensing.membership import (
    membership_document,
    signed_statement,
    signers_of,
    signing_request,
)
from licensing.models_suspension import Basis, Group, Membership
from licensing.store import groups as store
from licensing.suspension import MANDATE_LENGTH_MAX, NAME_LENGTH_MAX, check_text
from registry.cosigning import NO_SIGNATURES, require_same
from registry.models.mandates import Act
from registry.models.people import SigningRequest
from registry.service.acting import represent
from registry.service.guardians import guardians_due
from registry.service.keys import keys_at
from registry.service.people import require_standing

SCOPE = "licences"
FOUNDING_KINDS = frozenset({"union", "agency", "operator"})


def found_group(session: Session, principal: Principal, name: str, *, now: datetime) -> Group:
    """Found a group; raises `NotAllowed` for an organisation that speaks for no performers."""
    require(principal, SCOPE)
    if principal.tenant_kind not in FOUNDING_KINDS:
        raise NotAllowed(
            "This kind of organisation does not speak for performers.",
            next_step="A union or an agency founds groups.",
            code="not-founding",
        )
    plain = check_text(name, "name", NAME_LENGTH_MAX)
    group = Group(new_id("grp"), principal.tenant_id, plain, now)
    store.add_group(session, group, seq=next_seq(session))
    return group


def get_group(session: Session, principal: Principal, group_id: str) -> Group:
    """One group, whoever speaks for it; raises `NotFound`."""
    found = store.group(session, principal, group_id)
    if found is None:
        raise _no_group()
    return found


def own_group(session: Session, principal: Principal, group_id: str) -> Group:
    """One group that the caller speaks for; raises `NotFound`, also for another's."""
    require(principal, SCOPE)
    found = get_group(session, principal, group_id)
    if not owns(found, principal):
        raise _no_group()
    return found


def list_groups(session: Session, principal: Principal) -> tuple[Group, ...]:
    """All groups, in the order in which they were founded."""
    return store.groups(session, principal)


def draft_membership(
    session: Session, principal: Principal, group_id: str, performer_id: str, *, now: datetime
) -> SigningRequest:
    """Make the statement of joining for the performer, and a minor's guardians, to sign.

    Raises `NotFound` for another tenant's performer, `Conflict` while no key is bound or when the
    performer is a member already.
    """
    # Load.
    group = _joinable(session, principal, group_id, performer_id)
    keys = keys_at(session, performer_id, now)
    due = guardians_due(session, principal, performer_id, now)
    # Decide.
    if not keys:
        raise Conflict(
            "No key is bound to this performer.",
            next_step="Bind the performer's key first, or join under a mandate.",
            code="no-key",
        )
    membership = _membership(principal, group, performer_id, now)
    signers = (keys[0], *(item.did for item in due))
    document = membership_document(membership.id, group, performer_id, signers, now)
    drafted = replace(membership, document=canonical(document))
    # Save.
    store.add_membership(session, drafted, audience=OWNER)
    return signing_request(drafted)


def sign_membership(
    session: Session,
    principal: Principal,
    membership_id: str,
    *,
    signature: bytes,
    verification_method: str,
    cosigned: Mapping[str, bytes] = NO_SIGNATURES,
    now: datetime,
) -> Membership:
    """Keep the signatures of the performer and of all guardians: a member from now on.

    Raises `BadProof` when one is missing, does not hold or is not by the key in force now,
    `Conflict` for a member already and where custody changed, `NotFound` for another's draft.
    """
    # Load.
    require(principal, SCOPE)
    drafted = get_membership(session, principal, membership_id)
    if not owns(drafted, principal):
        raise _no_membership()
    if drafted.joined_seq is not None:
        raise Conflict("The membership is signed already.", next_step="List the memberships.")
    group = _joinable(session, principal, drafted.group_id, drafted.performer_id)
    due = guardians_due(session, principal, drafted.performer_id, now)
    own, *guardians = signers_of(parse_strict(drafted.document))
    # Decide.
    wanted = method_of(own)
    in_force = [method_of(did) for did in keys_at(session, drafted.performer_id, now)]
    if verification_method != wanted or wanted not in in_force:
        raise BadProof(
            "The membership must be signed with the performer's present key.",
            next_step="Draft it again and sign with the key it names.",
            code="wrong-key",
        )
    require_same(guardians, due)
    given = {**cosigned, verification_method: signature}
    signed = replace(drafted, document=signed_statement(drafted, given))
    # Save.
    return _join(session, group, signed, now, stored=True)


def join_by_mandate(
    session: Session,
    principal: Principal,
    group_id: str,
    performer_id: str,
    mandate_ref: str,
    *,
    now: datetime,
) -> Membership:
    """Join for a performer under a mandate that `mandate_ref` names.

    The performer's own organisation may have it on paper; whoever else acts, and for a minor,
    needs one that was signed here. Raises `NotAllowed` or `NotFound` without, `Conflict` for a
    minor whose guardians have signed nothing.
    """
    # Load.
    side = represent(session, principal, performer_id, Act.REPRESENT, scope=SCOPE, now=now)
    group = _joinable(session, side, group_id, performer_id)
    # Decide.
    if side is principal and guardians_due(session, side, performer_id, now):
        raise Conflict(
            "The guardians of a minor sign themselves.",
            next_step="Join with everybody's signature, or under a mandate that they signed here.",
            code="guardians-due",
        )
    named = check_text(mandate_ref, "mandate's reference", MANDATE_LENGTH_MAX)
    membership = _membership(side, group, performer_id, now)
    agreed = replace(membership, basis=Basis.MANDATE, mandate_ref=named)
    return _join(session, group, agreed, now, stored=False)


def get_membership(session: Session, principal: Principal, membership_id: str) -> Membership:
    """One membership, for the performer's side and the group's; raises `NotFound`."""
    require(principal, SCOPE)
    found = store.membership(session, principal, membership_id)
    if found is None:
        raise _no_membership()
    return found


def list_memberships(
    session: Session, principal: Principal, *, after: str = "", limit: int = 100
) -> tuple[Membership, ...]:
    """Memberships of the caller's performers and in the caller's groups, by id."""
    require(principal, SCOPE)
    return store.memberships(session, principal, after=after, limit=limit)


def count_members(session: Session, principal: Principal) -> dict[str, int]:
    """How many are in each of the caller's groups at present, by group."""
    require(principal, SCOPE)
    return store.count_members(session, principal)


def memberships_of(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Membership, ...]:
    """One performer's memberships, those that wait for a signature and those that ended too."""
    return store.memberships(session, principal, performer_id=performer_id, limit=store.ROWS_MAX)


def end_membership(
    session: Session, principal: Principal, membership_id: str, *, now: datetime
) -> Membership:
    """Leave a group, or put a member out; a second call changes nothing.

    What the group suspends reaches the performer no more. Raises `Conflict` for one that was
    never signed.
    """
    # Load.
    require(principal, SCOPE)
    found = _reached(session, principal, membership_id, now)
    group = get_group(session, principal, found.group_id)
    # Decide.
    if found.left_seq is not None:
        return found
    if found.joined_seq is None:
        raise Conflict("Nobody has signed this membership.", next_step="Leave it unsigned.")
    # Save.
    ended = replace(found, left_at=now, left_seq=next_seq(session))
    store.save_membership(session, ended, audience=f"tenant:{group.tenant_id}")
    other = found.tenant_id if principal.tenant_id == group.tenant_id else group.tenant_id
    _tell(session, other, "group.left", ended, group=group, now=now)
    return ended


def _reached(
    session: Session, principal: Principal, membership_id: str, now: datetime
) -> Membership:
    """A membership that the caller may end: his side's, his group's, or under a mandate."""
    found = store.membership(session, principal, membership_id)
    if found is not None:
        return found
    named = store.joined(session, SearchCapability("membership", membership_id), membership_id)
    if named is None:
        raise _no_membership()
    try:
        represent(session, principal, named.performer_id, Act.REPRESENT, scope=SCOPE, now=now)
    except NotFound:
        raise _no_membership() from None
    return named


def _joinable(session: Session, principal: Principal, group_id: str, performer_id: str) -> Group:
    require(principal, SCOPE)
    require_standing(session, principal, performer_id)
    group = get_group(session, principal, group_id)
    if store.open_membership(session, principal, group_id, performer_id) is not None:
        raise Conflict("The performer is in this group.", next_step="List the memberships.")
    return group


def _membership(principal: Principal, group: Group, performer_id: str, now: datetime) -> Membership:
    return Membership(
        id=new_id("mbr"),
        tenant_id=principal.tenant_id,
        group_id=group.id,
        performer_id=performer_id,
        basis=Basis.SIGNED,
        mandate_ref="",
        document=b"",
        recorded_at=now,
    )


def _join(
    session: Session, group: Group, membership: Membership, now: datetime, *, stored: bool
) -> Membership:
    joined = replace(membership, joined_at=now, joined_seq=next_seq(session))
    save = store.save_membership if stored else store.add_membership
    save(session, joined, audience=f"tenant:{group.tenant_id}")
    _tell(session, group.tenant_id, "group.joined", joined, group=group, now=now)
    return joined


def _tell(
    session: Session,
    tenant_id: str,
    kind: str,
    membership: Membership,
    *,
    group: Group,
    now: datetime,
) -> None:
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=kind,
        subject_id=membership.id,
        facts={"group": group.name, "performer": membership.performer_id},
        now=now,
    )


def _no_group() -> NotFound:
    return NotFound("There is no such group.", next_step="List the groups.")


def _no_membership() -> NotFound:
    return NotFound("There is no such membership.", next_step="List the memberships.")
