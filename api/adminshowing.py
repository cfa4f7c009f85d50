"""What whoever runs the registry sees: organisations, ages of keys, models and thresholds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from api.accounts.store import people
from api.rates import one_in
from core import tenants
from core.decisionsettings import DecisionSettings
from core.init import World
from core.principal import Principal, require
from core.tenants import KeyInfo, Tenant
from fingerprint.models import Modality
from registry.service import encoders

SCOPE = "admin"
KEY_OLD = timedelta(days=365)
ORGANISATIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with how many people it has, and its keys in force, the oldest first."""

    tenant: Tenant
    people: int
    keys: tuple[KeyInfo, ...]


@dataclass(frozen=True, slots=True)
class Encoder:
    """The encoder of a modality in use, and how many prints it searches now.

    `identities` it was measured on, None where it never was; `provisional` with too few of them.
    """

    modality: Modality
    model_id: str
    prints: int
    identities: int | None
    provisional: bool


def show(session: Session, world: World, principal: Principal, now: datetime) -> dict[str, Any]:
    """Everything of the page but the examination; raises NotAllowed."""
    require(principal, SCOPE)
    found = organisations(session, principal, now)
    return {
        "organisations": found,
        "old_keys": sum(now - key.created_at > KEY_OLD for each in found for key in each.keys),
        "key_old": KEY_OLD,
        "alarms": alarms(world.settings.decision),
        "encoders": in_use(session, world, now),
    }


def organisations(
    session: Session, principal: Principal, now: datetime
) -> tuple[Organisation, ...]:
    """Every organisation up to a bound, those with the oldest key in force first."""
    found = [
        Organisation(
            each,
            len(people.members(session, principal, each.id)),
            tuple(key for key in tenants.list_keys(session, each.id) if _in_force(key, now)),
        )
        for each in tenants.list_tenants(session, limit=ORGANISATIONS_MAX)
    ]
    return tuple(sorted(found, key=lambda each: each.keys[0].created_at if each.keys else now))


def alarms(settings: DecisionSettings) -> dict[str, int]:
    """Of how many films one names, or asks about, somebody by chance."""
    return {
        "match": one_in(settings.false_matches_per_submission),
        "review": one_in(settings.false_reviews_per_submission),
    }


def in_use(session: Session, world: World, now: datetime) -> tuple[Encoder, ...]:
    """The encoders that serve, by what was measured of them; none before there are models."""
    # Imported here: they load the numerical libraries, which other pages do without.
    from fingerprint.calibrated import calibration_of  # noqa: PLC0415
    from fingerprint.weights.manifest import SHIPPED_ENCODERS  # noqa: PLC0415

    chosen = encoders.in_use(session)
    counted = encoders.prints_by_model(session, at=now)
    made = []
    for modality, shipped in SHIPPED_ENCODERS.items():
        model_id = chosen.get(modality, shipped)
        measured = calibration_of(world.settings.models_path, model_id)
        made.append(
            Encoder(
                modality,
                model_id,
                counted.get(model_id, 0),
                None if measured is None else measured.identities,
                provisional=measured is None or measured.provisional,
            )
        )
    return tuple(made)


def _in_force(key: KeyInfo, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
