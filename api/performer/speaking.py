"""Who speaks for a performer: guardians of a minor, holders of mandates, heirs."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.accounts.sessions import Visit
from api.performer.desk import Desk
from api.performer.signers import signing
from api.performer.whom import Whom
from core.init import World
from core.principal import Principal
from core.tenants import get_tenant
from registry.minority import adult_on, child_agrees, is_minor, minority_in
from registry.models.estates import Estate
from registry.models.guardianship import Guardian, Relation
from registry.models.heldkeys import HeldKey
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse
from registry.service import estates, guardians, heldkeys, heldkeyuse, mandates
from registry.service.sealedtexts import open_guardian

USES_SHOWN = 5


def speaking_page(session: Session, acting: Whom, desk: Desk, now: datetime) -> dict[str, Any]:
    """Guardians, mandates and estates of one performer, each with what can be done about it."""
    who, side = acting.performer.id, acting.side
    world, visit = desk.world, desk.visit
    minority = minority_in(acting.performer)
    found = guardians.list_guardians(session, side, who) if acting.near else ()
    claims = estates.estates_of(session, side, who) if acting.near else ()
    return {
        "minor": is_minor(minority, now),
        "adult_on": None if minority is None else adult_on(minority.born_on),
        "agrees_on": None if minority is None else minority.agrees_on,
        "agrees": minority is not None and child_agrees(minority, now),
        "guardians": [_guardian(world, visit, item) for item in found],
        "mandates": [_mandate(session, item, now) for item in _given(session, acting)],
        "held": [_held(session, side, item) for item in _keys(session, acting)],
        "estates": [{"estate": item, "heirs": _heirs(world, item)} for item in claims],
        "relations": tuple(Relation),
        "acts": tuple(Act),
        "kinds": tuple(KindOfUse),
        "me": visit.session.person_id,
        "today": f"{now:%Y-%m-%d}",
        "signing": signing(session, world.vault, visit, side, who, now=now),
    }


def state_of(item: Mandate, now: datetime) -> str:
    """In a word where a signed mandate stands: `revoked`, `coming`, `ended` or `force`."""
    if item.revoked_at is not None:
        return "revoked"
    if now < item.terms.valid_from:
        return "coming"
    return "force" if now < item.terms.valid_until else "ended"


def _given(session: Session, acting: Whom) -> tuple[Mandate, ...]:
    """Signed mandates, newest first; an agent sees those that he acts under."""
    if acting.mandate is not None:
        return acting.mandates
    found = mandates.list_mandates(session, acting.side, performer_id=acting.performer.id)
    signed = [item for item in found if item.signed_at is not None]
    return tuple(sorted(signed, key=lambda item: item.seq or 0, reverse=True))


def _keys(session: Session, acting: Whom) -> tuple[HeldKey, ...]:
    """Keys with which agencies sign for this performer, those that still do first."""
    found = heldkeys.list_keys(session, acting.side, performer_id=acting.performer.id)
    newest = sorted(found, key=lambda item: item.began_at, reverse=True)
    return tuple(sorted(newest, key=lambda item: item.ended_at is not None))


def _held(session: Session, side: Principal, item: HeldKey) -> dict[str, Any]:
    return {
        "key": item,
        "uses": heldkeyuse.uses_of(session, side, key_id=item.id, limit=USES_SHOWN),
    }


def _guardian(world: World, visit: Visit, item: Guardian) -> dict[str, Any]:
    return {
        "guardian": item,
        "name": open_guardian(world.vault, item),
        "me": item.person is not None and item.person == visit.session.person_id,
    }


def _mandate(session: Session, item: Mandate, now: datetime) -> dict[str, Any]:
    return {
        "mandate": item,
        "holder": get_tenant(session, item.terms.holder_id).name,
        "state": state_of(item, now),
    }


def _heirs(world: World, item: Estate) -> list[tuple[str, str]]:
    return [(estates.heir_name(world.vault, item, one), str(one.share)) for one in item.heirs]
