"""A child whom no guardian looked after comes of age: those who have to act are told, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.delivering import spread
from api.housekeeping import tidy
from api.opening import open_registry
from api.roles import Role
from core.clock import living_behind, utc_now
from core.deliveries import Channel, DeliveryRow
from core.messagesettings import MailSettings
from registry.minority import ADULT_YEARS
from tests.simulators.people import Seat, renew, seat
from tests.simulators.stage import Person, Stage

BEHIND, SINCE = timedelta(days=40), timedelta(days=20)
ALONE, OWN = "minor.grown_alone", "minor.grown_up"


@dataclass
class Child:
    """Kim, who has an account and no guardian, and came of age while nobody looked."""

    stage: Stage
    kim: Person
    account: Seat
    others: Seat

    def told(self, token: str) -> list[dict[str, Any]]:
        found = self.stage.http(token).get("/v1/notices?lang=de").json()["items"]
        return [item for item in found if item["kind"] in {ALONE, OWN}]


@pytest.fixture(params=["performer"])
def child(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Child]:
    day = (utc_now() - SINCE).date()
    with living_behind() as clock:
        clock.set_behind(BEHIND)
        stage = Stage.make(tmp_path, mail=MailSettings(host="mail.example.org"))
        tenant_id, family = stage.tenant(request.param, "Berg")
        kim = Person.add(family, "Kim")
        born_on = f"{day.replace(year=day.year - ADULT_YEARS, day=min(day.day, 28))}"
        family.post(f"/v1/performers/{kim.id}/minority", {"born_on": born_on})
        with open_registry(stage.settings) as world:
            account = seat(world.db, tenant_id, Role.PERFORMER, email="kim@example.org")
            operator = stage.operator.get("/v1/me")["tenant_id"]
            others = seat(world.db, operator, Role.ADMIN)
            tidy(world)
        made = Child(stage, kim, account, others)
        assert made.told(account.token) == made.told(others.token) == []
        clock.set_behind(timedelta())
        with open_registry(stage.settings) as world:
            renew(world.db)
            tidy(world)
            tidy(world)
        yield made
        stage.close()


def test_the_operators_people_are_led_to_let_them_in(child: Child) -> None:
    (told,) = child.told(child.others.token)
    assert told["kind"] == ALONE and "Kim bei Berg ist volljährig" in told["text"]
    assert told["page"] == f"/admin/handover?performer={child.kim.id}"
    page = child.stage.http(child.others.token).get(told["page"]).text
    assert f'value="{child.kim.id}"' in page


def test_the_grown_up_is_told_the_next_step_in_the_inbox_and_by_mail(child: Child) -> None:
    (told,) = child.told(child.account.token)
    assert told["kind"] == OWN and "eigenen Schlüssel" in told["text"]
    page = child.stage.http(child.account.token).get(told["page"])
    assert page.status_code == 200
    with open_registry(child.stage.settings) as world:
        while spread(world):
            pass
        with world.db.read() as session:
            mailed = {
                row.target_id: row.kind
                for row in session.exec(select(DeliveryRow))
                if row.channel == Channel.MAIL
            }
    assert mailed[child.account.person_id] == f"notice.{OWN}"


@pytest.mark.parametrize("child", ["agency"], indirect=True)
def test_in_an_agency_nobodys_account_is_taken_for_the_grown_ups(child: Child) -> None:
    (told,) = child.told(child.others.token)
    assert told["kind"] == ALONE and "lädt ihre Leute selbst ein" in told["text"]
    assert told["page"] == ""
    assert child.told(child.account.token) == []
