"""Works stand in one fixed order, so that licences for a series reach its episodes."""

import pytest

from core.errors import BadInput
from registry.models.works import WorkLevel
from registry.worktree import DEPTH_MAX, LEGAL_PARENTS, check_cut_level, check_parent


@pytest.mark.parametrize(
    ("level", "parent"),
    [
        (WorkLevel.UNIVERSE, None),
        (WorkLevel.SERIES, None),
        (WorkLevel.FILM, WorkLevel.UNIVERSE),
        (WorkLevel.SEASON, WorkLevel.SERIES),
        (WorkLevel.EPISODE, WorkLevel.SERIES),
        (WorkLevel.EPISODE, WorkLevel.SEASON),
    ],
)
def test_legal_parents_pass(level: WorkLevel, parent: WorkLevel | None) -> None:
    check_parent(level, parent)


@pytest.mark.parametrize(
    ("level", "parent"),
    [
        (WorkLevel.UNIVERSE, WorkLevel.UNIVERSE),
        (WorkLevel.SEASON, None),
        (WorkLevel.SEASON, WorkLevel.EPISODE),
        (WorkLevel.EPISODE, None),
        (WorkLevel.EPISODE, WorkLevel.FILM),
        (WorkLevel.FILM, WorkLevel.SERIES),
    ],
)
def test_other_parents_are_refused(level: WorkLevel, parent: WorkLevel | None) -> None:
    with pytest.raises(BadInput, match=level.value) as refused:
        check_parent(level, parent)
    assert refused.value.next_step


def test_every_path_upwards_ends_within_the_depth_limit() -> None:
    def longest(level: WorkLevel) -> int:
        return 1 + max((longest(p) for p in LEGAL_PARENTS[level] if p is not None), default=0)

    assert max(longest(level) for level in WorkLevel) == DEPTH_MAX


def test_a_universe_has_no_cut() -> None:
    with pytest.raises(BadInput):
        check_cut_level(WorkLevel.UNIVERSE)
    check_cut_level(WorkLevel.EPISODE)
