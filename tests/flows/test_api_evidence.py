"""What a match rests on: for the studio whose media it is, and for whom it shows once it is out."""

import pytest

from api.client import Client
from core.clock import utc_now
from core.errors import EbenbildError
from tests.simulators.small_engine import EXCERPT, medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample


@pytest.fixture
def parties(stage: Stage) -> tuple[Client, Client]:
    """A studio, and the agency of the performer it uses."""
    _, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    Person.add(agency, "Anna").enrol(stage.file("anna.wav", voice_sample("anna")))
    return studio, agency


def test_the_studio_hears_what_the_match_rests_on(
    stage: Stage, parties: tuple[Client, Client]
) -> None:
    studio, agency = parties
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declaration())
    match = studio.get(f"/v1/submissions/{submission['id']}/findings")["matches"][0]
    assert studio.fetch(f"/v1/matches/{match['id']}/evidence") == EXCERPT
    with pytest.raises(EbenbildError):
        agency.get(f"/v1/matches/{match['id']}/evidence")


def test_the_performers_side_hears_it_once_the_title_is_out(
    stage: Stage, parties: tuple[Client, Client]
) -> None:
    studio, agency = parties
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    out = declaration(release_at=f"{utc_now():%Y-%m-%d}")
    submit(stage, studio, new_cut(studio), film, out)
    [use] = agency.get("/v1/found-uses")["items"]
    path = f"/v1/matches/{use['match_ids'][0]}/evidence"
    assert agency.fetch(path) == EXCERPT
    said = agency.post(f"/v1/matches/{use['match_ids'][0]}/reviews", {"verdict": "rejected"})
    assert agency.fetch(path) == EXCERPT
    agency.post(f"/v1/acts/{said['id']}/undo")
    _, stranger = stage.tenant("agency", "Elsewhere")
    with pytest.raises(EbenbildError, match="no such match"):
        stranger.fetch(path)
