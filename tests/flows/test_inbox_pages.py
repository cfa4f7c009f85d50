"""The inbox in pages: every notice once, newest first, and reading one leaves one where one was."""

import re

import httpx2
import pytest

from api.opening import open_registry
from api.roles import Role
from core.clock import utc_now
from core.notices import notify
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage

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


def test_page_and_list_say_how_much_came_back_and_whose_a_mandate_is(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna Beispiel")
    amount = {"amount_micro": "25000000", "currency": "EUR", "sent": "2026-11-21"}
    with open_registry(stage.settings) as world:
        with world.db.write() as session:
            for kind, subject_id, facts in (
                ("payout.returned", f"pot_{'a' * 26}", {"code": "AC04", **amount}),
                ("mandate.ended", f"man_{'a' * 26}", {}),
            ):
                notify(
                    session,
                    tenant_id=tenant_id,
                    person=None,
                    kind=kind,
                    subject_id=subject_id,
                    facts={**facts, "performer": anna.id},
                    now=utc_now(),
                )
        browser = stage.http(seat(world.db, tenant_id, Role.ADMIN).token)
    told = agency.get("/v1/notices?lang=en")["items"]
    page = browser.get("/inbox?lang=en").text
    for words in (" ".join(item["text"] for item in told), page):
        assert "nothing more for Anna Beispiel by this mandate" in words
        assert "The bank sent back 25.00 EUR, which went out on 2026-11-21" in words
        assert "pot_" not in words
    assert f'href="/me/money?for={anna.id}"' in page
