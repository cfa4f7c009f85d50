"""Certificates: issued for a cleared decision, and handed to whoever it belongs to.

A certificate is bound to the file by a hash that the studio discloses; that it is the hash of this
very file is checked against the keyed name under which the registry keeps it.
"""

import hashlib
import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.keys import PrivateKey
from core.principal import Principal, require
from core.vault import Vault
from fingerprint.content.models import Part
from fingerprint.misses import Lookup
from licensing.certificate import signed_certificate
from licensing.certifying import (
    declared_people,
    detected_people,
    licences_behind,
    release_of,
    remarks_of,
    search_of,
)
from licensing.models_certificate import (
    Certificate,
    CertificateFacts,
    CertificateState,
    Media,
    Standing,
)
from licensing.models_clearance import Clearance, Verdict
from licensing.service.certificatestates import facts_of, how_it_stands, standing_of
from licensing.service.clearances import SCOPE, get_clearance, latest_clearance
from licensing.service.licences import licences_by_id, licences_known
from licensing.service.statuslists import LIST_PLACES_MAX, drawn_place
from licensing.store import certificates as store
from licensing.store import cutacts
from registry.models.evidence import Submission
from registry.service.content import open_print
from registry.service.scans import get_scan
from registry.service.submissions import get_submission
from registry.service.works import get_cut, get_work

ISSUED = "certificate.issued"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Issuer:
    """With what certificates are made; `base_url` is the public address without a slash behind.

    `missed` says how often people are missed at a threshold, by its id.
    """

    registry_key: PrivateKey
    vault: Vault
    base_url: str
    missed: Lookup


def issue(
    session: Session,
    issuer: Issuer,
    principal: Principal,
    clearance_id: str,
    *,
    media_sha256: str = "",
    now: datetime,
) -> Certificate:
    """The certificate of a cleared decision; asked again, the same one.

    `media_sha256` (hex) is disclosed in it. Raises `Conflict` for a decision that is not CLEARED,
    not the newest or overtaken since, and `BadInput` for the hash of another file.
    """
    # Load.
    clearance = get_clearance(session, principal, clearance_id)
    require(principal, SCOPE)
    kept = store.of_clearance(session, principal, clearance_id)
    submission = get_submission(session, principal, clearance.submission_id)
    _check_hash(issuer.vault, submission, media_sha256)
    if kept is not None:
        return _same(kept, media_sha256)
    newest = latest_clearance(session, principal, submission.id)
    # Decide.
    _check_open(clearance, newest)
    media = Media(
        submission.object_name or "",
        media_sha256,
        _content(session, issuer.vault, principal, submission.id),
    )
    facts = _facts(
        session, issuer, principal, clearance, submission=submission, media=media, now=now
    )
    _check_valid(standing_of(session, principal, facts, submission.id, now))
    # Save.
    signed = signed_certificate(facts, issuer.registry_key)
    payload = {"vc_id": facts.vc_id, "sha256": hashlib.sha256(signed).hexdigest()}
    index = log.append(session, kind=ISSUED, subject_id=facts.id, payload=payload, at=now)
    made = Certificate(
        id=facts.id,
        tenant_id=clearance.tenant_id,
        clearance_id=clearance.id,
        submission_id=submission.id,
        cut_id=clearance.cut_id,
        seq=next_seq(session),
        known_seq=clearance.known_seq,
        release_at=clearance.release_at,
        status_list=facts.status_list,
        status_index=facts.status_index,
        issued_at=now,
        log_index=index,
        signed=signed,
    )
    store.add(session, made)
    return made


def get_certificate(
    session: Session, principal: Principal, clearance_id: str, *, now: datetime
) -> tuple[Certificate, Standing]:
    """The certificate of one decision of the caller's own, and how it stands; raises `NotFound`."""
    get_clearance(session, principal, clearance_id)
    require(principal, SCOPE)
    found = store.of_clearance(session, principal, clearance_id)
    if found is None:
        raise no_certificate()
    return found, how_it_stands(session, found, now)


def no_certificate() -> NotFound:
    """What whoever asks for a certificate that is not there is told."""
    return NotFound("There is no such certificate.", next_step="Have a cleared decision certified.")


def certificate_id(session: Session, principal: Principal, clearance_id: str) -> str | None:
    """The certificate of a decision of the caller's own; `None` while it has none."""
    found = store.of_clearance(session, principal, clearance_id)
    return None if found is None else found.id


def _facts(
    session: Session,
    issuer: Issuer,
    principal: Principal,
    clearance: Clearance,
    *,
    submission: Submission,
    media: Media,
    now: datetime,
) -> CertificateFacts:
    cut = get_cut(session, principal, clearance.cut_id)
    work = get_work(session, principal, cut.work_id)
    licences = licences_by_id(session, principal, clearance.decision.licence_ids)
    assert len(licences) == len(clearance.decision.licence_ids), "a licence relied on is missing"
    known = licences_known(
        session,
        principal,
        performer_ids={item.terms.performer_id for item in licences},
        licensee_id=clearance.tenant_id,
        up_to_seq=clearance.known_seq,
    )
    policy = cutacts.policy(session, principal, up_to_seq=clearance.known_seq)
    scan = get_scan(session, principal, clearance.scan_id)
    number, place = _free_place(session)
    return CertificateFacts(
        id=new_id("crt"),
        vc_id=uuid.uuid4().urn,
        issuer=issuer.registry_key.did,
        base_url=issuer.base_url,
        status_list=number,
        status_index=place,
        issued_at=now,
        clearance_id=clearance.id,
        decided_at=clearance.decided_at,
        log_index=clearance.log_index,
        studio_id=clearance.tenant_id,
        title=f"{work.title} · {cut.label}",
        cut_id=cut.id,
        media=media,
        release=release_of(submission.declaration),
        search=search_of(clearance, scan.thresholds, policy, issuer.missed),
        declared=declared_people(submission.declaration),
        detected=detected_people(clearance),
        licences=licences_behind(licences, known),
        remarks=remarks_of(clearance),
    )


def _content(
    session: Session, vault: Vault, principal: Principal, submission_id: str
) -> dict[str, str]:
    prints = {
        part.value: open_print(session, vault, principal, submission_id, part) for part in Part
    }
    return {
        part: hashlib.sha256(data).hexdigest() for part, data in prints.items() if data is not None
    }


def _check_hash(vault: Vault, submission: Submission, sha256: str) -> None:
    if not sha256:
        return
    if _SHA256.fullmatch(sha256) is None:
        raise BadInput(
            "This is no SHA-256.", next_step="Give 64 digits of 0-9 and a-f.", code="bad-sha256"
        )
    if submission.object_name is None:
        raise Conflict(
            "The file is no longer kept, so its hash cannot be confirmed.",
            next_step="Leave the hash out, or hand the file in again.",
        )
    name = vault.hmac_name(submission.tenant_id, bytes.fromhex(sha256))
    if not secrets.compare_digest(name, submission.object_name):
        raise BadInput(
            "This is the hash of another file than the one that was cleared.",
            next_step="Give the SHA-256 of the file exactly as it was handed in.",
            code="other-file",
        )


def _same(kept: Certificate, media_sha256: str) -> Certificate:
    if media_sha256 and facts_of(kept).media.sha256 != media_sha256:
        raise Conflict(
            "This certificate was issued without the file's hash, and signed bytes do not change.",
            next_step="Decide on the submission again, and have the new decision certified.",
        )
    return kept


def _check_open(clearance: Clearance, newest: Clearance) -> None:
    verdict = clearance.decision.verdict
    if verdict is not Verdict.CLEARED:
        raise Conflict(
            f"The decision is {verdict.value}: only a cleared one gets a certificate.",
            next_step="Read its reasons, and have the submission decided on again.",
            code="not-cleared",
        )
    if newest.id != clearance.id:
        raise Conflict(
            "There is a later decision on this submission.",
            next_step=f"Ask for the certificate of {newest.id}.",
            code="decided-again",
        )


def _check_valid(found: Standing) -> None:
    if found.state is not CertificateState.VALID:
        raise Conflict(
            f"Something has changed since the decision: it would be {found.state.value}.",
            next_step="Have the submission decided on again.",
            code="decided-again",
        )


def _free_place(session: Session) -> tuple[int, int]:
    number = store.newest_list(session)
    full = store.places_taken(session, number) >= LIST_PLACES_MAX
    return drawn_place(number + full, partial(store.place_taken, session))
