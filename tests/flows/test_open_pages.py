"""What anybody may look at: the status, the public log, the API; and the operator's own page."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from api.opening import open_registry
from api.roles import Role
from core import backup, lifesigns
from core.clock import utc_now
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage

PAGE = {"Accept": "text/html"}


def page(stage: Stage, path: str, token: str = "") -> str:
    answer = stage.http(token).get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_status_is_honest_about_a_worker_and_a_backup(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=1 << 40)  # whatever room this machine has
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    told = stage.http().get("/status").json()
    states = {sign["name"]: sign["code"] for sign in told["signs"]}
    assert (told["state"], states["worker"], states["backup"]) == (
        "ask",
        "worker.never",
        "backup.never",
    )
    folder = stage.settings.data_dir
    for name in (lifesigns.WORKER, lifesigns.BACKUP):
        lifesigns.note(folder, name, utc_now())
    assert stage.http().get("/status").json()["state"] == "good"
    assert "The registry works." in page(stage, "/status?lang=en")


def test_a_worker_beats_and_a_backup_is_noted(stage: Stage, tmp_path: Path) -> None:
    stage.run_jobs()
    folder = stage.settings.data_dir
    assert lifesigns.noted(folder, lifesigns.WORKER) is not None
    before = lifesigns.noted(folder, lifesigns.BACKUP)
    with open_registry(stage.settings) as world:
        backup.write(world, tmp_path / "copy", now=utc_now(), progress=lambda _step: None)
    assert before is None
    assert lifesigns.noted(folder, lifesigns.BACKUP) is not None


def test_the_log_is_found_by_day_kind_number_and_id(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    enrolment = anna.consent("voice")
    (leaf, *_) = stage.http().get(f"/log/leaves/{enrolment}").json()
    today = utc_now().date().isoformat()
    entry = f'href="/log/entries/{leaf["index"]}"'
    for query in (f"q={enrolment}", f"q={leaf['index']}", f"day={today}&kind={leaf['kind']}"):
        assert entry in page(stage, f"/log?lang=en&{query}"), query
    assert "No entry fits." in page(stage, "/log?lang=en&day=2001-01-01")
    shown = page(stage, f"/log/entries/{leaf['index']}?lang=en")
    assert enrolment in shown
    commitment = shown.split("<code>")[2].split("</code>")[0]
    assert entry in page(stage, f"/log?lang=en&q={commitment}")
    assert stage.http().get("/log").json()["size"] > leaf["index"]


def test_pages_of_the_log_follow_one_another_without_a_gap(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    for name in ("Anna", "Berta", "Carla"):
        Person.add(agency, name).consent("voice")
    size = stage.http().get("/log").json()["size"]
    seen, address = [], "/log?lang=en&limit=2"
    while address:
        shown = page(stage, address)
        seen += [int(part.split('"')[0]) for part in shown.split('href="/log/entries/')[1:]]
        more = shown.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        address = more.replace("&amp;", "&") + "&limit=2" if 'rel="next"' in shown else ""
    assert seen == list(reversed(range(size)))


def test_the_page_of_the_api_names_every_address(stage: Stage) -> None:
    shown = page(stage, "/api?lang=en")
    for path in stage.http().get("/openapi.json").json()["paths"]:
        assert f" {path}</code>" in shown


@pytest.mark.parametrize("path", ["/admin", "/admin/health"])
def test_the_operators_pages_are_the_operators(stage: Stage, path: str) -> None:
    studio_id, _ = stage.tenant("studio", "Nordlicht")
    operator = stage.operator.get("/v1/me")["tenant_id"]
    with open_registry(stage.settings) as world:
        admin = seat(world.db, operator, Role.ADMIN)
        other = seat(world.db, studio_id, Role.ADMIN)
    assert stage.http(other.token).get(path, headers=PAGE).status_code == 403
    shown = page(stage, f"{path}?lang=en", admin.token)
    assert ("Nordlicht" in shown) if path == "/admin" else ("ebenbild doctor" in shown)


def test_the_menu_stays_on_open_pages_and_where_nothing_can_be_shown(stage: Stage) -> None:
    tenant_id, _ = stage.tenant("studio")
    with open_registry(stage.settings) as world:
        token = seat(world.db, tenant_id, Role.STUDIO).token
    menu, way_in = 'href="/questions"', 'class="button primary" href="/sign-in"'
    for path in ("/rules", "/contracts", "/privacy/retention", "/privacy/records"):
        assert menu in page(stage, path, token), path
        assert menu not in page(stage, path), path
    for path, status in (("/nowhere", 404), ("/cuts/cut_unknown", 404)):
        lost = stage.http(token).get(path, headers=PAGE)
        assert lost.status_code == status and menu in lost.text and way_in not in lost.text
    shut = stage.http().get("/studio", headers=PAGE)
    assert shut.status_code == 401 and menu not in shut.text and way_in in shut.text
