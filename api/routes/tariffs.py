"""Tariffs over HTTP: read, checked, compared, and published by societies."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from royalties.forms.statements import TariffText
from royalties.service import dryruns, tariffs
from royalties.service.dryruns import DryRun, PerformerResult
from royalties.store.tariffs import Published
from royalties.tariffs.comparing import differences
from royalties.tariffs.documents import digest_of, tariff_to_dict
from royalties.tariffs.models import Kind

router = APIRouter(tags=["money"])
Version = Annotated[
    int | None, Query(ge=1, le=999_999, description="The newest where it is left out.")
]


class TariffDocument(BaseModel):
    """A tariff as a society writes it (docs/tariffs.md)."""

    model_config = FROZEN
    document: dict[str, Any]


class TariffOut(BaseModel):
    """One version; a licence pins `id`, `version` and `digest`. Shipped ones have no publisher."""

    id: str
    version: int
    digest: str
    kind: Kind
    tenant_id: str
    published_at: datetime | None
    log_index: int | None
    document: TariffText

    @classmethod
    def of(cls, item: Published) -> Self:
        """The version as data."""
        return cls(
            id=item.tariff.id,
            version=item.tariff.version,
            digest=item.digest,
            kind=item.tariff.kind,
            tenant_id=item.tenant_id,
            published_at=item.recorded_at,
            log_index=item.log_index,
            document=tariff_to_dict(item.tariff),
        )


class DifferenceOut(BaseModel):
    """A field by its path, as it was and as it is."""

    path: str
    old: str | int | None
    new: str | int | None


class DryRunIn(BaseModel):
    """A month, and figures that its usage lines do not hold (docs/tariffs.md)."""

    model_config = FROZEN
    period: Text
    version: int | None = None
    figures: dict[str, Any] = {}


class PerformerOut(BaseModel):
    """What a performer would have got, did get, and the difference; amounts are text.

    Not `complete` where a usage line lacks a figure: then the first is not all of it.
    """

    performer_id: str
    amount_micro: str
    paid_micro: str
    difference_micro: str
    paid_otherwise: dict[str, str]
    complete: bool


class DryRunOut(BaseModel):
    """A month under a tariff, in millionths of its currency; nothing was booked.

    `others` is what would be held, unidentified, in suspense or undivided; `missing` counts the
    usage lines that lack a figure, by its name.
    """

    tariff_id: str
    version: int
    digest: str
    currency: str
    period: str
    in_force: bool
    lines: int
    undecided_cuts: int
    performers: list[PerformerOut]
    others: dict[str, str]
    missing: dict[str, int]

    @classmethod
    def of(cls, found: DryRun) -> Self:
        """The outcome as data."""
        tariff = found.published.tariff
        return cls(
            tariff_id=tariff.id,
            version=tariff.version,
            digest=found.published.digest,
            currency=tariff.currency,
            period=found.period,
            in_force=found.in_force,
            lines=found.lines,
            undecided_cuts=found.undecided,
            performers=[_performer(item) for item in found.performers],
            others={outcome.value: str(amount) for outcome, amount in found.others.items()},
            missing=dict(found.missing),
        )


def _performer(item: PerformerResult) -> PerformerOut:
    return PerformerOut(
        performer_id=item.performer_id,
        amount_micro=str(item.amount_micro),
        paid_micro=str(item.paid_micro),
        difference_micro=str(item.difference_micro),
        paid_otherwise={name: str(amount) for name, amount in item.paid_otherwise.items()},
        complete=item.complete,
    )


@router.get("/tariffs", response_model=list[TariffOut])
def list_tariffs(caller: Caller, reading: Reading, kind: Kind | None = None) -> list[TariffOut]:
    """List the newest version of every tariff, shipped or published."""
    return [TariffOut.of(item) for item in tariffs.list_tariffs(reading, caller, kind=kind)]


@router.get("/tariffs/{tariff_id}", response_model=TariffOut)
def show(tariff_id: str, caller: Caller, reading: Reading, version: Version = None) -> TariffOut:
    """Show one version, or the newest."""
    return TariffOut.of(tariffs.get_tariff(reading, caller, tariff_id, version))


@router.post("/tariffs", status_code=201, response_model=TariffOut)
def publish(body: TariffDocument, writing: Writing) -> Response:
    """Publish a tariff or the next version of one; it is never changed afterwards."""
    return writing.write(
        lambda session: TariffOut.of(
            tariffs.publish(session, writing.caller, body.document, now=utc_now())
        )
    )


@router.post("/tariff-checks", response_model=TariffOut)
def check(body: TariffDocument, caller: Caller, reading: Reading) -> TariffOut:
    """Read a document as if it were published: its normal form and digest, or what is wrong."""
    tariff = tariffs.check(reading, caller, body.document)
    return TariffOut.of(Published(tariff, digest_of(tariff), caller.tenant_id))


@router.get("/tariffs/{tariff_id}/differences", response_model=list[DifferenceOut])
def compare(
    tariff_id: str,
    caller: Caller,
    reading: Reading,
    *,
    to: Annotated[
        str, Query(max_length=64, description="Another tariff; this one by default.")
    ] = "",
    version: Version = None,
    to_version: Version = None,
) -> list[DifferenceOut]:
    """Say what is otherwise in another tariff, or in another version of this one."""
    old = tariffs.get_tariff(reading, caller, tariff_id, version)
    new = tariffs.get_tariff(reading, caller, to or tariff_id, to_version)
    return [DifferenceOut(**asdict(item)) for item in differences(old.tariff, new.tariff)]


@router.post("/tariffs/{tariff_id}/dry-runs", response_model=DryRunOut)
def dry_run(tariff_id: str, body: DryRunIn, caller: Caller, reading: Reading) -> DryRunOut:
    """What would this month have paid under this tariff, per performer? Nothing is booked."""
    return DryRunOut.of(
        dryruns.dry_run(
            reading,
            caller,
            tariff_id,
            period=body.period,
            version=body.version,
            figures=body.figures,
        )
    )
