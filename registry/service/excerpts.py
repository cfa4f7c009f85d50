"""Excerpts to compare by: kept by a consent of their own, shown beside a find in doubt, told of.

All of an enrolment lie under one key of their own below the performer's: taking back this purpose
alone destroys it, and with it every copy in a backup. Why so: docs/adr/0080.
"""

from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import NotFound
from core.ids import derived_id, new_id
from core.principal import Principal, SearchCapability, actor, require, system
from core.resealing import SealedColumn
from core.tenants import get_tenant
from core.vault import Vault
from fingerprint.models import Decision, Modality, SampleReport
from registry.minority import midnight
from registry.models.evidence import Match
from registry.models.excerpts import Excerpt, Look
from registry.models.people import Purpose, Sample
from registry.service.consents import is_covered
from registry.store import enrolments, excerpts, people
from registry.store.excerpts import ExcerptRow

SCOPE = "performers"


def keep(
    session: Session, vault: Vault, sample: Sample, report: SampleReport, *, now: datetime
) -> None:
    """Keep a report's excerpt, if the consent covers it and no better one of the part is kept."""
    if report.excerpt is None or not is_covered(session, sample, Purpose.COMPARISON, at=now):
        return
    quality = max(template.quality for template in report.templates)
    where = (sample.enrolment_id, sample.modality)
    known = excerpts.find_excerpt(session, system(sample.tenant_id), *where)
    if known is not None and known.quality >= quality:
        return
    subject_id, facts = _bound(sample.tenant_id, *where)
    made = Excerpt(
        id=new_id("exc"),
        tenant_id=sample.tenant_id,
        enrolment_id=sample.enrolment_id,
        performer_id=sample.performer_id,
        modality=sample.modality,
        quality=quality,
        sealed=vault.seal(subject_id, report.excerpt, facts, owner=sample.performer_id),
        made_at=now,
    )
    excerpts.save_excerpt(session, made)


def beside(session: Session, match: Match, *, at: datetime) -> Excerpt | None:
    """What may be put beside a find that is before a reviewer, if its performer allows it.

    `None` says nothing of why: no consent, none made yet, a child, a dispute, a find that is sure.
    """
    if match.decision is not Decision.REVIEW:
        return None
    capability = SearchCapability("comparison", match.id)
    adult_on = people.adult_on(session, capability, match.performer_id)
    if adult_on is not None and at < midnight(adult_on):
        return None
    found = excerpts.newest_shown(session, capability, match.performer_id, match.modality, at=at)
    covered = found is not None and is_covered(session, found, Purpose.COMPARISON, at=at)
    return found if covered else None


def look(
    session: Session, vault: Vault, principal: Principal, match: Match, *, now: datetime
) -> bytes:
    """The excerpt beside a find, as JPEG or Ogg Opus; that it was looked at is recorded and told.

    Call it in `write()`, so that nothing is seen that was not recorded. Raises `NotFound` where
    there is none to be seen.
    """
    found = beside(session, match, at=now)
    if found is None:
        raise _absent()
    shown = _opened(vault, found)
    excerpts.add_look(session, found, match, by=principal, person=actor(principal), at=now)
    audit.record(
        session,
        principal,
        action="excerpt.viewed",
        subject_id=found.performer_id,
        details={"match": match.id},
        now=now,
    )
    return shown


def own(
    session: Session, principal: Principal, enrolment_id: str, modality: Modality
) -> Excerpt | None:
    """What is kept of one part of an enrolment of the caller's."""
    require(principal, SCOPE)
    enrolments.get_enrolment(session, principal, enrolment_id)
    return excerpts.find_excerpt(session, principal, enrolment_id, modality)


def own_bytes(
    session: Session, vault: Vault, principal: Principal, enrolment_id: str, modality: Modality
) -> bytes:
    """What a reviewer would see or hear, for the performer's own side; raises `NotFound`."""
    found = own(session, principal, enrolment_id, modality)
    if found is None:
        raise _absent()
    return _opened(vault, found)


def kept_under(session: Session, principal: Principal, enrolment_id: str) -> tuple[Excerpt, ...]:
    """What is kept of an enrolment of the caller's, voice before face."""
    found = (own(session, principal, enrolment_id, modality) for modality in Modality)
    return tuple(item for item in found if item is not None)


def looks(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[Look, ...]:
    """Every look at a performer's excerpts, newest first; raises `NotFound` for another side's."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    found = excerpts.looks_at(session, principal, performer_id, before_seq=before_seq, limit=limit)
    return tuple(
        Look(seq, at, performer_id, modality, get_tenant(session, studio_id).name)
        for seq, at, modality, studio_id in found
    )


def shred(vault: Vault, enrolment_id: str) -> None:
    """Destroy the key of an enrolment's excerpts; call it once their rows are gone."""
    vault.erase(_subject(enrolment_id))


def _opened(vault: Vault, item: Excerpt) -> bytes:
    subject_id, facts = _bound(item.tenant_id, item.enrolment_id, item.modality)
    try:
        return vault.unseal(subject_id, item.sealed, facts)
    except NotFound:
        # The key went before the row did: an erasure that a crash cut in two, or an old backup.
        raise _absent() from None


def _subject(enrolment_id: str) -> str:
    return derived_id("exc", enrolment_id)


def _bound(tenant_id: str, enrolment_id: str, modality: str) -> tuple[str, dict[str, str]]:
    facts = {"tenant": tenant_id, "enrolment": enrolment_id, "part": modality, "use": "comparison"}
    return _subject(enrolment_id), facts


def _row_bound(row: ExcerptRow) -> tuple[str, dict[str, str]]:
    return _bound(row.tenant_id, row.enrolment_id, row.modality)


def _absent() -> NotFound:
    return NotFound(
        "There is no excerpt to compare with.",
        next_step="Compare with material of the production that you know is this person.",
    )


SEALED = (SealedColumn(ExcerptRow, "sealed", _row_bound),)
