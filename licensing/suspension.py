"""Suspension of consent: when it stands in the way of a use, and for whom.

A suspension takes nothing from a licence: it says for how long nobody may rely on it. It reaches a
performer only while he is a member, so leaving the group ends it for him, and it is prospective:
nothing that was released before becomes wrong.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.clock import to_text
from core.errors import BadInput
from fingerprint.models import Reason
from licensing.models_suspension import Membership, Suspension
from registry.models.works import KindOfUse

# Whom a suspension reaches: a member in all that he agreed to, or a licence under a framework.
MEMBERS, FRAMEWORK = "consent-suspended", "framework-suspended"
# What a performer suspended alone, who owes nobody a reason.
PAUSED = "consent-paused"
NAME_LENGTH_MAX, CLAUSE_LENGTH_MAX, MANDATE_LENGTH_MAX = 200, 500, 200


def as_known(suspension: Suspension, seq: int) -> Suspension | None:
    """The suspension as it was known at `seq`, `None` before it was recorded."""
    if suspension.since_seq > seq:
        return None
    if suspension.lifted_seq is not None and suspension.lifted_seq > seq:
        return replace(suspension, lifted_at=None, lifted_seq=None)
    return suspension


def reaching(suspension: Suspension, membership: Membership, seq: int) -> Suspension | None:
    """The part of a suspension that reaches this member, as known at `seq`; `None` where none does.

    Its time is that of the suspension within that of the membership.
    """
    known = as_known(suspension, seq)
    joined, joined_seq = membership.joined_at, membership.joined_seq
    if known is None or joined is None or joined_seq is None or joined_seq > seq:
        return None
    left = membership.left_at if (membership.left_seq or seq + 1) <= seq else None
    ends = [end for end in (known.lifted_at, left) if end is not None]
    since, until = max(known.since, joined), min(ends, default=None)
    if until is not None and until <= since:
        return None
    return replace(known, since=since, lifted_at=until)


def in_the_way(
    suspensions: Iterable[Suspension],
    kind: KindOfUse,
    start: datetime,
    end: datetime,
    *,
    code: str = MEMBERS,
) -> tuple[Reason, ...]:
    """Why a use of this kind may not be released at some time in `start <= t < end`.

    One reason for each suspension that covers any part of it; empty when none does.
    """
    return tuple(
        _reason(item, kind, code)
        for item in sorted(suspensions, key=lambda item: item.since_seq)
        if (not item.kinds or kind in item.kinds)
        and item.since < end
        and (item.lifted_at is None or item.lifted_at > max(start, item.since))
    )


def _reason(item: Suspension, kind: KindOfUse, code: str) -> Reason:
    facts = {"kind": kind.value, "since": to_text(item.since), "suspension_id": item.id}
    if item.own:
        return Reason(PAUSED, facts)
    return Reason(code, {**facts, "clause": item.clause})


def check_since(since: datetime | None, now: datetime) -> datetime:
    """When a suspension or its end takes effect: now, or later; raises `BadInput` for the past."""
    if since is not None and since < now:
        raise BadInput(
            "A suspension or its end cannot lie in the past.",
            next_step="Leave the time out for now, or name a later one.",
            code="in-the-past",
        )
    return since or now


def check_text(text: str, what: str, length_max: int) -> str:
    """`text` without needless blanks; raises `BadInput` when it is empty, long or unprintable."""
    plain = " ".join(text.split())
    if not plain or len(plain) > length_max or not plain.isprintable():
        raise BadInput(
            f"The {what} must have 1 to {length_max} printable characters.",
            next_step=f"Give a {what} that others can read.",
            code="bad-text",
        )
    return plain
