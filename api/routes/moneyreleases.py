"""Releases of a child's blocked money: drafted, signed by all guardians, ended by any of them."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel

from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.routes.enrolments import ConsentSigned, ConsentToSign
from api.wire import FROZEN
from core.clock import utc_now
from registry.models.guardianship import MoneyRelease
from registry.service import moneyreleases

router = APIRouter(tags=["guardians"])


class NewRelease(BaseModel):
    """Until when blocked money may be paid: within a year, and not beyond the 18th birthday."""

    model_config = FROZEN
    valid_until: AwareDatetime


class MoneyReleaseOut(BaseModel):
    """A release; signed and without `released_at` it waits for somebody to read a court's order."""

    id: str
    performer_id: str
    guardians: list[str]
    valid_until: datetime
    signed_at: datetime | None
    attested: bool
    released_at: datetime | None
    ended_at: datetime | None
    single_operator: bool

    @classmethod
    def of(cls, item: MoneyRelease) -> Self:
        """The release as data, without its signed bytes."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            guardians=list(item.guardians),
            valid_until=item.valid_until,
            signed_at=item.signed_at,
            attested=item.attester is not None,
            released_at=item.released_at,
            ended_at=item.ended_at,
            single_operator=item.single_operator,
        )


@router.post(
    "/performers/{performer_id}/money-releases", status_code=201, response_model=ConsentToSign
)
def draft(performer_id: str, body: NewRelease, writing: Writing, world: Open) -> Response:
    """Draft a release of blocked money for all guardians to sign, each with their own key."""
    return writing.write(
        lambda session: ConsentToSign.of_all(
            moneyreleases.draft_release(
                session,
                writing.caller,
                performer_id,
                valid_until=body.valid_until,
                base_url=world.settings.base_url,
                now=utc_now(),
            )
        )
    )


@router.get("/performers/{performer_id}/money-releases", response_model=list[MoneyReleaseOut])
def list_releases(performer_id: str, caller: Caller, reading: Reading) -> list[MoneyReleaseOut]:
    """List what was signed to release blocked money, newest first."""
    found = moneyreleases.releases_of(reading, caller, performer_id)
    return [MoneyReleaseOut.of(item) for item in found]


@router.get("/money-releases/{release_id}", response_model=MoneyReleaseOut)
def show(release_id: str, caller: Caller, reading: Reading) -> MoneyReleaseOut:
    """Where does this release stand? For the child's side, and for attesters."""
    return MoneyReleaseOut.of(moneyreleases.get_release(reading, caller, release_id))


@router.post("/money-releases/{release_id}/signature", response_model=MoneyReleaseOut)
def sign(release_id: str, body: ConsentSigned, writing: Writing) -> Response:
    """Hand in the signatures of all guardians; a guardian alone then needs a court's order."""
    given = {**body.cosigned(), body.verification_method: body.signature_bytes()}
    return writing.write(
        lambda session: MoneyReleaseOut.of(
            moneyreleases.sign_release(session, writing.caller, release_id, given, now=utc_now())
        ),
        status=200,
    )


@router.post("/money-releases/{release_id}/attestation", response_model=MoneyReleaseOut)
def attest(release_id: str, writing: Writing, world: Open) -> Response:
    """Vouch for having read the court's order that lets the only guardian release the money."""
    demands = demands_of(world.settings)
    return writing.write(
        lambda session: MoneyReleaseOut.of(
            moneyreleases.attest_release(
                session, writing.caller, release_id, demands=demands, now=utc_now()
            )
        ),
        status=200,
    )


@router.post("/money-releases/{release_id}/ending", response_model=MoneyReleaseOut)
def end(release_id: str, writing: Writing) -> Response:
    """Block the money again from now on; any one guardian may."""
    return writing.write(
        lambda session: MoneyReleaseOut.of(
            moneyreleases.end_release(session, writing.caller, release_id, now=utc_now())
        ),
        status=200,
    )
