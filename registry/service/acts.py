"""Everything that people said about a cut, in one list: who, what, why, and whether it stands.

Each side reads its own people's names; of the other side's it reads that the other side spoke. As
long as a second opinion is owed, nobody else reads what the first was.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.db import next_seq
from core.ids import is_id, new_id
from core.principal import Principal, actor, require
from fingerprint.models import Modality, Span
from registry.lanes import standing_splits
from registry.models.figures import Answer, FigureAnswer
from registry.models.reviews import LaneSplit, Review, ReviewVerdict
from registry.review import standing, waits_for_second
from registry.service.figures import concerned, question
from registry.service.lanes import undo_split
from registry.service.reviews import taken_back, undo_review
from registry.store import figures, matches, reviews

WITHHELD = "withheld"
_ANSWERS = (ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED)


@dataclass(frozen=True, slots=True)
class Act:
    """One act; `what` is a verdict, `split`, `undone` or the answer about a figure.

    `withheld` is a verdict that whoever gives the second opinion must not know.
    """

    id: str
    what: str
    by_tenant: str
    reviewer: str
    recorded_at: datetime
    seq: int
    stands: bool
    why: str = ""
    undoes: str = ""
    match_id: str = ""
    performer_id: str = ""
    figure_id: str = ""
    reference: str = ""
    modality: Modality | None = None
    spans: tuple[Span, ...] = ()


def acts_on_cut(session: Session, principal: Principal, cut_id: str) -> tuple[Act, ...]:
    """Every act on the finds of a cut that the caller may read, newest first."""
    require(principal, "submissions")
    words = reviews.reviews_of_cut(session, principal, cut_id)
    splits = reviews.splits_of_cut(session, principal, cut_id)
    seen = figures.sightings_of_cut(session, principal, cut_id)
    ids = {item.figure_id for item in seen} | {item.figure_id for item in splits}
    said = figures.history(session, principal, ids)
    return _ordered(principal, words, splits, said)


def acts_on_match(session: Session, principal: Principal, match_id: str) -> tuple[Act, ...]:
    """Every act on one match, newest first, for either side; raises `NotFound`."""
    owner_id, _, match = matches.get_match(session, principal, match_id)
    require(principal, "submissions" if owner_id == principal.tenant_id else "performers")
    words = reviews.reviews_of_cut(session, principal, match.cut_id)
    return _ordered(principal, tuple(item for item in words if item.match_id == match_id), (), ())


def undo(
    session: Session, principal: Principal, act_id: str, *, now: datetime
) -> tuple[str, tuple[str, ...]]:
    """Take any act back; returns the id of what says so and the submissions to decide anew.

    An answer about a figure gives way to the one before it. Raises `NotFound`, `NotAllowed` for
    the other side's act, `Conflict` where it does not stand any more.
    """
    if is_id("spl", act_id):
        split, found = undo_split(session, principal, act_id, now=now)
        return split.id, found
    if is_id("fga", act_id):
        answer, found = _undo_answer(session, principal, act_id, now=now)
        return answer.id, found
    word, found = undo_review(session, principal, act_id, now=now)
    return word.id, found


def _undo_answer(
    session: Session, principal: Principal, act_id: str, *, now: datetime
) -> tuple[FigureAnswer, tuple[str, ...]]:
    # Load.
    require(principal, "submissions")
    act = figures.get_answer(session, principal, act_id)
    said = figures.history(session, principal, [act.figure_id])
    asked = question(session, principal, act.figure_id)
    # Decide.
    if said[-1].id != act.id:
        raise taken_back()
    before = replace(act, answer=Answer.OPEN, reference="", performer_id="", into="")
    if len(said) > 1:
        before = said[-2]
    again = replace(
        before,
        id=new_id("fga"),
        reviewer=actor(principal),
        seq=next_seq(session),
        recorded_at=now,
    )
    # Save.
    figures.add_answer(session, principal, again)
    return again, concerned(session, principal, asked.sightings, now=now)


def _ordered(
    principal: Principal,
    words: tuple[Review, ...],
    splits: tuple[LaneSplit, ...],
    said: tuple[FigureAnswer, ...],
) -> tuple[Act, ...]:
    hold = {item.id for item in standing(words)} | {item.id for item in standing_splits(splits)}
    newest = {item.figure_id: item.id for item in said}
    found = [_of_word(item, stands=item.id in hold) for item in words]
    found += [_of_split(item, stands=item.id in hold) for item in splits]
    found += [
        _of_answer(item, principal, stands=newest[item.figure_id] == item.id) for item in said
    ]
    owed = waits_for_second(words)
    shown = (_shown(item, principal, blind=item.match_id in owed) for item in found)
    return tuple(sorted(shown, key=lambda item: -item.seq))


def _shown(item: Act, principal: Principal, *, blind: bool) -> Act:
    """The act as this person may read it."""
    if item.by_tenant != principal.tenant_id:
        return replace(item, reviewer="")
    if blind and item.what in _ANSWERS and item.reviewer != actor(principal):
        return replace(item, what=WITHHELD, why="")
    return item


def _of_word(item: Review, *, stands: bool) -> Act:
    act = _on_spans(item, item.verdict.value, stands=stands)
    return replace(act, match_id=item.match_id)


def _of_split(item: LaneSplit, *, stands: bool) -> Act:
    act = _on_spans(item, "undone" if item.undoes else "split", stands=stands)
    return replace(act, figure_id=item.figure_id)


def _on_spans(item: Review | LaneSplit, what: str, *, stands: bool) -> Act:
    act = _act(item, what, item.by_tenant, stands=stands)
    return replace(act, why=item.why, undoes=item.undoes, modality=item.modality, spans=item.spans)


def _of_answer(item: FigureAnswer, principal: Principal, *, stands: bool) -> Act:
    act = _act(item, item.answer.value, principal.tenant_id, stands=stands)
    return replace(act, figure_id=item.figure_id, reference=item.reference or item.into)


def _act(
    item: Review | LaneSplit | FigureAnswer, what: str, by_tenant: str, *, stands: bool
) -> Act:
    return Act(
        id=item.id,
        what=what,
        by_tenant=by_tenant,
        reviewer=item.reviewer,
        recorded_at=item.recorded_at,
        seq=item.seq,
        stands=stands,
        performer_id=item.performer_id,
    )
