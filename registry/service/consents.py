"""Whether a signed consent covers an act: asked again before every vector that is kept.

No consent, no vector. The kept bytes are verified anew each time, against the key history, so
that editing a row does not make a consent.
"""

from datetime import datetime

from sqlmodel import Session

from core import integrity
from core.canonical import parse_strict
from core.errors import NotAllowed
from core.keys import verification_method
from core.principal import Principal, system
from fingerprint.models import Modality, Reason
from registry.consent import ConsentTerms, consent_terms, coverage
from registry.models.excerpts import Excerpt
from registry.models.people import Enrolment, EnrolmentState, Purpose, Sample
from registry.service.keys import keys_at
from registry.store import enrolments, purposes


def require_consent(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    modality: Modality,
    purpose: Purpose,
    *,
    at: datetime,
) -> Enrolment:
    """The enrolment, when what was signed covers the act at `at`.

    Raises `NotAllowed` with every reason when it does not, `BadProof` when the kept bytes are
    not what the performer's key of that day signed, `NotFound` for another tenant's.
    """
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    if enrolment.consent is None or enrolment.state is EnrolmentState.WITHDRAWN:
        raise _no_consent(Reason("not-signed-or-withdrawn", {}))
    terms = _verified(session, enrolment.consent)
    reasons = coverage(
        terms, performer_id=enrolment.performer_id, modality=modality, purpose=purpose, at=at
    )
    if reasons:
        raise _no_consent(*reasons)
    if purpose in purposes.withdrawn(session, enrolment_id):
        raise _no_consent(Reason("purpose-withdrawn", {"purpose": purpose.value}))
    if terms.enrolment_id != enrolment.id:
        raise _no_consent(Reason("other-enrolment", {}))
    return enrolment


def is_covered(session: Session, held: Sample | Excerpt, purpose: Purpose, *, at: datetime) -> bool:
    """Whether the performer consented to have this done with what a sample holds."""
    principal, part = system(held.tenant_id), held.modality
    try:
        require_consent(session, principal, held.enrolment_id, part, purpose, at=at)
    except NotAllowed:
        return False
    return True


def _verified(session: Session, consent: bytes) -> ConsentTerms:
    # Step 1: the bytes are a consent.
    document = parse_strict(consent)
    terms = consent_terms(document)
    # Step 2: its issuer's key was bound to the performer when it was drafted.
    if terms.issuer not in keys_at(session, terms.performer_id, terms.valid_from):
        raise _no_consent(Reason("issuer-not-bound", {}))
    # Step 3: that key, and for a minor every guardian's, signed exactly these bytes.
    integrity.verify(document, expected={verification_method(did) for did in terms.signers})
    return terms


def _no_consent(*reasons: Reason) -> NotAllowed:
    return NotAllowed(
        f"No signed consent covers this: {', '.join(reason.code for reason in reasons)}.",
        next_step="Have the performer sign an enrolment that names this modality and purpose.",
        code="no-consent",
        reasons=reasons,
    )
