"""What a scan says after people have spoken: counted matches, those rejected, and who is unknown.

Both those who decide and those who keep uses read it here, so that they never differ.
"""

from dataclasses import dataclass, replace

from sqlmodel import Session

from core.principal import Principal
from fingerprint.models import Reason
from registry.figuring import answer_of, split_linked
from registry.models.evidence import Match, Scan, UnknownPerson
from registry.models.figures import Answer
from registry.models.reviews import ReviewVerdict
from registry.review import newest_word
from registry.service.invented import FiguresKnown, figures_known
from registry.service.words import Words, settled_by, words_on
from registry.store import matches, traces

COLLIDES, DISPUTED = False, True
SPLIT_OFF = (Reason("split-by-person", {}),)


@dataclass(frozen=True, slots=True)
class Settled:
    """`linked` are unknown people whom a person's word made a performer's.

    `collisions` are ids of matches on traces that were answered or found as an invented figure,
    `disputed` those of them in which the performer's side says that it is its performer.
    """

    counted: tuple[Match, ...]
    linked: tuple[Match, ...]
    unknown: tuple[UnknownPerson, ...]
    collisions: frozenset[str]
    disputed: frozenset[str]


def settled(session: Session, principal: Principal, scan: Scan) -> Settled:
    """Everything that a finished scan of the caller's own says now."""
    found = matches.live_matches(session, principal, scan.id)
    words = words_on(session, principal, scan)
    own = figures_known(session, principal, scan, words)
    kept, rejected = settled_by(found, words)
    named = dict(found)
    standing, said_no = {match.id: match for match in kept}, {item.id: item for item in rejected}
    counted: list[Match] = []
    people: list[UnknownPerson] = []
    for row in traces.each_trace_of(session, principal, scan.id):
        claim = named.get(row.id)
        match = None if claim is None else standing.get(claim.id)
        left, moved = words.parts(row, claim)
        apart = [
            _unknown(replace(row, spans=spans), SPLIT_OFF, split.figure_id, words, own)
            for split, spans in moved
        ]
        if left and match is not None:
            counted.append(match if left == match.spans else replace(match, spans=left))
        elif left or not apart:
            no = said_no[claim.id].reasons[-1:] if claim is not None and match is None else ()
            part = replace(row, spans=left)
            people.append(
                _unknown(part, no, words.figure_of(row.id), words, own, mixed=bool(apart))
            )
        people.extend(apart)
    unknown, linked = split_linked(people, scan)
    trace_of = {match.id: trace_id for trace_id, match in found}
    said = {
        match.id: _said_of(match, trace_of[match.id], words, own, principal) for match in counted
    }
    ordered = tuple(sorted(counted, key=lambda match: match.seq))
    return Settled(
        ordered,
        linked,
        unknown,
        collisions=frozenset(name for name, what in said.items() if what is not None),
        disputed=frozenset(name for name, what in said.items() if what is DISPUTED),
    )


def _said_of(
    match: Match, trace_id: str, words: Words, own: FiguresKnown, studio: Principal
) -> bool | None:
    """Whether the performer's side says that an invented figure is its performer; None where no
    figure is said or found to be there, or the studio itself says since then who it is."""
    figure_id = words.figure_of(trace_id)
    answer = answer_of(figure_id, words.answers) if figure_id else None
    answered = answer is not None and answer.answer is Answer.CHARACTER
    if not answered and (answer is not None or own.found(trace_id) is None):
        return None
    word = newest_word(match, words.reviews)
    if word is None or word.verdict is not ReviewVerdict.CONFIRMED:
        return COLLIDES
    if word.by_tenant != studio.tenant_id:
        return DISPUTED
    return None if answer is None or word.seq > answer.seq else COLLIDES


def _unknown(
    row: traces.SealedTrace,
    said: tuple[Reason, ...],
    figure_id: str,
    words: Words,
    own: FiguresKnown,
    *,
    mixed: bool = True,
) -> UnknownPerson:
    """Whoever is there; a find of a figure is not believed of a lane that is `mixed`."""
    answer = answer_of(figure_id, words.answers) if figure_id else None
    return UnknownPerson(
        row.modality,
        row.spans,
        row.id,
        (*row.reasons, *row.answer_reasons, *said),
        figure_id=figure_id,
        answer=answer,
        invented=own.of(answer, None if mixed else row.id),
    )
