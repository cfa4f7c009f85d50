"""What performers' pages say of uses: by rules that need no registry."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.performer.home import newest
from api.performer.uses import WIDTH, standing_of, strip, tally
from api.web.texts import counted, month
from fingerprint.models import Span
from licensing.models_clearance import PerformerClearance, Verdict
from royalties.models_earned import Earned

AT = datetime(2026, 11, 22, tzinfo=UTC)


def part(verdict: Verdict, licence_id: str | None = None) -> PerformerClearance:
    return PerformerClearance(
        "clr_1", "prf_1", "use_1", "cut_1", None, verdict, (), (), licence_id, 1, AT
    )


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (None, "open"),
        (part(Verdict.CLEARED, "lic_1"), "licensed"),
        (part(Verdict.CLEARED), "allowed"),
        (part(Verdict.REFUSED), "refused"),
        (part(Verdict.REVIEW), "review"),
    ],
)
def test_a_use_stands_as_it_was_decided_last(decided: PerformerClearance | None, said: str) -> None:
    assert standing_of(decided) == said


@pytest.mark.parametrize(
    ("standings", "said"),
    [
        ({}, "none"),
        ({"licensed": 2, "allowed": 1}, "licensed"),
        ({"licensed": 2, "review": 1}, "open"),
        ({"licensed": 2, "open": 1}, "open"),
        ({"open": 2, "refused": 1}, "refused"),
    ],
)
def test_the_worst_use_of_the_week_makes_the_sentence(standings: dict[str, int], said: str) -> None:
    assert tally(standings) == said


SPANS = st.lists(
    st.tuples(st.integers(0, 10_000_000), st.integers(1, 1_000_000)), min_size=1, max_size=20
)


@given(SPANS, st.one_of(st.none(), st.integers(1, 20_000_000)))
def test_every_span_is_seen_on_the_strip(
    found: list[tuple[int, int]], duration_ms: int | None
) -> None:
    spans = [Span(start, start + length) for start, length in found]
    drawn = strip(spans, duration_ms)
    assert len(drawn) == len(spans)
    assert all(0 <= x < WIDTH and 2 <= width <= WIDTH for x, width in drawn)


def test_nothing_is_drawn_of_nothing() -> None:
    assert strip([], None) == ()


def test_the_newest_month_has_money_of_ones_own_in_it() -> None:
    kept = Earned("2026-11", "EUR", 5, kept=True)
    own = (Earned("2026-10", "EUR", 7), Earned("2026-10", "USD", 8))
    older = Earned("2026-09", "EUR", 9)
    assert newest((kept, *own, older)) == own
    assert newest((kept,)) == ()


def test_one_thing_is_told_otherwise_than_many() -> None:
    assert counted("en", "uses.total", 1) == "You were found in one use"
    assert counted("de", "uses.total", 1200) == "Sie wurden in 1.200 Nutzungen gefunden"


def test_a_month_is_told_by_its_name() -> None:
    assert (month("en", "2026-10"), month("de", "2026-03")) == ("October 2026", "März 2026")
