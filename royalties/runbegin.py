"""Which run may begin: the first of some months, one that follows it, and its last one.

A month of a book is in one first run. Late finds come with follow-ups, of which the final one comes
after two others, and everything behind that is final too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict
from core.ids import derived_id
from royalties.models_runs import Run, RunKind, RunState

FOLLOW_UPS_MIN = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which run to draft: the first of some months, or one that follows such a first run."""

    first_month: str = ""
    last_month: str = ""
    follows_id: str = ""
    final: bool = False


def begun(book: str, known: Sequence[Run], wanted: Wanted, *, now: datetime) -> Run:
    """The draft that is wanted next in a book, without lines; `known` are all its runs.

    Raises `Conflict` while a run waits for its decision, for months that a closed first run has,
    where no closed first run is followed, and for a final run that comes too early.
    """
    if any(one.state is RunState.PROPOSED for one in known):
        raise Conflict(
            "A run of this book waits for its decision.",
            next_step="Have it approved or rejected first: ebenbild run list",
        )
    closed = [one for one in known if one.state is RunState.CLOSED]
    number = len(known) + 1
    months, kind = (_follow_up if wanted.follows_id else _first)(closed, wanted)
    return Run(
        id=derived_id("run", book, str(number)),
        tenant_id=book,
        number=number,
        kind=kind,
        first_month=months[0],
        last_month=months[1],
        follows_id=wanted.follows_id,
        until=now,
        state=RunState.DRAFT,
        lines=0,
        run_hash="",
    )


def _first(closed: list[Run], wanted: Wanted) -> tuple[tuple[str, str], RunKind]:
    months = (wanted.first_month, wanted.last_month)
    for one in closed:
        if one.first_month <= months[1] and months[0] <= one.last_month:
            raise Conflict(
                f"A first run of {one.first_month} to {one.last_month} is closed.",
                next_step=f"Draft one that follows it: ebenbild run draft --follows {one.id}",
            )
    return months, RunKind.FIRST


def _follow_up(closed: list[Run], wanted: Wanted) -> tuple[tuple[str, str], RunKind]:
    family = [one for one in closed if one.family_id == wanted.follows_id]
    if not family:
        first_id = next((one.family_id for one in closed if one.id == wanted.follows_id), None)
        listed = "List them: ebenbild run list"
        raise Conflict(
            "This is no closed first run of your book.",
            next_step=f"Name the one that it follows: --follows {first_id}" if first_id else listed,
        )
    first = family[0]
    ended = any(one.kind is RunKind.FINAL for one in family)
    follow_ups = sum(one.kind is RunKind.FOLLOW_UP for one in family)
    if wanted.final and not ended and follow_ups < FOLLOW_UPS_MIN:
        raise Conflict(
            f"A final run comes after {FOLLOW_UPS_MIN} follow-up runs; there were {follow_ups}.",
            next_step="Draft a follow-up run: leave --final out.",
            code="run-too-early",
        )
    kind = RunKind.FINAL if wanted.final or ended else RunKind.FOLLOW_UP
    return (first.first_month, first.last_month), kind
