"""What waits for a person, the most consequential first: one item per performer or figure.

Pure: the newest decision on each cut comes in. A child comes first, then the nearest release, then
whoever holds up most cuts, then whoever is longest there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fingerprint.models import Modality, Reason
from licensing.models_clearance import Clearance, SpanVerdict, Verdict

Item = TypeVar("Item")

_CUTS_MAX, _MS_MAX = 999_999, 999_999_999_999
_CHILD = {"minor-to-person", "declared-minor-not-found"}
_BY_A_WORD = {
    "uncertain-match",
    "second-opinion-asked",
    "minor-to-person",
    "character-collides",
    "character-disputed",
}
_BY_AN_ANSWER = {"figure-collides", "figure-waits", "figure-disputed"}


class Asks(StrEnum):
    """Which act helps: a word on a find, an answer about a figure, or a better declaration."""

    WORD = "word"
    ANSWER = "answer"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One item of the queue; `id` is that of a use or a figure, or names a lane without either.

    `use_ids` lead to the matches; `release_at` is the earliest release that it holds up.
    """

    id: str
    asks: Asks
    performer_id: str
    figure_id: str
    modalities: tuple[Modality, ...]
    cut_ids: tuple[str, ...]
    submission_ids: tuple[str, ...]
    use_ids: tuple[str, ...]
    release_at: date
    total_ms: int
    child: bool
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> str:
        """Sorts the most consequential first, and is what pages go on from."""
        return key_of(self.child, self.release_at, len(self.cut_ids), self.total_ms, self.id)


def key_of(child: bool, release_at: date, cuts: int, total_ms: int, item_id: str) -> str:
    """The place in the queue of an item that holds up so many cuts, in milliseconds of each."""
    fewest, shortest = max(0, _CUTS_MAX - cuts), max(0, _MS_MAX - total_ms)
    return f"{0 if child else 1}{release_at:%Y%m%d}{fewest:06}{shortest:012}{item_id[:34]}"


def queue_of(clearances: Iterable[Clearance]) -> tuple[Waiting, ...]:
    """Everybody whom the newest decisions leave to a person, in the order of consequence."""
    found: dict[str, Waiting] = {}
    for clearance in clearances:
        for span in clearance.decision.spans:
            if span.verdict in (Verdict.REVIEW, Verdict.UNKNOWN_PERSON):
                item = _waiting(span, clearance)
                found[item.id] = joined([found[item.id], item]) if item.id in found else item
    return tuple(sorted(found.values(), key=lambda item: item.key))


def _waiting(span: SpanVerdict, clearance: Clearance) -> Waiting:
    codes = {reason.code for reason in span.reasons}
    figure_id = next(
        (str(item.detail["figure_id"]) for item in span.reasons if "figure_id" in item.detail), ""
    )
    unknown = span.verdict is Verdict.UNKNOWN_PERSON
    lane = f"{clearance.cut_id}-{'-'.join(span.modalities)}"
    return Waiting(
        id=figure_id or (lane if unknown else span.use_id or lane),
        asks=_asks(unknown=unknown, codes=codes),
        performer_id=span.performer_id or "",
        figure_id=figure_id,
        modalities=span.modalities,
        cut_ids=(clearance.cut_id,),
        submission_ids=(clearance.submission_id,),
        use_ids=(span.use_id,) if span.use_id else (),
        release_at=clearance.release_at,
        total_ms=span.span.duration_ms,
        child=bool(codes & _CHILD),
        reasons=span.reasons,
    )


def _asks(*, unknown: bool, codes: set[str]) -> Asks:
    if unknown or codes & _BY_AN_ANSWER:
        return Asks.ANSWER
    return Asks.WORD if codes & _BY_A_WORD else Asks.DECLARATION


def joined(parts: Sequence[Waiting]) -> Waiting:
    """What several decisions leave to a person of one item; the newest decision comes first."""
    return replace(
        parts[0],
        modalities=_distinct([each for one in parts for each in one.modalities]),
        cut_ids=_distinct([each for one in parts for each in one.cut_ids]),
        submission_ids=_distinct([each for one in parts for each in one.submission_ids]),
        use_ids=_distinct([each for one in parts for each in one.use_ids]),
        release_at=min(one.release_at for one in parts),
        total_ms=sum(one.total_ms for one in parts),
        child=any(one.child for one in parts),
    )


def _distinct(items: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))
