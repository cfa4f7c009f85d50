"""The queue that is kept beside the decisions is the one that they would make anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ids import new_id
from fingerprint.models import Modality, Reason, Span
from licensing.models_clearance import Clearance, ClearanceDecision, SpanVerdict, Verdict
from licensing.queueing import Waiting, queue_of
from licensing.store import waiting
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.store import works
from tests.fixtures import TestWorld
from tests.store.today import NOW

CUTS = tuple(f"cut_{name}" for name in "abcd")
WHO = st.sampled_from(("prf_a", "prf_b", None))
WHY = st.sampled_from(("uncertain-match", "minor-to-person", "figure-waits", "undeclared"))


@st.composite
def spans(draw: st.DrawFn, cut_id: str) -> SpanVerdict:
    who, code, start = draw(WHO), draw(WHY), draw(st.integers(0, 9)) * 1_000
    figure = draw(st.sampled_from(("", "fig_x", "fig_y")))
    return SpanVerdict(
        span=Span(start, start + draw(st.integers(1, 3)) * 1_000),
        performer_id=who,
        kind=None,
        verdict=Verdict.REVIEW if who else Verdict.UNKNOWN_PERSON,
        reasons=(Reason(code, {"figure_id": figure} if figure else {}),),
        use_id=f"use_{cut_id[-1]}_{who}" if who else None,
        modalities=(draw(st.sampled_from(tuple(Modality))),),
    )


@st.composite
def decisions(draw: st.DrawFn) -> Clearance:
    """What a studio is told of one of its cuts, over which somebody may have to think."""
    cut_id = draw(st.sampled_from(CUTS))
    left = tuple(draw(st.lists(spans(cut_id), max_size=3)))
    verdict = Verdict.REVIEW if left else Verdict.CLEARED
    return Clearance(
        id=new_id("clr"),
        tenant_id="",
        submission_id=f"sub_{cut_id[-1]}",
        cut_id=cut_id,
        scan_id="scn_one",
        seq=0,
        known_seq=0,
        gallery_seq=None,
        release_at=date(2031, draw(st.integers(1, 12)), 1),
        decided_at=NOW,
        provisional=False,
        decision=ClearanceDecision(verdict, left, (), (), (), (), ()),
        log_index=0,
    )


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made=st.lists(decisions(), max_size=12), size=st.integers(1, 3))
def test_pages_put_together_are_what_the_newest_decisions_leave(
    world: TestWorld, made: list[Clearance], size: int
) -> None:
    """In their order, each item once, with those before and behind it; whatever was decided."""
    side = world.principal("studio")
    # As long as any id: the place in the queue ends with the beginning of one.
    cuts = {cut_id: f"{cut_id}{side.tenant_id[4:]}"[:30] for cut_id in CUTS}
    with world.db.write() as session:
        work = Work(new_id("wrk"), side.tenant_id, WorkLevel.FILM, None, "A title", {})
        works.add_work(session, work, at=NOW)
        for cut_id in cuts.values():
            cut = Cut(cut_id, side.tenant_id, work.id, "v1", CutFormat.FEATURE, "de", None)
            works.add_cut(session, cut, at=NOW)
        newest: dict[str, Clearance] = {}
        for number, one in enumerate(made):
            mine = replace(one, tenant_id=side.tenant_id, cut_id=cuts[one.cut_id], seq=number)
            newest[mine.cut_id] = mine
            waiting.keep(session, mine)
    wanted = queue_of(sorted(newest.values(), key=lambda one: -one.seq))
    with world.db.read() as session:
        found: list[Waiting] = []
        while some := waiting.page(session, side, after=found[-1].key if found else "", limit=size):
            found += some
        assert found == list(wanted)
        assert waiting.count(session, side) == len(wanted)
        assert waiting.page(session, world.second) == []
        for place, item in enumerate(wanted):
            beside = waiting.beside(session, side, item, without=())
            assert beside == (name(wanted, place - 1), name(wanted, place + 1))
            assert waiting.count(session, side, before=item.key) == place
            assert item in waiting.about(
                session, side, {(item.submission_ids[0], item.performer_id)}
            )
        assert waiting.first(session, side, without=()) == name(wanted, 0)


def name(items: Sequence[Waiting], place: int) -> str:
    return items[place].id if 0 <= place < len(items) else ""
