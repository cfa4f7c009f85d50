"""A series is declared once, and each unknown face of it is asked about once."""

from typing import Any

import pytest

from api.client import Refused
from tests.simulators.series import Series, play
from tests.simulators.stage import Stage, run_jobs


@pytest.fixture
def series(stage: Stage) -> Series:
    return Series.make(stage)


def verdicts(series: Series, submissions: list[str]) -> set[str]:
    run_jobs(series.stage.settings)
    return {series.clearance(each)["verdict"] for each in submissions}


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for span in found["spans"] for reason in span["reasons"]}


def test_each_face_is_asked_about_once_and_the_series_clears(series: Series) -> None:
    asked, submissions = play(series, 8)
    # Barkeeper, driver, neighbour, doctor and hologram, in the order in which they come up.
    assert asked == 5
    assert series.questions() == []
    assert verdicts(series, submissions) == {"CLEARED"}


def test_an_answer_clears_earlier_episodes_and_taking_it_back_asks_again(series: Series) -> None:
    waiting = series.episode(2)
    again = series.episode(4)
    assert (waiting["verdict"], again["verdict"]) == ("REVIEW", "REVIEW")
    keeper = next(item for item in series.questions() if item["cuts"] == 2)
    series.answer(keeper["id"], "extra", reference="release 7")
    assert verdicts(series, [waiting["submission_id"]]) == {"CLEARED"}
    assert "extra-released" in codes(series.clearance(waiting["submission_id"]))
    series.answer(keeper["id"], "open")
    assert verdicts(series, [waiting["submission_id"]]) == {"REVIEW"}


def test_a_second_scan_of_the_same_file_asks_nothing_again(series: Series) -> None:
    found = series.episode(2)
    [keeper] = series.questions()
    series.answer(keeper["id"], "character", reference="the barkeeper")
    job = series.studio.post(f"/v1/submissions/{found['submission_id']}/scans")
    series.studio.wait(job["id"])
    assert series.questions() == []
    assert verdicts(series, [found["submission_id"]]) == {"CLEARED"}


def test_two_questions_become_one_and_come_apart_again(series: Series) -> None:
    found = series.episode(6)
    keeper, driver = series.questions()
    merged = series.studio.post(f"/v1/figures/{driver['id']}/merge", {"into": keeper["id"]})
    assert len(merged["sightings"]) == 2
    assert [item["id"] for item in series.questions()] == [keeper["id"]]
    series.answer(keeper["id"], "extra", reference="release 1")
    assert verdicts(series, [found["submission_id"]]) == {"CLEARED"}
    series.answer(driver["id"], "open")
    assert [item["id"] for item in series.questions()] == [driver["id"]]
    assert verdicts(series, [found["submission_id"]]) == {"REVIEW"}


def test_a_sighting_that_is_somebody_else_gets_its_own_question(series: Series) -> None:
    first, second = series.episode(2), series.episode(4)
    keeper = next(item for item in series.questions() if item["cuts"] == 2)
    newest = keeper["sightings"][0]["trace_id"]
    apart = series.studio.post(f"/v1/figures/{keeper['id']}/split", {"trace_ids": [newest]})
    assert apart["open"] and apart["id"] != keeper["id"]
    series.answer(keeper["id"], "extra", reference="release 1")
    assert verdicts(series, [first["submission_id"]]) == {"CLEARED"}
    assert verdicts(series, [second["submission_id"]]) == {"REVIEW"}


def test_a_figure_linked_to_a_performer_needs_that_performers_consent(series: Series) -> None:
    found = series.episode(2)
    [keeper] = series.questions()
    series.answer(keeper["id"], "performer", performer_id=series.cast[0])
    assert verdicts(series, [found["submission_id"]]) == {"REVIEW"}
    assert "found-not-declared" in codes(series.clearance(found["submission_id"]))


def test_what_the_series_declares_later_reaches_episodes_handed_in_before(series: Series) -> None:
    found = series.episode(1)
    assert found["verdict"] == "CLEARED"
    address = f"/v1/works/{series.id}/declaration"
    declared = series.studio.get(address)["declaration"]
    for each in declared["uses"]:
        each["kind"] = "dub"
    series.studio.post(address, {"declaration": declared})
    assert verdicts(series, [found["submission_id"]]) == {"REFUSED"}
    assert "kind-not-licensed" in codes(series.clearance(found["submission_id"]))


def test_another_studio_sees_no_question_and_answers_none(series: Series) -> None:
    series.episode(2)
    [keeper] = series.questions()
    _, other = series.stage.tenant("studio", "Other")
    assert other.get("/v1/figures") == []
    with pytest.raises(Refused) as refusal:
        other.get(f"/v1/figures/{keeper['id']}")
    assert refusal.value.status == 404
