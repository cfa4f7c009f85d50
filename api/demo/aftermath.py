"""Brings together whoever the months after the story need, under keys or sessions of theirs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from api import localclient
from api.accounts import demo
from api.accounts.sessions import Origin
from api.client import Client
from api.demo.companions import MOTHER, Companions
from api.demo.months import Office
from api.demo.season import Season
from api.opening import open_registry
from api.roles import Role
from core.clock import Clock, utc_now
from core.init import OPERATOR_KEY_FILE
from core.settings import Settings, load_settings
from royalties.closing import month_of

CLERK, APPROVER = "society", "second"
CLAIMANTS = ("Society North", "Society South")
COLLECTED_IN = ("DK", "IT")  # nothing is shown there: whose money is whose stays as it is


def begin(
    run: Path,
    clock: Clock,
    agency: Mapping[str, Any],
    studio: Mapping[str, Any],
    *,
    who: Mapping[int, str],
    cleared: Sequence[Mapping[str, Any]],
) -> Season:
    """The season that goes on after the story of the registry in this process's data folder."""
    settings = load_settings()
    mother = _mother(settings, str(agency["id"]))
    key = (settings.keys_dir / OPERATOR_KEY_FILE).read_text("ascii").strip()
    operator = localclient.local(settings, key)
    ours, theirs = (localclient.local(settings, one["api_key"]) for one in (agency, studio))
    (union,) = (one for one in operator.get("/v1/tenants")["items"] if one["kind"] == "union")
    claimants = [_organisation(operator, name) for name in CLAIMANTS]
    office = Office(operator, theirs, _person(settings, CLERK), _person(settings, APPROVER), run)
    office.agree(claimants[0], COLLECTED_IN[0], waits=False)
    guild = _keyed(settings, operator, str(union["id"]))
    parties = tuple(_keyed(settings, operator, one) for one in claimants)
    companions = Companions(ours, operator, guild, parties, mother)
    cuts = [(str(one["cut_id"]), month_of(utc_now())) for one in cleared]
    asked = partial(office.agree, claimants[1], COLLECTED_IN[1], waits=True)
    return Season(clock, office, companions, theirs, str(studio["id"]), dict(who), cuts, asked)


def _person(settings: Settings, group: str) -> Callable[[], Any]:
    """Opens a client under a new session of the demo's person of this group."""
    (guest,) = (one for one in demo.listed(settings.data_dir) if one.group == group)

    @contextmanager
    def opened() -> Iterator[Client]:
        with open_registry(settings) as world, world.db.write() as session:
            token = demo.come_in(session, guest, Origin("127.0.0.1", "demonstration"), utc_now())
        with localclient.local(settings, token) as made:
            yield made

    return opened


def _mother(settings: Settings, agency_id: str) -> str:
    """Seats the minor's mother beside the agency, so that a browser may come in as her."""
    with open_registry(settings) as world, world.db.write() as session:
        roles = [Role.GUARDIAN]
        guest = demo.invite(
            session, agency_id, MOTHER, group="guardian", roles=roles, now=utc_now()
        )
    demo.add(settings.data_dir, guest)
    return guest.person_id


def _organisation(operator: Client, name: str) -> str:
    made = operator.post("/v1/tenants", {"name": name, "kind": "society", "did": None})
    return str(made["id"])


def _keyed(settings: Settings, operator: Client, tenant_id: str) -> Client:
    key = operator.post(f"/v1/tenants/{tenant_id}/keys", {})["api_key"]
    return localclient.local(settings, str(key))
