"""Licences in other programs' forms: one of them, or all behind a certificate."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import Caller, Reading
from api.describing import gives
from api.routes.licences import READERS
from core.clock import utc_now
from core.principal import require_any
from licensing.exporting import MEDIA_TYPES, Exportable, Form, exported
from licensing.service import exports, mandated
from registry.models.mandates import Act

router = APIRouter(tags=["exports"])
Location = Annotated[str, Query(max_length=500, pattern=r"^(/|https?://)[!-~]*$")]


@router.get(
    "/licences/{licence_id}/exports/{form}",
    response_class=Response,
    responses=gives(*MEDIA_TYPES.values()),
)
def of_licence(
    licence_id: str, form: Form, caller: Caller, reading: Reading, location: Location = "/"
) -> Response:
    """A licence as ODRL; as RSL or CAWG what its performer says to everybody."""
    require_any(caller, *READERS)
    side = mandated.view_licence(reading, caller, licence_id, Act.READ, utc_now())
    return _written(exports.of_licence(reading, side, licence_id), form, location)


@router.get(
    "/clearances/{clearance_id}/certificate/exports/{form}",
    response_class=Response,
    responses=gives(*MEDIA_TYPES.values()),
)
def of_certificate(
    clearance_id: str, form: Form, caller: Caller, reading: Reading, location: Location = "/"
) -> Response:
    """The licences behind a certificate as ODRL; as RSL or CAWG what everybody may do with it."""
    found = exports.of_certificate(reading, caller, clearance_id, now=utc_now())
    return _written(found, form, location)


def _written(found: Exportable, form: Form, location: str) -> Response:
    return Response(exported(found, form, location=location), media_type=MEDIA_TYPES[form])
