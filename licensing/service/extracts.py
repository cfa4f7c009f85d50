"""Writes what this registry knows of one performer's consents, signed, for another registry.

The performer takes it, or an agent whose mandate lets him read; what other registries said before
goes along byte for byte.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit, log, logwitnesses, receipts
from core.checkpoints import newest
from core.errors import Conflict
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability
from core.tlogpolicy import Policy, format_policy
from licensing.extracts import BUNDLE_BYTES_MAX, bundle_bytes, digest, signed_extract
from licensing.models import Licence
from licensing.models_extract import (
    Brought,
    CarriedConsent,
    CarriedGuardian,
    CarriedKey,
    CarriedLicence,
    CarriedStanding,
    Extract,
)
from licensing.service.licences import list_licences, status_list_credential
from licensing.service.statuslists import suspension_list_credential
from licensing.service.suspensions import suspensions_known
from licensing.store import foreign, standings, terminations
from licensing.store.licences import ROWS_MAX
from registry.models.mandates import Act
from registry.service import enrolment, guardians, heldkeys, keys, people
from registry.service.acting import represent

WRITTEN = "bundle.written"
_EVER = 2**62


@dataclass(frozen=True, slots=True)
class Writer:
    """By whom extracts are signed: the registry, at its public address, with its log's quorum."""

    registry_key: PrivateKey
    base_url: str
    quorum: int


def write_bundle(
    session: Session, writer: Writer, principal: Principal, performer_id: str, *, now: datetime
) -> bytes:
    """The bundle of one performer; call it in `write()`, which records who took it.

    Raises `NotFound` for another's performer, `NotAllowed` without a mandate that lets read,
    `Conflict` for one who was erased or has no key, or has more than a bundle holds.
    """
    # Load.
    side = represent(session, principal, performer_id, Act.READ, now=now)
    people.require_standing(session, side, performer_id)
    found = foreign.newest_extracts(session, side, performer_id)
    others = [item for item in found if item.registry != writer.registry_key.did]
    extract = _extract(session, writer, side, performer_id, others, now=now)
    # Decide.
    own = signed_extract(extract, writer.registry_key)
    data = bundle_bytes([own, *(item.signed for item in others)])
    if len(data) > BUNDLE_BYTES_MAX:
        raise Conflict(
            f"The bundle would be larger than {BUNDLE_BYTES_MAX} bytes.",
            next_step="Ask the operator: this performer has more licences than one bundle holds.",
        )
    # Save.
    told = {"sha256": digest(data), "licences": str(len(extract.licences))}
    audit.record(session, principal, action=WRITTEN, subject_id=performer_id, details=told, now=now)
    return data


def _extract(
    session: Session,
    writer: Writer,
    side: Principal,
    performer_id: str,
    others: Iterable[foreign.KeptExtract],
    *,
    now: datetime,
) -> Extract:
    bound = keys.key_history(session, performer_id)
    beside = heldkeys.list_keys(session, side, performer_id=performer_id)
    if not bound and not beside:
        raise Conflict(
            "No key is bound to this performer, so nothing was signed.",
            next_step="Bind the performer's key first.",
            code="no-key",
        )
    policy = logwitnesses.policy(session, writer.quorum)
    held = list_licences(session, side, performer_id=performer_id, limit=ROWS_MAX)[::-1]
    own = [item for item in held if item.tenant_id == side.tenant_id]
    return Extract(
        registry=writer.registry_key.did,
        base_url=writer.base_url,
        performer_id=performer_id,
        made_at=now,
        checkpoint=newest(session).full,
        policy=format_policy(policy),
        keys=tuple(item.statement for item in bound),
        consents=_consents(session, side, performer_id, policy),
        guardians=_guardians(session, side, performer_id),
        licences=_licences(session, own, policy),
        standings=_standings(session, performer_id, policy),
        suspensions=suspensions_known(session, [performer_id], seq=_EVER).get(performer_id, ()),
        status_lists=_lists(session, writer, own, now),
        brought=tuple(Brought(item.registry, digest(item.signed)) for item in others),
        held_keys=tuple(CarriedKey(item.statement, item.ended_at) for item in beside),
    )


def _consents(
    session: Session, side: Principal, performer_id: str, policy: Policy
) -> tuple[CarriedConsent, ...]:
    return tuple(
        CarriedConsent(item.consent, item.withdrawn_at, _receipts(session, item.id, policy))
        for item in enrolment.list_enrolments(session, side, performer_id)
        if item.consent is not None
    )


def _guardians(session: Session, side: Principal, performer_id: str) -> tuple[CarriedGuardian, ...]:
    return tuple(
        CarriedGuardian(item.did, item.relation.value, item.since, item.until)
        for item in guardians.list_guardians(session, side, performer_id)
    )


def _licences(session: Session, own: list[Licence], policy: Policy) -> tuple[CarriedLicence, ...]:
    capability = SearchCapability("termination", "extract")
    given = terminations.of_licences(session, capability, [item.id for item in own])
    return tuple(
        CarriedLicence(
            id=item.id,
            document=item.signed,
            revoked_at=item.revoked_at,
            ends_at=given[item.id].ends_at if item.id in given else None,
            receipts=_receipts(session, item.id, policy),
        )
        for item in own
    )


def _standings(session: Session, performer_id: str, policy: Policy) -> tuple[CarriedStanding, ...]:
    return tuple(
        CarriedStanding(item.signed, _receipts(session, item.id, policy))
        for item in standings.newest(session, [performer_id]).values()
    )


def _lists(
    session: Session, writer: Writer, own: list[Licence], now: datetime
) -> tuple[bytes, ...]:
    key, base_url = writer.registry_key, writer.base_url
    return tuple(
        write(session, key, base_url=base_url, now=now, number=number)
        for number in sorted({item.status_list for item in own})
        for write in (status_list_credential, suspension_list_credential)
    )


def _receipts(session: Session, subject_id: str, policy: Policy) -> tuple[str, ...]:
    return tuple(
        receipts.receipt(session, leaf, policy, opened=True)
        for leaf in log.leaves_about(session, subject_id)
    )
