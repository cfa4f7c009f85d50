"""Programs are told what the description and docs/api.md say, and can check whose word it is."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.client import Client, Refused
from api.delivering import deliver_due
from api.events import KINDS, NOTICES, OWN, check_kinds
from api.opening import open_registry
from core import jobs, leases, outbox
from core.clock import utc_now
from core.errors import BadInput
from core.messagesettings import WebhookSettings
from tests.simulators.receivers import WebReceiver, web_receiver
from tests.simulators.stage import Stage, declaration, new_cut, submit

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")


def test_a_kind_that_nothing_tells_is_refused_with_the_one_that_may_be_meant(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    wanted = {"url": "https://example.org/hooks", "kinds": ["clearance.*", "usage.missing"]}
    with pytest.raises(Refused) as refused:
        studio.post("/v1/webhooks", wanted)
    assert (refused.value.status, refused.value.code) == (422, "unknown-kind")
    assert "notice.usage.missing" in refused.value.next_step
    assert studio.get("/v1/webhooks") == []
    studio.post("/v1/webhooks", {**wanted, "kinds": ["clearance.*", "notice.usage.missing", "*"]})


@pytest.mark.parametrize("kind", ["clearance", "clearances.*", "nothing.*", "notice.other", "x"])
def test_only_whole_kinds_and_whole_groups_count(kind: str) -> None:
    with pytest.raises(BadInput):
        check_kinds([kind])


def test_every_kind_stands_in_the_page_and_in_the_description(stage: Stage) -> None:
    named = set(re.findall(r"`([a-z_.]+)`", PAGE))
    assert [kind for kind in OWN if kind not in named] == []
    assert [kind for kind in NOTICES if kind.removeprefix("notice.") not in named] == []
    described = stage.http().get("/openapi.json").json()["webhooks"]
    assert described.keys() == OWN.keys() | {"notice.*"}
    assert all(len(kind) <= 60 for kind in KINDS)


def test_a_scan_that_fails_for_good_is_told(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    made = submit(stage, studio, new_cut(studio), b"no film at all", declaration())
    with open_registry(stage.settings) as world, world.db.read() as session:
        told = [one for one in outbox.pending(session) if one.kind == "submission.failed"]
    job = studio.get(f"/v1/submissions/{made['id']}")["job"]
    assert [(one.subject_id, one.payload) for one in told] == [
        (made["id"], {"job_id": job["id"], "code": job["error"]["code"]})
    ]


def test_a_scan_that_every_worker_died_of_is_told_as_well(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    upload_id = studio.upload(stage.file("film.mp4", b"a film"))
    body = {"upload_id": upload_id, "filename": "film.mp4", "declaration": declaration()}
    made = studio.post("/v1/submissions", {**body, "cut_id": new_cut(studio)})
    with open_registry(stage.settings) as world:
        for ago in range(jobs.ATTEMPTS_MAX, 0, -1):
            at = utc_now() - timedelta(hours=ago)
            with world.db.write() as session:
                assert leases.claim(session, worker="w", kinds=["scan"], now=at, lease_seconds=60)
        studio.wait(made["job"]["id"])
        with world.db.read() as session:
            told = [one for one in outbox.pending(session) if one.kind == "submission.failed"]
    assert [one.payload["code"] for one in told] == ["attempts-exhausted"]
    assert studio.get(f"/v1/submissions/{made['id']}")["state"] == "failed"


def test_the_receiver_of_the_page_takes_what_is_sent_and_nothing_else(
    stage: Stage,
) -> None:
    stage = stage.with_settings(webhooks=WebhookSettings(loopback=True))
    _, studio = stage.tenant("studio")
    with web_receiver() as receiver:
        took(stage, studio, receiver)
    stage.close()


def took(stage: Stage, studio: Client, receiver: WebReceiver) -> None:
    key = studio.post("/v1/webhooks", {"url": receiver.url})["key"]
    submit(stage, studio, new_cut(studio), b"no film at all", declaration())
    with open_registry(stage.settings) as world:
        deliver_due(world)
    said: dict[str, Any] = {}
    (code,) = re.findall(r"<!-- receiver -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, said)
    assert receiver.got
    for _, headers, body in receiver.got:
        assert said["is_ours"](key, headers, body)
        assert not said["is_ours"](key, headers, body + b" ")
        old = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)}
        assert not said["is_ours"](key, old, body)
