"""Before a licence is signed: what it would break that was promised, and what it would rest on."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from fingerprint.models import Reason
from licensing.exclusivity import conflicts
from licensing.models import Licence, LicenceInForce, Terms
from licensing.store import licences as store
from licensing.store import terminations
from licensing.sublicensing import LINKS_MAX, Link, chain_above, ended_above, outside
from licensing.termination import with_notice
from registry.service.works import works_above

_LATEST = 2**62  # beyond every sequence number: whatever is known


def scope_reasons(
    session: Session, principal: Principal, terms: Terms, *, now: datetime
) -> tuple[Reason, ...]:
    """Why the performer's side must not sign these terms, by its other licences; empty when it may.

    Broken exclusive promises, and a sublicence that does not lie within a parent in force.
    """
    known = store.of_performer(session, principal, terms.performer_id)
    others = as_ended(session, known, _LATEST)
    above = chain_above(terms, others)
    named = {name for item in others for name in item.terms.works} | {*terms.works}
    tree = works_above(session, SearchCapability("exclusivity", terms.performer_id), named)
    broken = conflicts(terms, others, now, resting_on=above, above=tree)
    return (*broken, *_parent_reasons(session, terms, others, now))


def as_ended(
    session: Session, licences: Sequence[LicenceInForce], up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """The same licences, ended by notice and by whatever was revoked above a sublicence."""
    ids = {name for item in licences for name in (item.id, item.terms.parent_licence_id)} - {""}
    capability = SearchCapability("termination", f"seq-{up_to_seq}")
    given = terminations.of_licences(session, capability, ids)
    return with_notice(with_chains(session, licences, up_to_seq), given, up_to_seq)


def with_chains(
    session: Session, licences: Sequence[LicenceInForce], up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """The same licences, each sublicence ended by whatever was revoked above it."""
    wanted = {item.terms.parent_licence_id for item in licences} - {""}
    if not wanted:
        return tuple(licences)
    links: dict[str, Link] = {}
    for _ in range(LINKS_MAX):
        found = store.links(session, SearchCapability("sublicence", f"seq-{up_to_seq}"), wanted)
        links.update(found)
        wanted = {link.parent_licence_id for link in found.values()} - {""} - links.keys()
        if not wanted:
            break
    return ended_above(licences, links, up_to_seq)


def below(session: Session, licence: Licence) -> tuple[tuple[str, str], ...]:
    """(licence, licensee) of the licence itself and of all that rests on it."""
    found = [(licence.id, licence.terms.licensee_id)]
    level = [licence.id]
    for _ in range(LINKS_MAX):
        capability = SearchCapability("sublicence", licence.id)
        rows = store.resting_on(session, capability, licence.terms.performer_id, level)
        found += rows
        level = [licence_id for licence_id, _ in rows]
        if not level:
            break
    return tuple(found)


def _parent_reasons(
    session: Session, terms: Terms, others: Sequence[LicenceInForce], now: datetime
) -> tuple[Reason, ...]:
    if not terms.parent_licence_id:
        return ()
    found = [item for item in others if item.id == terms.parent_licence_id]
    parent = found[0] if found else None
    if parent is None or parent.revoked_at is not None or parent.terms.valid_until <= now:
        return (Reason("parent-not-in-force", {"licence_id": terms.parent_licence_id}),)
    if len(chain_above(parent.terms, others)) == LINKS_MAX:
        return (Reason("sublicence-too-deep", {"links_max": LINKS_MAX}),)
    return outside(terms, parent.terms)
