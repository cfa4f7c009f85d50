"""The words that hold for a scan: its own submission's, and those on the same recording elsewhere.

A word belongs to what was seen or heard. So it follows the recording into other cuts by the links
between contents, and a "no" follows the person by the figure that a find was put to.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlmodel import Session

from core.principal import Principal
from fingerprint.models import Span
from registry.carrying import to_here, to_there
from registry.figuring import resolve
from registry.lanes import Lane, standing_splits, taken_apart
from registry.models.content import PART_OF, ContentLink
from registry.models.evidence import Match, Scan
from registry.models.figures import FigureAnswer, Sighting
from registry.models.reviews import LaneSplit, Review
from registry.review import settle
from registry.store import content, figures, matches, reviews, submissions
from registry.store.traces import SealedTrace

Spoken = TypeVar("Spoken", Review, LaneSplit, Sighting)


@dataclass(frozen=True, slots=True)
class Words:
    """What people said, in the time of one submission; figures are those they were merged into."""

    reviews: tuple[Review, ...]
    splits: tuple[LaneSplit, ...]
    sighted: Mapping[str, Sighting]
    answers: Mapping[str, FigureAnswer]

    def figure_of(self, trace_id: str) -> str:
        """The figure that a trace belongs to, empty where it has none."""
        sighting = self.sighted.get(trace_id)
        return "" if sighting is None else resolve(sighting.figure_id, self.answers)

    def parts(
        self, row: SealedTrace, claim: Match | None
    ) -> tuple[tuple[Span, ...], tuple[tuple[LaneSplit, tuple[Span, ...]], ...]]:
        """What of a trace stays, and what was split off it; `claim` is its match, if it has one."""
        performer_id = "" if claim is None else claim.performer_id
        lane = Lane(row.id, row.modality, row.spans, performer_id, self.figure_of(row.id))
        return taken_apart(lane, self.splits)


def words_on(session: Session, principal: Principal, scan: Scan) -> Words:
    """Everything that people said which holds for the finds of one of the caller's own scans."""
    links = _links(session, principal, scan.submission_id)
    places = {scan.submission_id, *(_other(link, scan.submission_id) for link in links)}
    sighted = figures.sightings_of_scan(session, principal, scan.id)
    said = reviews.reviews_of(session, principal, places)
    splits = standing_splits(reviews.splits_of(session, principal, places))
    # Whoever was split off has a figure, and may have been answered for, without any sighting.
    answers = figures.answers(session, principal) if sighted or splits else {}
    rooted = {item.figure_id: resolve(item.figure_id, answers) for item in sighted.values()}
    here = tuple(_moved(said, links, scan.submission_id))
    heard = {item.id for item in here}
    of_figures = reviews.reviews_on_figures(session, principal, _kin(rooted, answers))
    return Words(
        reviews=tuple(
            _rooted(item, answers)
            for item in (*here, *(item for item in of_figures if item.id not in heard))
        ),
        splits=tuple(
            replace(
                item,
                figure_id=resolve(item.figure_id, answers),
                from_figure_id=resolve(item.from_figure_id, answers),
            )
            for item in _moved(splits, links, scan.submission_id)
        ),
        sighted=sighted,
        answers=answers,
    )


def counted(
    session: Session, principal: Principal, scan: Scan
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """The matches of a scan that count after what people said, and those that were rejected."""
    found = matches.live_matches(session, principal, scan.id)
    return settled_by(found, words_on(session, principal, scan))


def settled_by(
    found: Iterable[tuple[str, Match]], words: Words
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """As `counted`, of (trace id, match) and words that were read already."""
    pairs = tuple(found)
    put_to = {match.id: words.figure_of(trace_id) for trace_id, match in pairs}
    return settle([match for _, match in pairs], words.reviews, put_to)


def linked_cuts(session: Session, principal: Principal, submission_id: str) -> tuple[str, ...]:
    """Other cuts of the caller's that hold the same recording as this submission."""
    found = {
        link.known_cut_id if link.submission_id == submission_id else link.cut_id
        for link in _links(session, principal, submission_id)
    }
    own = submissions.get_submission(session, principal, submission_id).cut_id
    return tuple(sorted(found - {own}))


def sightings_elsewhere(
    session: Session, principal: Principal, submission_id: str
) -> tuple[Sighting, ...]:
    """Who was seen where in this submission, by its earlier scans and by those of the same
    recording, in its own time; parts that were split off count as sightings of their figure."""
    links = _links(session, principal, submission_id)
    places = {submission_id, *(_other(link, submission_id) for link in links)}
    splits = standing_splits(reviews.splits_of(session, principal, places))
    whole = [
        item
        for place in sorted(places)
        for item in figures.sightings_of_submission(session, principal, place)
    ]
    apart = [sighting_of(split) for split in splits]
    return tuple(_moved([*whole, *apart], links, submission_id))


def sighting_of(split: LaneSplit) -> Sighting:
    """Where somebody was who was split off a lane."""
    return Sighting(
        trace_id=split.trace_id,
        figure_id=split.figure_id,
        scan_id="",
        submission_id=split.submission_id,
        cut_id=split.cut_id,
        modality=split.modality,
        spans=split.spans,
        seq=split.seq,
        split_id=split.id,
    )


def _kin(rooted: Mapping[str, str], answers: Mapping[str, FigureAnswer]) -> set[str]:
    """These figures, what they were merged into, and what else was."""
    roots = set(rooted.values())
    return {*rooted, *roots, *(item for item in answers if resolve(item, answers) in roots)}


def _rooted(item: Review, answers: Mapping[str, FigureAnswer]) -> Review:
    return replace(item, figure_id=resolve(item.figure_id, answers))


def _links(session: Session, principal: Principal, submission_id: str) -> tuple[ContentLink, ...]:
    cut_id = submissions.get_submission(session, principal, submission_id).cut_id
    return tuple(
        link
        for link in content.links_of_cut(session, principal, cut_id)
        if submission_id in (link.submission_id, link.known_submission_id)
    )


def _other(link: ContentLink, submission_id: str) -> str:
    mine = link.submission_id == submission_id
    return link.known_submission_id if mine else link.submission_id


def _moved(
    said: Iterable[Spoken], links: Iterable[ContentLink], submission_id: str
) -> Iterator[Spoken]:
    """What was said here, and what was said of the same recording elsewhere, in this one's time."""
    known = tuple(links)
    for item in said:
        if item.submission_id == submission_id:
            yield item
            continue
        spans = tuple(
            span
            for link in known
            if _other(link, submission_id) == item.submission_id
            and PART_OF[item.modality] is link.link.part
            for span in _translated(item.spans, link, submission_id)
        )
        if spans:
            yield replace(item, submission_id=submission_id, spans=spans)


def _translated(spans: Iterable[Span], link: ContentLink, submission_id: str) -> tuple[Span, ...]:
    if link.submission_id == submission_id:
        return to_here(spans, link.link)
    return to_there(spans, link.link)
