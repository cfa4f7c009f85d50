"""Enrolment over HTTP: consent drafted, signed elsewhere, samples judged, withdrawn at once."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api import uploads
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, from_cursor, page
from api.routes.jobs import JobOut
from api.wire import FROZEN, Options, ReasonOut, Signed, Text, ToSign
from core.clock import utc_now
from core.principal import require
from fingerprint.models import Modality
from registry.models.mandates import Act
from registry.models.people import Enrolment, Purpose, Sample, SigningRequest
from registry.proofing.duplicates import shown_state
from registry.service import enrolment, people, samples
from registry.service.acting import represent, represent_enrolment, view, view_enrolment
from registry.service.agentjobs import agentjob
from registry.service.challengesides import SEEING

router = APIRouter(tags=["enrolments"])


class NewEnrolment(BaseModel):
    """What the performer is asked to consent to; each purpose is named by itself."""

    model_config = FROZEN
    modalities: list[Modality] = Field(min_length=1, max_length=2)
    purposes: list[Purpose] = Field(min_length=1, max_length=len(Purpose))
    valid_until: datetime | None = None


class NewSample(BaseModel):
    """An uploaded file to make templates from; its bytes are deleted afterwards."""

    model_config = FROZEN
    upload_id: Text
    modality: Modality


class EnrolmentOut(BaseModel):
    """Where an enrolment stands; it is searched from `activated_at` on."""

    id: str
    performer_id: str
    state: str
    modalities: list[Modality]
    purposes: list[Purpose]
    created_at: datetime
    signed_at: datetime | None
    valid_until: datetime | None
    withdrawn_at: datetime | None
    proofed_at: datetime | None
    notice_until: datetime | None
    activated_at: datetime | None
    single_operator: bool

    @classmethod
    def of(cls, item: Enrolment) -> Self:
        """The enrolment as data, without the signed bytes."""
        return cls(
            id=item.id,
            performer_id=item.performer_id,
            state=shown_state(item).value,
            modalities=list(item.modalities),
            purposes=list(item.purposes),
            created_at=item.created_at,
            signed_at=item.signed_at,
            valid_until=item.valid_until,
            withdrawn_at=item.withdrawn_at,
            proofed_at=item.proofed_at,
            notice_until=item.notice_until,
            activated_at=item.activated_at,
            single_operator=item.single_operator,
        )


class SampleOut(BaseModel):
    """What a sample gave: a print, or the reasons why it gave none."""

    id: str
    modality: Modality
    print_id: str | None
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, sample: Sample) -> Self:
        """The sample as data."""
        return cls(
            id=sample.id,
            modality=sample.modality,
            print_id=sample.print_id,
            reasons=[ReasonOut.of(reason) for reason in sample.reasons],
        )


class ConsentToSign(ToSign):
    """A consent to sign; every one of `guardians` signs the same document."""

    guardians: list[Options]

    @classmethod
    def of_all(cls, request: SigningRequest) -> Self:
        """The request as data, for the performer and the guardians."""
        own = ToSign.of(request).model_dump()
        return cls(**own, guardians=[Options.of(item) for item in request.cosigners])


class ConsentSigned(Signed):
    """The performer's signature, and those of all guardians of a minor."""

    guardians: list[Signed] = Field(default_factory=list, max_length=6)

    def cosigned(self) -> dict[str, bytes]:
        """The guardians' signatures by the key that made them."""
        return {item.verification_method: item.signature_bytes() for item in self.guardians}


@router.post("/performers/{performer_id}/enrolments", status_code=201, response_model=ConsentToSign)
def draft(performer_id: str, body: NewEnrolment, writing: Writing, world: Open) -> Response:
    """Draft a consent; nothing happens until the performer's own program has signed it."""
    return writing.write(
        lambda session: ConsentToSign.of_all(
            enrolment.draft_enrolment(
                session,
                represent(session, writing.caller, performer_id, Act.ENROL, now=utc_now()),
                performer_id,
                body.modalities,
                body.purposes,
                base_url=world.settings.base_url,
                now=utc_now(),
                valid_until=body.valid_until,
                minor_days_max=world.settings.enrolment.minor_days_max,
                quota_per_month=world.settings.enrolment.quota_per_month,
            )
        )
    )


@router.get("/performers/{performer_id}/enrolments", response_model=Page[EnrolmentOut])
def list_enrolments(
    performer_id: str, caller: Caller, reading: Reading, asked: Asked
) -> Page[EnrolmentOut]:
    """List a performer's enrolments."""
    side = view(reading, caller, performer_id, *SEEING, now=utc_now())
    people.get_performer(reading, side, performer_id)
    found = enrolment.list_enrolments(reading, side, performer_id)
    return page(from_cursor(found, asked), asked, EnrolmentOut.of)


@router.get("/enrolments/{enrolment_id}", response_model=EnrolmentOut)
def show(enrolment_id: str, caller: Caller, reading: Reading) -> EnrolmentOut:
    """Where does this enrolment stand?"""
    side = view_enrolment(reading, caller, enrolment_id, *SEEING, now=utc_now())
    return EnrolmentOut.of(enrolment.get_enrolment(reading, side, enrolment_id))


@router.post("/enrolments/{enrolment_id}/signature", response_model=EnrolmentOut)
def sign(enrolment_id: str, body: ConsentSigned, writing: Writing) -> Response:
    """Hand in the performer's signature under the drafted consent."""
    return writing.write(
        lambda session: EnrolmentOut.of(
            enrolment.sign_enrolment(
                session,
                represent_enrolment(
                    session, writing.caller, enrolment_id, Act.ENROL, now=utc_now()
                ),
                enrolment_id,
                body.signature_bytes(),
                body.verification_method,
                now=utc_now(),
                cosigned=body.cosigned(),
            )
        ),
        status=200,
    )


@router.post("/enrolments/{enrolment_id}/samples", status_code=202, response_model=JobOut)
def add_sample(enrolment_id: str, body: NewSample, writing: Writing, world: Open) -> Response:
    """Hand an uploaded file in as a sample; the job embeds it and deletes its bytes."""
    require(writing.caller, enrolment.SCOPE)
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    stored = uploads.keep(world, writing.caller, body.upload_id)
    answer = writing.write(
        lambda session: JobOut.of(
            samples.add_sample(
                session,
                represent_enrolment(
                    session, writing.caller, enrolment_id, Act.ENROL, now=utc_now()
                ),
                enrolment_id,
                stored,
                body.modality,
                now=utc_now(),
            )
        ),
        status=202,
    )
    uploads.discard(world.settings, writing.caller, body.upload_id)
    return answer


@router.get("/jobs/{job_id}/sample", response_model=SampleOut)
def show_sample(job_id: str, caller: Caller, reading: Reading) -> SampleOut:
    """What did the sample of this embedding job give?"""
    job, side = agentjob(reading, caller, job_id, now=utc_now())
    return SampleOut.of(samples.get_sample(reading, side, job.subject_key))


@router.post("/enrolments/{enrolment_id}/withdrawal", response_model=EnrolmentOut)
def withdraw(enrolment_id: str, writing: Writing) -> Response:
    """Withdraw a consent: its prints are erased in the same moment."""
    return writing.write(
        lambda session: EnrolmentOut.of(
            enrolment.withdraw_enrolment(
                session,
                represent_enrolment(
                    session, writing.caller, enrolment_id, Act.WITHDRAW, now=utc_now()
                ),
                enrolment_id,
                now=utc_now(),
            )
        ),
        status=200,
    )
