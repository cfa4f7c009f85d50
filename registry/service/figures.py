"""Figures of a series, for which people answer once; `grouping` puts traces to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.errors import BadInput, NotFound
from core.ids import is_id, new_id
from core.principal import Principal, SearchCapability, actor, require
from core.vault import Vault
from fingerprint.models import Modality
from registry.extras import told_of_extras
from registry.figuring import answer_of, check_answer, resolve
from registry.lanes import standing_splits
from registry.minority import midnight
from registry.models.figures import Answer, Figure, FigureAnswer, Sighting
from registry.service.characters import may_be_named
from registry.service.grouping import new_figure
from registry.service.seals import open_trace
from registry.service.settled import settled
from registry.service.uses import refresh_uses
from registry.service.words import counted, sighting_of
from registry.store import claims, figures, matches, people, reviews, scans, submissions, traces

SCOPE = "submissions"


@dataclass(frozen=True, slots=True)
class Question:
    """A figure with what was said about it and where it was seen, the newest sighting first."""

    figure: Figure
    answer: FigureAnswer | None
    sightings: tuple[Sighting, ...]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to say who that is."""
        return self.answer is None or not self.answer.settles


def questions(
    session: Session,
    principal: Principal,
    *,
    series_id: str | None = None,
    only_open: bool = True,
) -> tuple[Question, ...]:
    """Figures of the caller's, each once, in the order in which they came up.

    Those that were merged into others, or that no trace belongs to any more, are left out; of the
    open ones also those for whom the search or a declared release of extras answers by now,
    wherever they are.
    """
    require(principal, SCOPE)
    found = figures.list_figures(session, principal, series_id=series_id)
    answers = figures.answers(session, principal)
    ids = [each.id for each in found]
    return _asked(session, principal, found, ids, answers, only_open=only_open)


def questions_page(
    session: Session, principal: Principal, *, answered: bool, before_seq: int | None, limit: int
) -> tuple[Question, ...]:
    """Open questions of the caller's, or answered ones, newest first; only these are read.

    Page on with the `seq` of the last one's figure.
    """
    require(principal, SCOPE)
    said = [each for each in Answer if each is not Answer.MERGED and _settles(each) == answered]
    asked: list[Question] = []
    while len(asked) < limit:
        found = figures.newest_figures(
            session, principal, said, or_nothing=not answered, before_seq=before_seq, limit=limit
        )
        if not found:
            break
        ids = _with_merged(session, principal, [each.id for each in found])
        answers = figures.answers(session, principal, ids)
        asked += _asked(session, principal, found, ids, answers, only_open=not answered)
        before_seq = found[-1].seq
    return tuple(asked[:limit])


def _settles(answer: Answer) -> bool:
    return answer not in (Answer.OPEN, Answer.ASK)


def _with_merged(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> frozenset[str]:
    """These figures and all that were said to be one of them."""
    known, new = frozenset[str](), frozenset(figure_ids)
    while new:
        known |= new
        new = figures.merged_into(session, principal, new) - known
    return known


def _asked(
    session: Session,
    principal: Principal,
    found: Sequence[Figure],
    ids: Collection[str],
    answers: Mapping[str, FigureAnswer],
    *,
    only_open: bool,
) -> tuple[Question, ...]:
    """The questions about these figures, seen under any of the ids."""
    seen: dict[str, list[Sighting]] = {}
    for item in _sightings(session, principal, ids):
        seen.setdefault(resolve(item.figure_id, answers), []).append(item)
    seen = {each.id: seen[each.id] for each in found if each.id in seen}
    explained = _explained(session, principal, seen) | _accounted(session, principal, seen)
    asked = [
        Question(figure, answer_of(figure.id, answers), tuple(seen[figure.id]))
        for figure in found
        if figure.id in seen
    ]
    return tuple(
        item
        for item in asked
        if not only_open or (item.is_open and item.figure.id not in explained)
    )


def question(session: Session, principal: Principal, figure_id: str) -> Question:
    """One figure of the caller's, or the one it was merged into; raises `NotFound`."""
    require(principal, SCOPE)
    answers = figures.answers(session, principal)
    root = figures.get_figure(
        session, principal, resolve(figures.get_figure(session, principal, figure_id).id, answers)
    )
    merged = [
        item.id
        for item in figures.list_figures(session, principal, series_id=root.series_id)
        if resolve(item.id, answers) == root.id
    ]
    seen = _sightings(session, principal, merged)
    return Question(root, answer_of(root.id, answers), seen)


def answer_figure(
    session: Session,
    principal: Principal,
    figure_id: str,
    answer: Answer,
    *,
    reference: str = "",
    performer_id: str = "",
    now: datetime,
) -> tuple[FigureAnswer, tuple[str, ...]]:
    """Say who a figure is, or take that back with OPEN; it holds for every cut of the series.

    An invented figure is named in the `reference`, by its id where it is enrolled. Returns the
    answer and the submissions it concerns. Raises `NotFound` for another tenant's figure or a
    performer who does not exist, `BadInput` for what the answer lacks.
    """
    # Load.
    asked = question(session, principal, figure_id)
    # Decide.
    plain = check_answer(answer, reference, performer_id)
    if performer_id:
        capability = SearchCapability("attribution", asked.figure.id)
        if not people.owners(session, capability, [performer_id]):
            raise NotFound("There is no such performer.", next_step="Check the performer id.")
    if answer is Answer.CHARACTER and is_id("chr", plain):
        may_be_named(session, principal, plain)
    # Save.
    made = FigureAnswer(
        id=new_id("fga"),
        figure_id=asked.figure.id if answer is not Answer.OPEN else figure_id,
        answer=answer,
        reference=plain,
        performer_id=performer_id,
        into="",
        reviewer=actor(principal),
        seq=next_seq(session),
        recorded_at=now,
    )
    figures.add_answer(session, principal, made)
    return made, concerned(session, principal, asked.sightings, now=now)


def merge_figures(
    session: Session, principal: Principal, figure_id: str, into: str, *, now: datetime
) -> tuple[FigureAnswer, tuple[str, ...]]:
    """Say that two figures are one; the answer of the other holds. OPEN on the first undoes it."""
    one = question(session, principal, figure_id)
    other = question(session, principal, into)
    if one.figure.id == other.figure.id:
        raise BadInput("These are one figure already.", next_step="Name two that differ.")
    same = (one.figure.series_id, one.figure.modality)
    if same != (other.figure.series_id, other.figure.modality):
        raise BadInput(
            "Only two voices or two faces of one series can be one figure.",
            next_step="Give both figures the same answer.",
        )
    made = FigureAnswer(
        id=new_id("fga"),
        figure_id=one.figure.id,
        answer=Answer.MERGED,
        reference="",
        performer_id="",
        into=other.figure.id,
        reviewer=actor(principal),
        seq=next_seq(session),
        recorded_at=now,
    )
    figures.add_answer(session, principal, made)
    return made, concerned(session, principal, one.sightings, now=now)


def split_figure(
    session: Session,
    principal: Principal,
    figure_id: str,
    trace_ids: Collection[str],
    *,
    now: datetime,
) -> tuple[Question, tuple[str, ...]]:
    """Make these sightings a figure of their own, with its own question."""
    asked = question(session, principal, figure_id)
    moving = [item for item in asked.sightings if item.trace_id in trace_ids and not item.split_id]
    if not moving or len(moving) == len(asked.sightings) or len(moving) < len(set(trace_ids)):
        raise BadInput(
            "Name some of the figure's sightings, not all and no others.",
            next_step="List them with `ebenbild question show`.",
        )
    made = new_figure(session, principal, asked.figure.series_id, asked.figure.modality, now=now)
    rows = [
        (new_id("sig"), replace(item, figure_id=made, seq=next_seq(session))) for item in moving
    ]
    figures.add_sightings(session, principal, rows, at=now)
    found = concerned(session, principal, moving, now=now)
    return question(session, principal, made), found


def evidence(
    session: Session, vault: Vault, principal: Principal, figure_id: str
) -> tuple[Modality, bytes]:
    """The best face or some seconds of the voice of a figure, while kept; raises `NotFound`."""
    for item in question(session, principal, figure_id).sightings:
        if item.split_id:
            continue  # its lane's picture may be of the other person
        row = traces.get_trace(session, principal, item.trace_id)
        trace = None if row is None else open_trace(vault, row)
        kept = None if trace is None else trace.crop or trace.excerpt
        if trace is not None and kept is not None:
            return trace.modality, kept
    raise NotFound("No picture or sound of this figure is kept.", next_step="Scan a cut again.")


def child_in(session: Session, principal: Principal, figure_id: str, *, at: datetime) -> str | None:
    """A child whom the search or an answer takes a figure for, rightly or not; else None."""
    asked = question(session, principal, figure_id)
    live = matches.live_on(session, principal, {item.trace_id for item in asked.sightings})
    named = {match.performer_id for _, match in live}
    if asked.answer is not None and asked.answer.performer_id:
        named.add(asked.answer.performer_id)
    capability = SearchCapability("attribution", figure_id)
    for performer_id in sorted(named):
        adult_on = people.adult_on(session, capability, performer_id)
        if adult_on is not None and at < midnight(adult_on):
            return performer_id
    return None


def concerned(
    session: Session, principal: Principal, sightings: Sequence[Sighting], *, now: datetime
) -> tuple[str, ...]:
    """Form the uses of every cut anew in which the figure was seen; the submissions, in order."""
    found: dict[str, None] = {}
    for cut_id in sorted({item.cut_id for item in sightings}):
        scan = scans.newest_done(session, principal, cut_id)
        if scan is not None:
            refresh_uses(session, principal, scan, now=now)
            found[scan.submission_id] = None
    return tuple(found)


def _sightings(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> tuple[Sighting, ...]:
    """The traces of these figures and the parts of lanes that were given them, newest first."""
    whole = figures.sightings_of_figures(session, principal, figure_ids)
    splits = standing_splits(reviews.splits_into(session, principal, figure_ids))
    parts = [sighting_of(split) for split in splits]
    return tuple(sorted((*whole, *parts), key=lambda item: -item.seq))


def _explained(
    session: Session, principal: Principal, seen: Mapping[str, Sequence[Sighting]]
) -> set[str]:
    """Figures that stand behind counted matches alone, so that nobody need ask who they are."""
    whole = {item.trace_id for each in seen.values() for item in each if not item.split_id}
    live = matches.live_on(session, principal, whole)
    named: set[str] = set()
    for scan_id in {match.scan_id for _, match in live}:
        kept, _ = counted(session, principal, scans.get_scan(session, principal, scan_id))
        named |= {match.id for match in kept}
    traces_named = {trace_id for trace_id, match in live if match.id in named}
    return {
        figure_id
        for figure_id, each in seen.items()
        if all(not item.split_id and item.trace_id in traces_named for item in each)
    }


def _accounted(
    session: Session, principal: Principal, seen: Mapping[str, Sequence[Sighting]]
) -> set[str]:
    """Figures that in every cut are enrolled ones, or answered for by a declared release."""
    cuts = {item.cut_id for each in seen.values() for item in each}
    answered = {cut_id: _accounted_in(session, principal, cut_id) for cut_id in cuts}
    return {
        figure_id
        for figure_id, each in seen.items()
        if all(figure_id in answered[item.cut_id] for item in each)
    }


def _accounted_in(session: Session, principal: Principal, cut_id: str) -> set[str]:
    scan = scans.newest_done(session, principal, cut_id)
    if scan is None:
        return set()
    declared = submissions.get_submission(session, principal, scan.submission_id).declaration
    if not declared.extras and not claims.claims_of(session, principal, scan.id):
        return set()
    people = settled(session, principal, scan).unknown
    released, _ = told_of_extras(people, declared)
    clear, open_ = set[str](), set[str]()
    for place, person in enumerate(people):
        is_known = person.invented is not None and person.invented.is_sure
        (clear if is_known or place in released else open_).add(person.figure_id)
    return clear - open_
