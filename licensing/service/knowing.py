"""Gathers what a decision knows beside finds and licences, all as it was known at one `seq`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from licensing.cutacts import acts_by_licence
from licensing.known import Known, LabelFound, LabelScheme, LabelState
from licensing.models import LicenceInForce
from licensing.rulepacks.packs import shipped_packs
from licensing.service import staydown
from licensing.service.foreign import foreign_rivals
from licensing.service.frameworks import suspended_under
from licensing.service.standings import standings_known
from licensing.service.suspensions import suspensions_known
from licensing.store import clearances, cutacts, publicuses, rivals
from registry.models.evidence import Findings, Submission
from registry.review import SECOND_ASKED
from registry.service.characters import list_characters
from registry.service.filelabels import labels_of
from registry.service.people import lifetimes


@dataclass(frozen=True, slots=True)
class Asked:
    """What is decided on: a submission, what was found in it, and the newest event known."""

    submission: Submission
    found: Findings
    seq: int

    @property
    def performers(self) -> frozenset[str]:
        """Everybody who was found or declared."""
        found = {use.performer_id for use in self.found.uses}
        return frozenset(found | {use.performer_id for use in self.submission.declaration.uses})


def known_beside(
    session: Session,
    principal: Principal,
    asked: Asked,
    held: Sequence[LicenceInForce],
) -> Known:
    """Everything else that the decision rests on; `held` are the licences to the studio."""
    cut_id, ids = asked.submission.cut_id, [item.id for item in held]
    capability = SearchCapability("clearance", asked.submission.id)
    minors, deceased = lifetimes(session, capability, asked.performers)
    counted = [item.id for item in held if item.terms.uses_max is not None]
    return Known(
        suspensions=suspensions_known(session, asked.performers, seq=asked.seq),
        under=suspended_under(session, ids, seq=asked.seq),
        minors=minors,
        deceased=deceased,
        standings=standings_known(session, asked.performers, up_to_seq=asked.seq),
        rivals=_rivals(session, principal, asked),
        public_uses=publicuses.days_known(session, capability, deceased, up_to_seq=asked.seq),
        acts=acts_by_licence(cutacts.acts_on(session, principal, ids, cut_id)),
        other_cuts=clearances.other_cuts(session, principal, counted, cut_id),
        confirmed=_said(asked.found, "confirmed-by-person"),
        doubted=_said(asked.found, SECOND_ASKED),
        collisions=asked.found.collisions,
        disputed=asked.found.disputed,
        figures=_figures(session, principal, asked),
        unknowns=cutacts.policy(session, principal),
        packs=shipped_packs(),
        labels=_labels(session, principal, asked.submission.id),
        unread=len(asked.found.unread),
        noticed=staydown.noticed_in(session, capability, principal, asked.submission.id),
    )


def _rivals(session: Session, principal: Principal, asked: Asked) -> tuple[LicenceInForce, ...]:
    """What the performers promised to others alone, in this registry and in others."""
    capability = SearchCapability("clearance", asked.submission.id)
    who, licensee_id = asked.performers, principal.tenant_id
    here = rivals.exclusive_elsewhere(
        session, capability, performer_ids=who, licensee_id=licensee_id, up_to_seq=asked.seq
    )
    elsewhere = foreign_rivals(
        session, performer_ids=who, licensee_id=licensee_id, up_to_seq=asked.seq
    )
    return (*here, *elsewhere)


def _figures(session: Session, principal: Principal, asked: Asked) -> dict[str, str]:
    if not asked.submission.declaration.figures:
        return {}
    return {item.id: item.name for item in list_characters(session, principal)}


def _labels(
    session: Session, principal: Principal, submission_id: str
) -> tuple[LabelFound, ...] | None:
    found = labels_of(session, principal, submission_id)
    if found is None:
        return None
    return tuple(
        LabelFound(LabelScheme(scheme), LabelState(state), detail)
        for scheme, state, detail in found
    )


def _said(found: Findings, code: str) -> frozenset[str]:
    return frozenset(
        match.id for match in found.matches if any(reason.code == code for reason in match.reasons)
    )
