"""Enrolment samples: accepted only under a signed consent, turned into sealed templates, dropped.

The file is stored before the transaction that names it, because copying it must not hold the
write lock, and deleted after the one that made templates of it, because a rolled-back step needs
it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import jobs, leases
from core.db import next_seq
from core.errors import Broken
from core.ids import new_id
from core.jobs import Job
from core.objects import ObjectRef, Objects
from core.principal import Principal, require, system
from core.vault import Vault
from fingerprint.models import Modality, ModelCard, SampleReport, Template
from fingerprint.proofing.fineprint import FinePrint
from registry.enrolment import Step, advance
from registry.models.encoders import Material
from registry.models.people import Enrolment, EnrolmentState, Print, Purpose, Sample
from registry.service import challenges, excerpts
from registry.service.consents import require_consent
from registry.service.keptfiles import drop_unused
from registry.service.seals import seal_template
from registry.store import enrolments, material, prints, printtemplates, samples

EMBED_JOB = "embed"


def add_sample(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    stored: ObjectRef,
    modality: Modality,
    *,
    now: datetime,
) -> Job:
    """Take a stored file as a sample and queue its embedding; the job's subject is the sample.

    Raises `NotAllowed` when no signed consent covers matching with this modality, `Conflict` while
    the enrolment is disputed.
    """
    # Load and decide.
    require(principal, "performers")
    enrolment = require_consent(
        session, principal, enrolment_id, modality, Purpose.MATCHING, at=now
    )
    advance(enrolment.state, Step.CAPTURE)
    # Save.
    sample_id = new_id("smp")
    job = jobs.enqueue(
        session,
        principal,
        kind=EMBED_JOB,
        subject_key=sample_id,
        payload={"sample_id": sample_id, "enrolment_id": enrolment_id, "modality": modality.value},
    )
    sample = Sample(
        id=sample_id,
        tenant_id=principal.tenant_id,
        enrolment_id=enrolment.id,
        performer_id=enrolment.performer_id,
        modality=modality,
        object_name=stored.name,
        job_id=job.id,
        reasons=(),
        print_id=None,
    )
    samples.add_sample(session, sample, at=now)
    return job


def get_sample(session: Session, principal: Principal, sample_id: str) -> Sample:
    """One sample of the caller's: what it gave, or why it gave nothing."""
    require(principal, "performers")
    return samples.get_sample(session, principal, sample_id)


def list_samples(session: Session, principal: Principal, enrolment_id: str) -> tuple[Sample, ...]:
    """What was handed in for an enrolment of the caller's, oldest first."""
    require(principal, "performers")
    return samples.list_samples(session, principal, enrolment_id)


def sample_of(session: Session, job: Job) -> Sample:
    """The sample of an embedding job."""
    return samples.get_sample(session, system(job.tenant_id), job.subject_key)


def sample_object(session: Session, job: Job) -> str | None:
    """The stored file of an embedding job's sample; `None` when it is settled already."""
    sample = samples.get_sample(session, system(job.tenant_id), job.subject_key)
    if samples.is_settled(session, system(job.tenant_id), job.subject_key):
        return None
    return sample.object_name


def store_templates(
    session: Session,
    vault: Vault,
    job: Job,
    report: SampleReport,
    card: ModelCard,
    *,
    also: Sequence[tuple[SampleReport, ModelCard]] = (),
    kept_as: str | None = None,
    now: datetime,
) -> Print | None:
    """Keep what the engine made of a job's sample; `None` when the sample was refused.

    `also` is what further encoders made of it; `kept_as` names the sealed copy of the sample that
    the performer lets the registry keep. A second call for the same sample changes nothing and
    gives the same answer. Raises `LeaseLost` when another worker holds the job, `NotAllowed` when
    the consent no longer covers it: then nothing is kept.
    """
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    sample = samples.get_sample(session, principal, job.subject_key)
    if samples.is_settled(session, principal, sample.id):
        return prints.get_print(session, principal, sample.print_id or "")
    # Decide.
    made = ((report, card), *also)
    for one, by in made:
        check_report(sample.modality, one, by)
    enrolment = require_consent(
        session, principal, sample.enrolment_id, sample.modality, Purpose.MATCHING, at=now
    )
    state = advance(enrolment.state, Step.CAPTURE)
    # Save.
    kept = None
    if report.accepted:
        found = [
            add_to_print(session, vault, enrolment, one.templates, card=by, now=now)
            for one, by in made
            if one.accepted
        ]
        kept = found[0]
        enrolments.save_state(session, principal, enrolment.id, state)
        if kept_as is not None:
            _keep(session, sample, kept_as, models=[by.model_id for _, by in made], now=now)
        excerpts.keep(session, vault, sample, report, now=now)
    samples.settle_sample(
        session,
        principal,
        sample.id,
        print_id=kept.id if kept else None,
        reasons=report.reasons,
        at=now,
    )
    return kept


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an enrolment has of one encoder, and whether its proofs were seen already."""

    templates: tuple[Template, ...]
    proofed: bool


def earlier_templates(session: Session, vault: Vault, sample: Sample, model_id: str) -> Earlier:
    """The templates that a new sample must be of the same person as."""
    principal = system(sample.tenant_id)
    enrolment = enrolments.get_enrolment(session, principal, sample.enrolment_id)
    templates = challenges.own_templates(session, vault, sample.tenant_id, enrolment.id, model_id)
    return Earlier(templates, enrolment.activated_at is not None or bool(enrolment.proofed_at))


def keep_fine_print(
    session: Session, vault: Vault, job: Job, fine: FinePrint, *, now: datetime
) -> None:
    """Keep which recording a job's sample is, until the enrolment is proofed."""
    principal = system(job.tenant_id)
    sample = samples.get_sample(session, principal, job.subject_key)
    enrolment = enrolments.get_enrolment(session, principal, sample.enrolment_id)
    if enrolment.state is EnrolmentState.CAPTURED:
        challenges.keep_fine_print(session, vault, enrolment, sample.id, fine, now=now)


def discard_samples(
    session: Session, objects: Objects, principal: Principal, *, limit: int = 100
) -> int:
    """Delete the bytes of settled samples; returns how many were deleted.

    Call it after the transaction that settled them. A crash in between deletes them next time.
    """
    discarded = 0
    for sample in samples.spent_samples(session, principal, limit=limit):
        drop_unused(session, objects, principal, sample.object_name or "")
        samples.forget_object(session, principal, sample.id)
        discarded += 1
    return discarded


def list_prints(session: Session, principal: Principal, performer_id: str) -> tuple[Print, ...]:
    """A performer's prints, withdrawn ones too, in order."""
    require(principal, "performers")
    return prints.list_prints(session, principal, performer_id)


def check_report(modality: Modality, report: SampleReport, card: ModelCard) -> None:
    """Raise Broken for a report that is not of this modality and this encoder."""
    templates = report.templates
    wrong = [t for t in templates if t.modality != card.modality or t.model_id != card.model_id]
    if report.modality != modality or card.modality != modality or wrong:
        raise Broken("A sample was embedded with another modality or model than it names.")
    if report.accepted and not templates:
        raise Broken("A sample was accepted without a template.")


def _keep(
    session: Session, sample: Sample, object_name: str, *, models: Sequence[str], now: datetime
) -> None:
    item = Material(
        id=new_id("mat"),
        tenant_id=sample.tenant_id,
        sample_id=sample.id,
        enrolment_id=sample.enrolment_id,
        performer_id=sample.performer_id,
        modality=sample.modality,
        object_name=object_name,
        models=tuple(models),
    )
    material.add_material(session, item, at=now)


def add_to_print(
    session: Session,
    vault: Vault,
    enrolment: Enrolment,
    templates: tuple[Template, ...],
    *,
    card: ModelCard,
    now: datetime,
) -> Print:
    """Seal templates and add them to the enrolment's print of their encoder, made if missing."""
    principal = system(enrolment.tenant_id)
    found = prints.find_print(
        session,
        principal,
        enrolment_id=enrolment.id,
        modality=card.modality,
        model_id=card.model_id,
    )
    seq = next_seq(session)
    item = found or Print(
        id=new_id("prt"),
        tenant_id=enrolment.tenant_id,
        performer_id=enrolment.performer_id,
        enrolment_id=enrolment.id,
        modality=card.modality,
        model_id=card.model_id,
        templates=0,
        seq=seq,
        created_at=now,
        withdrawn_at=None,
    )
    item = replace(item, templates=item.templates + len(templates), seq=seq)
    prints.save_print(session, principal, item)
    sealed = [_seal(vault, item, template, card, seq) for template in templates]
    printtemplates.add_templates(session, sealed, at=now)
    return item


def _seal(
    vault: Vault, item: Print, template: Template, card: ModelCard, seq: int
) -> printtemplates.SealedTemplate:
    return printtemplates.SealedTemplate(
        id=new_id("tpl"),
        tenant_id=item.tenant_id,
        print_id=item.id,
        performer_id=item.performer_id,
        consent_id=item.enrolment_id,
        modality=item.modality,
        model_id=item.model_id,
        model_sha256=card.sha256,
        evidence_ms=template.evidence_ms,
        quality=template.quality,
        seq=seq,
        sealed=seal_template(
            vault,
            template,
            tenant_id=item.tenant_id,
            performer_id=item.performer_id,
            consent_id=item.enrolment_id,
            sha=card.sha256,
        ),
    )
