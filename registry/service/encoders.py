"""Changing the encoder: prints are made anew first, and only then does the new one serve.

Until the last print is made the old encoder finds and decides. Its prints stay, and so do the
vectors of past scans; they are compared with each other alone.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from core import jobs, leases, log
from core.clock import utc_now
from core.db import next_seq
from core.errors import Conflict, Unavailable
from core.ids import new_id
from core.jobs import Job
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from fingerprint.models import Modality, ModelCard, SampleReport
from registry.models.encoders import ChoiceState, EncoderChoice, Material
from registry.models.people import Purpose
from registry.service.consents import require_consent
from registry.service.samples import add_to_print, check_report
from registry.store import encoders, material

REEMBED_JOB = "reembed"
SCOPE = "admin"
ATTEMPTS_MAX = 100  # each start goes on where the last one ended
_NAMED_MAX = 20


def in_use(session: Session) -> dict[Modality, str]:
    """The encoders that were chosen; a modality that is absent has the shipped one."""
    newest_last = reversed(encoders.choices(session, ChoiceState.IN_USE))
    return {choice.modality: choice.model_id for choice in newest_last}


def wanted(session: Session, modality: Modality, serving: str, *, at: datetime) -> tuple[str, ...]:
    """The encoders that a new sample is embedded with, the `serving` one first.

    One that is being prepared must not miss it, and one whose vectors are still in the archive
    lets a new print find its past uses.
    """
    capability = SearchCapability("enrolment", modality.value)
    preparing = [c.model_id for c in encoders.choices(session, ChoiceState.PREPARING, modality)]
    archived = encoders.archived_models(session, capability, modality, at=at)
    return tuple(dict.fromkeys((serving, *preparing, *archived)))


def require_same(
    session: Session, modality: Modality, models: tuple[str, ...], *, at: datetime
) -> None:
    """Raise Unavailable where the encoders that are wanted changed while a sample was embedded."""
    if not set(wanted(session, modality, models[0], at=at)) <= set(models) or (
        in_use(session).get(modality, models[0]) != models[0]
    ):
        raise Unavailable(
            "The encoder was changed while this sample was embedded.",
            next_step="Nothing: the job starts again by itself.",
            code="encoder-changed",
        )


def request_change(
    session: Session,
    principal: Principal,
    card: ModelCard,
    *,
    leave_behind: bool,
    now: datetime,
) -> Job:
    """Queue the change to an encoder; the same wish again gives the same job.

    Raises Conflict where it is in use, and where prints would be lost because no material of them
    is kept, unless they are to be left behind.
    """
    # Load.
    require(principal, SCOPE)
    capability = SearchCapability("re-embedding", principal.subject)
    going = encoders.choices(session, ChoiceState.PREPARING, card.modality)
    lost = material.prints_without(session, capability, card.modality, card.model_id, at=now)
    # Decide.
    if in_use(session).get(card.modality) == card.model_id:
        raise Conflict(f"{card.model_id} is in use already.", code="encoder-in-use")
    if lost and not leave_behind:
        raise _material_missing(lost)
    # Save.
    for choice in going:
        if choice.model_id == card.model_id:
            return _enqueue(session, principal, choice)
        encoders.save_state(session, choice.id, ChoiceState.REPLACED, at=now)
    made = EncoderChoice(
        id=new_id("enc"),
        modality=card.modality,
        model_id=card.model_id,
        model_sha256=card.sha256,
        state=ChoiceState.PREPARING,
        seq=next_seq(session),
        recorded_at=now,
    )
    encoders.add_choice(session, made)
    return _enqueue(session, principal, made)


def progress(session: Session, job: Job, *, at: datetime) -> tuple[tuple[Material, ...], int]:
    """(material that the new encoder has not seen, how much there is); raises Conflict.

    A job whose choice was replaced by another has nothing left to do and must stop.
    """
    choice = _preparing(session, job)
    capability = SearchCapability("re-embedding", job.id)
    kept = material.kept(session, capability, choice.modality, at=at)
    return tuple(item for item in kept if choice.model_id not in item.models), len(kept)


def seen(session: Session, job: Job, *, at: datetime) -> tuple[Material, ...]:
    """Material that the new encoder has seen, in the order it came."""
    choice = _preparing(session, job)
    capability = SearchCapability("re-embedding", job.id)
    kept = material.kept(session, capability, choice.modality, at=at)
    return tuple(item for item in kept if choice.model_id in item.models)


def store_anew(
    session: Session,
    vault: Vault,
    job: Job,
    item: Material,
    *,
    report: SampleReport,
    card: ModelCard,
    now: datetime,
) -> None:
    """Keep what the new encoder made of one sample; a second call changes nothing."""
    # Load.
    leases.guard(session, job)
    choice = _preparing(session, job)
    principal = system(item.tenant_id)
    current = {
        known.id: known for known in material.of_enrolment(session, principal, item.enrolment_id)
    }.get(item.id)
    # Decide.
    if current is None or choice.model_id in current.models:
        return
    check_report(item.modality, report, card)
    enrolment = require_consent(
        session, principal, item.enrolment_id, item.modality, Purpose.REEMBEDDING, at=now
    )
    # Save.
    if report.accepted:
        add_to_print(session, vault, enrolment, report.templates, card=card, now=now)
    material.save_models(session, item.id, {*current.models, choice.model_id})


def switch(session: Session, job: Job, *, now: datetime) -> bool:
    """Let the new encoder serve, unless material came in meanwhile that it has not seen."""
    # Load.
    leases.guard(session, job)
    missing, _ = progress(session, job, at=now)
    choice = _preparing(session, job)
    # Decide.
    if missing:
        return False
    # Save.
    for old in encoders.choices(session, ChoiceState.IN_USE, choice.modality):
        encoders.save_state(session, old.id, ChoiceState.REPLACED, at=now)
    encoders.save_state(session, choice.id, ChoiceState.IN_USE, at=now)
    payload = {"model": choice.model_id, "sha256": choice.model_sha256}
    log.append(session, kind="encoder.changed", subject_id=choice.id, payload=payload, at=now)
    return True


def give_up(session: Session, job: Job, *, now: datetime) -> None:
    """Prepare an encoder no longer, after its job failed for good."""
    choice = encoders.get_choice(session, job.payload["choice_id"])
    if choice.state is ChoiceState.PREPARING:
        encoders.save_state(session, choice.id, ChoiceState.REPLACED, at=now)


def prints_by_model(session: Session, *, at: datetime) -> Mapping[str, int]:
    """How many prints that may be searched each encoder made."""
    return encoders.prints_by_model(session, SearchCapability("overview", "operator"), at=at)


def _preparing(session: Session, job: Job) -> EncoderChoice:
    choice = encoders.get_choice(session, job.payload["choice_id"])
    if choice.state is not ChoiceState.PREPARING:
        raise Conflict(
            "Another encoder was asked for meanwhile.",
            next_step="Ask for this one again if it is still wanted.",
            code="encoder-replaced",
        )
    return choice


def _enqueue(session: Session, principal: Principal, choice: EncoderChoice) -> Job:
    job = jobs.enqueue(
        session,
        principal,
        kind=REEMBED_JOB,
        subject_key=choice.id,
        payload={
            "choice_id": choice.id,
            "modality": choice.modality.value,
            "model_id": choice.model_id,
        },
        attempts_max=ATTEMPTS_MAX,
    )
    if job.state in (jobs.FAILED, jobs.CANCELLED):
        return jobs.requeue(session, principal, job.id, utc_now())
    return job


def _material_missing(lost: tuple[str, ...]) -> Conflict:
    named = ", ".join(lost[:_NAMED_MAX]) + (" and others" if len(lost) > _NAMED_MAX else "")
    return Conflict(
        f"{len(lost)} prints could not be made anew, because no sample of them is kept: {named}.",
        next_step="Enrol them again with the purpose reembedding, or leave them behind: "
        "`ebenbild models use ... --leave-behind`; the new encoder then finds none of them.",
        code="material-missing",
    )
