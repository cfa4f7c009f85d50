"""Estates over HTTP: claimed with papers, read by attesters, confirmed by enough of them."""

from datetime import date, datetime
from typing import Self

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import uploads
from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.files import sha256_of
from core.principal import require
from core.vault import Vault
from registry.models.estates import Estate
from registry.service import estates

router = APIRouter(tags=["estates"])
HEIRS_MAX = 50


class NewHeir(BaseModel):
    """One heir: a name, which is kept sealed, the heir's own key, and a share such as 1/3."""

    model_config = FROZEN
    name: Text
    did: Text
    share: Text


class NewEstate(BaseModel):
    """A claim: the papers as an uploaded file, and all heirs with shares that add up to 1."""

    model_config = FROZEN
    deceased_on: date
    upload_id: Text
    heirs: list[NewHeir] = Field(min_length=1, max_length=HEIRS_MAX)


class HeirOut(BaseModel):
    """One heir; `payee_id` is what money is booked to."""

    id: str
    name: str
    did: str
    share: str
    payee_id: str


class EstateOut(BaseModel):
    """Where a claim stands, and who has read its papers."""

    id: str
    performer_id: str
    deceased_on: date
    state: str
    papers_sha256: str
    heirs: list[HeirOut]
    attesters: list[str]
    single_operator: bool
    claimed_at: datetime
    confirmed_at: datetime | None

    @classmethod
    def of(cls, vault: Vault, item: Estate) -> Self:
        """The claim with the names that were sealed."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            deceased_on=item.deceased_on,
            state=item.state.value,
            papers_sha256=item.papers_sha256,
            heirs=[
                HeirOut(
                    id=heir.id,
                    name=estates.heir_name(vault, item, heir),
                    did=heir.did,
                    share=str(heir.share),
                    payee_id=heir.payee_id,
                )
                for heir in item.heirs
            ],
            attesters=list(item.attesters),
            single_operator=item.single_operator,
            claimed_at=item.claimed_at,
            confirmed_at=item.confirmed_at,
        )

    def without_names(self) -> Self:
        """What a repetition is answered with: names are sealed in their rows and nowhere open."""
        return self.model_copy(
            update={"heirs": [heir.model_copy(update={"name": ""}) for heir in self.heirs]}
        )


@router.post("/performers/{performer_id}/estates", status_code=201, response_model=EstateOut)
def claim(performer_id: str, body: NewEstate, writing: Writing, world: Open) -> Response:
    """Claim the estate of a performer who died; attesters then read the papers."""
    require(writing.caller, estates.SCOPE)
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    with uploads.opened(world, writing.caller, body.upload_id) as path:
        digest = sha256_of(path)
    stored = uploads.keep(world, writing.caller, body.upload_id)

    def make(session: Session) -> EstateOut:
        item = estates.claim_estate(
            session,
            world.vault,
            writing.caller,
            performer_id,
            deceased_on=body.deceased_on,
            papers=stored,
            papers_sha256=digest,
            heirs=[estates.NewHeir(one.name, one.did, one.share) for one in body.heirs],
            demands=demands_of(world.settings),
            now=utc_now(),
        )
        return EstateOut.of(world.vault, item)

    answer = writing.write(make, keep=EstateOut.without_names)
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return answer


@router.get("/performers/{performer_id}/estates", response_model=list[EstateOut])
def list_estates(
    performer_id: str, caller: Caller, reading: Reading, world: Open
) -> list[EstateOut]:
    """List the claims about a performer of yours."""
    found = estates.estates_of(reading, caller, performer_id)
    return [EstateOut.of(world.vault, item) for item in found]


@router.get("/estates/{estate_id}", response_model=EstateOut)
def show(estate_id: str, caller: Caller, reading: Reading, world: Open) -> EstateOut:
    """Where does this claim stand?"""
    item = estates.get_estate(reading, caller, estate_id)
    return EstateOut.of(world.vault, item)


@router.get(
    "/estates/{estate_id}/papers",
    response_class=Response,
    responses=gives("application/octet-stream"),
)
def papers(estate_id: str, caller: Caller, reading: Reading, world: Open) -> StreamingResponse:
    """The papers of a claim as they were handed in, to be saved and never opened here."""
    item = estates.get_estate(reading, caller, estate_id)
    return download(world.objects.read(item.object_name), item.id)


@router.post("/estates/{estate_id}/attestation", response_model=EstateOut)
def attest(estate_id: str, writing: Writing, world: Open) -> Response:
    """Vouch for the papers under your own name, after having read them."""

    def vouch(session: Session) -> EstateOut:
        demands = demands_of(world.settings)
        item = estates.attest_estate(
            session, writing.caller, estate_id, demands=demands, now=utc_now()
        )
        return EstateOut.of(world.vault, item)

    return writing.write(vouch, status=200, keep=EstateOut.without_names)


@router.post("/estates/{estate_id}/withdrawal", response_model=EstateOut)
def withdraw(estate_id: str, writing: Writing, world: Open) -> Response:
    """Take a claim back before it is confirmed."""

    def take(session: Session) -> EstateOut:
        item = estates.withdraw_estate(session, writing.caller, estate_id, now=utc_now())
        return EstateOut.of(world.vault, item)

    return writing.write(take, status=200, keep=EstateOut.without_names)
