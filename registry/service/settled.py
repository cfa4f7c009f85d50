"""What a scan says after people have spoken: counted matches, those rejected, and who is unknown.

Both those who decide and those who keep uses read it here, so that they never differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal
from fingerprint.models import Reason
from registry.figuring import answer_of, resolve, split_linked
from registry.models.evidence import Match, Scan, UnknownPerson
from registry.models.figures import Answer, FigureAnswer, Sighting
from registry.review import settle
from registry.store import figures, matches, traces


@dataclass(frozen=True, slots=True)
class Settled:
    """`linked` are unknown people whom a person's word made a performer's.

    `collisions` are ids of matches on traces that were answered as an invented figure.
    """

    counted: tuple[Match, ...]
    linked: tuple[Match, ...]
    unknown: tuple[UnknownPerson, ...]
    collisions: frozenset[str]


def settled(session: Session, principal: Principal, scan: Scan) -> Settled:
    """Everything that a finished scan of the caller's own says now."""
    found = matches.live_matches(session, principal, scan.id)
    reviews = matches.reviews_of(session, principal, scan.cut_id)
    rows = traces.each_trace_of(session, principal, scan.id)
    sighted = figures.sightings_of_scan(session, principal, scan.id)
    answers = figures.answers(session, principal) if sighted else {}
    counted, rejected = settle([match for _, match in found], reviews)
    trace_of = {match.id: trace_id for trace_id, match in found}
    explained = {trace_of[match.id] for match in counted}
    said_no = {trace_of[match.id]: match.reasons[-1:] for match in rejected}
    people = [
        _unknown(row, said_no.get(row.id, ()), sighted.get(row.id), answers)
        for row in rows
        if row.id not in explained
    ]
    unknown, linked = split_linked(people, scan)
    invented = {
        match.id for match in counted if _is_character(sighted.get(trace_of[match.id]), answers)
    }
    return Settled(counted, linked, unknown, frozenset(invented))


def _unknown(
    row: traces.SealedTrace,
    said_no: tuple[Reason, ...],
    sighting: Sighting | None,
    answers: Mapping[str, FigureAnswer],
) -> UnknownPerson:
    reasons = (*row.reasons, *row.answer_reasons, *said_no)
    if sighting is None:
        return UnknownPerson(row.modality, row.spans, row.id, reasons)
    return UnknownPerson(
        row.modality,
        row.spans,
        row.id,
        reasons,
        figure_id=resolve(sighting.figure_id, answers),
        answer=answer_of(sighting.figure_id, answers),
    )


def _is_character(sighting: Sighting | None, answers: Mapping[str, FigureAnswer]) -> bool:
    if sighting is None:
        return False
    answer = answer_of(sighting.figure_id, answers)
    return answer is not None and answer.answer is Answer.CHARACTER
