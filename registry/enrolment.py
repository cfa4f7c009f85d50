"""The states of an enrolment and what moves it from one to the next.

Written as a table so that a forbidden step is one that is not written down. WITHDRAWN is final:
who comes back enrols again and signs anew.
"""

from enum import StrEnum

from core.errors import Conflict
from registry.models.people import EnrolmentState


class Step(StrEnum):
    """What can happen to an enrolment."""

    SIGN = "sign"
    ACTIVATE = "activate"
    WITHDRAW = "withdraw"


STEPS: dict[tuple[EnrolmentState, Step], EnrolmentState] = {
    (EnrolmentState.DRAFT, Step.SIGN): EnrolmentState.SIGNED,
    (EnrolmentState.SIGNED, Step.ACTIVATE): EnrolmentState.ACTIVE,
    (EnrolmentState.ACTIVE, Step.ACTIVATE): EnrolmentState.ACTIVE,
    (EnrolmentState.DRAFT, Step.WITHDRAW): EnrolmentState.WITHDRAWN,
    (EnrolmentState.SIGNED, Step.WITHDRAW): EnrolmentState.WITHDRAWN,
    (EnrolmentState.ACTIVE, Step.WITHDRAW): EnrolmentState.WITHDRAWN,
}


def advance(state: EnrolmentState, step: Step) -> EnrolmentState:
    """State after `step`; raises `Conflict` where the table has none."""
    after = STEPS.get((state, step))
    if after is None:
        raise Conflict(
            f"An enrolment in state {state.value} cannot {step.value}.",
            next_step="Start a new enrolment."
            if state is EnrolmentState.WITHDRAWN
            else "Sign the consent first."
            if state is EnrolmentState.DRAFT
            else "Read its present state.",
            code="enrolment-state",
        )
    return after
