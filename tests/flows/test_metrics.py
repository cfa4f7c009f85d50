"""`/metrics`: what a monitoring system reads of a registry, and who may."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from api.cli.main import main
from api.client import Refused
from api.opening import open_registry
from api.routetable import ROWS
from core import deliveries, jobs, leases, lifesigns, tenants
from core.clock import utc_now
from core.deliveries import Channel
from core.errors import Broken
from core.principal import system
from tests.simulators.stage import Person, Stage, voice_sample

MADE = datetime(2030, 1, 2, 3, tzinfo=UTC)
IDS = re.compile(r"\b[a-z]{3}_[a-z2-7]{20,}|\bebk_")


def issued(stage: Stage, *scopes: str) -> str:
    """A key of the operator's with these scopes."""
    path = f"/v1/tenants/{operator_of(stage)}/keys"
    return str(stage.operator.post(path, {"scopes": list(scopes)})["api_key"])


def operator_of(stage: Stage) -> str:
    with open_registry(stage.settings) as world, world.db.read() as session:
        (operator,) = tenants.list_tenants(session, kind="operator")
    return operator.id


def samples(answer: httpx2.Response) -> list[Sample]:
    """What Prometheus's own parser reads."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return [one for family in text_string_to_metric_families(answer.text) for one in family.samples]


def value(found: Iterable[Sample], name: str, **labels: str) -> float:
    (one,) = [each for each in found if each.name == name and each.labels == labels]
    return float(one.value)


def names(found: Iterable[Sample]) -> set[str]:
    return {one.name for one in found}


def test_requests_are_counted_by_route_method_and_class_of_status(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna Adler")
    for _ in range(3):
        agency.get(f"/v1/performers/{anna.id}")
    for path in (f"/v1/performers/{anna.id}", "/nowhere/anna-adler", "/health", "/v1/me?key=x"):
        stage.http().get(path)
    stage.http().request("BREW", "/health")
    answer = stage.http(issued(stage, "metrics")).get("/metrics")
    found, name = samples(answer), "ebenbild_http_request_duration_seconds"
    one = {"method": "GET", "route": "/v1/performers/{performer_id}"}
    assert value(found, f"{name}_count", **one, status="2xx") == 3
    assert value(found, f"{name}_bucket", **one, status="2xx", le="+Inf") == 3
    assert 0 < value(found, f"{name}_sum", **one, status="2xx") < 600
    assert value(found, f"{name}_count", **one, status="4xx") == 1
    assert value(found, f"{name}_count", method="GET", route="/health", status="2xx") == 1
    assert value(found, f"{name}_count", method="other", route="/health", status="4xx") == 1
    assert value(found, f"{name}_count", method="GET", route="none", status="4xx") == 2
    routes = {one.labels["route"] for one in found if "route" in one.labels}
    assert routes <= {row.path for row in ROWS} | {"none"}
    assert not IDS.search(answer.text)
    assert "nna" not in answer.text.replace("channel", "")


def test_it_tells_what_the_registry_holds_and_what_waits(stage: Stage) -> None:
    http = stage.http(issued(stage, "metrics"))
    empty = samples(http.get("/metrics"))
    assert value(empty, "ebenbild_jobs", kind="embed", state="waiting") == 0
    assert value(empty, "ebenbild_jobs_oldest_waiting_seconds", kind="embed") == 0
    assert value(empty, "ebenbild_deliveries", channel="webhook", state="waiting") == 0
    assert "ebenbild_backup_made_timestamp_seconds" not in names(empty)
    tenant_id, agency = stage.tenant("agency")
    Person.add(agency, "Anna").enrol(stage.file("anna.wav", voice_sample("anna")))
    lifesigns.note(stage.settings.data_dir, lifesigns.BACKUP, MADE)
    index = stage.settings.index_dir
    index.mkdir(exist_ok=True)
    (index / "gallery.sealed").write_bytes(b"x" * 77)
    with open_registry(stage.settings) as world, world.db.write() as session:
        deliveries.schedule(
            session,
            tenant_id=tenant_id,
            event_seq=10**6,
            kind="use.found",
            channel=Channel.WEBHOOK,
            target_id="whk_1",
            body="{}",
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
    found = samples(http.get("/metrics"))
    assert value(found, "ebenbild_deliveries", channel="webhook", state="waiting") == 1
    assert value(found, "ebenbild_deliveries_oldest_waiting_seconds", channel="webhook") > 86_400
    assert value(found, "ebenbild_index_file_bytes", index="gallery") == 77
    assert sum(one.value for one in found if one.name == "ebenbild_index_prints") == 1
    assert value(found, "ebenbild_backup_made_timestamp_seconds") == MADE.timestamp()
    assert value(found, "ebenbild_disk_free_bytes") > 0
    assert value(found, "ebenbild_log_leaves") > 0
    age = utc_now().timestamp() - value(found, "ebenbild_log_sealed_timestamp_seconds")
    assert 0 <= age < 600


def test_a_job_that_waits_and_one_that_failed_are_told_by_kind(stage: Stage) -> None:
    tenant_id, _ = stage.tenant("studio")
    http = stage.http(issued(stage, "metrics"))
    broken = Broken("gone", next_step="none")
    with open_registry(stage.settings) as world, world.db.write() as session:
        for key in ("a", "b", "c"):
            jobs.enqueue(session, system(tenant_id), kind="scan", subject_key=key, payload={})
        now = utc_now()
        claim = partial(leases.claim, session, worker="w", kinds=["scan"], lease_seconds=60)
        first, second = claim(now=now), claim(now=now)
        assert first is not None
        assert second is not None
        leases.fail(session, first, broken, False, now)
    found = samples(http.get("/metrics"))
    for state in ("waiting", "running", "failed"):
        assert value(found, "ebenbild_jobs", kind="scan", state=state) == 1
        assert value(found, "ebenbild_jobs", kind="embed", state=state) == 0
    assert 0 <= value(found, "ebenbild_jobs_oldest_waiting_seconds", kind="scan") < 600


def test_only_the_operators_keys_read_it(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id, studio = stage.tenant("studio")
    narrow = stage.http(issued(stage, "metrics"))
    assert stage.http().get("/metrics").status_code == 401
    assert studio._http.get("/metrics").status_code == 403
    assert stage.http(issued(stage, "reports")).get("/metrics").status_code == 403
    assert stage.operator._http.get("/metrics").status_code == 200
    assert narrow.get("/metrics").status_code == 200
    assert narrow.get("/v1/tenants").status_code == 403
    assert narrow.get("/v1/performers").status_code == 403
    with pytest.raises(Refused, match="administers or measures"):
        stage.operator.post(f"/v1/tenants/{tenant_id}/keys", {"scopes": ["metrics"]})
    older = stage.client(issued(stage, "admin"))  # as keys made before there was this scope
    made = older.post(f"/v1/tenants/{operator_of(stage)}/keys", {"scopes": ["metrics"]})
    assert stage.http(made["api_key"]).get("/metrics").status_code == 200
    with pytest.raises(Refused, match="what its maker lacks: reports"):
        older.post(f"/v1/tenants/{operator_of(stage)}/keys", {"scopes": ["metrics", "reports"]})
    stage.close()
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    assert main(["tenant", "key", tenant_id, "--scope", "metrics", "--lang", "de"]) == 1
    assert "misst das Register" in " ".join(capsys.readouterr().err.split())
