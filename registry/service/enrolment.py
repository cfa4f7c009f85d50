"""Enrolment: a consent is drafted here, signed by the performer elsewhere, and kept as it is.

The server never signs for a performer; it only checks. Withdrawing takes one call, as giving
consent did, and the vectors go in the same transaction.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import jobs, log
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.errors import BadInput, BadProof, Conflict
from core.ids import new_id
from core.keys import verification_method as method_of
from core.principal import Principal, SearchCapability, require
from fingerprint.models import Modality, Reason
from registry.consent import ConsentTerms, check_consent, consent_document, consent_terms
from registry.cosigning import NO_SIGNATURES, require_same, to_sign, with_proofs
from registry.enrolment import Step, advance
from registry.minority import consent_ends, minority_in
from registry.models.people import Enrolment, EnrolmentState, Purpose, SigningRequest
from registry.quotas import ENROLMENTS_MAX
from registry.service.guardians import guardians_due
from registry.service.keys import keys_at, require_key
from registry.service.quotas import require_quota
from registry.store import challenges, enrolments, excerpts, people, prints, samples, traces

SCOPE = "performers"
ERASE_JOB = "erase"
MINOR_DAYS_MAX = 730


def draft_enrolment(
    session: Session,
    principal: Principal,
    performer_id: str,
    modalities: Collection[Modality],
    purposes: Collection[Purpose],
    *,
    base_url: str,
    now: datetime,
    valid_until: datetime | None = None,
    minor_days_max: int = MINOR_DAYS_MAX,
    quota_per_month: int = ENROLMENTS_MAX,
) -> SigningRequest:
    """Make the consent for the performer to sign with the key that is bound now.

    Every guardian of a minor signs too, and the consent ends after `minor_days_max`. Raises
    `NotFound` for another tenant's performer, `Conflict` while no key is bound or no guardian is
    named, `BadInput` for a consent to nothing.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    issuer = require_key(session, performer.id, now)
    due = guardians_due(session, principal, performer_id, now)
    # Decide.
    require_quota(session, principal, usual=quota_per_month, now=now)
    if performer.deceased_on is not None:
        raise Conflict("Nobody is enrolled after death.", next_step="Heirs may withdraw what is.")
    terms = ConsentTerms(
        enrolment_id=new_id("enr"),
        performer_id=performer.id,
        issuer=issuer,
        modalities=tuple(sorted(set(modalities))),
        purposes=tuple(sorted(set(purposes))),
        valid_from=now,
        valid_until=consent_ends(
            minority_in(performer), valid_until, days_max=minor_days_max, at=now
        ),
        guardians=tuple(item.did for item in due),
    )
    _refuse(check_consent(terms))
    document = consent_document(terms, base_url=base_url)
    request = to_sign(terms.enrolment_id, document, terms.signers, to_text(now))
    # Save.
    draft = enrolments.ConsentDraft(document, request.options.verification_method)
    enrolments.add_enrolment(session, _enrolment(principal, terms), draft)
    return request


def sign_enrolment(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    signature: bytes,
    verification_method: str,
    *,
    now: datetime,
    cosigned: Mapping[str, bytes] = NO_SIGNATURES,
) -> Enrolment:
    """Keep the performer's signature under the drafted consent, and those of all guardians.

    `cosigned` are the guardians' by verification method. Raises `BadProof` when one is missing,
    does not hold or is not by the key in force now, `Conflict` when the enrolment is not an
    unsigned draft or other people have custody by now.
    """
    # Load.
    require(principal, SCOPE)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    draft = enrolments.get_consent_draft(session, principal, enrolment_id)
    in_force = {method_of(did) for did in keys_at(session, enrolment.performer_id, now)}
    due = guardians_due(session, principal, enrolment.performer_id, now)
    # Decide.
    state = advance(enrolment.state, Step.SIGN)
    if enrolment.consent is not None:
        raise Conflict(
            "This consent is signed already.",
            next_step="Hand in samples under it, or draft another.",
            code="enrolment-state",
        )
    if verification_method != draft.verification_method or verification_method not in in_force:
        raise BadProof(
            "The consent must be signed with the performer's present key.",
            next_step="Draft the enrolment again and sign with the key it names.",
            code="wrong-key",
        )
    terms = consent_terms(draft.document)
    require_same(terms.guardians, due)
    signatures = {**cosigned, verification_method: signature}
    signed = with_proofs(draft.document, terms.signers, signatures, to_text(enrolment.created_at))
    # Save.
    consent = canonical(signed)
    seq = next_seq(session)
    enrolments.save_signature(
        session, principal, enrolment_id, state=state, consent=consent, seq=seq, at=now
    )
    _log(session, "enrolment.signed", enrolment_id, consent, now)
    return enrolments.get_enrolment(session, principal, enrolment_id)


def withdraw_enrolment(
    session: Session, principal: Principal, enrolment_id: str, *, now: datetime
) -> Enrolment:
    """End an enrolment and erase every vector that rests on it, at once.

    A job of kind `erase` follows, which destroys the data key when this is committed, so that
    copies in backups go too. Raises `Conflict` when it is withdrawn already.
    """
    # Load.
    require(principal, SCOPE)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    # Decide.
    state = advance(enrolment.state, Step.WITHDRAW)
    # Save.
    enrolments.save_state(session, principal, enrolment_id, state, withdrawn_at=now)
    prints.withdraw_prints(session, principal, enrolment_id, at=now)
    challenges.forget(session, principal, enrolment_id)
    excerpts.forget(session, principal, enrolment_id)
    capability = SearchCapability("erasure", enrolment_id)
    traces.erase_by_consent(session, capability, enrolment_id)
    withdrawn = Reason("enrolment-withdrawn", {})
    samples.settle_open_samples(session, principal, enrolment_id, withdrawn, at=now)
    jobs.enqueue(
        session,
        principal,
        kind=ERASE_JOB,
        subject_key=enrolment_id,
        payload={"enrolment_id": enrolment_id},
    )
    _log(session, "enrolment.withdrawn", enrolment_id, enrolment.consent or b"", now)
    return enrolments.get_enrolment(session, principal, enrolment_id)


def get_enrolment(session: Session, principal: Principal, enrolment_id: str) -> Enrolment:
    """One enrolment of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return enrolments.get_enrolment(session, principal, enrolment_id)


def list_enrolments(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Enrolment, ...]:
    """A performer's enrolments, oldest first."""
    require(principal, SCOPE)
    return enrolments.list_enrolments(session, principal, performer_id)


def _enrolment(principal: Principal, terms: ConsentTerms) -> Enrolment:
    return Enrolment(
        id=terms.enrolment_id,
        tenant_id=principal.tenant_id,
        performer_id=terms.performer_id,
        state=EnrolmentState.DRAFT,
        modalities=terms.modalities,
        purposes=terms.purposes,
        valid_until=terms.valid_until,
        consent=None,
        created_at=terms.valid_from,
        signed_at=None,
        withdrawn_at=None,
    )


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise BadInput(
            f"This consent cannot be signed: {', '.join(reason.code for reason in reasons)}.",
            next_step="Name a modality, a purpose (for minors no training, no comparison), and "
            "a later end.",
            code=reasons[0].code,
            reasons=reasons,
        )


def _log(session: Session, kind: str, enrolment_id: str, consent: bytes, at: datetime) -> None:
    payload = {"enrolment": enrolment_id, "consent": hashlib.sha256(consent).hexdigest()}
    log.append(session, kind=kind, subject_id=enrolment_id, payload=payload, at=at)
