"""Licences over HTTP: drafted here, signed by the performer elsewhere, countersigned, revoked."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import deciding
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.forms import Agreed
from api.paging import Asked, Page, page
from api.wire import FROZEN, ReasonOut, Signed, ToSign
from core.approvalrows import Approval
from core.clock import utc_now
from core.principal import Principal, require_any
from licensing.models import Licence, LicenceDraft
from licensing.service import custody, heldlicences, licenceacts, licences, mandated
from licensing.terms import terms_from_dict, terms_to_dict
from registry.models.mandates import Act
from registry.service.acting import represent, view
from royalties.service.tariffs import agreed_terms

router = APIRouter(tags=["licences"])
CREDENTIAL_TYPE, TOKEN_TYPE = "application/vc", "application/vc+jwt"
# Who gives licences, and who works under them.
READERS = ("licences", "submissions", "usage")


class NewLicence(BaseModel):
    """Terms as in a terms file; lists may be "*" for any, rates are decimal text.

    With `agency_key` the key signs that is held for your agency, and the licence says so.
    """

    model_config = FROZEN
    terms: Agreed
    agency_key: bool = False


class LicenceToSign(ToSign):
    """A draft to sign, with what rule packs leave to a person; that keeps nobody from signing."""

    doubts: tuple[ReasonOut, ...] = ()

    @classmethod
    def of_licence(cls, draft: LicenceDraft) -> Self:
        """The draft as data."""
        told = tuple(ReasonOut.of(item) for item in draft.doubts)
        return cls(**ToSign.of(draft).model_dump(), doubts=told)


class Revocation(BaseModel):
    """Why a licence ends; kept with it."""

    model_config = FROZEN
    reason: str = Field(default="", max_length=500)


class LicenceOut(BaseModel):
    """A licence and where it stands; a draft awaits the keys named in `awaiting`."""

    id: str
    vc_id: str
    state: str
    terms: Agreed
    tariff_id: str
    performer_did: str
    seq: int | None
    recorded_at: datetime
    revoked_at: datetime | None
    revoke_reason: str
    awaiting: tuple[str, ...] = ()

    @classmethod
    def of(cls, licence: Licence, awaiting: tuple[str, ...] = ()) -> Self:
        """The licence as data, without its signed bytes."""
        return cls(
            id=licence.id,
            vc_id=licence.vc_id,
            state=licence.state.value,
            terms=terms_to_dict(licence.terms),
            tariff_id=licence.tariff_id,
            performer_did=licence.performer_did,
            seq=licence.seq,
            recorded_at=licence.recorded_at,
            revoked_at=licence.revoked_at,
            revoke_reason=licence.revoke_reason,
            awaiting=awaiting,
        )


class AgencySigned(BaseModel):
    """What came of an agency's wish to sign: the licence, or the approval that still waits.

    `credential` is the signed file, byte for byte; a mandate to license need not let one read.
    """

    licence: LicenceOut | None
    credential: str
    approval_id: str

    @classmethod
    def of(cls, made: Licence | Approval) -> Self:
        """Either as data."""
        if isinstance(made, Approval):
            return cls(licence=None, credential="", approval_id=made.id)
        signed = made.signed.decode("utf-8")
        return cls(licence=LicenceOut.of(made), credential=signed, approval_id="")


@router.post("/licences", status_code=201, response_model=LicenceToSign)
def draft(body: NewLicence, writing: Writing, world: Open) -> Response:
    """Draft a licence; it counts once the performer's own program has signed it, or the agency."""
    terms, caller = terms_from_dict(body.terms), writing.caller

    def make(session: Session) -> LicenceToSign:
        now = utc_now()
        side = represent(
            session,
            caller,
            terms.performer_id,
            Act.LICENSE,
            kinds=terms.kinds,
            scope=licences.SCOPE,
            now=now,
        )
        agreed = agreed_terms(session, side, terms)
        held = None
        if body.agency_key:
            held = custody.held_for(session, caller, terms.performer_id, terms.kinds, now=now)
        base_url = world.settings.base_url
        return LicenceToSign.of_licence(
            licenceacts.draft_licence(session, side, agreed, held=held, base_url=base_url, now=now)
        )

    return writing.write(make)


@router.post("/licences/{licence_id}/agency-signature", response_model=AgencySigned)
def sign_held(licence_id: str, writing: Writing, world: Open) -> Response:
    """Sign with the key that is held for your agency; the second person's call has it signed."""
    desk = heldlicences.Desk(
        world.vault, world.registry_key, world.settings.agency.signatures_per_day
    )

    def save(session: Session) -> AgencySigned:
        made = heldlicences.sign_licence_held(
            session, desk, writing.caller, licence_id, now=utc_now()
        )
        if isinstance(made, Licence):
            deciding.granted(session, made)
        return AgencySigned.of(made)

    return writing.write(save, status=200)


@router.post("/licences/{licence_id}/signature", response_model=LicenceOut)
def sign(licence_id: str, body: Signed, writing: Writing, world: Open) -> Response:
    """Hand in a signature of performer or guardian; after the last, the registry countersigns."""

    def save(session: Session) -> LicenceOut:
        now = utc_now()
        side = mandated.represent_licence(session, writing.caller, licence_id, Act.LICENSE, now)
        licence = licenceacts.sign_licence(
            session,
            world.registry_key,
            side,
            licence_id,
            signature=body.signature_bytes(),
            verification_method=body.verification_method,
            now=now,
        )
        deciding.granted(session, licence)
        return LicenceOut.of(licence, licences.awaiting(session, side, licence_id))

    return writing.write(save, status=200)


@router.get("/licences/{licence_id}/draft", response_model=LicenceToSign)
def to_sign(
    licence_id: str,
    caller: Caller,
    reading: Reading,
    signer: Annotated[str | None, Query(max_length=120)] = None,
) -> LicenceToSign:
    """The draft once more, for the performer's key or the did:key of a guardian it names."""
    side = mandated.view_licence(reading, caller, licence_id, Act.LICENSE, utc_now())
    return LicenceToSign.of_licence(licences.get_draft(reading, side, licence_id, signer))


@router.get("/licences", response_model=Page[LicenceOut])
def list_licences(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    performer_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[LicenceOut]:
    """List the signed licences you gave or hold, newest first."""
    require_any(caller, *READERS)
    now = utc_now()
    found = licences.list_licences(
        reading,
        view(reading, caller, performer_id, Act.READ, now=now) if performer_id else caller,
        performer_id=performer_id,
        before_seq=asked.before_seq,
        limit=asked.limit,
    )
    shown = page(found, asked, LicenceOut.of, cursor=lambda licence: licence.seq)
    hidden = mandated.unread(reading, caller, found, now)
    items = [item for item in shown.items if item.id not in hidden]
    return shown.model_copy(update={"items": items})


@router.get("/licences/{licence_id}", response_model=LicenceOut)
def show(licence_id: str, caller: Caller, reading: Reading) -> LicenceOut:
    """Show one licence."""
    return LicenceOut.of(
        licences.get_licence(reading, _reader(reading, caller, licence_id), licence_id)
    )


@router.get(
    "/licences/{licence_id}/credential", response_class=Response, responses=gives(CREDENTIAL_TYPE)
)
def credential(licence_id: str, caller: Caller, reading: Reading) -> Response:
    """The exact signed bytes, to keep and to verify anywhere."""
    licence = licences.get_licence(reading, _reader(reading, caller, licence_id), licence_id)
    return Response(licence.signed, media_type=CREDENTIAL_TYPE)


@router.get("/licences/{licence_id}/token", response_class=Response, responses=gives(TOKEN_TYPE))
def token(licence_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The signed licence as one token (`vc+jwt`), its exact bytes as payload."""
    side = _reader(reading, caller, licence_id)
    made = licences.licence_token(reading, world.registry_key, side, licence_id)
    return Response(made, media_type=TOKEN_TYPE)


@router.post("/licences/{licence_id}/revocation", response_model=LicenceOut)
def revoke(licence_id: str, body: Revocation, writing: Writing) -> Response:
    """Revoke a licence: what rests on it is decided anew (performer's side only)."""
    return writing.write(
        lambda session: LicenceOut.of(
            deciding.revoke(
                session,
                mandated.represent_licence(
                    session, writing.caller, licence_id, Act.REVOKE, utc_now()
                ),
                licence_id,
                body.reason,
            )
        ),
        status=200,
    )


def _reader(reading: Session, caller: Principal, licence_id: str) -> Principal:
    require_any(caller, *READERS)
    return mandated.view_licence(reading, caller, licence_id, Act.READ, utc_now())
