"""A lost key on its page: proved anew, made here, waited for, stopped or vouched for."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from api import housekeeping
from api.accounts import sessions
from api.cli.signing import signature
from api.opening import open_registry
from api.roles import Role
from core.clock import utc_now
from core.keys import generate
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage


def report(http: httpx2.Client, performer_id: str) -> httpx2.Response:
    """What a browser or `ebenbild key lost` sends."""
    new = generate()
    draft = http.post(f"/v1/performers/{performer_id}/key-replacements", json={"did": new.did})
    if draft.is_error:
        return draft
    signed = {"possession": signature(new, draft.json()["possession"])["signature"]}
    return http.post(f"/v1/key-replacements/{draft.json()['id']}/signature", json=signed)


def speaks(http: httpx2.Client, performer_id: str) -> Any:
    return http.get(f"/v1/performers/{performer_id}/keys").json()[-1]


def test_its_owner_replaces_it_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant_id, side = stage.tenant("performer")
    anna = Person.add(side, "Anna")
    page = f"/me/performers/{anna.id}/key"
    with open_registry(stage.settings) as world:
        http = stage.http(seat(world.db, tenant_id, Role.PERFORMER).token)
        with monkeypatch.context() as stale:
            stale.setattr(sessions, "FRESH", timedelta(0))
            assert f"/sign-in?again={page}" in http.get(page).text
            assert report(http, anna.id).json()["code"] == sessions.NOT_FRESH
        assert "data-make-key" in http.get(page).text
        asked = report(http, anna.id).json()
        assert asked["state"] == "waiting"
        shown = http.get(page).text
        assert "data-make-key" not in shown
        assert f"/v1/key-replacements/{asked['id']}/stop" in shown
        assert "A signing key was reported lost" in http.get("/inbox").text
        monkeypatch.setattr(housekeeping, "utc_now", lambda: utc_now() + timedelta(days=8))
        housekeeping.tidy(world)
        assert speaks(http, anna.id)["did"] == asked["did"]
        assert "replaced" in http.get(page).text


def test_for_an_agencys_performer_an_attester_vouches_on_the_desk(stage: Stage) -> None:
    tenant_id, side = stage.tenant("agency")
    union_id, _ = stage.tenant("union")
    anna = Person.add(side, "Anna")
    with open_registry(stage.settings) as world:
        http = stage.http(seat(world.db, tenant_id, Role.PERFORMER).token)
        desk = stage.http(seat(world.db, union_id, Role.ATTESTER).token)
        asked = report(http, anna.id).json()
        assert asked["state"] == "unvouched"
        assert asked["id"] in http.get(f"/me/performers/{anna.id}/key").text
        word = f"/v1/key-replacements/{asked['id']}/attestation"
        assert word in desk.get("/attest").text
        assert desk.post(word).json()["state"] == "waiting"
        assert word not in desk.get("/attest").text
