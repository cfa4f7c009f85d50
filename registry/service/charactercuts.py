"""In which cuts of its owner a figure is, by the search or by an answer."""

from sqlmodel import Session

from core.principal import Principal
from registry.figuring import answer_of
from registry.store import claims, figures, matches, reviews, scans


def concerned(session: Session, owner: Principal, character_id: str) -> tuple[str, ...]:
    """Submissions of the owner's whose decision may rest on a figure, in order of their cuts."""
    answers = figures.answers(session, owner)
    said = {
        item.id
        for item in figures.list_figures(session, owner)
        if (answer := answer_of(item.id, answers)) is not None
        and answer.character_id == character_id
    }
    cuts = {
        *claims.cuts_with(session, owner, character_id),
        *(item.cut_id for item in figures.sightings_of_figures(session, owner, said)),
        *(item.cut_id for item in reviews.splits_into(session, owner, said)),
    }
    newest = (scans.newest_done(session, owner, cut_id) for cut_id in sorted(cuts))
    return tuple(dict.fromkeys(scan.submission_id for scan in newest if scan is not None))


def figure_on_match(session: Session, owner: Principal, match_id: str) -> str:
    """The figure that a match of the owner's collides with, empty where there is none."""
    _, trace_id, match = matches.get_match(session, owner, match_id)
    claim = claims.claims_of(session, owner, match.scan_id).get(trace_id)
    if claim is not None:
        return claim.character_id
    sighting = figures.sightings_of_scan(session, owner, match.scan_id).get(trace_id)
    if sighting is None:
        return ""
    answer = answer_of(sighting.figure_id, figures.answers(session, owner))
    return "" if answer is None else answer.character_id
