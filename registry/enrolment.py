"""The states of an enrolment and what moves it from one to the next.

Written as a table so that a forbidden step is one that is not written down: nothing leads to
ACTIVE but a notice period that was begun on proofs, or the end of a dispute about a print that
was active before. WITHDRAWN is final: who comes back enrols again and signs anew.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Conflict
from registry.models.people import Enrolment, EnrolmentState


class Step(StrEnum):
    """What can happen to an enrolment."""

    SIGN = "be signed"
    CAPTURE = "take a sample"
    PROVE = "be proofed"
    NOTIFY = "begin its notice period"
    ACTIVATE = "become active"
    DISPUTE = "be disputed"
    CLEAR = "go on after a dispute"
    RESTORE = "be restored after a dispute"
    WITHDRAW = "be withdrawn"


S = EnrolmentState
STEPS: dict[tuple[EnrolmentState, Step], EnrolmentState] = {
    (S.DRAFT, Step.SIGN): S.DRAFT,
    (S.DRAFT, Step.CAPTURE): S.CAPTURED,
    (S.CAPTURED, Step.CAPTURE): S.CAPTURED,
    # Further samples of a proofed person: they must be of the same person as those before.
    (S.NOTICE, Step.CAPTURE): S.NOTICE,
    (S.ACTIVE, Step.CAPTURE): S.ACTIVE,
    (S.CAPTURED, Step.PROVE): S.PROOFED,
    (S.PROOFED, Step.NOTIFY): S.NOTICE,
    (S.NOTICE, Step.ACTIVATE): S.ACTIVE,
    (S.PROOFED, Step.DISPUTE): S.DISPUTED,
    (S.NOTICE, Step.DISPUTE): S.DISPUTED,
    (S.ACTIVE, Step.DISPUTE): S.DISPUTED,
    (S.DISPUTED, Step.CLEAR): S.NOTICE,
    (S.DISPUTED, Step.RESTORE): S.ACTIVE,
    **{(state, Step.WITHDRAW): S.WITHDRAWN for state in S if state is not S.WITHDRAWN},
}
_NEXT_STEP = {
    S.DRAFT: "Sign the consent and hand in a sample first.",
    S.CAPTURED: "Have the samples attested first.",
    S.PROOFED: "Begin the notice period first.",
    S.NOTICE: "Wait until the notice period has ended.",
    S.ACTIVE: "Nothing more is needed.",
    S.DISPUTED: "Wait until two people have decided the dispute.",
    S.WITHDRAWN: "Start a new enrolment.",
}


def advance(state: EnrolmentState, step: Step) -> EnrolmentState:
    """State after `step`; raises `Conflict` where the table has none."""
    after = STEPS.get((state, step))
    if after is None:
        raise Conflict(
            f"An enrolment in state {state.value} cannot {step.value}.",
            next_step=_NEXT_STEP[state],
            code="enrolment-state",
        )
    return after


def notice_ends(proofed_at: datetime, notice_days: int) -> datetime:
    """When an enrolment may become active, unless somebody objects before."""
    return proofed_at + timedelta(days=notice_days)


def notice_is_over(enrolment: Enrolment, at: datetime) -> bool:
    """Whether the notice period was begun and has ended."""
    return (
        enrolment.state is S.NOTICE
        and enrolment.notice_until is not None
        and enrolment.notice_until <= at
    )
