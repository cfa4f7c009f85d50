"""The C2PA Soft Binding Resolution API over certified recordings, for anybody.

Spec: https://spec.c2pa.org/specifications/specifications/2.3/softbinding/Decoupled.html
"""

from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Open, Reading, Writing
from api.describing import gives
from api.routes.certificates import CertificateOut
from api.routes.licences import CREDENTIAL_TYPE
from api.softbinding import PURPOSE, RESULTS_MAX, Desk
from api.visiting import origin_of
from api.wire import FROZEN
from core.clock import utc_now
from core.errors import BadInput, NotFound
from core.principal import SearchCapability
from fingerprint.labels.manifeststore import MEDIA_TYPE as MANIFEST_TYPE
from fingerprint.labels.manifeststore import active_manifest
from licensing.service import publications
from licensing.service.certificatestates import how_it_stands
from licensing.softbinding import SUPPORTED, Likeness

PREFIX = "/c2pa"
VARY = {"Vary": "Accept"}
VALUE_LENGTH_MAX = 48_000
BODY_VALUE_LENGTH_MAX = 1_000_000
public = APIRouter(tags=["public"], prefix=PREFIX)
sent = APIRouter(tags=["public"], prefix=PREFIX)
router = APIRouter(tags=["certificates"])
Alg = Annotated[str, Query(max_length=100)]
MaxResults = Annotated[int, Query(alias="maxResults", ge=1, le=RESULTS_MAX)]


class Binding(BaseModel):
    """A soft binding that is asked about; `value` is base64."""

    model_config = FROZEN
    alg: str = Field(max_length=100)
    value: str = Field(max_length=BODY_VALUE_LENGTH_MAX)


class MatchOut(BaseModel):
    """A certificate of what was asked about; `similarityScore` is the share found, in percent."""

    manifestId: str  # noqa: N815 - the specification's name
    endpoint: str
    similarityScore: int  # noqa: N815


class MatchesOut(BaseModel):
    """The surest first; empty alike for what is unknown, not certified, or not yet released."""

    matches: list[MatchOut]


class AlgorithmOut(BaseModel):
    """The name of an algorithm."""

    alg: str


class AlgorithmsOut(BaseModel):
    """With what one can ask here."""

    watermarks: list[AlgorithmOut]
    fingerprints: list[AlgorithmOut]


class PublicationOut(BaseModel):
    """Whether anybody may find a certificate by its recording once the release day is over."""

    published: bool
    certificate: CertificateOut


def desk_of(request: Request) -> Desk:
    """Where questions of this application are taken."""
    desk: Desk = request.app.state.desk
    return desk


At = Annotated[Desk, Depends(desk_of)]


@public.get("/services/supportedAlgorithms", response_model=AlgorithmsOut)
def algorithms() -> AlgorithmsOut:
    """With which fingerprints recordings are found here; there are no watermarks."""
    return AlgorithmsOut(watermarks=[], fingerprints=[AlgorithmOut(alg=a) for a in SUPPORTED])


@public.get("/matches/byBinding", response_model=MatchesOut)
def by_binding(
    request: Request,
    world: Open,
    desk: At,
    *,
    alg: Alg,
    value: Annotated[str, Query(max_length=VALUE_LENGTH_MAX)],
    limit: MaxResults = 10,
) -> MatchesOut:
    """Certificates of the recording with this fingerprint."""
    desk.admit(origin_of(request).address)
    return _matches(world.settings.base_url, desk.by_value(alg, value, limit))


@public.post("/matches/byBinding", response_model=MatchesOut)
def by_posted_binding(
    body: Binding, request: Request, world: Open, desk: At, limit: MaxResults = 10
) -> MatchesOut:
    """The same, for a fingerprint that is too long for an address."""
    desk.admit(origin_of(request).address)
    return _matches(world.settings.base_url, desk.by_value(body.alg, body.value, limit))


@sent.post(
    "/matches/byContent",
    response_model=MatchesOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def by_content(
    request: Request, world: Open, desk: At, alg: Alg = "", limit: MaxResults = 10
) -> MatchesOut:
    """Certificates of the recording in the body, which is deleted before the answer is given."""
    await to_thread.run_sync(desk.admit, origin_of(request).address)
    with world.objects.scratch() as (file, path):
        async for piece in request.stream():
            await to_thread.run_sync(file.write, piece)
        file.flush()
        if not file.tell():
            raise BadInput("The file is empty.", next_step="Send a recording as the body.")
        found = await to_thread.run_sync(desk.by_file, path, alg, limit)
    return _matches(world.settings.base_url, found)


@public.get(
    "/manifests/{manifest_id}",
    response_class=Response,
    responses=gives(MANIFEST_TYPE, CREDENTIAL_TYPE),
)
def manifest(
    manifest_id: str,
    request: Request,
    reading: Reading,
    world: Open,
    *,
    active: Annotated[bool, Query(alias="returnActiveManifest")] = False,
) -> Response:
    """The C2PA manifests that a released recording carried; else its signed certificate.

    Who accepts `application/vc` gets the certificate in any case, who accepts nothing but
    `application/c2pa` never does.
    """
    capability = SearchCapability(PURPOSE, "anybody")
    item = publications.public_certificate(reading, capability, manifest_id, now=utc_now())
    accepted = request.headers.get("accept", "")
    wanted = CREDENTIAL_TYPE not in accepted
    found = publications.public_manifests(reading, world.vault, item) if wanted else None
    if found is None and accepted == MANIFEST_TYPE:
        raise NotFound(
            "The certified file carried no C2PA manifest.",
            next_step=f"Ask for its certificate, {CREDENTIAL_TYPE}.",
        )
    if found is None:
        return Response(item.signed, media_type=CREDENTIAL_TYPE, headers=VARY)
    kept = active_manifest(found) if active else found
    return Response(kept, media_type=MANIFEST_TYPE, headers=VARY)


@router.post("/clearances/{clearance_id}/certificate/publication", response_model=PublicationOut)
def publish(clearance_id: str, writing: Writing) -> Response:
    """Let anybody find the certificate by its recording, from the end of the release day on."""
    return writing.write(
        lambda session: _published(session, writing, clearance_id, shown=True), status=200
    )


@router.post("/clearances/{clearance_id}/certificate/withdrawal", response_model=PublicationOut)
def withdraw(clearance_id: str, writing: Writing) -> Response:
    """Let nobody find the certificate any more."""
    return writing.write(
        lambda session: _published(session, writing, clearance_id, shown=False), status=200
    )


def _published(
    session: Session, writing: Writing, clearance_id: str, *, shown: bool
) -> PublicationOut:
    now = utc_now()
    item = publications.publish(session, writing.caller, clearance_id, shown=shown, now=now)
    return PublicationOut(
        published=shown, certificate=CertificateOut.of(item, how_it_stands(session, item, now))
    )


def _matches(base_url: str, found: Sequence[Likeness]) -> MatchesOut:
    endpoint = base_url.rstrip("/") + PREFIX
    return MatchesOut(
        matches=[
            MatchOut(manifestId=item.certificate_id, endpoint=endpoint, similarityScore=item.score)
            for item in found
        ]
    )
