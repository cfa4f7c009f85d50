"""After a death: the estate states public use, the right lasts longer, and licences may too."""

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.signing import signature
from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from core.clock import utc_now
from core.errors import BadProof
from core.keys import PrivateKey, generate
from core.principal import SearchCapability
from licensing.rulepacks.times import midnight
from licensing.service import rightreminders
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage

EVIDENCE = hashlib.sha256(b"a programme").hexdigest()


def bury(stage: Stage, person: Person, died: str) -> PrivateKey:
    """The estate is confirmed, and its sole heir's key bound by the operator."""
    heir = generate()
    paper = stage.file("death.pdf", b"certificate")
    one = {"name": "H", "did": heir.did, "share": "1"}
    body = {"deceased_on": died, "upload_id": person.agency.upload(paper), "heirs": [one]}
    claim = person.agency.post(f"/v1/performers/{person.id}/estates", body)
    state = person.agency.post(f"/v1/estates/{claim['id']}/attestation")
    assert state["state"] == "CONFIRMED"
    draft = stage.operator.post(f"/v1/performers/{person.id}/keys", {"did": heir.did})
    signed = {"possession": signature(heir, draft["possession"])["signature"]}
    stage.operator.post(f"/v1/key-drafts/{draft['id']}/signature", signed)
    return heir


def state(
    client: Client, performer_id: str, key: PrivateKey, *, upload_id: str = "", **changes: Any
) -> dict[str, Any]:
    path = f"/v1/performers/{performer_id}"
    body = {"used_on": "2026-05-01", "where": "A cinema", "evidence_sha256": EVIDENCE, **changes}
    draft = client.post(f"{path}/public-use-drafts", body)
    signed = {**signature(key, draft), "document": draft["document"], "upload_id": upload_id}
    return client.post(f"{path}/public-uses", signed)


def test_a_public_use_renews_the_right_and_a_longer_licence_is_drafted(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, _ = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    assert agency.get(f"/v1/performers/{anna.id}/right-after-death")["ends_on"] is None
    with pytest.raises(Refused):
        state(agency, anna.id, anna.key)
    died = utc_now().date().replace(day=1) - timedelta(days=365 * 9)
    heir = bury(stage, anna, died.isoformat())
    estate = Person(agency, heir, anna.id)
    right = agency.get(f"/v1/performers/{anna.id}/right-after-death")
    assert right["ends_on"] == died.replace(year=died.year + 10).isoformat()
    beyond = died.replace(year=died.year + 14).isoformat() + "T00:00:00Z"
    terms = {"territories": ["US"], "post_mortem": True, "valid_until": beyond}
    with pytest.raises(Refused, match="After death the right lasts ten years"):
        estate.license(studio_id, **terms)
    with pytest.raises(BadProof):
        state(agency, anna.id, anna.key)
    renewed = state(agency, anna.id, heir, used_on=utc_now().date().isoformat())
    assert renewed["ends_on"] == died.replace(year=died.year + 15).isoformat()
    assert [item["where"] for item in renewed["uses"]] == ["A cinema"]
    assert estate.license(studio_id, **terms)["state"] == "SIGNED"
    with pytest.raises(Refused, match="not stated yet"):
        state(agency, anna.id, heir, used_on=utc_now().date().isoformat())


def test_strangers_learn_and_state_nothing(stage: Stage, tmp_path: Path) -> None:
    _, agency = stage.tenant("agency")
    _, other = stage.tenant("agency")
    anna = Person.add(agency, "anna")
    heir = bury(stage, anna, "2020-02-29")
    for call in (
        lambda: other.get(f"/v1/performers/{anna.id}/right-after-death"),
        lambda: state(other, anna.id, heir),
    ):
        with pytest.raises(Refused) as hidden:
            call()
        assert hidden.value.status == 404


def test_the_evidence_is_kept_sealed_for_its_side_and_for_attesters(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    _, other = stage.tenant("agency")
    anna = Person.add(agency, "anna")
    heir = bury(stage, anna, "2020-02-29")
    path = f"/v1/performers/{anna.id}/public-use-evidence"
    with pytest.raises(Refused):
        agency.get(path)
    wrong = agency.upload(stage.file("other.pdf", b"another programme"))
    with pytest.raises(Refused, match="not the file"):
        state(agency, anna.id, heir, upload_id=wrong)
    right = state(
        agency, anna.id, heir, upload_id=agency.upload(stage.file("a.pdf", b"a programme"))
    )
    (use,) = right["uses"]
    assert use["evidence_kept"]
    assert agency.fetch(path) == agency.fetch(path, use=use["id"]) == b"a programme"
    assert stage.operator.fetch(path) == b"a programme"
    with pytest.raises(Refused) as hidden:
        other.fetch(path)
    assert hidden.value.status == 404
    stored = [file for file in stage.settings.data_dir.rglob("*") if file.is_file()]
    assert not any(b"a programme" in file.read_bytes() for file in stored)
    agency.post(f"/v1/performers/{anna.id}/erasure")
    stage.run_jobs()
    with pytest.raises(Refused):
        agency.fetch(path)


def test_estates_are_reminded_once_of_each_day(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "anna")
    bury(stage, anna, "2025-03-01")
    capability = SearchCapability("reminders", "test")

    def reminded(*days: date) -> list[int]:
        with open_registry(stage.settings) as world, world.db.write() as session:
            moments = [midnight(day) for day in days]
            return [rightreminders.remind(session, capability, at=at) for at in moments]

    assert reminded(date(2034, 8, 31), date(2034, 9, 2), date(2034, 9, 3)) == [0, 1, 0]
    assert reminded(date(2034, 12, 1), date(2035, 2, 1), date(2035, 2, 2)) == [1, 1, 0]
    assert reminded(date(2035, 3, 1)) == [0]
    told = [item["kind"] for item in agency.get("/v1/notices")["items"]]
    assert told.count("right.ending") == 3
    assert reminded(date(2095, 2, 1)) == [0], "it had ended long before"


def test_money_names_the_heirs_and_takes_their_accounts(stage: Stage) -> None:
    agency_id, agency = stage.tenant("agency")
    anna = Person.add(agency, "anna")
    key = generate().did
    refused = {"name": "H", "did": key, "share": "1/2"}
    paper = agency.upload(stage.file("death.pdf", b"certificate"))
    body = {"deceased_on": "2020-02-29", "upload_id": paper, "heirs": [refused, refused]}
    with pytest.raises(Refused, match="Two heirs have the same key"):
        agency.post(f"/v1/performers/{anna.id}/estates", body)
    bury(stage, anna, "2020-02-29")
    (estate,) = agency.get(f"/v1/performers/{anna.id}/estates")
    heir = estate["heirs"][0]["id"]
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, agency_id, Role.ADMIN).token)

    def page() -> str:
        found = browser.get(f"/me/money?for={anna.id}", headers={"Accept": "text/html"})
        assert found.status_code == 200
        return found.text

    place = f"/v1/performers/{anna.id}/payee"
    assert f'data-act="{place}?heir_id={heir}"' in page() and "H, heir of 1" in page()
    agency.post(f"{place}?heir_id={heir}", {"name": "Hanna Erbin", "residence": "FR"})
    assert "Two of you agree to an heir" in page()
    decided = browser.post(f"{place}/decision?heir_id={heir}", json={"approve": True})
    assert decided.status_code == 200
    assert "Hanna Erbin" in page() and "FR" in page()
    assert "Country that taxes H (" in page() and "Country that taxes anna" not in page()
