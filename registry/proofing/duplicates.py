"""When a new print is too near another person's, and what becomes of both.

Whoever is told at once that a likeness is enrolled already has learned who is enrolled; so to the
newcomer a dispute looks like a notice period that goes on. The incumbent is told, and stays
searched: else anybody with a good imitation could make a performer vanish from all scans.
"""

from collections.abc import Sequence
from enum import StrEnum

from registry.models.people import Enrolment, EnrolmentState


class Outcome(StrEnum):
    """What two people may decide about a dispute."""

    INCUMBENT = "incumbent"
    NEWCOMER = "newcomer"


def payload(newcomer: str, incumbents: Sequence[str], outcome: Outcome) -> dict[str, object]:
    """What exactly is proposed and approved; the same for both people."""
    return {"newcomer": newcomer, "incumbents": sorted(incumbents), "outcome": outcome.value}


def shown_state(enrolment: Enrolment) -> EnrolmentState:
    """The state that the newcomer's own side reads: a dispute that is open looks like a notice.

    An incumbent, who was told of it, reads the dispute.
    """
    if enrolment.state is EnrolmentState.DISPUTED and enrolment.activated_at is None:
        return EnrolmentState.NOTICE
    return enrolment.state
