"""What follows when another registry is heard: lists are fetched, decisions are made anew.

A list that is not fetched in time leaves doubt, so every hour the worker asks; whoever holds a
list may hand it in instead.
"""

import logging
from collections.abc import Iterable

from sqlmodel import Session

from api.deciding import queue
from core import safepost
from core.clock import utc_now
from core.errors import EbenbildError
from core.ids import new_id
from core.init import World
from core.principal import Principal, require, system
from core.tenants import tenants_named
from licensing.models_foreign import Concerned, Imported
from licensing.service import clearances, imports, registries

LOG = logging.getLogger("ebenbild.registries")


def take(world: World, caller: Principal, performer_id: str, data: bytes) -> Imported:
    """Verify a bundle, take it, and have decided anew what it may change."""
    now = utc_now()
    with world.db.write() as session:
        side = imports.side_of(session, caller, performer_id, now=now)
    # Outside of the lock: verifying takes seconds where there are many licences.
    with world.db.read() as session:
        bundle = imports.verified_bundle(session, data, own_did=world.registry_key.did, now=now)
    with world.db.write() as session:
        made = imports.import_bundle(session, side, performer_id, bundle, now=now)
        if made.changed:
            _decide_anew(session, registries.of_performer(session, performer_id))
    return made


def take_list(session: Session, data: bytes) -> bool:
    """Take a status list, and have decided anew what rests on it or waits for it."""
    kept = registries.take_list(session, data, now=utc_now())
    if kept:
        _decide_anew(session, registries.standing_on(session, data))
    return kept


def distrust(session: Session, caller: Principal, did: str) -> None:
    """Trust a registry no more, and have decided anew what rests on its licences."""
    registries.end(session, caller, did, now=utc_now())
    _decide_anew(session, registries.of_registry(session, did))


def refresh_for(caller: Principal, world: World) -> tuple[tuple[str, str], ...]:
    """Fetch all lists on behalf of the operator; (address, what went wrong) of each."""
    require(caller, registries.SCOPE)
    return refresh(world)


def refresh(world: World) -> tuple[tuple[str, str], ...]:
    """Fetch every list that licences here stand on; nothing that is answered raises."""
    with world.db.read() as session:
        urls = registries.due(session)
    found = tuple((url, _fetch(world, url)) for url in urls)
    for url, fault in found:
        if fault:
            LOG.warning("the status list %s: %s", url, fault)
    return found


def _fetch(world: World, url: str) -> str:
    how = world.settings.webhooks
    try:
        answer = safepost.get(url, seconds_max=how.timeout_seconds, loopback=how.loopback)
        if not answer.arrived:
            return answer.fault or f"it answered {answer.status}"
        with world.db.write() as session:
            take_list(session, answer.body)
    except EbenbildError as exc:
        return exc.message
    return ""


def _decide_anew(session: Session, concerned: Iterable[Concerned]) -> None:
    """Queue each decision of a holder that rests on such a licence, or waits for one."""
    cause = new_id("fst")
    for item in concerned:
        for tenant in tenants_named(session, item.holder):
            studio = system(tenant.id)
            found = set(clearances.waiting_for(session, studio, item.performer_id))
            found |= set(clearances.resting_on(session, studio, item.licence_id))
            queue(session, studio, sorted(found), cause)
