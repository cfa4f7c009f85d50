"""What differs between two cuts: everybody once, and the same the other way round."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Modality, Reason, Span
from licensing.clearance import decide
from licensing.comparing import LEAST_MS, Change, Difference, differences
from licensing.models_clearance import ClearanceDecision, SpanVerdict, Verdict
from registry.models.works import KindOfUse
from tests.unit.licensing.examples import ANNA, AT, BERT, PLACE, declaration

EMPTY = decide([], [], [], declaration(), AT, place=PLACE)
TURNED = {
    Change.ADDED: Change.LOST,
    Change.LOST: Change.ADDED,
    Change.LONGER: Change.SHORTER,
    Change.SHORTER: Change.LONGER,
    Change.VERDICT: Change.VERDICT,
    Change.MOVED: Change.MOVED,
}


def there(who: str, end_ms: int, verdict: Verdict = Verdict.CLEARED) -> SpanVerdict:
    return SpanVerdict(Span(0, end_ms), who, KindOfUse.DUB, verdict, ())


def somebody(figure_id: str, end_ms: int) -> SpanVerdict:
    told = (Reason("unknown-person", {"figure_id": figure_id}),)
    unknown = Verdict.UNKNOWN_PERSON
    return SpanVerdict(Span(0, end_ms), None, None, unknown, told, modalities=(Modality.FACE,))


def cut(*spans: SpanVerdict) -> ClearanceDecision:
    return replace(EMPTY, spans=spans)


def told(found: tuple[Difference, ...]) -> list[tuple[str, Change]]:
    return [(item.person.performer_id or item.person.figure_id, item.change) for item in found]


def test_each_change_is_told_of_the_person_it_is_about() -> None:
    here = cut(there(ANNA, 5_000, Verdict.REFUSED), somebody("fig_new", 2_000))
    other = cut(there(ANNA, 9_000), there(BERT, 3_000))
    assert set(told(differences(here, other))) == {
        (ANNA, Change.SHORTER),
        (ANNA, Change.VERDICT),
        (BERT, Change.LOST),
        ("fig_new", Change.ADDED),
    }


def test_less_than_a_second_is_the_same_length() -> None:
    one = cut(there(ANNA, 5_000))
    assert differences(one, cut(there(ANNA, 5_000 + LEAST_MS - 1))) == ()
    assert told(differences(one, cut(there(ANNA, 5_000 + LEAST_MS)))) == [(ANNA, Change.SHORTER)]


def test_who_is_mostly_elsewhere_has_moved_and_a_shift_by_frames_is_none() -> None:
    def at(start_ms: int) -> ClearanceDecision:
        return cut(replace(there(ANNA, 1), span=Span(start_ms, start_ms + 10_000)))

    assert differences(at(0), at(5_000)) == ()
    assert told(differences(at(0), at(5_001))) == [(ANNA, Change.MOVED)]


def test_the_same_figure_is_the_same_person_before_and_after_the_answer() -> None:
    answered = replace(
        somebody("fig_a", 2_000),
        verdict=Verdict.CLEARED,
        reasons=(Reason("extra-released", {"reference": "r", "figure_id": "fig_a"}),),
    )
    found = differences(cut(somebody("fig_a", 2_000)), cut(answered))
    assert told(found) == [("fig_a", Change.VERDICT)]


SPANS = st.lists(
    st.builds(
        there,
        st.sampled_from([ANNA, BERT, "prf_c"]),
        st.integers(1, 20_000),
        st.sampled_from(list(Verdict)),
    ),
    max_size=6,
)


@given(SPANS, SPANS)
def test_the_other_way_round_everything_is_turned(
    one: list[SpanVerdict], other: list[SpanVerdict]
) -> None:
    forth = differences(cut(*one), cut(*other))
    back = differences(cut(*other), cut(*one))
    assert [(item.person, TURNED[item.change], item.there, item.here) for item in forth] == [
        (item.person, item.change, item.here, item.there) for item in back
    ]
    assert differences(cut(*one), cut(*one)) == ()
