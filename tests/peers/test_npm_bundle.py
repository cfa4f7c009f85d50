"""A licence that travelled through two registries is the very same to those who verify it."""

import json
from pathlib import Path

import pytest

from core.canonical import parse_strict
from core.keys import generate
from tests.peers.npm_programs import judged
from tests.simulators.stage import Person, Stage


def exchanged(stage: Stage, person: Person, more: str, data: bytes = b"") -> bytes:
    return person.agency.exchange(f"/v1/performers/{person.id}/{more}", data)


def carried(bundle: bytes, place: int) -> str:
    extract = json.loads(parse_strict(bundle, bytes_max=len(bundle))["extracts"][place])
    return str(extract["licences"][0]["document"])


@pytest.fixture
def stages(tmp_path: Path) -> "tuple[Stage, Stage]":
    for name in "ab":
        (tmp_path / name).mkdir()
    first, second = (
        Stage.make(tmp_path / name, base_url=f"https://{name}.example") for name in "ab"
    )
    return first, second


def test_the_peer_accepts_what_was_exported_imported_and_exported_again(
    node: str, stages: tuple[Stage, Stage]
) -> None:
    first, second = stages
    key = generate()
    here, there = (Person.add(stage.tenant("agency")[1], "anna", key) for stage in stages)
    licence = here.license(first.tenant("studio", did="did:web:studio.example")[0])
    credential = here.agency.fetch(f"/v1/licences/{licence['id']}/credential")
    bundle = exchanged(first, here, "bundle")

    public = first.http()
    second.operator.post(
        "/v1/registries",
        {
            "did": public.get("/registry").json()["did"],
            "base_url": "https://a.example",
            "policy": public.get("/log/policy").text,
        },
    )
    assert json.loads(exchanged(second, there, "bundles", bundle))["new"] == 1
    again = exchanged(second, there, "bundle")
    # The writer's own extract stands first, the one that it was brought behind it.
    assert carried(again, 1).encode() == carried(bundle, 0).encode() == credential

    lists = [public.get(f"/status/1{more}").content for more in ("", "/suspension")]
    context = public.get("/ns/licence/v1").json()
    contexts = {"https://a.example/ns/licence/v1": context}
    [answer] = judged(node, [(carried(again, 1).encode(), *lists)], contexts=contexts)
    assert "error" not in answer
    assert answer["credential"]["verified"] is True
    assert answer["credential"]["revoked"] == [False, False]
    assert answer["chained"] is True
    for stage in stages:
        stage.close()
