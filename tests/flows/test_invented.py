"""An invented figure that turns out to be like somebody enrolled: whose word makes what of it."""

from typing import Any

from api.client import Client
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)


def decided(studio: Client, submission: dict[str, Any]) -> tuple[str, set[str]]:
    found = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    codes = {reason["code"] for span in found["spans"] for reason in span["reasons"]}
    return found["verdict"], codes


def test_a_performer_disputes_a_figure_and_the_studio_gives_way(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    made = submit(stage, studio, new_cut(studio), film, declaration())
    for figure in studio.get("/v1/figures"):
        said = {"answer": "character", "reference": "the oracle"}
        studio.post(f"/v1/figures/{figure['id']}/answer", said)
    run_jobs(stage.settings)
    assert decided(studio, made)[0] == "CLEARED"
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    run_jobs(stage.settings)
    verdict, codes = decided(studio, made)
    assert (verdict, "character-collides" in codes) == ("REVIEW", True)
    found = agency.get("/v1/found-uses")["items"]
    words = [
        agency.post(f"/v1/matches/{match_id}/reviews", {"verdict": "confirmed"})
        for use in found
        for match_id in use["match_ids"]
    ]
    assert "character-disputed" in decided(studio, made)[1]
    assert {item["asks"] for item in studio.pages("/v1/review-queue")} == {"word"}
    for word in words:
        agency.post(f"/v1/acts/{word['id']}/undo", {})
    assert "character-collides" in decided(studio, made)[1]
    for word in words:
        studio.post(f"/v1/matches/{word['match_id']}/reviews", {"verdict": "confirmed"})
    verdict, codes = decided(studio, made)
    assert (verdict, codes & {"character-collides", "character-disputed"}) == ("REVIEW", set())
    assert "found-not-declared" in codes
