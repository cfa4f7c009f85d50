"""A film whose submission is refused leaves nothing behind, and what is named stays."""

import os
from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from api.opening import open_registry
from api.retention import enforce
from core.clock import utc_now
from core.errors import EbenbildError
from registry.store.erasures import OBJECT_COLUMNS
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage, declaration, submit

TOMORROW = timedelta(days=1, minutes=1)


def test_what_nothing_names_goes_after_a_day(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    work = studio.post("/v1/works", {"title": "Night Train", "level": "film"})["id"]
    body = {"label": "Feature", "format": "feature", "language": "de"}
    cut = studio.post(f"/v1/works/{work}/cuts", body)["id"]
    kept = submit(stage, studio, cut, medium(2_000), declaration())
    refused = {
        "cut_id": "cut_" + "a" * 26,
        "upload_id": studio.upload(stage.file("lost.mp4", medium(3_000))),
        "filename": "lost.mp4",
        "declaration": declaration(),
    }
    with pytest.raises(EbenbildError):
        studio.post("/v1/submissions", refused)
    with open_registry(stage.settings) as world:
        there = set(world.objects.names())
        assert len(there) == 2
        enforce(world, now=utc_now())
        assert set(world.objects.names()) == there
        enforce(world, now=utc_now() + TOMORROW)
        (left,) = world.objects.names()
    studio.post(f"/v1/submissions/{kept['id']}/scans")
    stage.run_jobs()
    assert studio.get(f"/v1/submissions/{kept['id']}")["state"] == "scanned"
    assert left in there


def test_what_is_handed_in_again_is_young_again(stage: Stage) -> None:
    tenant_id, _ = stage.tenant("studio")
    with open_registry(stage.settings) as world:
        ref = world.objects.put_stream(world.vault, tenant_id, [b"film"], bytes_max=None)
        os.utime(world.objects.path(ref.name), (0, 0))
        world.objects.put_stream(world.vault, tenant_id, [b"film"], bytes_max=None)
        enforce(world, now=utc_now())
        assert list(world.objects.names()) == [ref.name]


def test_what_waits_for_a_worker_stays_however_long(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    report = stage.file("views.csv", b"cut_id,territory,period,views\ncut_none,DE,2026-01,1\n")
    body = {"upload_id": studio.upload(report), "sender": "them", "background": True}
    begun = studio.post("/v1/usage-imports", body)
    with open_registry(stage.settings) as world:
        (waiting,) = world.objects.names()
        enforce(world, now=utc_now() + TOMORROW)
        assert list(world.objects.names()) == [waiting]
    stage.run_jobs()
    assert studio.get(f"/v1/usage-imports/{begun['import_id']}")["rejected"] == 1


def test_every_column_that_names_a_stored_file_is_known() -> None:
    columns = {column.name for table in SQLModel.metadata.sorted_tables for column in table.c}
    assert {name for name in columns if "object" in name.split("_")} == OBJECT_COLUMNS
