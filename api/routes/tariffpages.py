"""Pages of tariffs: what is in force, what a month would have paid under one, and publishing."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile
from pydantic import BaseModel, Field

from api.society import tariffs as shown
from api.visiting import acting
from api.web.office import ASKED, InOffice
from api.web.response import FormResponse
from core.principal import require
from royalties.closing import month_before, month_of
from royalties.service import tariffs
from royalties.tariffs.documents import BYTES_MAX
from royalties.tariffs.times import in_force_in

router = APIRouter(tags=["society"], include_in_schema=False)
TARIFFS = "/society/tariffs"
Version = Annotated[int | None, Query(ge=1, le=999_999)]


class Trying(BaseModel):
    """A month, a version, what is supposed of the month, and from which place on results are shown.

    `completion` is in percent, amounts are in the tariff's currency.
    """

    model_config = ASKED
    period: str = Field(default="", max_length=7)
    version: int | None = Field(default=None, ge=1, le=999_999)
    subscribers: int | None = Field(default=None, ge=0, le=10**15)
    unique_views: int | None = Field(default=None, ge=0, le=10**15)
    watched_minutes: int | None = Field(default=None, ge=0, le=10**12)
    payments: int | None = Field(default=None, ge=0, le=10**15)
    completion: int | None = Field(default=None, ge=0, le=100)
    days: str = Field(default="", max_length=20)
    agreed: str = Field(default="", max_length=20)
    income: str = Field(default="", max_length=20)
    training: str = Field(default="", max_length=20)
    start: int = Field(default=0, ge=0)


@router.get(TARIFFS, response_class=FormResponse)
def tariffs_page(office: InOffice) -> Response:
    """By which tariffs is paid what is used now?"""
    require(office.caller, "reports")
    found = tariffs.list_tariffs(office.session, office.caller)
    own = [one for one in found if one.tenant_id == office.caller.tenant_id]
    month = month_of(office.now)
    return office.page(
        "societytariffs.html",
        here=TARIFFS,
        own=own,
        others=[one for one in found if one not in own],
        in_force={one.tariff.id for one in found if in_force_in(one.tariff, month)},
        names=office.names(organisations=[one.tenant_id for one in found]),
        publishes=shown.publishes(office),
    )


@router.get(TARIFFS + "/new", response_class=FormResponse)
def draft_page(
    office: InOffice, source: Annotated[str, Query(alias="from", max_length=64)] = "direct-minute"
) -> Response:
    """What shall the new tariff, or the next version of one, say?"""
    require(office.caller, "usage")
    return office.page(
        "societytarifftext.html",
        here=TARIFFS,
        text=shown.draft_of(office, source),
        faults=(),
        tariff=None,
        publishes=shown.publishes(office),
    )


@router.post(TARIFFS + "/new", response_class=FormResponse, dependencies=[Depends(acting)])
def checked_page(
    office: InOffice,
    document: Annotated[str, Form(max_length=2 * BYTES_MAX)] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Is it a tariff, and what would it change? Nothing is kept."""
    require(office.caller, "usage")
    sent = file.file.read(BYTES_MAX + 1) if file is not None and file.filename else b""
    text = sent.decode("utf-8", "replace") if sent else document
    return office.page(
        "societytarifftext.html",
        here=TARIFFS,
        publishes=shown.publishes(office),
        **shown.read_draft(office, text),
    )


@router.get(TARIFFS + "/{tariff_id}", response_class=FormResponse)
def tariff_page(tariff_id: str, office: InOffice, version: Version = None) -> Response:
    """What does this tariff say, and what does it come to?"""
    require(office.caller, "reports")
    return office.page(
        "societytariff.html", here=TARIFFS, **shown.one_shown(office, tariff_id, version)
    )


@router.get(TARIFFS + "/{tariff_id}/trial", response_class=FormResponse)
def trial_page(tariff_id: str, office: InOffice, asked: Annotated[Trying, Query()]) -> Response:
    """What would this month have paid under this tariff, and who would win or lose?"""
    month = asked.period or month_before(month_of(office.now))
    wanted = asked.model_copy(update={"period": month})
    return office.page(
        "societytrial.html",
        here=TARIFFS,
        asked=wanted,
        **shown.tried(office, wanted, tariff_id),
    )
