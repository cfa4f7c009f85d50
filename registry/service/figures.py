"""Figures of a series: traces are put to them after a scan, and people answer for them once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.errors import BadInput, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from fingerprint.models import Decision, Modality, Trace
from registry.figuring import Seen, answer_of, assign, check_answer, resolve
from registry.models.evidence import Match, Scan
from registry.models.figures import Answer, Figure, FigureAnswer, Sighting
from registry.review import settle
from registry.service.seals import open_trace
from registry.service.uses import refresh_uses
from registry.service.works import series_of
from registry.store import figures, matches, people, scans, traces

SCOPE = "submissions"
KEPT_PER_FIGURE = 5
KEPT_MAX = 500


@dataclass(frozen=True, slots=True)
class ToGroup:
    """What a worker compares: traces of the scan at hand, and kept ones of known figures."""

    scan: Scan
    series_id: str
    seen: tuple[Seen, ...]
    present: tuple[Trace, ...]
    known: tuple[str, ...]
    kept: tuple[Trace, ...]


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


def to_group(
    session: Session, vault: Vault, principal: Principal, scan_id: str, *, at: datetime
) -> ToGroup:
    """Traces of a scan that no sure match explains and no figure has yet, with what is known."""
    require(principal, SCOPE)
    scan = scans.get_scan(session, principal, scan_id)
    series_id = series_of(session, principal, scan.cut_id)
    live = dict(matches.live_matches(session, principal, scan_id))
    counted, _ = settle(live.values(), matches.reviews_of(session, principal, scan.cut_id))
    standing = {match.id: match for match in counted}
    linked = figures.sightings_of_scan(session, principal, scan_id)
    seen, present = [], []
    for row in traces.each_trace_of(session, principal, scan_id):
        match = standing.get(live[row.id].id) if row.id in live else None
        expired = row.expires_at is not None and row.expires_at <= at
        if row.id in linked or expired or _is_sure(match):
            continue
        trace = open_trace(vault, row)
        if trace is not None:
            seen.append(Seen(row.id, row.modality, row.spans, doubtful=match is not None))
            present.append(_bare(trace))
    known = _kept(session, vault, principal, series_id, at=at) if seen else ()
    return ToGroup(
        scan,
        series_id,
        tuple(seen),
        tuple(present),
        tuple(figure_id for figure_id, _ in known),
        tuple(trace for _, trace in known),
    )


def save_groups(
    session: Session,
    principal: Principal,
    asked: ToGroup,
    groups: Sequence[Sequence[int]],
    *,
    now: datetime,
) -> int:
    """Put each trace to its figure, new ones where nobody is alike; returns how many are new."""
    # Load.
    linked = figures.sightings_of_scan(session, principal, asked.scan.id)
    earlier = figures.sightings_of_submission(session, principal, asked.scan.submission_id)
    # Decide.
    names = assign(asked.seen, earlier, asked.known, groups)
    # Save.
    made: dict[str, str] = {}
    rows = []
    for item, name in zip(asked.seen, names, strict=True):
        if name is None or item.trace_id in linked:
            continue
        if name.startswith("new:") and name not in made:
            made[name] = _new_figure(session, principal, asked.series_id, item.modality, now=now)
        figure_id = made.get(name, name)
        rows.append((new_id("sig"), _sighting(session, asked.scan, item, figure_id)))
    figures.add_sightings(session, principal, rows, at=now)
    return len(made)


def questions(
    session: Session,
    principal: Principal,
    *,
    series_id: str | None = None,
    only_open: bool = True,
) -> tuple[Question, ...]:
    """Figures of the caller's, each once, in the order in which they came up.

    Those that were merged into others, or that no trace belongs to any more, are left out.
    """
    require(principal, SCOPE)
    found = figures.list_figures(session, principal, series_id=series_id)
    answers = figures.answers(session, principal)
    seen: dict[str, list[Sighting]] = {}
    for item in figures.sightings_of_figures(session, principal, [each.id for each in found]):
        seen.setdefault(resolve(item.figure_id, answers), []).append(item)
    asked = [
        Question(figure, answer_of(figure.id, answers), tuple(seen[figure.id]))
        for figure in found
        if figure.id in seen
    ]
    return tuple(item for item in asked if item.is_open or not only_open)


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
    seen = figures.sightings_of_figures(session, principal, merged)
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

    Returns the answer and the submissions it concerns. Raises `NotFound` for another tenant's
    figure or a performer who does not exist, `BadInput` for what the answer lacks.
    """
    # Load.
    asked = question(session, principal, figure_id)
    # Decide.
    plain = check_answer(answer, reference, performer_id)
    if performer_id:
        capability = SearchCapability("attribution", asked.figure.id)
        if not people.owners(session, capability, [performer_id]):
            raise NotFound("There is no such performer.", next_step="Check the performer id.")
    # Save.
    made = FigureAnswer(
        id=new_id("fga"),
        figure_id=asked.figure.id if answer is not Answer.OPEN else figure_id,
        answer=answer,
        reference=plain,
        performer_id=performer_id,
        into="",
        reviewer=principal.subject,
        seq=next_seq(session),
        recorded_at=now,
    )
    figures.add_answer(session, principal, made)
    return made, _concerned(session, principal, asked.sightings, now=now)


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
        reviewer=principal.subject,
        seq=next_seq(session),
        recorded_at=now,
    )
    figures.add_answer(session, principal, made)
    return made, _concerned(session, principal, one.sightings, now=now)


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
    moving = [item for item in asked.sightings if item.trace_id in trace_ids]
    if not moving or len(moving) == len(asked.sightings) or len(moving) < len(set(trace_ids)):
        raise BadInput(
            "Name some of the figure's sightings, not all and no others.",
            next_step="List them with `ebenbild question show`.",
        )
    made = _new_figure(session, principal, asked.figure.series_id, asked.figure.modality, now=now)
    rows = [
        (new_id("sig"), replace(item, figure_id=made, seq=next_seq(session))) for item in moving
    ]
    figures.add_sightings(session, principal, rows, at=now)
    concerned = _concerned(session, principal, moving, now=now)
    return question(session, principal, made), concerned


def evidence(
    session: Session, vault: Vault, principal: Principal, figure_id: str
) -> tuple[Modality, bytes]:
    """The best face or some seconds of the voice of a figure, while kept; raises `NotFound`."""
    for item in question(session, principal, figure_id).sightings:
        row = traces.get_trace(session, principal, item.trace_id)
        trace = None if row is None else open_trace(vault, row)
        kept = None if trace is None else trace.crop or trace.excerpt
        if trace is not None and kept is not None:
            return trace.modality, kept
    raise NotFound("No picture or sound of this figure is kept.", next_step="Scan a cut again.")


def _concerned(
    session: Session, principal: Principal, sightings: Sequence[Sighting], *, now: datetime
) -> tuple[str, ...]:
    """Form the uses of every cut anew in which the figure was seen; the submissions, in order."""
    concerned: dict[str, None] = {}
    for cut_id in sorted({item.cut_id for item in sightings}):
        scan = scans.newest_done(session, principal, cut_id)
        if scan is not None:
            refresh_uses(session, principal, scan, now=now)
            concerned[scan.submission_id] = None
    return tuple(concerned)


def _kept(
    session: Session, vault: Vault, principal: Principal, series_id: str, *, at: datetime
) -> tuple[tuple[str, Trace], ...]:
    found = figures.list_figures(session, principal, series_id=series_id)
    count: dict[str, int] = {}
    kept: list[tuple[str, Trace]] = []
    for item in figures.sightings_of_figures(session, principal, {each.id for each in found}):
        if count.get(item.figure_id, 0) >= KEPT_PER_FIGURE or len(kept) >= KEPT_MAX:
            continue
        row = traces.get_trace(session, principal, item.trace_id)
        if row is None or (row.expires_at is not None and row.expires_at <= at):
            continue
        trace = open_trace(vault, row)
        if trace is not None:
            count[item.figure_id] = count.get(item.figure_id, 0) + 1
            kept.append((item.figure_id, _bare(trace)))
    return tuple(kept)


def _bare(trace: Trace) -> Trace:
    """The vector alone: pictures and sounds of a long film would not fit beside one another."""
    return replace(trace, crop=None, excerpt=None)


def _is_sure(match: Match | None) -> bool:
    return match is not None and match.decision is Decision.MATCH


def _new_figure(
    session: Session,
    principal: Principal,
    series_id: str,
    modality: Modality,
    *,
    now: datetime,
) -> str:
    figure = Figure(new_id("fig"), principal.tenant_id, series_id, modality, next_seq(session), now)
    figures.add_figure(session, figure)
    return figure.id


def _sighting(session: Session, scan: Scan, item: Seen, figure_id: str) -> Sighting:
    return Sighting(
        trace_id=item.trace_id,
        figure_id=figure_id,
        scan_id=scan.id,
        submission_id=scan.submission_id,
        cut_id=scan.cut_id,
        modality=item.modality,
        spans=item.spans,
        seq=next_seq(session),
    )
