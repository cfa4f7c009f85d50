"""What nobody licensed, over HTTP: what it costs, and what is kept for a performer by it."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.money import parse_rate, rate_text
from registry.models.works import KindOfUse
from royalties.outcomes import Outcome
from royalties.service import kept, unlicensed
from royalties.unlicensed import UnlicensedPrice

router = APIRouter(tags=["money"])


class UnlicensedIn(BaseModel):
    """The tariff for unlicensed uses of a kind (any where it is left out) from a month on.

    Without `tariff_id` what was named before ends.
    """

    model_config = FROZEN
    tariff_id: Text | None = None
    kind: KindOfUse | None = None
    from_period: Text
    version: int | None = None
    rate: Text | None = None


class UnlicensedOut(BaseModel):
    """One price over time; the newest for a kind from a month on counts."""

    kind: KindOfUse | None
    from_period: str
    tariff_id: str | None
    version: int | None
    digest: str | None
    currency: str | None
    rate: str

    @classmethod
    def of(cls, price: UnlicensedPrice) -> Self:
        """The price as data."""
        named = price.term.tariff if price.term else None
        return cls(
            kind=price.kind,
            from_period=price.from_period,
            tariff_id=named.id if named else None,
            version=named.version if named else None,
            digest=named.digest if named else None,
            currency=price.term.currency if price.term else None,
            rate=rate_text(price.term.rate_micro if price.term else 0),
        )


class KeptOut(BaseModel):
    """Money that is kept for a performer, and why; the amount is text, in millionths."""

    period: str
    cut_id: str
    kind: KindOfUse | None
    outcome: Outcome
    cause: str
    parties: list[str]
    currency: str
    amount_micro: str

    @classmethod
    def of(cls, one: kept.Kept, amount_micro: int) -> Self:
        """One cause as data."""
        return cls(
            period=one.period,
            cut_id=one.cut_id,
            kind=one.kind,
            outcome=one.outcome,
            cause=one.cause,
            parties=list(one.parties),
            currency=one.currency,
            amount_micro=str(amount_micro),
        )


@router.get("/unlicensed-tariffs", response_model=list[UnlicensedOut])
def list_unlicensed(
    caller: Caller, reading: Reading, book: Annotated[str, Query(max_length=64)] = ""
) -> list[UnlicensedOut]:
    """What does a use cost that nobody licensed, by the collector's or another book, over time?"""
    return [UnlicensedOut.of(one) for one in unlicensed.list_prices(reading, caller, book)]


@router.post("/unlicensed-tariffs", status_code=201, response_model=UnlicensedOut)
def name_unlicensed(body: UnlicensedIn, writing: Writing) -> Response:
    """Name the tariff for unlicensed uses in one's own book; it counts from the next accrual."""
    return writing.write(
        lambda session: UnlicensedOut.of(
            unlicensed.name_price(
                session,
                writing.caller,
                body.tariff_id or "",
                kind=body.kind,
                from_period=body.from_period,
                version=body.version,
                rate_micro=parse_rate(body.rate) if body.rate else 0,
                now=utc_now(),
            )
        )
    )


@router.get("/performers/{performer_id}/held", response_model=list[KeptOut])
def list_kept(performer_id: str, caller: Caller, reading: Reading) -> list[KeptOut]:
    """What is kept for this performer without being due yet, and why?"""
    found = kept.kept_for(reading, caller, performer_id, at=utc_now())
    return [KeptOut.of(one, amount) for one, amount in found.items()]
