"""An enrolment goes forward only, and nothing follows a withdrawal."""

import pytest

from core.errors import Conflict
from registry.enrolment import STEPS, Step, advance
from registry.models.people import EnrolmentState


def test_the_straight_way_leads_to_active() -> None:
    state = EnrolmentState.DRAFT
    for step in (Step.SIGN, Step.ACTIVATE, Step.ACTIVATE):
        state = advance(state, step)
    assert state is EnrolmentState.ACTIVE


@pytest.mark.parametrize("state", EnrolmentState)
@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_not_written_down_is_refused(state: EnrolmentState, step: Step) -> None:
    if (state, step) in STEPS:
        assert advance(state, step) is not EnrolmentState.DRAFT
        return
    with pytest.raises(Conflict) as refused:
        advance(state, step)
    assert refused.value.next_step


def test_no_print_becomes_active_without_a_signature() -> None:
    with pytest.raises(Conflict):
        advance(EnrolmentState.DRAFT, Step.ACTIVATE)


@pytest.mark.parametrize("step", Step)
def test_withdrawn_is_final(step: Step) -> None:
    with pytest.raises(Conflict):
        advance(EnrolmentState.WITHDRAWN, step)
