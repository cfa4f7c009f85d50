"""The page of members says who is shut out, and offers to shut out and to let in again."""

from pathlib import Path

import httpx2
import pytest

from api.opening import open_registry
from api.roles import Role
from tests.simulators.people import seat
from tests.simulators.stage import Stage

SHUT = {"en": "shut out since", "de": "ausgesperrt seit"}
LET_IN = {"en": "Let Berta in again", "de": "Berta wieder einlassen"}


@pytest.mark.parametrize("lang", SHUT)
def test_who_is_shut_out_stands_there_until_let_in(tmp_path: Path, lang: str) -> None:
    stage = Stage.make(tmp_path)
    union_id, _ = stage.tenant("union")
    with open_registry(stage.settings) as world:
        admin = seat(world.db, union_id, Role.ADMIN, name="Anna")
        other = seat(world.db, union_id, Role.ATTESTER, name="Berta")
    client = stage.http(admin.token)
    access = f"/v1/members/{other.person_id}/access"
    assert f'data-act="{access}"' in page(client, lang)
    assert f"/v1/members/{admin.person_id}/access" not in page(client, lang)
    assert SHUT[lang] not in page(client, lang)
    assert client.post(access, json={"allow": False, "why": "left"}).status_code == 200
    assert SHUT[lang] in page(client, lang)
    assert LET_IN[lang] in page(client, lang)
    assert client.post(access, json={"allow": True, "why": "returned"}).status_code == 200
    assert SHUT[lang] not in page(client, lang)
    stage.close()


def page(client: httpx2.Client, lang: str) -> str:
    shown = client.get("/members", params={"lang": lang})
    assert shown.status_code == 200
    return shown.text
