"""From a figure's files to a figure that is searched: prints, the look at people, the notice.

The look runs in a job and never within a request, so that no answer's time tells the studio
whether somebody is like its figure.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core import leases
from core.db import next_seq
from core.ids import new_id
from core.jobs import Job
from core.objects import Objects
from core.principal import Principal, SearchCapability, system
from core.vault import Vault
from fingerprint.models import ModelCard, Reason, SampleReport, Template
from registry.characters import OVER, Step, advance, is_due
from registry.enrolment import notice_ends
from registry.models.characters import (
    Character,
    CharacterSample,
    CharacterState,
    SealedInvented,
)
from registry.service.characters import note
from registry.service.keptfiles import drop_unused
from registry.service.latematch import enqueue_rematch
from registry.service.likenesses import found_alike
from registry.service.samples import check_report
from registry.service.seals import open_template, seal_invented
from registry.store import characters, invented, printtemplates, scans


def pending_sample(session: Session, job: Job) -> CharacterSample | None:
    """The file that a job embeds; None where that is done or the figure is over."""
    principal = system(job.tenant_id)
    sample = characters.get_sample(session, principal, job.subject_key)
    over = characters.get_character(session, principal, sample.character_id).state in OVER
    return None if sample.accepted is not None or over else sample


def people_by(
    session: Session, vault: Vault, model_id: str, *, reference: str, at: datetime
) -> tuple[tuple[str, Template], ...]:
    """(print id, template) of everybody who is enrolled, by one encoder, whoever's they are."""
    capability = SearchCapability("invented-figures", reference)
    rows = printtemplates.rivals(session, capability, "", at=at)
    return tuple(
        (row.print_id, open_template(vault, row)) for row in rows if row.model_id == model_id
    )


def store_sample(
    session: Session,
    vault: Vault,
    job: Job,
    report: SampleReport | None,
    card: ModelCard,
    *,
    near: Collection[str],
    notice_days: int,
    now: datetime,
) -> None:
    """Keep what the engine made of a figure's file, if there was a file to be read still.

    `near` are the people's prints that it is like.

    A second call for the same file changes nothing. Raises `LeaseLost` when another worker holds
    the job.
    """
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    sample = pending_sample(session, job)
    if sample is None or report is None:
        _give_up(session, principal, job.subject_key)
        return
    found = characters.get_character(session, principal, sample.character_id)
    # Decide.
    check_report(sample.modality, report, card)
    # Save.
    accepted, reasons = report.accepted, report.reasons
    characters.settle_sample(session, principal, sample.id, accepted=accepted, reasons=reasons)
    if accepted:
        _add_templates(session, vault, found, report.templates, card, now=now)
        parts = sorted({*found.parts, sample.modality})
        capability = SearchCapability("invented-figures", found.id)
        found_alike(session, capability, found.id, near, sample.modality, now=now)
        _move_on(
            session, found, [part.value for part in parts], notice_days, held=bool(near), now=now
        )


def fail_sample(session: Session, job: Job) -> None:
    """A file whose job failed for good gave nothing."""
    _give_up(session, system(job.tenant_id), job.subject_key)


def discard_samples(session: Session, objects: Objects, principal: Principal) -> None:
    """Delete the bytes of settled files; call it after the transaction that settled them."""
    for sample in characters.spent_samples(session, principal, limit=100):
        drop_unused(session, objects, principal, sample.object_name or "")
        characters.forget_object(session, principal, sample.id)


def activate_due(session: Session, capability: SearchCapability, *, at: datetime) -> int:
    """Search from now on for figures whose notice period is over; returns how many."""
    waiting = characters.in_state(session, capability, CharacterState.NOTICE)
    due = [item for item in waiting if is_due(item, at)]
    for item in due:
        _activate(session, item, now=at)
    return len(due)


def search_again(session: Session, owner: Principal, at: datetime) -> None:
    """Queue a search of what the owner's finished scans still hold, for its figures as they are."""
    for scan in scans.holding_traces(session, owner, at=at):
        enqueue_rematch(session, scan)


def _move_on(
    session: Session,
    found: Character,
    parts: list[str],
    notice_days: int,
    *,
    held: bool,
    now: datetime,
) -> None:
    owner = system(found.tenant_id)
    until = found.notice_until or notice_ends(now, notice_days)
    state = advance(found.state, Step.HOLD if held else Step.CAPTURE)
    characters.save_state(session, owner, found.id, state, parts=parts, notice_until=until)
    moved = characters.get_character(session, owner, found.id)
    if is_due(moved, now):
        _activate(session, moved, now=now)
    elif found.state is CharacterState.ACTIVE:
        search_again(session, owner, now)  # more to find it by, or nothing any more


def _activate(session: Session, item: Character, *, now: datetime) -> None:
    owner = system(item.tenant_id)
    state = advance(item.state, Step.ACTIVATE)
    characters.save_state(session, owner, item.id, state)
    note(session, owner, "character.active", item.id, {}, now=now)
    search_again(session, owner, now)


def _give_up(session: Session, principal: Principal, sample_id: str) -> None:
    """What came too late, or could not be embedded, gave nothing."""
    sample = characters.get_sample(session, principal, sample_id)
    if sample.accepted is None:
        characters.settle_sample(
            session,
            principal,
            sample_id,
            accepted=False,
            reasons=(Reason("figure-not-embedded", {}),),
        )


def _add_templates(
    session: Session,
    vault: Vault,
    found: Character,
    templates: tuple[Template, ...],
    card: ModelCard,
    *,
    now: datetime,
) -> None:
    seq = next_seq(session)
    rows = [
        SealedInvented(
            id=new_id("cht"),
            tenant_id=found.tenant_id,
            character_id=found.id,
            modality=template.modality,
            model_id=template.model_id,
            model_sha256=card.sha256,
            evidence_ms=template.evidence_ms,
            quality=template.quality,
            seq=seq,
            sealed=seal_invented(
                vault,
                template,
                tenant_id=found.tenant_id,
                character_id=found.id,
                sha=card.sha256,
            ),
        )
        for template in templates
    ]
    invented.add_templates(session, rows, at=now)
