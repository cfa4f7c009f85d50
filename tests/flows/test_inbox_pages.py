"""The inbox in pages: every notice once, newest first, and reading one leaves one where one was."""

import re

import httpx2
import pytest

from api.opening import open_registry
from api.roles import Role
from core.clock import utc_now
from core.notices import notify
from tests.simulators.people import seat
from tests.simulators.stage import Stage

TOLD = 57


@pytest.fixture
def visitor(stage: Stage) -> httpx2.Client:
    tenant_id, _ = stage.tenant("studio")
    with open_registry(stage.settings) as world:
        with world.db.write() as session:
            for number in range(TOLD):
                notify(
                    session,
                    tenant_id=tenant_id,
                    person=None,
                    kind="something.new",
                    subject_id=f"thing {number}",
                    facts={},
                    now=utc_now(),
                )
        return stage.http(seat(world.db, tenant_id, Role.STUDIO).token)


def test_pages_put_together_hold_every_notice_once(visitor: httpx2.Client) -> None:
    first = visitor.get("/inbox").text
    (following,) = re.findall(r'href="(/inbox\?cursor=\d+)"', first)
    second = visitor.get(following).text
    assert 'rel="next"' in first and 'rel="next"' not in second
    ids = [re.findall(r'action="/inbox/(\w+)/reading', page) for page in (first, second)]
    listed = [item["id"] for item in visitor.get("/v1/notices?limit=200").json()["items"]]
    assert [*ids[0], *ids[1]] == listed and len(listed) == TOLD

    answer = visitor.post(f"/inbox/{ids[1][0]}/reading?{following.partition('?')[2]}")
    again = visitor.get(answer.headers["location"]).text
    assert re.findall(r'action="/inbox/(\w+)/reading', again) == ids[1][1:]
