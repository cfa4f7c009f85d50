"""A notice that begins with a use: the evidence is there already, and the recording stays down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from core import integrity
from core.canonical import parse_strict
from core.clock import utc_now
from tests.flows.test_found_clips import enrolled
from tests.flows.test_staying_down import handed_in, verdict
from tests.simulators.holdings import TAKEDOWN
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit

FILM = medium(20_000, ("anna", "voice", 2_000, 10_000), content={"sound": [("leak", 0, 20_000)]})
OUT = {"release_at": f"{utc_now():%Y-%m-%d}"}
ONLINE = {"location": "https://video.example/7"}


@dataclass(frozen=True)
class Found:
    """A use of Anna's voice that nobody licensed; `begin` makes a clip of it."""

    stage: Stage
    anna: Person
    agency_id: str
    studio_id: str
    studio: Client
    use_id: str
    submission_id: str

    def begin(self, **more: Any) -> dict[str, Any]:
        body = {"use_id": self.use_id, **ONLINE, **more}
        made: dict[str, Any] = self.anna.agency.post(f"/v1/performers/{self.anna.id}/clips", body)
        return made

    def page(self) -> str:
        with open_registry(self.stage.settings) as world:
            token = seat(world.db, self.agency_id, Role.PERFORMER).token
        return str(self.stage.http(token).get(f"/me/uses/{self.use_id}").text)


def met(stage: Stage, **declared: Any) -> Found:
    agency_id, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna = enrolled(stage, agency, "anna")
    use = {"performer_id": anna.id, "kind": "synthesise_voice"}
    made = submit(stage, studio, new_cut(studio), FILM, declaration(use, **declared))
    studio.post(f"/v1/submissions/{made['id']}/clearances")
    use_id = agency.get("/v1/found-uses")["items"][0]["use_id"]
    return Found(stage, anna, agency_id, studio_id, studio, use_id, made["id"])


def test_what_was_found_here_is_the_evidence_and_the_recording_stays_down(stage: Stage) -> None:
    found = met(stage, **OUT)
    agency = found.anna.agency
    assert "Have it taken down" in found.page()
    clip = found.begin()
    assert (clip["state"], clip["use_id"], clip["sha256"], clip["job_id"]) == (
        "FOUND",
        found.use_id,
        "",
        "",
    )
    (seen,) = clip["seen"]
    assert (seen["modality"], seen["decision"]) == ("voice", "MATCH")
    document = parse_strict(agency.fetch(f"/v1/clips/{clip['id']}/evidence"))
    with open_registry(stage.settings) as world:
        integrity.verify(document, expected={world.registry_key.verification_method})
    assert document["use"] == f"urn:ebenbild:use:{found.use_id}"
    assert agency.fetch(f"/v1/clips/{clip['id']}/excerpt")
    assert f"/me/notices/clips/{clip['id']}" in found.page()

    agency.post(f"/v1/performers/{found.anna.id}/policy", {"policy": "block"})
    made = agency.post(f"/v1/clips/{clip['id']}/takedowns", TAKEDOWN)
    text = agency.fetch(f"/v1/takedowns/{made['id']}/notice").decode()
    assert found.use_id in text and "SHA-256" not in text and "0:00:02" in text
    _, other = stage.tenant("studio", "Other Films")
    assert verdict(other, handed_in(stage, other, FILM)) == ("REFUSED", ["recording-blocked"])


def licensed(found: Found) -> None:
    found.anna.license(found.studio_id)
    found.studio.post(f"/v1/submissions/{found.submission_id}/clearances")


def rejected(found: Found) -> None:
    for match in found.anna.agency.get("/v1/found-uses")["items"][0]["match_ids"]:
        found.anna.agency.post(f"/v1/matches/{match}/reviews", {"verdict": "rejected"})


@pytest.mark.parametrize(
    ("declared", "then", "why"),
    [
        ({"release_at": "2099-01-01"}, None, "not out yet"),
        (OUT, licensed, "is allowed"),
        (OUT, rejected, "not held for true"),
    ],
)
def test_no_notice_begins_where_it_would_not_be_true(
    stage: Stage, declared: dict[str, str], then: Callable[[Found], None] | None, why: str
) -> None:
    found = met(stage, **declared)
    if then is not None:
        then(found)
    with pytest.raises(Refused, match=why):
        found.begin()
    assert "Have it taken down" not in found.page()


def test_only_ones_own_use_begins_a_notice_and_a_clip_is_a_file_or_a_use(stage: Stage) -> None:
    found = met(stage, **OUT)
    for more in ({"use_id": "use_none"}, {"use_id": None}, {"upload_id": "upl_1"}):
        with pytest.raises(Refused):
            found.begin(**more)
    ben = Person.add(found.anna.agency, "ben")
    _, other = stage.tenant("agency")
    for agency, who in ((found.anna.agency, ben.id), (other, found.anna.id)):
        with pytest.raises(Refused):
            agency.post(f"/v1/performers/{who}/clips", {"use_id": found.use_id, **ONLINE})
