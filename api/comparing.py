"""Comparisons between cuts as data, with the public names that their studio may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel
from sqlmodel import Session

from api.found import names_in
from api.wire import SpanOut
from core.principal import Principal
from licensing.comparing import Change, Difference, Presence, differences, side_by_side
from licensing.service.comparing import Comparison


class PresenceOut(BaseModel):
    """How long somebody is there in all, the worst verdict on it, and when that is."""

    total_ms: int
    verdict: str
    times: list[SpanOut]

    @classmethod
    def of(cls, item: Presence | None) -> Self | None:
        """The presence as data, nothing for nobody."""
        if item is None:
            return None
        times = [SpanOut.of(span) for span in item.times]
        return cls(total_ms=item.total_ms, verdict=item.verdict.value, times=times)


class DifferenceOut(BaseModel):
    """One change: somebody added, lost, longer or shorter there, or another verdict."""

    change: Change
    performer_id: str | None
    public_name: str | None
    kind: str | None
    figure_id: str | None
    here: PresenceOut | None
    there: PresenceOut | None

    @classmethod
    def of(cls, item: Difference, names: dict[str, str]) -> Self:
        """The difference as data."""
        person = item.person
        return cls(
            change=item.change,
            performer_id=person.performer_id or None,
            public_name=names.get(person.performer_id),
            kind=None if person.kind is None else person.kind.value,
            figure_id=person.figure_id or None,
            here=PresenceOut.of(item.here),
            there=PresenceOut.of(item.there),
        )


class ComparisonOut(BaseModel):
    """What is otherwise in one cut than in another cut of its work; empty where nothing is."""

    cut_id: str
    other_cut_id: str
    other_label: str
    clearance_id: str
    other_clearance_id: str
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Comparison) -> Self:
        """The comparison as data."""
        names = _names(session, caller, item)
        return cls(
            cut_id=item.here.cut_id,
            other_cut_id=item.other.id,
            other_label=item.other.label,
            clearance_id=item.here.id,
            other_clearance_id=item.there.id,
            differences=[DifferenceOut.of(each, names) for each in item.differences],
        )


@dataclass(frozen=True, slots=True)
class Lane:
    """One person of two cuts: what is otherwise, and both presences drawn on one scale.

    A strip is (x, width) in thousandths of the longer cut.
    """

    name: str
    kind: str
    parts: Sequence[str]
    differences: Sequence[DifferenceOut]
    here: PresenceOut | None
    there: PresenceOut | None
    here_strip: Sequence[tuple[int, int]]
    there_strip: Sequence[tuple[int, int]]


def lanes(session: Session, caller: Principal, item: Comparison, whole_ms: int) -> tuple[Lane, ...]:
    """Everybody of either cut, those first who are otherwise."""
    names = _names(session, caller, item)
    changes: dict[Any, list[DifferenceOut]] = {}
    for each in differences(item.here.decision, item.there.decision):
        changes.setdefault(each.person, []).append(DifferenceOut.of(each, names))
    found = [
        Lane(
            names.get(person.performer_id) or person.performer_id,
            "" if person.kind is None else person.kind.value,
            [part for part in person.modality.split("+") if part],
            changes.get(person, []),
            PresenceOut.of(here),
            PresenceOut.of(there),
            _strip(here, whole_ms),
            _strip(there, whole_ms),
        )
        for person, here, there in side_by_side(item.here.decision, item.there.decision)
    ]
    return tuple(sorted(found, key=lambda lane: not lane.differences))


def _strip(item: Presence | None, whole_ms: int) -> list[tuple[int, int]]:
    spans = () if item is None else item.times
    scale = 1000 / max(whole_ms, 1)
    return [
        (round(span.start_ms * scale), max(round(span.duration_ms * scale), 2)) for span in spans
    ]


def _names(session: Session, caller: Principal, item: Comparison) -> dict[str, str]:
    return {
        **names_in(session, caller, item.there.submission_id),
        **names_in(session, caller, item.here.submission_id),
    }
