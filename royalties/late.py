"""Paying those who were found late, out of the reserve of months that were handed on already.

A late find makes others' parts of the same money smaller: what they were paid too much is covered
by the reserve and not asked back. What is left of the reserve advances what licensees have not paid
yet. Where it lacks, the late ones wait for the next run, each by the same share.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import split
from royalties.accounts import AccountKind
from royalties.distribution import (
    LATE,
    TOO_MUCH,
    Desk,
    due_of,
    handed_on,
    lines_of,
    moved,
    restored,
    staying,
    taken_back,
)
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Before, Outcome, RunKind, RunLine

_FIRST, _ACCRUED = RunKind.FIRST, AccountKind.ACCRUED


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A claim that still stands, and was handed on by `too_much` more than is received of it."""

    claim: ReceivedClaim
    before: tuple[Before, ...]
    too_much: int


@dataclass(frozen=True, slots=True)
class Found:
    """A claim found after its months were handed on: `due` was received, `unpaid` was not yet.

    `lines` put back into the reserve what it has advanced of the claim before.
    """

    claim: ReceivedClaim
    lines: tuple[RunLine, ...]
    due: int
    unpaid: int


def examined(
    claim: ReceivedClaim, before: tuple[Before, ...], desk: Desk, *, late: bool
) -> tuple[RunLine, ...] | Shrunk | Found:
    """The lines of a claim, or what about it only all late finds together settle."""
    stands = claim.claimed_micro > 0 and claim.account is _ACCRUED
    if desk.kind is _FIRST or claim.ruled or not stands or desk.frozen(claim):
        return lines_of(claim, before, desk)
    due = due_of(claim, before)
    if due < 0:
        return Shrunk(claim, before, -due)
    if not late:
        return lines_of(claim, before, desk)
    lines = restored(claim, before, due)
    put_back = sum(one.received_micro for one in lines)
    advanced = sum(one.advanced_micro for one in before) - put_back
    unpaid = max(0, claim.claimed_micro - claim.received_micro - advanced)
    return Found(claim, lines, due - put_back, unpaid)


def settled(
    shrunk: Sequence[Shrunk], found: Sequence[Found], reserve: int, desk: Desk
) -> tuple[RunLine, ...]:
    """The lines of one currency's late finds, from so much reserve (nought or more).

    What was paid too much and neither the reserve nor a late one's wait makes up for is taken back.
    """
    too_much, due = [one.too_much for one in shrunk], [one.due for one in found]
    if sum(too_much) - reserve > sum(due):
        reserve = max(0, reserve - sum(_kept_of(one, desk) for one in shrunk))
    covered = min(sum(too_much), reserve)
    covers = _split(covered, too_much)
    open_ = [whole - cover for whole, cover in zip(too_much, covers, strict=True)]
    waited = min(sum(open_), sum(due))
    backs = _split(sum(open_) - waited, open_)
    waits = _split(waited, due)
    unpaid = [one.unpaid for one in found]
    advances = _split(min(sum(unpaid), reserve - covered), unpaid)
    lines: list[RunLine] = []
    for small, cover, left, back in zip(shrunk, covers, open_, backs, strict=True):
        lines.extend(_smaller(small, desk, cover, back, left - back))
    for late, wait, advance in zip(found, waits, advances, strict=True):
        lines.extend(_later(late, desk, wait, advance))
    return tuple(lines)


def _kept_of(one: Shrunk, desk: Desk) -> int:
    """At most so much of the reserve goes back with what is taken back: it covers nothing else.

    Dividing less among several payees may move a millionth from one to another.
    """
    back = taken_back(one.claim, one.before, desk, one.too_much)
    kept = -sum(line.parts.reserve_micro for line in back)
    return kept + len(one.before) - 1 if kept else 0


def _smaller(one: Shrunk, desk: Desk, cover: int, back: int, stays: int) -> list[RunLine]:
    lines = list(taken_back(one.claim, one.before, desk, back)) if back else []
    if cover:
        lines.append(moved(one.claim, one.claim.payee_id, Outcome.COVERED, -cover))
    if stays:
        lines.append(staying(one.claim, Outcome.WAITING, TOO_MUCH, -stays))
    return lines


def _later(one: Found, desk: Desk, wait: int, advance: int) -> list[RunLine]:
    paid = handed_on(one.claim, desk, received=one.due - wait, drawn=advance, reason=LATE)
    lines = [*one.lines, *paid]
    if wait or one.unpaid > advance:
        lacking = one.unpaid - advance
        lines.append(staying(one.claim, Outcome.WAITING, LATE, wait, lacking=lacking))
    return lines


def _split(total: int, weights: Sequence[int]) -> list[int]:
    """So much of each weight that all of it is `total`; nothing where there is nothing to split."""
    return split(total, weights) if sum(weights) else [0] * len(weights)
