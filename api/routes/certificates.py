"""Certificates over HTTP: issued to the studio, and how one stands for anybody who holds it."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.routes.licences import CREDENTIAL_TYPE
from api.wire import FROZEN, ReasonOut
from core.clock import utc_now
from core.init import World
from licensing import assets
from licensing.certificate import state_url
from licensing.models_certificate import Certificate, Standing
from licensing.service import certificatepublic, certificates
from licensing.service.certificates import Issuer
from licensing.service.certificatestates import facts_of, how_it_stands

public = APIRouter(tags=["public"])
router = APIRouter(tags=["certificates"])
JSON_LD = "application/ld+json"


class Asked(BaseModel):
    """What the certificate is to disclose: the SHA-256 (hex) of the file, or nothing of it."""

    model_config = FROZEN

    media_sha256: Annotated[str, Field(max_length=64)] = ""


class CertificateOut(BaseModel):
    """A certificate and how it stands: VALID, VALID_CONSENT_SINCE_REVOKED, EXPIRED or VOID.

    `since` is null while it is VALID. `status` is where anybody asks how it stands; the signed
    bytes are at `credential`.
    """

    id: str
    clearance_id: str
    state: str
    since: datetime | None
    reasons: list[ReasonOut]
    issued_at: datetime
    log_index: int
    media_sha256: str
    status: str
    credential: str

    @classmethod
    def of(cls, item: Certificate, found: Standing) -> Self:
        """The certificate as data."""
        facts = facts_of(item)
        return cls(
            id=item.id,
            clearance_id=item.clearance_id,
            state=found.state.value,
            since=found.since,
            reasons=[ReasonOut.of(reason) for reason in found.reasons],
            issued_at=item.issued_at,
            log_index=item.log_index,
            media_sha256=facts.media.sha256,
            status=state_url(facts.base_url, item.id),
            credential=f"/v1/clearances/{item.clearance_id}/certificate/credential",
        )


@router.post(
    "/clearances/{clearance_id}/certificate", status_code=201, response_model=CertificateOut
)
def issue(clearance_id: str, body: Asked, writing: Writing, world: Open) -> Response:
    """Certify a cleared decision; asked again, the same certificate."""
    now = utc_now()

    def made(session: Session) -> CertificateOut:
        item = certificates.issue(
            session,
            issuer_of(world),
            writing.caller,
            clearance_id,
            media_sha256=body.media_sha256,
            now=now,
        )
        return CertificateOut.of(item, how_it_stands(session, item, now))

    return writing.write(made)


@router.get("/clearances/{clearance_id}/certificate", response_model=CertificateOut)
def show(clearance_id: str, caller: Caller, reading: Reading) -> CertificateOut:
    """The certificate of a decision, and how it stands now."""
    found = certificates.get_certificate(reading, caller, clearance_id, now=utc_now())
    return CertificateOut.of(*found)


@router.get("/clearances/{clearance_id}/certificate/credential", response_class=Response)
def credential(clearance_id: str, caller: Caller, reading: Reading) -> Response:
    """The exact signed bytes of a certificate, to be handed on and verified offline."""
    item, _ = certificates.get_certificate(reading, caller, clearance_id, now=utc_now())
    return Response(item.signed, media_type=CREDENTIAL_TYPE)


@public.get("/certificates/{certificate_id}/status", response_class=Response)
def state(certificate_id: str, reading: Reading, world: Open) -> Response:
    """How does a certificate stand? Signed, good for a day, and it names nobody."""
    data = certificatepublic.signed_state(reading, issuer_of(world), certificate_id, now=utc_now())
    return Response(data, media_type=CREDENTIAL_TYPE)


@public.get("/certificate-status/{number}", response_class=Response)
def void_list(number: int, reading: Reading, world: Open) -> Response:
    """Which certificates are void? A signed bitstring that tells nothing else."""
    data = certificatepublic.void_list(reading, issuer_of(world), number, now=utc_now())
    return Response(data, media_type=CREDENTIAL_TYPE)


@public.get("/ns/certificate/v1", response_class=Response)
def context() -> Response:
    """The JSON-LD context of certificates."""
    return Response(assets.certificate_context_bytes(), media_type=JSON_LD)


def issuer_of(world: World) -> Issuer:
    """What certificates are made with."""
    return Issuer(world.registry_key, world.vault, world.settings.base_url.rstrip("/"))
