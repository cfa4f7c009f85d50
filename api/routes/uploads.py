"""Files on their way in, in one request or in several; their ids are what other requests then use.

In parts: https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/.
"""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response

from api import uploading, uploads
from api.deps import Caller, Open
from api.digests import announced
from api.uploads import UNFINISHED_SECONDS, Upload
from core.errors import BadInput
from core.init import World
from core.principal import Principal, require_any

router = APIRouter(tags=["uploads"])
SCOPES = ("performers", "submissions", "usage")
PARTIAL = "application/partial-upload"
Offset = Annotated[int | None, Header(ge=0, description="The byte at which this part begins.")]
Length = Annotated[int | None, Header(ge=1, description="How many bytes the whole file has.")]
Complete = Annotated[
    str | None,
    Header(pattern=r"^\?[01]$", description="`?1` when the file ends with this body, else `?0`."),
]
Digest = Annotated[
    str | None,
    Header(max_length=1000, description="`sha-256=:BASE64:` of the whole file, where it ends."),
]


def _takes(media_type: str) -> dict[str, object]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/uploads",
    status_code=201,
    response_model=Upload,
    openapi_extra=_takes("application/octet-stream"),
)
async def upload(
    request: Request,
    response: Response,
    caller: Caller,
    world: Open,
    *,
    upload_complete: Complete = None,
    upload_length: Length = None,
    repr_digest: Digest = None,
) -> Upload:
    """Hand in a file's bytes as the body; use its id within a day.

    With `Upload-Complete: ?0` the body is only its beginning, or empty: the rest follows by PATCH
    to the address in `Location`, within a week. Bodies are written as they arrive: these routes
    are the only ones that are not `def`.
    """
    require_any(caller, *SCOPES)
    sha256 = announced(repr_digest)
    if upload_complete != "?0":
        return await uploading.receive(world, caller, request.stream(), sha256=sha256)
    upload_id = await to_thread.run_sync(uploading.begin, world, caller, upload_length)
    made = await uploading.append(world, caller, upload_id, 0, request.stream(), complete=False)
    response.headers.update(_told(world, caller, upload_id))
    response.headers["Location"] = f"/v1/uploads/{upload_id}"
    return made


@router.head("/uploads/{upload_id}", status_code=204)
def how_far(upload_id: str, caller: Caller, world: Open) -> Response:
    """How far is it? `Upload-Offset` is the byte to go on from."""
    require_any(caller, *SCOPES)
    return Response(status_code=204, headers=_told(world, caller, upload_id))


@router.patch("/uploads/{upload_id}", response_model=Upload, openapi_extra=_takes(PARTIAL))
async def append(
    upload_id: str,
    request: Request,
    response: Response,
    caller: Caller,
    world: Open,
    *,
    upload_offset: Offset = None,
    upload_complete: Complete = None,
    repr_digest: Digest = None,
) -> Upload:
    """Send what follows from `Upload-Offset` on; the file ends with it if `Upload-Complete: ?1`.

    What came before a connection broke off is kept. 409 where the upload stands elsewhere. Where
    the whole file has another hash than `Repr-Digest` says, it is deleted.
    """
    require_any(caller, *SCOPES)
    found = uploads.progress(world, caller, upload_id)
    if upload_offset is None or upload_complete is None or _media_type(request) != PARTIAL:
        raise BadInput(
            "A part needs Upload-Offset and Upload-Complete, and the media type of parts.",
            next_step=f"Send Content-Type: {PARTIAL}, and Upload-Offset: {found.offset}.",
        )
    made = await uploading.append(
        world,
        caller,
        upload_id,
        upload_offset,
        request.stream(),
        complete=upload_complete == "?1",
        sha256=announced(repr_digest),
    )
    response.headers.update(_told(world, caller, upload_id))
    return made


@router.delete("/uploads/{upload_id}", status_code=204)
def drop(upload_id: str, caller: Caller, world: Open) -> Response:
    """Delete an upload that is no longer wanted."""
    require_any(caller, *SCOPES)
    uploads.drop(world, caller, upload_id)
    return Response(status_code=204)


def _told(world: World, caller: Principal, upload_id: str) -> dict[str, str]:
    """How far an upload is and what limits it, in structured fields (RFC 9651)."""
    found = uploads.progress(world, caller, upload_id)
    told = {
        "Upload-Offset": str(found.offset),
        "Upload-Complete": f"?{int(found.complete)}",
        "Upload-Limit": f"max-size={world.settings.server.upload_bytes_max}, "
        f"max-age={UNFINISHED_SECONDS}",
        "Cache-Control": "no-store",
    }
    return told if found.length is None else {**told, "Upload-Length": str(found.length)}


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
