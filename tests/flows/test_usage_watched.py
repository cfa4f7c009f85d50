"""Held lines, missing months and players, through the interface and the command line."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.client import Client, Refused
from api.playing import batches, signed
from core import keys
from core.clock import to_text, utc_now
from core.usagesettings import UsageSettings
from royalties.closing import month_before, month_of
from tests.flows.test_usage_files import a_cut, upload
from tests.simulators.stage import Stage

HEAD = "cut_id,territory,period,views,unique_views\n"


def event(cut_id: str, number: int, **said: Any) -> dict[str, Any]:
    at = to_text(utc_now())
    made = {"id": f"event-{number:05d}", "kind": "play", "cut_id": cut_id, "territory": "DE"}
    return {**made, "at": at, "device": f"{number:032x}", **said}


def a_player(studio: Client, cut_id: str) -> tuple[str, keys.PrivateKey]:
    key = keys.generate()
    body = {"label": "TV app", "did": key.did, "scope_id": cut_id}
    return str(studio.post("/v1/players", body)["id"]), key


def post(http: httpx2.Client, body: dict[str, str]) -> httpx2.Response:
    return http.post("/v1/player-batches", json=body)


def test_a_held_line_is_shown_with_its_reasons_and_decided(stage: Stage, tmp_path: Path) -> None:
    _, studio = stage.tenant("studio")
    operator = stage.operator
    cut_id = a_cut(studio)
    text = f"{HEAD}{cut_id},DE,2026-10,10,11\n"
    report = studio.post("/v1/usage-imports", {"upload_id": upload(studio, tmp_path, text)})
    assert (report["accepted"], report["held"]) == (1, 1)
    assert studio.get(f"/v1/usage-imports/{report['import_id']}")["held"] == 1
    (held,) = operator.get("/v1/usage-holds")
    assert [one["code"] for one in held["reasons"]] == ["unique-above-views"]
    assert held["line"]["reported"] == {"unique_views": 11}
    place = f"/v1/usage-holds/{held['id']}"
    assert operator.get(place)["stake_micro"] is None
    with pytest.raises(Refused, match="Whoever collects"):
        studio.post(f"{place}/decision", {"release": True})
    asked = operator.post(f"{place}/decision", {"release": False, "note": "bots"})
    assert (asked["state"], bool(asked["approval_id"])) == ("HELD", True)
    done = operator.post(f"{place}/agreement", {"approve": True})
    assert done["state"] == "REJECTED"
    assert [one["id"] for one in studio.get("/v1/usage-holds", state="REJECTED")] == [held["id"]]


def test_months_are_asked_about_once_they_are_over(stage: Stage) -> None:
    operator = stage.operator
    now = utc_now()
    assert operator.get("/v1/usage-missing", month=month_before(month_of(now))) == []
    with pytest.raises(Refused, match="not over"):
        operator.get("/v1/usage-missing", month=month_of(now))
    with pytest.raises(Refused, match="may still come"):
        operator.post("/v1/usage-estimates", {"month": month_before(month_of(now))})
    assert operator.post("/v1/usage-estimates", {"month": "2020-01"}) == []
    assert operator.get("/v1/usage-estimates", month="2020-01") == []
    assert operator.post("/v1/usage-reminders") == []


def test_a_player_sends_without_a_key_of_the_registry(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    cut_id = a_cut(studio)
    player, key = a_player(studio, cut_id)
    http, month = stage.http(), month_of(utc_now())
    batch = signed(player, [event(cut_id, 1), event(cut_id, 2, territory="QQ")], key)
    sent = post(http, batch)
    assert sent.status_code == 200
    assert sent.json() == {
        "accepted": 1,
        "duplicates": 0,
        "refused": [{"index": 1, "cause": "bad-territory"}],
    }
    assert post(http, batch).json()["duplicates"] == 1
    counted = studio.post("/v1/usage-counts", {"month": month})
    assert (len(counted["lines"]), counted["held"]) == (1, 0)
    assert studio.get("/v1/usage-differences", month=month) == []
    forged = post(http, signed(player, [event(cut_id, 3)], keys.generate()))
    assert (forged.status_code, forged.json()["code"]) == (422, "bad-signature")
    nobody = post(http, signed("ply_" + "a" * 26, [event(cut_id, 3)], key))
    assert nobody.json()["detail"] == forged.json()["detail"]
    studio.post(f"/v1/players/{player}/ending")
    ended = post(http, signed(player, [event(cut_id, 4)], key))
    assert (ended.status_code, ended.json()["code"]) == (409, "player-ended")
    still = post(http, signed(player, [event(cut_id, 4)], keys.generate()))
    assert still.json()["code"] == "bad-signature"
    (listed,) = studio.get("/v1/players")
    assert listed["ended_at"]


def test_a_player_and_an_address_are_heard_so_often_an_hour(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    cut_id = a_cut(studio)
    player, key = a_player(studio, cut_id)
    few = stage.with_settings(usage=UsageSettings(batches_hourly_max=2))
    http = few.http()
    # Five: an hour may end between any two, and one of both has more than two then.
    codes = [post(http, signed(player, [event(cut_id, n)], key)).status_code for n in range(5)]
    assert codes[0] == codes[1] == 200
    assert 429 in codes
    wrong = keys.generate()
    codes = [post(http, signed(player, [event(cut_id, n)], wrong)).status_code for n in range(5)]
    assert codes[0] == 422
    assert 429 in codes


def test_a_file_of_events_is_signed_in_batches(tmp_path: Path) -> None:
    file, key = tmp_path / "events.jsonl", keys.generate()
    file.write_text("".join(f'{{"n":{n}}}\n\n' for n in range(2001)), "utf-8")
    found = list(batches("ply_x", file, key))
    assert [first for first, _ in found] == [0, 2000]
    for _, one in found:
        assert one.keys() == {"batch", "signature"}
