"""What becomes of certificates: how each stands after all that happened since, and who is told."""

from datetime import datetime, timedelta

from sqlmodel import Session

from core import log, notices
from core.db import next_seq
from core.principal import Principal, system
from fingerprint.models import Reason
from licensing.certificate import certificate_facts
from licensing.certificatestate import released_at, standing
from licensing.credential import parse_signed
from licensing.models_certificate import (
    Certificate,
    CertificateFacts,
    CertificateState,
    LicenceNow,
    Since,
    Standing,
)
from licensing.service.frameworks import suspended_under
from licensing.service.licences import licences_known
from licensing.service.suspensions import suspensions_known
from licensing.store import certificates as store
from licensing.suspension import in_the_way
from registry.models.works import KindOfUse

CHANGED = "certificate.changed"
NOTICES = {
    CertificateState.VALID: "valid",
    CertificateState.CONSENT_SINCE_REVOKED: "revoked",
    CertificateState.EXPIRED: "expired",
    CertificateState.VOID: "void",
}
_EVER = 2**62


def facts_of(item: Certificate) -> CertificateFacts:
    """What a certificate says."""
    return certificate_facts(parse_signed(item.signed))


def how_it_stands(session: Session, item: Certificate, now: datetime) -> Standing:
    """The state of a certificate after all that happened since; VOID stays, once it was told."""
    told = store.last_change(session, item.id)
    if told is not None and told.state is CertificateState.VOID:
        return told
    return standing_of(session, system(item.tenant_id), facts_of(item), item.submission_id, now)


def watch(session: Session, studio: Principal, submission_id: str, *, now: datetime) -> int:
    """Tell the studio of each certificate of a submission that stands otherwise; returns how many.

    Every change is logged; call it after a decision, in its transaction.
    """
    changed = 0
    for item in store.of_submission(session, studio, submission_id):
        told = store.last_change(session, item.id)
        found = how_it_stands(session, item, now)
        if found.state is not (CertificateState.VALID if told is None else told.state):
            _tell(session, item, found, now)
            changed += 1
    return changed


def standing_of(
    session: Session,
    studio: Principal,
    facts: CertificateFacts,
    submission_id: str,
    now: datetime,
) -> Standing:
    """The state of what a certificate says, whatever was told of it before."""
    behind = {item.licence_id for item in facts.licences}
    known = licences_known(
        session,
        studio,
        performer_ids={item.performer_id for item in facts.detected},
        licensee_id=facts.studio_id,
        up_to_seq=_EVER,
    )
    seq = facts.search.known_seq
    since = Since(
        decisions=store.other_answers(session, studio, submission_id, after_seq=seq),
        licences=tuple(
            LicenceNow(item.id, item.terms.valid_until, item.revoked_at)
            for item in known
            if item.id in behind
        ),
        suspended=_suspended(session, facts),
    )
    return standing(seq, facts.release.on, since, now)


def _suspended(session: Session, facts: CertificateFacts) -> tuple[Reason, ...]:
    """Which consent that it rests on was suspended since, for some part of its release day."""
    under = [item for item in facts.detected if item.licence_id and item.kind]
    end = released_at(facts.release.on)
    known = suspensions_known(session, {item.performer_id for item in under}, seq=_EVER)
    bound = suspended_under(session, {item.licence_id or "" for item in under}, seq=_EVER)
    start, seq = end - timedelta(days=1), facts.search.known_seq
    found: list[Reason] = []
    for item in under:
        reach = (*known.get(item.performer_id, ()), *bound.get(item.licence_id or "", ()))
        later = [each for each in reach if each.since_seq > seq]
        found += in_the_way(later, KindOfUse(item.kind), start, end)
    return tuple(found)


def _tell(session: Session, item: Certificate, found: Standing, now: datetime) -> None:
    payload = {"state": found.state.value}
    index = log.append(session, kind=CHANGED, subject_id=item.id, payload=payload, at=now)
    store.add_change(session, item, found, seq=next_seq(session), log_index=index, at=now)
    notices.notify(
        session,
        tenant_id=item.tenant_id,
        person=None,
        kind=f"certificate.{NOTICES[found.state]}",
        subject_id=item.clearance_id,
        facts={"certificate": item.id, "cut": item.cut_id},
        now=now,
    )
