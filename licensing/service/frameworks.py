"""Frameworks: published by whoever speaks for a group, pinned by licences, and kept by them.

A version is never changed, because licences pin its bytes; a union that wants more publishes the
next, and from then on nothing new is agreed under the one before.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import BadProof, BadTerms, Conflict, NotFound
from core.ids import is_id, new_id
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability
from core.tenants import get_tenant
from fingerprint.models import Reason
from licensing.frameworks import (
    PREFIX,
    body_of,
    digest_of,
    framework_facts,
    framework_from_body,
    fresh,
    in_force,
    signed_framework,
    signing_request,
)
from licensing.minimums import below
from licensing.models import Licence, Terms
from licensing.models_framework import Framework, FrameworkDraft, FrameworkFacts
from licensing.models_suspension import Suspension
from licensing.service.groups import own_group
from licensing.store import frameworks as store
from licensing.store import groups, suspensions
from licensing.suspension import as_known
from licensing.terms import framed

PUBLISHED = "framework.published"


def draft_framework(
    session: Session,
    principal: Principal,
    group_id: str,
    body: Mapping[str, object],
    *,
    key: str,
    framework_id: str = "",
    now: datetime,
) -> FrameworkDraft:
    """Make a framework, or the next version of one, for the union to sign with its did:key.

    Nothing is kept until it is signed. Raises `NotFound` for a group or framework that the caller
    does not speak for, `BadTerms` naming the field that cannot be used, `Conflict` where nothing
    would change.
    """
    # Load.
    group = own_group(session, principal, group_id)
    before = _before(session, principal, group.id, framework_id) if framework_id else None
    # Decide.
    facts = framework_from_body(
        body,
        id=framework_id or new_id(PREFIX),
        version=1 if before is None else before.facts.version + 1,
        group=(group.id, group.name),
        key=key,
        at=now,
    )
    _check_key(session, principal, facts)
    if before is not None and body_of(before.facts) == body_of(facts):
        raise Conflict("This is the present version already.", next_step="Change it first.")
    return signing_request(facts)


def publish_framework(
    session: Session,
    registry_key: PrivateKey,
    principal: Principal,
    group_id: str,
    document: Mapping[str, object],
    *,
    signature: bytes,
    now: datetime,
) -> Framework:
    """Publish what the union signed; the registry countersigns, and members' sides are told.

    Raises `BadTerms` for what is no framework of this group, `BadProof` when the signature does
    not hold, `Conflict` for a draft that is old or comes after another version.
    """
    # Load.
    group = own_group(session, principal, group_id)
    facts = framework_facts(document)
    before = store.find(session, principal, facts.id)
    # Decide.
    if (facts.group_id, facts.group_name) != (group.id, group.name):
        raise BadTerms("This framework is another group's.", next_step="Draft it for this one.")
    if before is not None and before.facts.group_id != group.id:
        raise _no_framework()
    if not fresh(facts, now) or facts.version != (before.facts.version + 1 if before else 1):
        raise Conflict(
            "The draft is old, or another version was published since.",
            next_step="Draft it again and sign that.",
            code="stale-draft",
        )
    _check_key(session, principal, facts)
    signed = signed_framework(facts, signature, registry_key, now)
    # Save.
    digest = digest_of(signed)
    told = {"group": group.id, "version": facts.version, "sha256": digest}
    index = log.append(session, kind=PUBLISHED, subject_id=facts.id, payload=told, at=now)
    item = Framework(facts, principal.tenant_id, next_seq(session), now, index, signed, digest)
    store.add(session, item)
    _tell(session, item, now)
    return item


def get_framework(
    session: Session, principal: Principal, framework_id: str, version: int | None = None
) -> Framework:
    """One version, or the newest, whoever published it; raises `NotFound`."""
    found = store.find(session, principal, framework_id, version)
    if found is None:
        raise _no_framework()
    return found


def list_frameworks(
    session: Session, principal: Principal, *, group_id: str | None = None
) -> tuple[Framework, ...]:
    """The newest version of every framework, of all groups or of one, newest first."""
    found: dict[str, Framework] = {}
    for item in store.versions(session, principal, group_id=group_id):
        found.setdefault(item.facts.id, item)
    return tuple(found.values())


def two_versions(
    session: Session, principal: Principal, framework_id: str, before: int | None, after: int | None
) -> tuple[Framework, Framework]:
    """An earlier and a later version: the newest unless named, and the one before it."""
    new = get_framework(session, principal, framework_id, after)
    earlier = max(new.facts.version - 1, 1) if before is None else before
    return get_framework(session, principal, framework_id, earlier), new


def pinned(session: Session, principal: Principal, terms: Terms) -> Terms:
    """The terms with the newest version of their framework, unless they name one.

    A framework is an agreement of a union's, so the formation says that too. What is no framework
    of this registry is only a name and stays as it is. Raises `NotFound`.
    """
    if not is_id(PREFIX, terms.framework_id):
        return terms
    item = get_framework(session, principal, terms.framework_id)
    return framed(terms, str(item.facts.version), item.digest)


def against_framework(
    session: Session, principal: Principal, terms: Terms, now: datetime, *, signing: bool
) -> tuple[Reason, ...]:
    """Why these terms cannot rest on the framework that they name; empty when they can.

    Only who is `signing` for the performer is told whether the performer is in the group.
    """
    if not is_id(PREFIX, terms.framework_id):
        return ()
    newest = get_framework(session, principal, terms.framework_id)
    facts = newest.facts
    version = terms.framework_version
    named = {"framework": facts.id, "version": version}
    if version != str(facts.version):
        told = {"framework": facts.id, "version": version, "newest": str(facts.version)}
        return (Reason("framework-outdated", told),)
    if terms.framework_digest != newest.digest:
        return (Reason("framework-differs", named),)
    outside = signing and facts.minimums.members_only and not _member(session, facts, terms)
    stranger = (Reason("framework-for-members", named),) if outside else ()
    return (*refusals(newest, terms, now), *stranger)


def refusals(item: Framework, terms: Terms, at: datetime) -> tuple[Reason, ...]:
    """Why nobody could agree on these terms under this version at `at`."""
    facts = item.facts
    if in_force(item, at):
        return below(item, terms)
    until = "–" if facts.valid_until is None else to_text(facts.valid_until)
    told = Reason(
        "framework-not-in-force",
        {"framework": facts.id, "valid_from": to_text(facts.valid_from), "valid_until": until},
    )
    return (told, *below(item, terms))


def note_signed(session: Session, principal: Principal, licence: Licence) -> None:
    """Remember under which framework a licence was signed, where it names one."""
    terms = licence.terms
    if is_id(PREFIX, terms.framework_id):
        version = int(terms.framework_version)
        item = get_framework(session, principal, terms.framework_id, version)
        store.add_licence(session, licence, item)


def suspended_under(
    session: Session, licence_ids: Collection[str], *, seq: int
) -> Mapping[str, tuple[Suspension, ...]]:
    """What was known at `seq` of suspensions under the frameworks of these licences, by licence.

    They reach a licence by what it says itself, so also one of somebody who left the group.
    """
    capability = SearchCapability("suspension", f"seq-{seq}")
    bound = store.suspending(session, capability, licence_ids)
    called = suspensions.suspensions_of(session, capability, set(bound.values()), up_to_seq=seq)
    known = [item for item in (as_known(each, seq) for each in called) if item is not None]
    found = {
        licence_id: tuple(item for item in known if item.group_id == group_id)
        for licence_id, group_id in bound.items()
    }
    return {licence_id: items for licence_id, items in found.items() if items}


def _before(session: Session, principal: Principal, group_id: str, framework_id: str) -> Framework:
    found = get_framework(session, principal, framework_id)
    if found.facts.group_id != group_id:
        raise _no_framework()
    return found


def _check_key(session: Session, principal: Principal, facts: FrameworkFacts) -> None:
    own = get_tenant(session, principal.tenant_id).did
    if own is not None and own != facts.key:
        raise BadProof(
            "Your organisation has published another key than this one.",
            next_step="Sign with the key of your organisation.",
            code="wrong-key",
        )


def _member(session: Session, facts: FrameworkFacts, terms: Terms) -> bool:
    capability = SearchCapability("framework", facts.id)
    found = groups.of_performers(session, capability, [terms.performer_id])
    return any(item.group_id == facts.group_id and item.left_seq is None for item in found)


def _tell(session: Session, item: Framework, now: datetime) -> None:
    capability = SearchCapability("framework", item.facts.id)
    for tenant_id in groups.member_tenants(session, capability, item.facts.group_id):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=PUBLISHED,
            subject_id=item.facts.id,
            facts={
                "group": item.facts.group_name,
                "title": item.facts.title,
                "version": str(item.facts.version),
            },
            now=now,
        )


def _no_framework() -> NotFound:
    return NotFound("There is no such framework.", next_step="List them: ebenbild framework list.")
