"""Files on their way in: one streaming route, whose ids other requests then use."""

from fastapi import APIRouter, Request

from api import uploads
from api.deps import Caller, Open
from api.uploads import Upload
from core.principal import require_any

router = APIRouter(tags=["uploads"])


@router.post(
    "/uploads",
    status_code=201,
    response_model=Upload,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def upload(request: Request, caller: Caller, world: Open) -> Upload:
    """Hand in a file's bytes as the body; use its id within a day.

    The one route that is not `def`: the body is written as it arrives, never held in memory.
    """
    require_any(caller, "performers", "submissions", "usage")
    return await uploads.receive(world, caller, request.stream())
