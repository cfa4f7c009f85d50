"""When a lost signing key gives way to a new one: after a waiting time, unless somebody stops it.

Whoever stole an account would ask for the same. So the new key waits until everybody was told, and
where the account alone says who asks, somebody else has to know the person. Rules without storage;
docs/adr/0108.
"""

from datetime import datetime, timedelta

from core.errors import Conflict
from registry.models.replacements import Replacement, ReplacementState

SIGNED_WITHIN = timedelta(hours=1)
PENDING = (ReplacementState.UNVOUCHED, ReplacementState.WAITING)


def state_of(item: Replacement, at: datetime) -> ReplacementState:
    """Where a replacement stands at `at`."""
    if item.bound_at is not None:
        return ReplacementState.BOUND
    if item.stopped_at is not None:
        return ReplacementState.STOPPED
    if item.asked_at is None:
        return ReplacementState.DRAFT
    if item.vouched_at is not None or not item.needs_voucher:
        return ReplacementState.WAITING
    return ReplacementState.UNVOUCHED if at < item.begins_at else ReplacementState.LAPSED


def silences(item: Replacement, at: datetime) -> bool:
    """Whether the lost key speaks no more at `at`, though the new one may not be bound yet."""
    return state_of(item, at) is ReplacementState.WAITING and item.begins_at <= at


def needs_voucher(*, second_factor: bool, own_person: bool, minor: bool) -> bool:
    """Whether the sign-in alone does not say that the performer asks.

    `own_person` is somebody of an organisation that stands for this performer alone, no agent.
    """
    return minor or not (second_factor and own_person)


def check_signed_in_time(item: Replacement, at: datetime) -> None:
    """Raises `Conflict` for what was signed or is over, or drafted so long ago that nobody waits.

    The waiting time runs from the draft: signed late it would be short.
    """
    if state_of(item, at) is not ReplacementState.DRAFT:
        raise Conflict("This replacement is signed already.", next_step="Look where it stands.")
    if at - item.drafted_at > SIGNED_WITHIN:
        raise Conflict(
            "This replacement was drafted too long ago.",
            next_step="Draft it again and sign it at once.",
            code="draft-too-old",
        )


def check_pending(item: Replacement, at: datetime) -> None:
    """Raises `Conflict` unless it can still be vouched for or stopped."""
    if state_of(item, at) not in PENDING or item.begins_at <= at:
        raise Conflict(
            "This replacement is over: nothing can be changed about it.",
            next_step="See which key speaks now; a wrong one is replaced anew.",
            code="replacement-over",
        )
