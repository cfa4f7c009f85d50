"""An enrolment goes forward only, needs its proofs, and nothing follows a withdrawal."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict
from registry.enrolment import STEPS, Step, advance, notice_ends
from registry.models.people import EnrolmentState as S

ORDER = (S.DRAFT, S.CAPTURED, S.PROOFED, S.NOTICE, S.ACTIVE)
WAY = (Step.SIGN, Step.CAPTURE, Step.CAPTURE, Step.PROVE, Step.NOTIFY, Step.ACTIVATE, Step.CAPTURE)


def test_the_straight_way_leads_to_active() -> None:
    state = S.DRAFT
    for step in WAY:
        state = advance(state, step)
    assert state is S.ACTIVE


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("step", Step)
def test_a_step_that_is_not_written_down_is_refused(state: S, step: Step) -> None:
    if (state, step) in STEPS:
        return
    with pytest.raises(Conflict) as refused:
        advance(state, step)
    assert refused.value.next_step


def test_no_step_leads_back_and_none_leaves_a_stage_out() -> None:
    for (before, _), after in STEPS.items():
        if before in ORDER and after in ORDER:
            assert ORDER.index(after) - ORDER.index(before) in (0, 1)


def test_only_the_notice_period_and_the_end_of_a_dispute_lead_to_active() -> None:
    ways = {before for (before, _), after in STEPS.items() if after is S.ACTIVE}
    assert ways == {S.NOTICE, S.DISPUTED, S.ACTIVE}
    assert STEPS[S.DISPUTED, Step.CLEAR] is S.NOTICE


def test_nothing_is_added_while_people_decide() -> None:
    with pytest.raises(Conflict):
        advance(S.DISPUTED, Step.CAPTURE)


@pytest.mark.parametrize("step", Step)
def test_withdrawn_is_final(step: Step) -> None:
    with pytest.raises(Conflict):
        advance(S.WITHDRAWN, step)


def test_a_notice_period_is_counted_in_days() -> None:
    begun = datetime(2027, 1, 1, tzinfo=UTC)
    assert notice_ends(begun, 0) == begun
    assert notice_ends(begun, 14) == begun + timedelta(days=14)
