"""A newcomer's way through a demonstration: enrol from files, be vouched for, sign, be found.

What takes others and days elsewhere is answered at once by the demonstration's own people. They do
it as they would anywhere, under their own sessions and through the API; only nobody is waited for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlmodel import Session
from starlette.types import ASGIApp

from api.accounts import demo
from api.accounts.demo import Guest
from api.accounts.joining import NAME_CHARACTERS_MAX
from api.accounts.sessions import Origin
from api.client import Client, Runner
from api.performer.home import prints_of
from api.performer.uses import LICENSED, shown_uses
from api.performer.whom import Whom, whom
from api.roles import Role
from api.scopes import TenantKind
from api.transport import LocalTransport
from core import tenants
from core.clock import to_text, utc_now
from core.errors import BadInput, Conflict, NotFound
from core.init import World
from core.principal import Principal
from fingerprint.models import Modality
from licensing.models_requests import Request
from licensing.service.licences import given_in_force
from licensing.service.requestsides import list_requests
from registry.models.people import Enrolment, EnrolmentState
from registry.service import enrolment, useseen

GROUP, ATTESTER, STUDIO = "newcomer", "attester", "studio"
SAMPLES = ("voice-1.flac", "voice-2.flac")
FILM = "film.mp4"
FOLDER = "demonstration"
STEPS = ("consent", "files", "proof", "licence", "use")
USES_MAX = 20
RELEASE_DAYS = 7
PRICE = {"kind": "per_minute", "rate": "90", "currency": "EUR"}
YEAR_DAYS = 365
_HERE = Origin("127.0.0.1", "demonstration")


@dataclass(frozen=True, slots=True)
class Trial:
    """How far a newcomer has come: `use_id` is a use under the licence, `uses` counts all."""

    whom: Whom | None = None
    enrolment: Enrolment | None = None
    request: Request | None = None
    licence_id: str | None = None
    uses: int = 0
    use_id: str | None = None

    @property
    def done(self) -> tuple[str, ...]:
        """The steps that were taken, in order."""
        signed = self.enrolment is not None and self.enrolment.signed_at is not None
        state = EnrolmentState.DRAFT if self.enrolment is None else self.enrolment.state
        facts = (
            signed,
            signed and state is not EnrolmentState.DRAFT,
            state is EnrolmentState.ACTIVE,
            self.licence_id is not None,
            self.use_id is not None,
        )
        return tuple(step for step, fact in zip(STEPS, facts, strict=True) if fact)

    @property
    def now(self) -> str | None:
        """The first step that is open; None after the last."""
        return next((step for step in STEPS if step not in self.done), None)


def folder_of(data_dir: Path) -> Path:
    """Where a demonstration keeps the files that it has for newcomers."""
    return data_dir / FOLDER


def sample(data_dir: Path, name: str) -> Path:
    """A file for a newcomer; raises NotFound for any other name."""
    path = folder_of(data_dir) / name
    if name not in SAMPLES or not path.is_file():
        raise NotFound("there is no such file", next_step="open /demo and choose one there")
    return path


def is_offered(data_dir: Path) -> bool:
    """Whether there is anything for newcomers to try it with."""
    return all((folder_of(data_dir) / name).is_file() for name in (*SAMPLES, FILM))


def newcomer(session: Session, name: str, *, now: datetime) -> Guest:
    """An account of somebody's own, in an organisation of one's own; call it in `write()`."""
    called = " ".join(name.split())
    if not called or len(called) > NAME_CHARACTERS_MAX:
        raise BadInput("nobody is called that", next_step="write a name", code="bad-name")
    tenant = tenants.create_tenant(session, name=called, kind=TenantKind.PERFORMER.value)
    roles = (Role.PERFORMER, Role.ADMIN)
    return demo.invite(session, tenant.id, called, group=GROUP, roles=roles, now=now)


def trial_of(session: Session, principal: Principal, *, now: datetime) -> Trial:
    """How far this visitor has come."""
    acting = whom(session, principal, asked="", kept="", now=now)
    if acting is None:
        return Trial()
    who, side = acting.performer.id, acting.side
    prints = prints_of(enrolment.list_enrolments(session, side, who))
    asked = list_requests(session, side, performer_id=who, limit=1, now=now)
    given = given_in_force(session, side, who, at=now)
    found = useseen.uses_of(session, side, who, at=now, limit=USES_MAX)
    licensed = [item.id for item in shown_uses(session, acting, found) if item.standing == LICENSED]
    return Trial(
        whom=acting,
        enrolment=prints.get(Modality.VOICE.value),
        request=asked[0] if asked else None,
        licence_id=given[0].id if given else None,
        uses=len(found),
        use_id=licensed[0] if licensed else None,
    )


def vouch(app: ASGIApp, world: World, found: Trial) -> None:
    """Have the demonstration's attesters say what they would say, and its studio ask for a licence.

    Raises Conflict where nothing was captured yet.
    """
    if found.now != "proof" or found.whom is None or found.enrolment is None:
        raise _not_yet()
    statement = "Demonstration: nobody was seen or heard."
    body = {"facts": ["identity", "voice"], "statement": statement}
    for attester in _guests(world, ATTESTER):
        with acting(app, world, attester) as client:
            client.post(f"/v1/enrolments/{found.enrolment.id}/attestations", body)
    with acting(app, world, *_guests(world, STUDIO)[:1]) as client:
        studio_id = str(client.get("/v1/me")["tenant_id"])
        terms = series_terms(found.whom.performer.id, studio_id, PRICE, utc_now())
        message = "We would like to use your voice in our next episode."
        client.post("/v1/requests", {"terms": terms, "message": message})


def release(app: ASGIApp, world: World, found: Trial) -> None:
    """Have the demonstration's studio hand in a film in which the newcomer is heard, once.

    Raises Conflict where no licence was signed yet.
    """
    if found.now != "use" or found.whom is None:
        raise _not_yet()
    who = found.whom.performer.id
    with acting(app, world, *_guests(world, STUDIO)[:1]) as client:
        # Under keys of its own each step has one effect, however often it is asked for.
        title = f"Harbour lights, with {found.whom.performer.public_name}"
        work = client.post("/v1/works", {"title": title, "level": "film"}, key=f"{who}-work")
        body = {"label": "Vertical", "format": "vertical", "language": "en"}
        cut = client.post(f"/v1/works/{work['id']}/cuts", body, key=f"{who}-cut")
        if any(item["cut_id"] == cut["id"] for item in client.get("/v1/submissions")["items"]):
            return
        handed = {
            "cut_id": cut["id"],
            "upload_id": client.upload(folder_of(world.settings.data_dir) / FILM),
            "filename": FILM,
            "declaration": _declared(who, utc_now()),
        }
        client.post("/v1/submissions", handed)


def make_room(app: ASGIApp, world: World) -> None:
    """Have whoever tried it before withdraw their consents: there is one voice for newcomers."""
    for before in demo.listed(world.settings.data_dir):
        if before.group == GROUP:
            with acting(app, world, before) as client:
                for performer in client.pages("/v1/performers"):
                    for item in client.pages(f"/v1/performers/{performer['id']}/enrolments"):
                        if item["state"] != EnrolmentState.WITHDRAWN:
                            client.post(f"/v1/enrolments/{item['id']}/withdrawal")


@contextmanager
def acting(app: ASGIApp, world: World, guest: Guest) -> Iterator[Client]:
    """A client of this application under a session of one of a demonstration's people."""
    with world.db.write() as session:
        token = demo.come_in(session, guest, _HERE, utc_now())
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx2.Client(
        transport=LocalTransport(app), base_url="http://localhost", headers=headers
    )
    with Client(http, Runner(), poll_seconds=0.2) as client:
        yield client


def _guests(world: World, group: str) -> tuple[Guest, ...]:
    found = tuple(one for one in demo.listed(world.settings.data_dir) if one.group == group)
    if not found:
        raise NotFound("nobody is here who could do that", next_step="make a demo anew")
    return found


def series_terms(
    performer_id: str, studio_id: str, price: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Terms for a synthesised voice in series, for a year from today at this price."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "performer_id": performer_id,
        "licensee_id": studio_id,
        "kinds": ["synthesise_voice"],
        "modalities": ["voice"],
        "territories": ["AT", "CH", "DE"],
        "languages": "*",
        "media": ["series"],
        "works": "*",
        "description": "Lines of one part in a vertical series, spoken by a cloned voice",
        "valid_from": to_text(today),
        "valid_until": to_text(today + timedelta(days=YEAR_DAYS)),
        "tariff": dict(price),
    }


def _declared(performer_id: str, now: datetime) -> dict[str, Any]:
    use = {"performer_id": performer_id, "kind": "synthesise_voice", "modality": "voice"}
    return {
        "release_at": f"{now + timedelta(days=RELEASE_DAYS):%Y-%m-%d}",
        "territories": ["DE", "AT"],
        "medium": "series",
        "language": "en",
        "ai_labelled": True,
        "uses": [use],
    }


def _not_yet() -> Conflict:
    return Conflict(
        "this step is not due",
        next_step="open /demo: it says what comes next",
        code="trial-order",
    )
