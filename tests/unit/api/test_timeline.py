"""A decision as lanes and answers: everybody has a lane, everything is said once."""

from typing import Any

from api.web.timeline import answers, lanes, length_ms, worst


def span(start: int, end: int, who: str | None, verdict: str, *parts: str, **more: Any) -> Any:
    reasons = [{"code": "x", "detail": {"figure_id": more["figure"]} if "figure" in more else {}}]
    return {
        "start_ms": start,
        "end_ms": end,
        "performer_id": who,
        "public_name": who and who.title(),
        "kind": None,
        "modalities": list(parts),
        "verdict": verdict,
        "reasons": reasons,
        "licence_id": None,
        "tariff_id": None,
        "use_id": None,
    }


def match(who: str, part: str, start: int, end: int) -> Any:
    spans = [{"start_ms": start, "end_ms": end}]
    return {"performer_id": who, "modality": part, "spans": spans}


def test_every_person_has_a_lane_for_each_part_and_strangers_stand_last() -> None:
    decision = {
        "spans": [
            span(0, 5, None, "UNKNOWN PERSON", "face", figure="fig_1"),
            span(10, 20, "ben", "CLEARED", "voice", "face"),
            span(15, 30, "anna", "REFUSED", "voice"),
            span(40, 50, None, "UNKNOWN PERSON", "voice", figure="fig_2"),
        ]
    }
    found = lanes(answers(decision))
    assert [(lane.name, lane.number, lane.part) for lane in found] == [
        ("Ben", 0, "voice"),
        ("Ben", 0, "face"),
        ("Anna", 0, "voice"),
        ("", 1, "face"),
        ("", 2, "voice"),
    ]
    assert [lane.verdict for lane in found][2:4] == ["REFUSED", "UNKNOWN PERSON"]


def test_a_span_that_comes_back_is_said_once_and_leads_to_its_answer() -> None:
    decision = {
        "spans": [
            span(0, 5, "anna", "CLEARED", "voice"),
            span(6, 7, "anna", "REVIEW", "voice"),
            span(9, 12, "anna", "CLEARED", "voice"),
        ]
    }
    said = answers(decision)
    assert [item["times"] for item in said] == [[(0, 5), (9, 12)], [(6, 7)]]
    (lane,) = lanes(said)
    assert lane.pieces == ((0, 5, "CLEARED", 0), (6, 7, "REVIEW", 1), (9, 12, "CLEARED", 0))
    assert lane.verdict == "REVIEW"


def test_a_figure_keeps_its_number_and_two_figures_differ() -> None:
    decision = {
        "spans": [
            span(0, 5, None, "UNKNOWN PERSON", "face", figure="fig_1"),
            span(6, 7, None, "UNKNOWN PERSON", "face", figure="fig_2"),
            span(9, 12, None, "CLEARED", "face", figure="fig_1"),
        ]
    }
    assert [item["number"] for item in answers(decision)] == [1, 2, 1]
    assert len(lanes(answers(decision))) == 2


def test_an_answer_shows_what_was_found_of_that_performer_there_and_nothing_else() -> None:
    decision = {
        "spans": [span(0, 5, "anna", "CLEARED", "voice"), span(0, 5, None, "REVIEW", "face")],
        "found": [
            match("anna", "voice", 1, 3),
            match("anna", "face", 1, 3),
            match("anna", "voice", 5, 9),
            match("ben", "voice", 1, 3),
        ],
    }
    first, second = answers(decision)
    assert first["matches"] == [match("anna", "voice", 1, 3)]
    assert second["matches"] == []


def test_the_timeline_is_as_long_as_the_cut_or_its_last_span() -> None:
    said = answers({"spans": [span(0, 5_000, "anna", "CLEARED", "voice")]})
    assert (length_ms(9_000, said), length_ms(None, said), length_ms(None, [])) == (9_000, 5_000, 1)
    assert worst([]) == "CLEARED"
