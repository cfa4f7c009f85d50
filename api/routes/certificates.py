"""Certificates over HTTP: issued to the studio, and how one stands for anybody who holds it."""

import hashlib
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.found import names_in
from api.routes.licences import CREDENTIAL_TYPE
from api.web.forms import form_page
from api.web.pages import render
from api.web.response import PageResponse
from api.web.texts import day_time, text
from api.wire import FROZEN, ReasonOut
from core.clock import utc_now
from core.errors import NotFound
from core.init import World
from fingerprint.calibration import known_entries
from fingerprint.misses import lookup
from licensing import assets
from licensing.certificate import state_url
from licensing.models_certificate import Certificate, CertificateState, Standing
from licensing.service import certificatepublic, certificates
from licensing.service.certificates import Issuer
from licensing.service.certificatestates import facts_of, how_it_stands

public = APIRouter(tags=["public"])
router = APIRouter(tags=["certificates"])
JSON_LD = "application/ld+json"
# The verdict whose shape and colour a state has on a page.
LOOKS = {
    CertificateState.VALID: "CLEARED",
    CertificateState.CONSENT_SINCE_REVOKED: "REVIEW",
    CertificateState.EXPIRED: "REVIEW",
    CertificateState.VOID: "REFUSED",
}


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


@router.get(
    "/clearances/{clearance_id}/certificate/credential",
    response_class=Response,
    responses=gives(CREDENTIAL_TYPE),
)
def credential(clearance_id: str, caller: Caller, reading: Reading) -> Response:
    """The exact signed bytes of a certificate, to be handed on and verified offline."""
    item, _ = certificates.get_certificate(reading, caller, clearance_id, now=utc_now())
    return Response(item.signed, media_type=CREDENTIAL_TYPE)


@router.get(
    "/clearances/{clearance_id}/certificate.pdf",
    response_class=Response,
    responses=gives("application/pdf"),
)
def on_paper(clearance_id: str, caller: Caller, reading: Reading, lang: Language) -> Response:
    """The certificate's wording on paper, with a code that leads to how it stands today."""
    # Not needed by any other answer.
    from api.web.certificatepdf import certificate_pdf  # noqa: PLC0415

    item, _ = certificates.get_certificate(reading, caller, clearance_id, now=utc_now())
    names = names_in(reading, caller, item.submission_id)
    return Response(certificate_pdf(item.signed, names, lang), media_type="application/pdf")


@public.get(
    "/certificates/{certificate_id}",
    response_class=PageResponse,
    responses={404: {"description": "No such certificate", "content": {"text/html": {}}}},
)
def page(certificate_id: str, reading: Reading, lang: Language) -> Response:
    """How does a certificate stand, in plain words? For anybody who knows its number."""
    now = utc_now()
    try:
        item, found = certificatepublic.how_anybodys_stands(reading, certificate_id, now=now)
    except NotFound:
        # Whoever scans a code reads it in words.
        said, step = (text(lang, f"certificate.page.none{more}") for more in ("", "-next"))
        return form_page(
            "refused.html", lang, error=NotFound(said, next_step=step), unknown=False, shut=False
        )
    shown = {
        "id": item.id,
        "state": found.state.value,
        "codes": sorted({reason.code for reason in found.reasons}),
        "since": day_time(lang, found.since),
        "issued": day_time(lang, item.issued_at),
        "asked": day_time(lang, now),
        "issuer": facts_of(item).issuer,
        "sha256": hashlib.sha256(item.signed).hexdigest(),
    }
    states, mark = list(CertificateState), LOOKS[found.state]
    made = render("certificate.html", lang, c=shown, states=states, mark=mark)
    # The number is the key to this page: nobody lists it, nobody keeps a copy.
    return PageResponse(made, headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})


@public.get(
    "/certificates/{certificate_id}/status",
    response_class=Response,
    responses=gives(CREDENTIAL_TYPE),
)
def state(certificate_id: str, reading: Reading, world: Open) -> Response:
    """How does a certificate stand? Signed, good for a day, and it names nobody."""
    data = certificatepublic.signed_state(reading, issuer_of(world), certificate_id, now=utc_now())
    return Response(data, media_type=CREDENTIAL_TYPE)


@public.get(
    "/certificate-status/{number}", response_class=Response, responses=gives(CREDENTIAL_TYPE)
)
def void_list(number: int, reading: Reading, world: Open) -> Response:
    """Which certificates are void? A signed bitstring that tells nothing else."""
    data = certificatepublic.void_list(reading, issuer_of(world), number, now=utc_now())
    return Response(data, media_type=CREDENTIAL_TYPE)


@public.get("/ns/certificate/v1", response_class=Response, responses=gives(JSON_LD))
def context() -> Response:
    """The JSON-LD context of certificates."""
    return Response(assets.certificate_context_bytes(), media_type=JSON_LD)


def issuer_of(world: World) -> Issuer:
    """What certificates are made with."""
    settings = world.settings
    missed = lookup(lambda: known_entries(settings.models_path))
    return Issuer(world.registry_key, world.vault, settings.base_url.rstrip("/"), missed)
