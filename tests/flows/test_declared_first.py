"""What a performer declares to everybody is told to a studio before and when it asks."""

from typing import Any

import pytest

from api.cli.declared import tell_declared
from api.cli.options import Cli
from api.cli.signing import signature
from core.errors import NotAllowed
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

CLI = Cli(as_json=False, server="", data_dir=None, lang="de")
KIND = "synthesise_voice"


def declare(anna: Person, **stances: list[str]) -> None:
    path = f"/v1/performers/{anna.id}/standing"
    draft = anna.agency.post(path, stances)
    signed = [signature(anna.key, request) for request in draft["requests"]]
    anna.agency.post(f"{path}/signature", {"draft_id": draft["id"], "signatures": signed})


def first_reasons(found: dict[str, Any]) -> set[str]:
    return {span["reasons"][0]["code"] for span in found["spans"]}


def test_never_is_the_first_reason_and_is_told_before_asking(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    declare(anna, never=[KIND], ask=["dub"])
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": KIND})
    made = submit(stage, studio, new_cut(studio), film, declared)
    address = f"/v1/submissions/{made['id']}/clearance"
    assert first_reasons(studio.get(address)) == {"standing-never"}
    with pytest.raises(NotAllowed, match="never"):
        tell_declared(CLI, studio, [anna.id], [KIND], anyway=False)
    assert "niemals" in capsys.readouterr().err
    tell_declared(CLI, studio, [anna.id, "prf_nobody"], [KIND], anyway=True)
    tell_declared(CLI, studio, [anna.id], ["dub"], anyway=False)
    terms = {
        **anna.license(studio_id)["terms"],
        "kinds": [KIND],
        "territories": ["DE"],
    }
    (request,) = studio.post("/v1/requests", {"terms": terms})
    assert request["declared"] == [{"kind": KIND, "stance": "never"}]
    studio.post(f"/v1/submissions/{made['id']}/clearances")
    assert first_reasons(studio.get(address)) == {"licence-covers"}
