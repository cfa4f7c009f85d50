"""Standing declarations over HTTP: made by the performer's side, read and searched by everybody."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.paging import Onwards
from api.routes.licences import CREDENTIAL_TYPE
from api.wire import FROZEN, Signed, Text, ToSign
from core.approvalrows import Approval
from core.clock import utc_now
from core.principal import require_any
from licensing.models_standing import Stance, Standing, StandingDeclaration
from licensing.reservations import robots_of, rsl_of, tdmrep_of
from licensing.service import custody, heldstandings, standings
from licensing.service.heldlicences import Desk
from licensing.standing import standings_of
from licensing.terms import terms_to_dict
from registry.models.works import KindOfUse

router = APIRouter(tags=["standing declarations"])
entrance = APIRouter(tags=["public"])
READERS = ("licences", "submissions")
KINDS_MAX = len(KindOfUse)


class NewStanding(BaseModel):
    """Kinds of use by stance; terms are as in a terms file, without performer and licensee.

    With `agency_key` the key signs that is held for your agency, and the declaration says so.
    """

    model_config = FROZEN
    never: list[str] = Field(default=[], max_length=KINDS_MAX)
    ask: list[str] = Field(default=[], max_length=KINDS_MAX)
    terms: list[dict[str, Any]] = Field(default=[], max_length=KINDS_MAX)
    agency_key: bool = False


class StandingDraftOut(BaseModel):
    """What performer and guardians are to sign, each with their own key."""

    id: str
    requests: list[ToSign]


class StandingSigned(BaseModel):
    """Every signature under a draft."""

    model_config = FROZEN
    draft_id: Text
    signatures: list[Signed] = Field(min_length=1, max_length=8)


class StanceOut(BaseModel):
    """The stance on one kind of use."""

    kind: str
    stance: str
    terms: dict[str, Any] | None

    @classmethod
    def of(cls, item: Standing) -> Self:
        """The stance as data."""
        terms = None if item.terms is None else terms_to_dict(item.terms)
        return cls(kind=item.kind.value, stance=item.stance.value, terms=terms)


class StandingOut(BaseModel):
    """The declaration that counts."""

    id: str
    performer_id: str
    seq: int
    recorded_at: datetime
    stances: list[StanceOut]

    @classmethod
    def of(cls, made: StandingDeclaration) -> Self:
        """The declaration as data, without its signed bytes."""
        return cls(
            id=made.id,
            performer_id=made.performer_id,
            seq=made.seq,
            recorded_at=made.recorded_at,
            stances=[StanceOut.of(item) for item in made.standings],
        )


class HeldDraft(BaseModel):
    """The draft to sign with the key that is held for an agency."""

    model_config = FROZEN
    draft_id: Text


class AgencyDeclared(BaseModel):
    """What came of an agency's wish to sign: the declaration, or the approval that still waits."""

    declaration: StandingOut | None
    approval_id: str

    @classmethod
    def of(cls, made: StandingDeclaration | Approval) -> Self:
        """Either as data."""
        if isinstance(made, Approval):
            return cls(declaration=None, approval_id=made.id)
        return cls(declaration=StandingOut.of(made), approval_id="")


class Form(StrEnum):
    """In which form a declaration is read."""

    CREDENTIAL = "credential"
    RSL = "rsl.xml"
    TDMREP = "tdmrep.json"
    ROBOTS = "robots.txt"


WRITERS = {
    Form.RSL: (rsl_of, "application/rsl+xml"),
    Form.TDMREP: (tdmrep_of, "application/json"),
    Form.ROBOTS: (robots_of, "text/plain; charset=utf-8"),
}


@router.post(
    "/performers/{performer_id}/standing", status_code=201, response_model=StandingDraftOut
)
def draft(performer_id: str, body: NewStanding, writing: Writing, world: Open) -> Response:
    """Draft what the performer says to everybody; it counts once all have signed."""
    stances = standings_of(performer_id, body.never, body.ask, body.terms)

    def save(session: Session) -> StandingDraftOut:
        now, side, held = utc_now(), writing.caller, None
        if body.agency_key:
            kinds = [item.kind for item in stances]
            held = custody.held_for(session, side, performer_id, kinds, now=now)
            side = replace(side, tenant_id=held.tenant_id)
        base_url = world.settings.base_url
        made = standings.draft_standing(
            session, side, performer_id, stances, held=held, base_url=base_url, now=now
        )
        return StandingDraftOut(id=made[0].id, requests=[ToSign.of(item) for item in made])

    return writing.write(save)


@router.post("/performers/{performer_id}/standing/signature", response_model=StandingOut)
def sign(performer_id: str, body: StandingSigned, writing: Writing, world: Open) -> Response:
    """Hand in every signature under a draft; the registry checks them and countersigns."""
    given = {item.verification_method: item.signature_bytes() for item in body.signatures}
    return writing.write(
        lambda session: StandingOut.of(
            standings.sign_standing(
                session,
                world.registry_key,
                writing.caller,
                performer_id,
                body.draft_id,
                signatures=given,
                now=utc_now(),
            )
        ),
        status=200,
    )


@router.post("/performers/{performer_id}/standing/agency-signature", response_model=AgencyDeclared)
def sign_held(performer_id: str, body: HeldDraft, writing: Writing, world: Open) -> Response:
    """Sign with the key that is held for your agency; the second person's call has it signed."""
    desk = Desk(world.vault, world.registry_key, world.settings.agency.signatures_per_day)
    return writing.write(
        lambda session: AgencyDeclared.of(
            heldstandings.sign_standing_held(
                session, desk, writing.caller, performer_id, body.draft_id, now=utc_now()
            )
        ),
        status=200,
    )


@router.get("/standings", response_model=list[StandingOut])
def search(
    caller: Caller,
    reading: Reading,
    onward: Onwards,
    *,
    kind: KindOfUse | None = None,
    stance: Stance | None = None,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[StandingOut]:
    """Declarations that count now, by kind and stance, in the order of performer ids."""
    require_any(caller, *READERS)
    found = standings.search_standings(reading, kind=kind, stance=stance, after=after, limit=limit)
    onward.behind(found, limit, lambda one: one.performer_id)
    return [StandingOut.of(made) for made in found]


@entrance.get("/standing/{performer_id}", response_model=StandingOut)
def show(performer_id: str, reading: Reading) -> StandingOut:
    """What a performer says to everybody."""
    return StandingOut.of(standings.standing_of(reading, performer_id))


@entrance.get(
    "/standing/{performer_id}/{form}",
    response_class=Response,
    responses=gives(CREDENTIAL_TYPE, *(kind for _, kind in WRITERS.values())),
)
def exported(
    performer_id: str,
    form: Form,
    reading: Reading,
    world: Open,
    *,
    location: Annotated[str, Query(max_length=500, pattern=r"^/[!-~]*$")] = "/",
) -> Response:
    """The signed bytes, or what web crawlers read: RSL, TDM reservation, lines for robots.txt."""
    made = standings.standing_of(reading, performer_id)
    if form is Form.CREDENTIAL:
        return Response(made.signed, media_type=CREDENTIAL_TYPE)
    written, kind = WRITERS[form]
    address = f"{world.settings.base_url}/standing/{performer_id}"
    return Response(written(made.standings, address=address, location=location), media_type=kind)
