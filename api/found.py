"""What was found in a submission, as its studio may see it: people by public name, never scores.

A raw score would tell a studio whether somebody is enrolled who was not found; the false-alarm
rate at this gallery's size says how sure a find is.
"""

import math
from typing import Self

from pydantic import BaseModel
from sqlmodel import Session

from api.rates import one_in
from api.sharing import ContentLinkOut
from api.wire import ReasonOut, SpanOut
from core.principal import Principal
from fingerprint.models import Decision, Modality, SearchPath
from registry.models.evidence import Match, UnknownPerson, Unread, Use
from registry.service import content, reading, scans


class BasisOut(BaseModel):
    """What a find rests on, as figures for people.

    `one_in` searches for strangers one scores as high by chance. `likelihood_ratio` is how many
    times likelier this performer is than a stranger, null where that was not measured.
    `evidence_ms` is speech or time on screen, of `stretches` that were taken together, `earlier` of
    them from earlier cuts. `lead` over the next best print is in standard deviations, null where
    there is no other.
    """

    path: SearchPath
    one_in: int
    likelihood_ratio: float | None
    evidence_ms: int
    stretches: int
    earlier: int
    lead: float | None

    @classmethod
    def of(cls, match: Match) -> Self | None:
        """The basis as data, where it was kept."""
        basis = match.basis
        if basis is None:
            return None
        return cls(
            path=basis.path,
            one_in=one_in(match.fpir),
            likelihood_ratio=float(f"{math.exp(basis.llr):.2g}") if basis.llr else None,
            evidence_ms=basis.evidence_ms,
            stretches=basis.stretches,
            earlier=basis.earlier,
            lead=basis.lead,
        )


class MatchOut(BaseModel):
    """Spans attributed to a performer; `fpir` is how often a stranger scores as high by chance."""

    id: str
    performer_id: str
    public_name: str | None
    modality: Modality
    decision: Decision
    spans: list[SpanOut]
    fpir: float
    model_id: str
    threshold_id: str
    reasons: list[ReasonOut]
    basis: BasisOut | None

    @classmethod
    def of(cls, match: Match, names: dict[str, str]) -> Self:
        """The match as data."""
        return cls(
            id=match.id,
            performer_id=match.performer_id,
            public_name=names.get(match.performer_id),
            modality=match.modality,
            decision=match.decision,
            spans=[SpanOut.of(span) for span in match.spans],
            fpir=match.fpir,
            model_id=match.model_id,
            threshold_id=match.threshold_id,
            reasons=[ReasonOut.of(reason) for reason in match.reasons],
            basis=BasisOut.of(match),
        )


class UseOut(BaseModel):
    """One performer used in one way in the cut; `kind` is null when nobody declared it."""

    id: str
    performer_id: str
    public_name: str | None
    kind: str | None
    modalities: list[Modality]
    decision: Decision
    spans: list[SpanOut]
    use_ms: int
    match_ids: list[str]

    @classmethod
    def of(cls, use: Use, names: dict[str, str]) -> Self:
        """The use as data."""
        return cls(
            id=use.id,
            performer_id=use.performer_id,
            public_name=names.get(use.performer_id),
            kind=None if use.kind is None else use.kind.value,
            modalities=list(use.modalities),
            decision=use.decision,
            spans=[SpanOut.of(span) for span in use.spans],
            use_ms=use.use_ms,
            match_ids=list(use.match_ids),
        )


class UnknownOut(BaseModel):
    """Somebody whom no print explains."""

    modality: Modality
    spans: list[SpanOut]
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, person: UnknownPerson) -> Self:
        """The unknown person as data."""
        return cls(
            modality=person.modality,
            spans=[SpanOut.of(span) for span in person.spans],
            reasons=[ReasonOut.of(reason) for reason in person.reasons],
        )


class UnreadOut(BaseModel):
    """A part of the file that could not be read in full: who is there, the scan cannot say."""

    span: SpanOut
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, part: Unread) -> Self:
        """The part as data."""
        return cls(
            span=SpanOut.of(part.span), reasons=[ReasonOut.of(reason) for reason in part.reasons]
        )


class FindingsOut(BaseModel):
    """Everything the newest finished scan says, after reviews; `known` was handed in before."""

    submission_id: str
    scan_id: str
    cut_id: str
    provisional: bool
    gallery_seq: int | None
    matches: list[MatchOut]
    uses: list[UseOut]
    unknown: list[UnknownOut]
    known: list[ContentLinkOut]
    unread: list[UnreadOut]


def findings_of(session: Session, caller: Principal, submission_id: str) -> FindingsOut:
    """The findings of the caller's own submission, with public names."""
    found = reading.findings(session, caller, submission_id)
    names = names_in(session, caller, submission_id)
    return FindingsOut(
        submission_id=submission_id,
        scan_id=found.scan.id,
        cut_id=found.scan.cut_id,
        provisional=found.scan.provisional,
        gallery_seq=found.scan.gallery_seq,
        matches=[MatchOut.of(match, names) for match in found.matches],
        uses=[UseOut.of(use, names) for use in found.uses],
        unknown=[UnknownOut.of(person) for person in found.unknown],
        known=[
            ContentLinkOut.of(item)
            for item in content.submission_links(session, caller, submission_id)
        ],
        unread=[UnreadOut.of(part) for part in found.unread],
    )


def matches_of(session: Session, caller: Principal, scan_id: str) -> list[MatchOut]:
    """The matches of the caller's own scan as they stand now, with public names."""
    scan = scans.get_scan(session, caller, scan_id)
    names = names_in(session, caller, scan.submission_id)
    found = reading.counted_matches(session, caller, scan_id)
    return [MatchOut.of(match, names) for match in found]


def names_in(session: Session, caller: Principal, submission_id: str) -> dict[str, str]:
    """Public names of the performers matched in the caller's own submission, by id."""
    cards = reading.matched_performers(session, caller, submission_id)
    return {card.performer_id: card.public_name for card in cards}
