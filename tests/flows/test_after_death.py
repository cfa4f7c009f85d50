"""After a death: the estate states public use, the right lasts longer, and licences may too."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.signing import signature
from api.client import Client, Refused
from core.clock import utc_now
from core.errors import BadProof
from core.keys import PrivateKey, generate
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


def state(client: Client, performer_id: str, key: PrivateKey, **changes: Any) -> dict[str, Any]:
    path = f"/v1/performers/{performer_id}"
    body = {"used_on": "2026-05-01", "where": "A cinema", "evidence_sha256": EVIDENCE, **changes}
    draft = client.post(f"{path}/public-use-drafts", body)
    signed = {**signature(key, draft), "document": draft["document"]}
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
