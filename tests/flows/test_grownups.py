"""A guardian's account before and after the child came of age, over every route of the product."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.opening import open_registry
from api.roles import Role
from api.routetable import ROWS
from api.routetable.row import Row
from core.clock import utc_now
from core.ids import new_id
from core.keys import generate
from core.principal import system
from core.tenants import TenantRow
from registry.models.guardianship import Guardian, Minority, Relation
from registry.store import guardians, people
from tests.flows.test_authorisation import FIXED, WORK
from tests.simulators.holdings import Holder, bodies, hold
from tests.simulators.people import Seat, seat
from tests.simulators.stage import Stage

# Of what one holds, that which is about the performer and nobody else.
ABOUT = (
    *("performer_id", "enrolment_id", "challenge_id", "licence_id", "draft_id", "export_id"),
    *("mandate_id", "held_key_id", "membership_id", "request_id", "clip_id", "takedown_id"),
)
# What is about whoever is signed in, and would end the session or the account.
_ONESELF = ("/sign-out", "/account", "/v1/me")
ROUTES = [row for row in ROWS if not row.public and not row.path.startswith(_ONESELF)]


@dataclass
class Family:
    """A performer with one of everything, a younger one, and an account named as a guardian."""

    holder: Holder
    things: dict[str, str]
    http: httpx2.Client

    def born(self, years_ago: int) -> None:
        """Give the performer a birthday on the first of this month, so many years ago."""
        today = utc_now().date()
        born, agrees = (date(today.year - ago, today.month, 1) for ago in (years_ago, 4))
        with self.holder.database.write() as session:
            side = system(self.holder.tenant_id)
            people.save_minority(session, side, self.things["performer_id"], Minority(born, agrees))

    def send(self, row: Row) -> httpx2.Response:
        given: dict[str, Any] = {"headers": {"Origin": "http://local"}}
        if row.method == "POST":
            given["json"] = bodies(self.things, self.holder.upload).get(row.path, dict)()
        path = row.path.replace(":path}", "}").format(**self.things)
        return self.http.request(row.method, path, **given)

    def told(self, answer: httpx2.Response) -> set[str]:
        """Which ids of the performer's an answer holds."""
        return {name for name in ABOUT if self.things[name] in answer.text}


@contextmanager
def family(folder: Path, kind: str, roles: tuple[Role, ...]) -> Iterator[Family]:
    hall = Stage.make(folder)
    with open_registry(hall.settings) as world:
        far = hall.tenant("agency", "Far")[0]
        home = Holder.make(hall, world.db, hall.tenant("agency", "Home")[0], WORK)
        things = hold(hall, home, "kim", agent=far)
        parent = seat(world.db, home.tenant_id, *roles)
        with world.db.write() as session:
            session.get_one(TenantRow, home.tenant_id).kind = kind
            guardians.add_guardian(session, _guardian(home, things, parent))
        yield Family(home, {**things, **parent.ids, **FIXED}, hall.http(parent.token))
    hall.close()


def _guardian(home: Holder, things: dict[str, str], parent: Seat) -> Guardian:
    now = utc_now()
    return Guardian(
        id=new_id("gua"),
        tenant_id=home.tenant_id,
        performer_id=things["performer_id"],
        sealed_name=b"",
        did=generate().did,
        relation=Relation.PARENT,
        person=parent.person_id,
        since=now,
        until=None,
        recorded_at=now,
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("performer", (Role.GUARDIAN, Role.ADMIN)),
        ("agency", (Role.GUARDIAN,)),
        ("agency", (Role.PERFORMER, Role.ADMIN)),
    ],
)
def test_no_route_shows_or_does_anything_for_who_came_of_age(
    tmp_path: Path, kind: str, roles: tuple[Role, ...]
) -> None:
    with family(tmp_path, kind, roles) as one:
        one.born(years_ago=10)
        reading = [row for row in ROUTES if row.method == "GET"]
        seen = [row.path for row in reading if one.told(one.send(row))]
        assert len(seen) > 40, seen
        one.born(years_ago=18)
        wrong = []
        for row in ROUTES:
            named = {name for name in ABOUT if f"{{{name}}}" in row.path}
            answer = one.send(row)
            let_in = named and answer.is_success and not row.answers_nothing
            if one.told(answer) - named or let_in or answer.status_code >= 500:
                wrong.append((row.method, row.path, answer.status_code, answer.text[:200]))
        assert not wrong, "\n".join(map(repr, wrong))
        others = {item["id"] for item in one.http.get("/v1/performers").json()["items"]}
        assert others, "the younger ones are nobody's affair any more"
        assert one.things["performer_id"] not in others
