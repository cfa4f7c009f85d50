"""A decision as people look at it: a lane per person and part, and one answer per kind of span.

Pure: a decision as data in, lanes and answers out. Lanes hold times and verdicts alone; what is to
be read about a span stands once in its answer, however often the span comes back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.web.grouping import grouped
from licensing.clearance import WORST_FIRST

Item = Mapping[str, Any]
PARTS = ("voice", "face")


@dataclass(frozen=True, slots=True)
class Lane:
    """One part of one person; `pieces` are (start_ms, end_ms, verdict, number of the answer).

    `name` and `performer_id` are empty for somebody unknown, whom `number` tells from the others.
    """

    name: str
    performer_id: str
    number: int
    part: str
    verdict: str
    pieces: tuple[tuple[int, int, str, int], ...]


@dataclass(slots=True)
class _Open:
    name: str
    performer_id: str
    number: int
    part: str
    pieces: list[tuple[int, int, str, int]] = field(default_factory=list)


def answers(decision: Item) -> list[dict[str, Any]]:
    """What there is to say, once each, in the order of the first span.

    To the span come `times`, the `figure_id` and `number` of somebody unknown, and `matches`: what
    the search found of that performer in these places.
    """
    strangers: dict[str, int] = {}
    said = []
    for item in grouped(decision["spans"]):
        key = "" if item["performer_id"] else stranger(item)
        number = strangers.setdefault(key, len(strangers) + 1) if key else 0
        found = [each for each in decision.get("found") or () if _is_about(each, item)]
        more = {"figure_id": figure_of(item), "number": number, "matches": found}
        said.append({**item, **more})
    return said


def lanes(said: Sequence[Item]) -> tuple[Lane, ...]:
    """Lanes in the order in which people appear, voice before face, those unknown at the end."""
    opened: dict[tuple[str, str], _Open] = {}
    for index, item in enumerate(said):
        who = item["performer_id"] or stranger(item)
        for part in item["modalities"] or PARTS:
            named = item["performer_id"] or ""
            name = item["public_name"] or named
            lane = opened.setdefault((who, part), _Open(name, named, item["number"], part))
            lane.pieces += [(start, end, item["verdict"], index) for start, end in item["times"]]
    ordered = sorted(opened.items(), key=lambda pair: _place(pair[0][0], pair[1], opened))
    return tuple(
        Lane(
            each.name,
            each.performer_id,
            each.number,
            each.part,
            worst(piece[2] for piece in pieces),
            pieces,
        )
        for _, each in ordered
        if (pieces := tuple(sorted(each.pieces)))
    )


def worst(verdicts: Iterable[str]) -> str:
    """The verdict that decides for all of these."""
    order = [verdict.value for verdict in WORST_FIRST]
    return min(verdicts, key=order.index, default=order[-1])


def length_ms(known: int | None, said: Sequence[Item]) -> int:
    """How long the timeline is: the cut's length, or up to the last span where it is not known."""
    ends: list[int] = [end for item in said for _, end in item["times"]]
    return max([known or 0, *ends, 1])


def figure_of(item: Item) -> str:
    """The figure of a series that a span is of, empty where it is of none."""
    named = (reason["detail"].get("figure_id") for reason in item["reasons"])
    return next((str(name) for name in named if name), "")


def stranger(item: Item) -> str:
    """What tells somebody unknown from others: the figure, else the part that was met."""
    return figure_of(item) or "+".join(item["modalities"])


def _place(who: str, lane: _Open, opened: Mapping[tuple[str, str], _Open]) -> tuple[Any, ...]:
    first = min(
        piece[0] for (other, _), each in opened.items() if other == who for piece in each.pieces
    )
    return (lane.number > 0, first, who, PARTS.index(lane.part))


def _is_about(match: Item, item: Item) -> bool:
    if match["performer_id"] != item["performer_id"] or not item["performer_id"]:
        return False
    if item["modalities"] and match["modality"] not in item["modalities"]:
        return False
    return any(
        span["start_ms"] < end and start < span["end_ms"]
        for span in match["spans"]
        for start, end in item["times"]
    )
