"""Which sightings are one figure, and what its answer makes of them.

A link that a person made or that an earlier scan of the same file made holds; only then vectors
speak. Two people taken for one would be cleared by one another's answer, so groups come from the
same cautious linking that pools voices.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import BadInput
from core.ids import is_id
from fingerprint.models import Decision, Modality, Reason, Span
from registry.models.evidence import Match, Scan, UnknownPerson
from registry.models.figures import Answer, FigureAnswer, Sighting
from registry.spans import mostly_covered, overlap_ms, total_ms

REFERENCE_LENGTH_MAX = 200
CHAIN_MAX = 50
# Two people who share at least so much of the best place's time were there at once.
ALIKE_IN_TIME = 0.8


@dataclass(frozen=True, slots=True)
class Seen:
    """A trace of the scan at hand; `doubtful` where a print may explain it."""

    trace_id: str
    modality: Modality
    spans: tuple[Span, ...]
    doubtful: bool = False


def assign(
    seen: Sequence[Seen],
    earlier: Sequence[Sighting],
    known: Sequence[str],
    groups: Sequence[Sequence[int]],
) -> tuple[str | None, ...]:
    """The figure of each trace; equal new names, `new:0` and on, for those of a new figure.

    `earlier` are the links on the same recording; where several people were there at once, likeness
    says which of them it is. `groups` hold places in `seen` followed by
    `known`, which names the figure of each kept vector. A doubtful trace makes no new figure: None.
    """
    there = [_same_place(item, earlier) for item in seen]
    found = {place: names[0] for place, names in enumerate(there) if len(names) == 1}
    for number, group in enumerate(groups):
        inside = [place for place in group if place < len(seen)]
        votes = [known[place - len(seen)] for place in group if place >= len(seen)]
        votes += [found[place] for place in inside if place in found]
        name = _most(votes) or f"new:{number}"
        for place in inside:
            fits = name in there[place] if there[place] else votes or not seen[place].doubtful
            if place not in found and fits:
                found[place] = name
    for place, names in enumerate(there):
        if names:
            found.setdefault(place, names[0])
    return tuple(found.get(place) for place in range(len(seen)))


def resolve(figure_id: str, answers: Mapping[str, FigureAnswer]) -> str:
    """The figure that this one was merged into, over several steps."""
    at = figure_id
    for _ in range(CHAIN_MAX):
        answer = answers.get(at)
        if answer is None or answer.answer is not Answer.MERGED:
            return at
        at = answer.into
    return at


def answer_of(figure_id: str, answers: Mapping[str, FigureAnswer]) -> FigureAnswer | None:
    """What holds for a figure, taken from the one it was merged into; None while it is open."""
    found = answers.get(resolve(figure_id, answers))
    return None if found is None or found.answer in (Answer.OPEN, Answer.MERGED) else found


def check_answer(answer: Answer, reference: str, performer_id: str) -> str:
    """The reference without needless blanks; raises `BadInput` for what the answer lacks."""
    plain = " ".join(reference.split())
    if len(plain) > REFERENCE_LENGTH_MAX or not (plain.isprintable() or not plain):
        most = REFERENCE_LENGTH_MAX
        raise _bad(f"the reference must have at most {most} printable characters", "reference")
    if answer is Answer.MERGED:
        raise _bad("a merge names the other figure")
    if answer in (Answer.EXTRA, Answer.CHARACTER) and not plain:
        what = "the extra's release" if answer is Answer.EXTRA else "the invented figure"
        raise _bad(f"name {what} as the reference", "reference")
    if (answer is Answer.PERFORMER) != is_id("prf", performer_id):
        what = "a performer's id (prf_...) goes with the answer 'performer', and only with it"
        raise _bad(what, "performer_id")
    return plain


def split_linked(
    people: Sequence[UnknownPerson], scan: Scan
) -> tuple[tuple[UnknownPerson, ...], tuple[Match, ...]]:
    """Those still unknown, and a match by a person's word for each linked to a performer."""
    linked = [
        _match(person, person.answer, scan)
        for person in people
        if person.answer is not None and person.answer.answer is Answer.PERFORMER
    ]
    left = [
        person
        for person in people
        if person.answer is None or person.answer.answer is not Answer.PERFORMER
    ]
    return tuple(left), tuple(linked)


def _match(person: UnknownPerson, answer: FigureAnswer, scan: Scan) -> Match:
    return Match(
        id=answer.id,
        scan_id=scan.id,
        submission_id=scan.submission_id,
        cut_id=scan.cut_id,
        print_id="",
        performer_id=answer.performer_id,
        modality=person.modality,
        decision=Decision.MATCH,
        spans=person.spans,
        score=0.0,
        runner_up=None,
        fpir=1.0,
        model_id="",
        threshold_id="",
        reasons=(Reason("linked-by-person", {}),),
        seq=answer.seq,
    )


def _same_place(item: Seen, earlier: Sequence[Sighting]) -> tuple[str, ...]:
    """Figures that were in the same place and nowhere much else, the one put there last first."""
    shared = {
        link.seq: _shared(item.spans, link.spans)
        for link in earlier
        if link.modality is item.modality and link.spans and mostly_covered(item.spans, link.spans)
    }
    least = ALIKE_IN_TIME * max(shared.values(), default=0.0)
    there = [link for link in earlier if shared.get(link.seq, -1.0) >= least]
    newest = sorted(there, key=lambda link: -link.seq)
    return tuple(dict.fromkeys(link.figure_id for link in newest))


def _shared(one: Sequence[Span], other: Sequence[Span]) -> float:
    """How much of the time of either is in both, from 0 to 1; 1 where both are moments."""
    whole = total_ms((*one, *other))
    return overlap_ms(one, other) / whole if whole else 1.0


def _most(votes: Sequence[str]) -> str | None:
    counted = Counter(votes)
    return min(counted, key=lambda name: (-counted[name], name)) if counted else None


def _bad(what: str, *fields: str) -> BadInput:
    return BadInput(
        f"The answer cannot be used: {what}.",
        next_step="See `ebenbild question answer --help`.",
        code="bad-answer",
        fields=fields,
    )
