"""The enrolled excerpt beside a find in doubt: kept by consent, shown to one person, then gone."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import rotating
from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from core.vault import key_id_of
from registry.service import rekeying
from tests.flows.test_erasure import words_on_disk
from tests.flows.test_review_pages import part
from tests.simulators.people import seat
from tests.simulators.small_engine import ENROLLED, medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

CANARY = ENROLLED + "anna"
ALLOWED = ("matching", "comparison")


@dataclass(frozen=True)
class Sides:
    """A studio with a reviewer, and a performer who may be in its films."""

    stage: Stage
    studio_id: str
    studio: Client
    anna: Person
    visits: ExitStack

    def enrol(self, *purposes: str) -> str:
        """Anna's voice under a new consent; the enrolment's id."""
        consent = self.anna.consent("voice", purposes=purposes)
        self.anna.hand_in(consent, self.stage.file("anna.wav", voice_sample("anna")))
        self.anna.vouch(consent, "voice")
        return consent

    def hand_in(self, ms: int = 2_000) -> None:
        """A film with Anna's voice in it; of less than three seconds nobody is sure."""
        use = {"performer_id": self.anna.id, "kind": "synthesise_voice"}
        film = medium(30_000, ("anna", "voice", 0, ms))
        submit(self.stage, self.studio, new_cut(self.studio), film, declaration(use))

    def match(self) -> str:
        (item,) = self.studio.pages("/v1/review-queue")
        return str(item["match_ids"][0])

    def person(self, tenant_id: str = "", role: Role = Role.STUDIO) -> httpx2.Client:
        with open_registry(self.stage.settings) as world:
            who = seat(world.db, tenant_id or self.studio_id, role)
        return self.visits.enter_context(self.stage.http(who.token))

    def looks(self) -> list[dict[str, Any]]:
        return list(self.anna.agency.pages(f"/v1/performers/{self.anna.id}/looks"))


@pytest.fixture
def sides(stage: Stage) -> Iterator[Sides]:
    studio_id, studio = stage.tenant("studio", "Studio Light")
    anna = Person.add(stage.tenant("agency")[1], "Anna")
    anna.license(studio_id)
    with ExitStack() as visits:
        yield Sides(stage, studio_id, studio, anna, visits)


def address(match_id: str) -> str:
    return f"/v1/matches/{match_id}/excerpt"


def test_the_reviewer_hears_it_while_the_find_is_in_doubt_and_the_performer_is_told(
    sides: Sides,
) -> None:
    sides.enrol(*ALLOWED)
    sides.hand_in()
    mara, match_id = sides.person(), sides.match()
    desk = mara.get("/review?lang=en").text
    assert part(desk, "match") == match_id
    assert f'src="{address(match_id)}"' in desk
    assert sides.looks() == [], "laying the find on the desk is no look"

    heard = mara.get(address(match_id))
    assert (heard.content, heard.headers["content-type"]) == (CANARY.encode(), "audio/ogg")
    assert heard.headers["cache-control"] == "no-store"
    (told,) = sides.looks()
    assert (told["studio"], told["part"]) == ("Studio Light", "voice")
    told_on = sides.person(sides.anna.agency.get("/v1/me")["tenant_id"], Role.PERFORMER)
    assert "listened to your voice" in told_on.get("/me/searches?lang=en").text
    assert "hat Ihre Stimme angehört" in told_on.get("/me/searches?lang=de").text

    mara.post(f"/v1/matches/{match_id}/reviews", json={"verdict": "confirmed"})
    assert mara.get(address(match_id)).status_code == 404, "it is in doubt no more"
    assert len(sides.looks()) == 1


def test_nobody_else_hears_it_and_nobody_learns_whether_it_is_there(sides: Sides) -> None:
    sides.enrol(*ALLOWED)
    sides.hand_in()
    match_id = sides.match()
    with pytest.raises(Refused) as refused:
        sides.studio.fetch(address(match_id))
    assert refused.value.code == "people-only"
    stranger = sides.person(sides.stage.tenant("studio", "Another")[0])
    assert stranger.get(address(match_id)).status_code == 404
    left = sides.person()
    left.post(f"/v1/matches/{match_id}/reviews", json={"verdict": "cannot_say"})
    assert left.get(address(match_id)).status_code == 404, "it was left to others"
    with open_registry(sides.stage.settings) as world, world.db.write() as session:
        session.connection().exec_driver_sql("UPDATE enrolment SET state = 'DISPUTED'")
    assert sides.person().get(address(match_id)).status_code == 404, "whose it is, is disputed"
    assert sides.looks() == []


def test_of_whoever_did_not_allow_it_or_is_surely_found_nothing_is_shown(sides: Sides) -> None:
    enrolment = sides.enrol("matching")
    sides.hand_in()
    mara, match_id = sides.person(), sides.match()
    assert "No sample to put beside it" in mara.get("/review?lang=en").text
    assert mara.get(address(match_id)).status_code == 404
    assert words_on_disk(sides.stage.settings.data_dir, CANARY) == []
    with pytest.raises(Refused) as refused:
        sides.anna.agency.fetch(f"/v1/enrolments/{enrolment}/excerpt")
    assert refused.value.status == 404

    sides.enrol(*ALLOWED)  # later, under a new consent, it is made of new samples
    again = sides.match()  # both prints are hers, so the find may have become the other's
    assert mara.get(address(again)).content == CANARY.encode()
    sides.hand_in(15_000)
    sure = [
        match["id"]
        for item in sides.studio.pages("/v1/submissions")
        for match in sides.studio.get(f"/v1/submissions/{item['id']}/findings")["matches"]
        if match["decision"] == "MATCH"
    ]
    assert {mara.get(address(each)).status_code for each in sure} == {404}


def test_taking_it_back_destroys_it_in_every_copy_and_leaves_the_rest(sides: Sides) -> None:
    enrolment = sides.enrol(*ALLOWED)
    sides.hand_in()
    mara, match_id = sides.person(), sides.match()
    own = f"/v1/enrolments/{enrolment}/excerpt"
    assert sides.anna.agency.fetch(own) == CANARY.encode()
    _renew_keys(sides.stage)
    assert mara.get(address(match_id)).content == CANARY.encode()
    assert words_on_disk(sides.stage.settings.data_dir, CANARY) == []
    in_a_backup = _sealed(sides.stage)

    left = sides.anna.agency.post(f"/v1/enrolments/{enrolment}/purposes/comparison/withdrawal")
    assert left["given"] == ["matching"]
    assert "No sample to put beside it" in mara.get("/review?lang=en").text
    assert mara.get(address(match_id)).status_code == 404, "at once, before any job ran"
    run_jobs(sides.stage.settings)
    with open_registry(sides.stage.settings) as world:
        assert key_id_of(in_a_backup[0]) not in world.vault.keystore.key_ids()
    assert _sealed(sides.stage) == []
    assert sides.match() == match_id, "the print is searched as before"
    with pytest.raises(Refused):
        sides.anna.agency.fetch(own)


@pytest.mark.parametrize("how", ["withdrawal", "erasure"])
def test_it_goes_with_the_consent_and_with_the_person(sides: Sides, how: str) -> None:
    enrolment = sides.enrol(*ALLOWED)
    agency, kept = sides.anna.agency, _sealed(sides.stage)
    if how == "withdrawal":
        agency.post(f"/v1/enrolments/{enrolment}/withdrawal")
        run_jobs(sides.stage.settings)
    else:
        begun = agency.post(f"/v1/performers/{sides.anna.id}/erasure")
        run_jobs(sides.stage.settings)
        assert agency.get(f"/v1/erasures/{begun['id']}")["gone"]["excerpt"] == 1
    with open_registry(sides.stage.settings) as world:
        assert key_id_of(kept[0]) not in world.vault.keystore.key_ids()
    assert _sealed(sides.stage) == []


def test_the_packet_of_ones_data_holds_it_and_every_look(sides: Sides, tmp_path: Path) -> None:
    enrolment = sides.enrol(*ALLOWED)
    sides.hand_in()
    sides.person().get(address(sides.match()))
    agency = sides.anna.agency
    begun = agency.post(f"/v1/performers/{sides.anna.id}/exports")
    agency.wait(begun["job"]["id"])
    agency.download(f"/v1/exports/{begun['id']}/packet", tmp_path / "anna.zip")
    with zipfile.ZipFile(tmp_path / "anna.zip") as packet:
        assert packet.read(f"excerpts/{enrolment}.ogg") == CANARY.encode()
        assert b"Studio Light" in packet.read("looks.json")


def _sealed(stage: Stage) -> list[bytes]:
    """The excerpts as they lie in the database, and in every copy of it."""
    with open_registry(stage.settings) as world, world.db.read() as session:
        rows = session.connection().exec_driver_sql("SELECT sealed FROM excerpt").all()
    return [bytes(sealed) for (sealed,) in rows]


def _renew_keys(stage: Stage) -> None:
    with open_registry(stage.settings) as world:
        rekeying.renew_all(world.vault)
        assert rotating.reseal(world).rows > 0
        rotating.forget_old(world)
