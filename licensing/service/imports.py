"""Takes a bundle of consents from another registry: verified, bound to a performer here, kept.

The performer must be known here and hold the very key that the other registry bound last; its key
and the keys of its log are those that the operator pinned, never those that the bundle brings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.canonical import parse_strict
from core.clock import from_text
from core.db import next_seq
from core.errors import BadProof, Conflict
from core.ids import new_id
from core.principal import Principal, SearchCapability
from licensing.bundlecheck import TRUST_STEP, Known, log_size, verify_bundle
from licensing.bundleparts import signed_at
from licensing.credential import LicenceFacts, licence_facts
from licensing.extracts import digest, suspension_dict
from licensing.models_extract import CarriedLicence, Extract
from licensing.models_foreign import ForeignLicence, Imported
from licensing.models_verification import StepState
from licensing.service.registries import known, take_list
from licensing.store import foreign as store
from registry.keyhistory import check_history
from registry.minority import adult_on, midnight
from registry.models.mandates import Act
from registry.models.people import Performer
from registry.service import keys, people
from registry.service.acting import represent

TAKEN = "bundle.taken"
# What an import does not wait for: receipts may be cosigned by nobody, lists be older than a day.
_MAY_BE_OPEN = frozenset({"witnesses", "of-today"})

_TRUST_FIRST = "Check its key with that registry's operator, then: ebenbild registry trust."
_ASK_AGAIN = "ebenbild verify shows every step; ask the other registry for the bundle as it was."


@dataclass(frozen=True, slots=True)
class _Side:
    """Whose consents these are here: the performer's organisation and the performer."""

    tenant_id: str
    performer_id: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle in which every step held, with what was trusted; extracts with their exact bytes.

    `writer` is the did:key of the registry that wrote it; own extracts that came back are left out.
    """

    writer: str
    extracts: tuple[tuple[Extract, bytes], ...]
    sha256: str
    trusted: Known


def side_of(
    session: Session, principal: Principal, performer_id: str, *, now: datetime
) -> Principal:
    """The principal who takes a bundle for this performer: the own side, or under a mandate.

    Raises `NotFound` and `NotAllowed` as every act for a performer does, `Conflict` after erasure.
    """
    side = represent(session, principal, performer_id, Act.READ, now=now)
    people.require_standing(session, side, performer_id)
    return side


def verified_bundle(session: Session, data: bytes, *, own_did: str, now: datetime) -> Verified:
    """Verify a bundle by what is pinned here; takes no lock, for it may take seconds.

    Raises `BadProof` naming the step that fails.
    """
    trusted = known(session, now, own_did=own_did)
    report, bundle = verify_bundle(data, trusted)
    for step in report.steps:
        may_be_open = step.state is StepState.NOT_CHECKED and step.name in _MAY_BE_OPEN
        if step.state is not StepState.OK and not may_be_open:
            raise BadProof(
                f"The bundle is refused, step {step.number} {step.name}: {step.detail}",
                next_step=_TRUST_FIRST if step.name == TRUST_STEP else _ASK_AGAIN,
                code=f"bundle-{step.name}",
            )
    assert bundle is not None, "every step held and nothing was read"
    pairs = zip(bundle.extracts, bundle.signed, strict=True)
    others = tuple((extract, signed) for extract, signed in pairs if extract.registry != own_did)
    return Verified(bundle.extracts[0].registry, others, digest(data), trusted)


def import_bundle(
    session: Session, principal: Principal, performer_id: str, bundle: Verified, *, now: datetime
) -> Imported:
    """Take what other registries say of a performer here; the same bundle twice changes nothing.

    `principal` is as `side_of` gave it. Raises `BadProof` (`older-bundle`) for one that was written
    before another, `Conflict` (`other-key`) where the performer's key here is not the one bound
    there last.
    """
    # Load.
    performer = people.require_standing(session, principal, performer_id)
    side = _Side(performer.tenant_id, performer_id)
    bound = frozenset(keys.keys_at(session, performer_id, now))
    kept = {item.registry: item for item in store.newest_extracts(session, principal, performer_id)}
    # Decide.
    _check_keys(bundle, bound)
    news = [
        (extract, signed)
        for extract, signed in bundle.extracts
        if _is_news(extract, signed, kept.get(extract.registry), bundle.trusted)
    ]
    for extract, _ in news:
        _check_nothing_lost(session, extract)
    _check_childhood(performer, [extract for extract, _ in news])
    # Save.
    new = sum(
        _keep(session, side, extract, signed, bundle.trusted, now=now) for extract, signed in news
    )
    if news:
        told = {"sha256": bundle.sha256, "new": str(new)}
        audit.record(
            session, principal, action=TAKEN, subject_id=performer_id, details=told, now=now
        )
    carried = [licence for extract, _ in bundle.extracts for licence in extract.licences]
    return Imported(
        performer_id=performer_id,
        registries=tuple(extract.registry for extract, _ in bundle.extracts),
        licences=tuple(item.id for item in carried),
        new=new,
        revoked=sum(item.revoked_at is not None for item in carried),
        changed=bool(news),
    )


def _check_keys(bundle: Verified, bound: frozenset[str]) -> None:
    """Raises `Conflict` unless all of it is about whoever holds the key that is bound here.

    What the writer was brought may rest on a key that he saw replaced since.
    """
    accepted = bound
    for extract, _ in bundle.extracts:
        history = check_history(extract.keys, registry=extract.registry)
        if history[-1].did not in accepted:
            raise Conflict(
                "The performer's key here is not the one that the other registry bound last.",
                next_step="Bind the same key in both registries (ebenbild performer rekey), and "
                "take a new bundle.",
                code="other-key",
            )
        if extract.registry == bundle.writer:
            accepted = bound | {item.did for item in history}


def _is_news(
    extract: Extract, signed: bytes, held: store.KeptExtract | None, trusted: Known
) -> bool:
    if held is None:
        return True
    if held.sha256 == digest(signed):
        return False
    if held.foreign_performer_id != extract.performer_id:
        raise BadProof("The other registry knows this key as another performer's by now.")
    if log_size(extract, trusted) < held.log_size or extract.made_at < held.made_at:
        raise BadProof(
            "A newer bundle was taken already: this one was written before it.",
            next_step="Write a new bundle at the other registry.",
            code="older-bundle",
        )
    return True


def _check_nothing_lost(session: Session, extract: Extract) -> None:
    capability = SearchCapability("bundle", extract.performer_id)
    before = {
        item.vc_id
        for item in store.of_registry(session, capability, extract.registry)
        if item.foreign_performer_id == extract.performer_id
    }
    now = {str(parse_strict(item.document).get("id")) for item in extract.licences}
    if before - now:
        raise BadProof(
            f"{len(before - now)} licence(s) that were here before are missing from the bundle.",
            next_step="Ask the other registry why.",
            code="bundle-lost-licences",
        )


def _check_childhood(performer: Performer, extracts: Sequence[Extract]) -> None:
    if performer.born_on is None:
        return
    of_age = midnight(adult_on(performer.born_on))
    for extract in extracts:
        for licence in extract.licences:
            facts = licence_facts(parse_strict(licence.document))
            if signed_at(licence) < of_age and not facts.guardians:
                raise BadProof(
                    f"Licence {licence.id} was signed for a minor without any guardian.",
                    next_step="It binds nobody here; ask for a licence that guardians signed.",
                    code="no-guardian",
                )


def _keep(
    session: Session,
    side: _Side,
    extract: Extract,
    signed: bytes,
    trusted: Known,
    *,
    now: datetime,
) -> int:
    """Write an extract, its licences and how they stand; returns how many are new here."""
    kept = store.KeptExtract(
        registry=extract.registry,
        foreign_performer_id=extract.performer_id,
        sha256=digest(signed),
        log_size=log_size(extract, trusted),
        made_at=extract.made_at,
        signed=signed,
    )
    store.add_extract(
        session,
        kept,
        tenant_id=side.tenant_id,
        performer_id=side.performer_id,
        seq=next_seq(session),
        at=now,
    )
    new = 0
    for licence in extract.licences:
        facts = licence_facts(parse_strict(licence.document))
        item = _licence(session, side, extract, licence, facts)
        if item.seq == 0:
            item = replace(item, seq=next_seq(session))
            store.add_licence(session, item, at=now)
            new += 1
        told = store.State(
            made_at=extract.made_at,
            revoked_at=licence.revoked_at,
            ends_at=licence.ends_at,
            suspensions=tuple(suspension_dict(each) for each in extract.suspensions),
        )
        store.add_state(session, item, told, seq=next_seq(session), at=now)
    for data in extract.status_lists:
        if now < from_text(str(parse_strict(data)["validUntil"])):
            take_list(session, data, replayed=True, now=now)
    return new


def _licence(
    session: Session,
    side: _Side,
    extract: Extract,
    licence: CarriedLicence,
    facts: LicenceFacts,
) -> ForeignLicence:
    """The licence as it is kept here already, or a new one, whose `seq` is 0 until it is kept."""
    capability = SearchCapability("bundle", licence.id)
    for item in store.of_registry(session, capability, extract.registry, vc_id=facts.vc_id):
        return item
    return ForeignLicence(
        id=new_id("flc"),
        tenant_id=side.tenant_id,
        performer_id=side.performer_id,
        registry=extract.registry,
        foreign_performer_id=extract.performer_id,
        foreign_id=licence.id,
        vc_id=facts.vc_id,
        subject_id=facts.subject_id,
        tariff_id=new_id("tar"),
        signed_at=signed_at(licence),
        seq=0,
        document=licence.document,
    )
