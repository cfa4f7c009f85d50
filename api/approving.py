"""Decides on what somebody else proposed, and carries out at once what follows from it.

Of money and of a child's pause a decision has its effect here, on whichever page it is made, in the
same transaction: what cannot be carried out is not decided either. All else is done by whoever
proposed it, who does it again once it is approved.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from sqlmodel import Session

from api import deciding
from core import approvals
from core.approvalrows import Approval, ApprovalState
from core.errors import Conflict
from core.init import World
from core.principal import Principal
from licensing.service import resuming
from royalties.service import (
    batching,
    collecting,
    exemptions,
    payees,
    payouts,
    periods,
    rulings,
    runs,
    unclaimed,
    usageholds,
    writeoffs,
)
from royalties.store import payees as payee_store


class Said(TypedDict):
    """What the second person says, and when."""

    approve: bool
    note: str
    now: datetime


def decide(
    session: Session, world: World, caller: Principal, approval_id: str, said: Said
) -> Approval:
    """Approve or reject a proposal; call it in `write()`.

    Raises as `approvals.decide` and the service that carries it out do, and Conflict where
    something else took its place.
    """
    item = approvals.get_approval(session, caller, approval_id)
    effect = _EFFECTS.get(item.action)
    if effect is None or item.state is not ApprovalState.OPEN:
        return approvals.decide(session, caller, item.id, **said)
    effect(session, world, caller, item, said)
    done = approvals.get_approval(session, caller, item.id)
    if done.state is ApprovalState.OPEN:
        raise Conflict(
            "Something else was proposed in its place.", next_step="Decide on what waits now."
        )
    return done


def may(session: Session, caller: Principal, item: Approval, now: datetime) -> bool:
    """Whether the caller's roles decide on this, and of a child's pause that it is a guardian."""
    if not approvals.may_decide(caller, item.roles):
        return False
    if item.action != resuming.LIFT:
        return True
    return resuming.speaks(session, caller, str(item.payload["performer"]), now)


def may_approve(session: Session, caller: Principal, item: Approval, now: datetime) -> bool:
    """Whether the caller, who may decide, may say yes: to a pause's end not before who began it."""
    if item.action != resuming.LIFT:
        return True
    about = item.subject_id, str(item.payload["performer"])
    return resuming.word(session, caller, *about, now).step is not resuming.Step.BEGAN


def at_once(item: Approval) -> bool:
    """Whether a decision on this is carried out with it."""
    return item.action in _EFFECTS


Effect = Callable[[Session, World, Principal, Approval, Said], object]


def _of_subject(service: Callable[..., object]) -> Effect:
    """A service that decides on a thing by its id."""
    return lambda session, _world, caller, item, said: service(
        session, caller, item.subject_id, **said
    )


def _sealed(service: Callable[..., object]) -> Effect:
    """The same of one that opens what is sealed."""
    return lambda session, world, caller, item, said: service(
        session, world.vault, caller, item.subject_id, **said
    )


def _mandate(session: Session, _: World, caller: Principal, item: Approval, said: Said) -> object:
    return collecting.decide(session, caller, item.id, **said)


def _month(session: Session, _: World, caller: Principal, item: Approval, said: Said) -> object:
    return periods.decide(session, caller, str(item.payload["month"]), **said)


def _payee(session: Session, world: World, caller: Principal, item: Approval, said: Said) -> object:
    versions = payee_store.versions(session, caller, str(item.payload["payee"]))
    changed: Any = next((one for one in versions if one.id == item.subject_id), None)
    return payees.decide(
        session,
        world.vault,
        caller,
        str(item.payload["performer"]),
        heir_id=changed and changed.heir_id,
        cooling_days=world.settings.payout.cooling_days,
        **said,
    )


def _pause(session: Session, _: World, caller: Principal, item: Approval, said: Said) -> object:
    resuming.check_speaks(session, caller, str(item.payload["performer"]), said["now"])
    if said["approve"] and caller.person != item.proposed_person:
        deciding.resume(session, caller, item.subject_id, said["note"])
        item = approvals.get_approval(session, caller, item.id)
    # Left to decide on: what is refused, and what one guardian can say alone by now.
    if item.state is ApprovalState.OPEN:
        approvals.decide(session, caller, item.id, **said)
    return item


_EFFECTS: Mapping[str, Effect] = {
    collecting.MANDATE: _mandate,
    exemptions.GRANT: _of_subject(exemptions.decide),
    payees.CHANGE: _payee,
    batching.SEND: _sealed(payouts.decide),
    periods.CLOSE: _month,
    rulings.RULE: _of_subject(rulings.decide),
    resuming.LIFT: _pause,
    runs.CLOSE: _sealed(runs.decide),
    unclaimed.BOOK: _of_subject(unclaimed.decide),
    usageholds.DECIDE: _of_subject(usageholds.agree),
    writeoffs.WRITE_OFF: _of_subject(writeoffs.decide),
}
