"""A lane that holds two people, taken apart by a person: which part stays and which is moved.

A lane is one trace. It is known again in a later scan by whom it is taken for, and only the time
that the person named is moved, so that the rest keeps its consent and its money.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import BadInput
from fingerprint.models import Modality, Span
from registry.carrying import within, without
from registry.models.reviews import LaneSplit
from registry.spans import merge, total_ms


@dataclass(frozen=True, slots=True)
class Lane:
    """One trace; `performer_id` is whom the search names, `figure_id` what it was put to."""

    trace_id: str
    modality: Modality
    spans: tuple[Span, ...]
    performer_id: str = ""
    figure_id: str = ""


def standing_splits(splits: Sequence[LaneSplit]) -> list[LaneSplit]:
    """The splits that nobody took back, oldest first."""
    undone = {split.undoes for split in splits if split.undoes}
    return [split for split in splits if not split.undoes and split.id not in undone]


def taken_apart(
    lane: Lane, splits: Sequence[LaneSplit]
) -> tuple[tuple[Span, ...], tuple[tuple[LaneSplit, tuple[Span, ...]], ...]]:
    """The spans that stay, and those that each of the standing `splits` moves elsewhere."""
    left, moved = lane.spans, []
    for split in splits:
        part = within(left, split.spans) if _concerns(split, lane) else ()
        if part:
            moved.append((split, part))
            left = tuple(rest for span in left for rest in without(span, part))
    return left, tuple(moved)


def check_split(lane: Lane, spans: Sequence[Span]) -> tuple[Span, ...]:
    """What of the lane `spans` name; raises `BadInput` for none of it and for all of it."""
    named = within(lane.spans, merge(spans))
    if not named or total_ms(named) == total_ms(lane.spans):
        raise BadInput(
            "Name a part of the lane's time, not all of it and nothing else.",
            next_step="Read where the lane lies with `ebenbild review show`.",
            code="bad-split",
        )
    return named


def _concerns(split: LaneSplit, lane: Lane) -> bool:
    if split.modality is not lane.modality:
        return False
    if split.trace_id == lane.trace_id:
        return True
    named = bool(split.performer_id) and split.performer_id == lane.performer_id
    return named or (bool(split.from_figure_id) and split.from_figure_id == lane.figure_id)
