"""What differs between the decisions on two cuts of one work: people, lengths, places, verdicts.

Pure: two decisions in, a list out. A dub or a trailer inherits what its siblings found, so what a
person has to look at is what differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fingerprint.models import Span
from licensing.clearance import WORST_FIRST
from licensing.models_clearance import ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import KindOfUse
from registry.spans import merge, overlap_ms, total_ms

# Cuts shift by some frames: less than this is the same length.
LEAST_MS = 1_000


class Change(StrEnum):
    """What is otherwise in the cut at hand than in the other."""

    ADDED = "added"
    LOST = "lost"
    LONGER = "longer"
    SHORTER = "shorter"
    MOVED = "moved"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is there: a performer in one kind of use, a figure, or a lane of neither."""

    performer_id: str = ""
    kind: KindOfUse | None = None
    figure_id: str = ""
    modality: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """How long somebody is there in all, in milliseconds, the worst verdict on it, and when."""

    total_ms: int
    verdict: Verdict
    times: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One change about one person; `None` where somebody is not there."""

    change: Change
    person: Person
    here: Presence | None
    there: Presence | None


def differences(here: ClearanceDecision, there: ClearanceDecision) -> tuple[Difference, ...]:
    """What is otherwise `here` than `there`, in the order of people; lengths and verdicts apart."""
    return tuple(
        Difference(change, person, mine, theirs)
        for person, mine, theirs in side_by_side(here, there)
        for change in _changes(mine, theirs)
    )


def side_by_side(
    here: ClearanceDecision, there: ClearanceDecision
) -> tuple[tuple[Person, Presence | None, Presence | None], ...]:
    """Everybody of either decision, and how they are there in both."""
    one, other = _people(here), _people(there)
    people = sorted({*one, *other}, key=_order)
    return tuple((person, one.get(person), other.get(person)) for person in people)


def _changes(here: Presence | None, there: Presence | None) -> list[Change]:
    if here is None:
        return [Change.LOST]
    if there is None:
        return [Change.ADDED]
    found = []
    if abs(here.total_ms - there.total_ms) >= LEAST_MS:
        found.append(Change.LONGER if here.total_ms > there.total_ms else Change.SHORTER)
    elif _is_moved(here, there):
        found.append(Change.MOVED)
    if here.verdict is not there.verdict:
        found.append(Change.VERDICT)
    return found


def _is_moved(here: Presence, there: Presence) -> bool:
    """Whether less than half of the time is at the same time in both."""
    same = overlap_ms(here.times, there.times)
    return 2 * same < min(here.total_ms, there.total_ms)


def _people(decision: ClearanceDecision) -> Mapping[Person, Presence]:
    spans: dict[Person, list[SpanVerdict]] = {}
    for span in decision.spans:
        spans.setdefault(_person(span), []).append(span)
    return {
        person: Presence(
            total_ms([item.span for item in items]),
            min((item.verdict for item in items), key=WORST_FIRST.index),
            merge(item.span for item in items),
        )
        for person, items in spans.items()
    }


def _person(span: SpanVerdict) -> Person:
    if span.performer_id is not None:
        return Person(span.performer_id, span.kind)
    named = [item.detail["figure_id"] for item in span.reasons if "figure_id" in item.detail]
    return Person(
        figure_id=str(named[0]) if named else "", modality="+".join(sorted(span.modalities))
    )


def _order(person: Person) -> tuple[str, str, str, str]:
    return (person.performer_id, person.kind or "", person.figure_id, person.modality)
