"""Encoders: which one serves, and the change to another."""

from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.deps import Caller, Open, Reading, Writing
from api.encoders import EncoderInfo, card, overview
from api.routes.jobs import JobOut
from api.wire import FROZEN
from core.clock import utc_now
from core.principal import require
from registry.service import encoders

router = APIRouter(tags=["encoders"])


class NewEncoderChange(BaseModel):
    """The wish to use an encoder that is installed on this registry's machine.

    `leave_behind` accepts that prints whose samples are not kept will find nobody any more.
    """

    model_config = FROZEN
    model_id: str = Field(min_length=1, max_length=120)
    leave_behind: bool = False


class EncoderOut(BaseModel):
    """An encoder: `calibration` is measured, provisional or none; `prints` were made with it."""

    model_id: str
    version: str
    modality: str
    front_end: str
    licence: str
    sha256: str
    in_use: bool
    calibration: str
    prints: int

    @classmethod
    def of(cls, item: EncoderInfo, prints: int) -> Self:
        """The public part of an encoder."""
        return cls(
            model_id=item.model_id,
            version=item.version,
            modality=item.modality,
            front_end=item.front_end,
            licence=item.licence,
            sha256=item.sha256,
            in_use=item.in_use,
            calibration=item.calibration,
            prints=prints,
        )


@router.get("/encoders", response_model=list[EncoderOut])
def list_encoders(caller: Caller, world: Open, reading: Reading) -> list[EncoderOut]:
    """List the installed encoders (operator only)."""
    require(caller, "admin")
    prints = encoders.prints_by_model(reading, at=utc_now())
    found = overview(world.settings, encoders.in_use(reading))
    return [EncoderOut.of(item, prints.get(item.model_id, 0)) for item in found]


@router.post("/encoder-changes", status_code=202, response_model=JobOut)
def change_encoder(body: NewEncoderChange, world: Open, writing: Writing) -> Response:
    """Make all kept prints anew with an encoder, then let it serve (operator only)."""
    require(writing.caller, "admin")
    wanted = card(world.settings, body.model_id)
    return writing.write(
        lambda session: JobOut.of(
            encoders.request_change(
                session,
                writing.caller,
                wanted,
                leave_behind=body.leave_behind,
                now=utc_now(),
            )
        ),
        status=202,
    )
