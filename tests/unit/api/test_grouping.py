"""Spans that say the same are told once, and no second is lost."""

from hypothesis import given
from hypothesis import strategies as st

from api.web.grouping import grouped

items = st.lists(
    st.builds(
        lambda start, length, who, verdict: {
            "start_ms": start,
            "end_ms": start + length,
            "public_name": who,
            "verdict": verdict,
            "reasons": [{"code": "covered", "detail": {"licence": who}}],
        },
        st.integers(0, 10**6),
        st.integers(1, 10**5),
        st.sampled_from(["A", "B", None]),
        st.sampled_from(["CLEARED", "REFUSED"]),
    ),
    max_size=30,
)


@given(items)
def test_every_span_is_in_exactly_one_group(spans: list[dict[str, object]]) -> None:
    groups = grouped(spans)
    told = sorted(time for group in groups for time in group["times"])
    assert told == sorted((span["start_ms"], span["end_ms"]) for span in spans)
    assert all(g["total_ms"] == sum(end - start for start, end in g["times"]) for g in groups)


@given(items)
def test_no_two_groups_say_the_same(spans: list[dict[str, object]]) -> None:
    said = [(group["public_name"], group["verdict"]) for group in grouped(spans)]
    assert len(said) == len(set(said))
