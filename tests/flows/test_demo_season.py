"""The months after the demo's story, with the small engine: everybody and every state is there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.client import Client
from api.demo import aftermath, season, visitors
from api.demo.here import working_here
from api.demo.papers import payee
from api.demo.season import Material, Plot, Season
from api.opening import open_registry
from api.roles import PLACES, Role
from api.transport import LocalTransport
from api.web.navigation import sections
from core.clock import living_behind, utc_now
from core.principal import Principal
from core.settings import Settings
from tests.simulators.crawling import crawled
from tests.simulators.people import seat
from tests.simulators.rawids import prose_ids
from tests.simulators.small_engine import ENROLLED, SmallEngine, medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

BEGAN, ENDED = datetime(2026, 8, 15, tzinfo=UTC), datetime(2026, 10, 16, tzinfo=UTC)
PLOT = Plot(
    casts=(
        (season.STRIKER, season.LATE),
        (season.ENGLISH, season.MINOR),
        (season.GERMAN, season.STRIKER),
    ),
    every=timedelta(days=14),
    shown_every=timedelta(days=15),
    late_comes_with=2,
    overclaim_with=1,
    strike_with=2,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    folder = tmp_path_factory.mktemp("season")
    patch = pytest.MonkeyPatch()
    stage = Stage.make(folder)
    patch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    with living_behind() as clock, working_here(SmallEngine.open):  # type: ignore[arg-type]
        now = datetime.now(UTC)
        clock.set_behind(now - BEGAN)
        made = _begun(stage, folder, clock)
        made.plot = PLOT
        made.tell(_material(folder), now - BEGAN, now - ENDED)
        yield made
    stage.close()
    patch.undo()


def _begun(stage: Stage, folder: Path, clock: Any) -> Season:
    visitors.declare(stage.settings.data_dir)
    agency, studio = _organisation(stage, "agency"), _organisation(stage, "studio")
    visitors.seat(stage.settings.data_dir, agency["id"], studio["id"])
    ours, theirs = stage.client(agency["api_key"]), stage.client(studio["api_key"])
    who = {}
    for number in (season.GERMAN, season.ENGLISH):
        person = Person.add(ours, f"voice {number}")
        person.enrol(stage.file(f"{number}.wav", voice_sample(f"voice {number}")))
        person.license(studio["id"], tariff={"kind": "per_view", "rate": "0.02", "currency": "EUR"})
        ours.post(f"/v1/performers/{person.id}/payee", payee("Somebody"))
        who[number] = person.id
    for party, name in (
        (stage.operator.get("/v1/me")["tenant_id"], "Registry"),
        (studio["id"], "S"),
    ):
        body = {"name": name, "street": "Weg 1", "postcode": "1", "city": "B", "country": "DE"}
        body |= {"tax_number": "27/123/45678", "iban": payee("")["iban"]}
        stage.operator.post(f"/v1/billing-parties/{party}", body)
    own = {"whose": "own", "name": "Registry", "iban": payee("")["iban"]}
    stage.operator.post("/v1/payout-accounts", own)
    film = medium(20_000, ("voice 0", "voice", 0, 15_000))
    use = {"performer_id": who[0], "kind": "synthesise_voice"}
    cut = new_cut(theirs)
    shown = {"release_at": f"{utc_now():%F}", "territories": ["DE", "CH"], "medium": "series"}
    submit(stage, theirs, cut, film, declaration(use, **shown))
    return aftermath.begin(folder, clock, agency, studio, who=who, cleared=[{"cut_id": cut}])


def _organisation(stage: Stage, kind: str) -> dict[str, str]:
    made = stage.operator.post("/v1/tenants", {"name": kind, "kind": kind, "did": None})
    issued = stage.operator.post(f"/v1/tenants/{made['id']}/keys", {})
    return {"id": made["id"], "api_key": issued["api_key"]}


def _material(folder: Path) -> Material:
    later = (season.MINOR, season.STRIKER, season.LATE)
    samples = {number: (folder / f"later-{number}.flac",) for number in later}
    for number, (path,) in samples.items():
        path.write_bytes(voice_sample(f"voice {number}"))
    episodes = tuple(folder / f"episode-{place}.mp4" for place in range(len(PLOT.casts)))
    for path, (one, other) in zip(episodes, PLOT.casts, strict=True):
        first, second = (
            (f"voice {one}", "voice", 0, 9_000),
            (f"voice {other}", "voice", 9_000, 18_000),
        )
        path.write_bytes(medium(18_000, first, second))
    teaser = folder / "teaser.mp4"
    teaser.write_bytes(medium(4_000, (f"voice {season.LATE}", "voice", 0, 2_000)))
    return Material(samples, episodes, teaser)


def states(client: Client, path: str) -> list[str]:
    found = client.get(path)
    return [one["state"] for one in (found["items"] if isinstance(found, dict) else found)]


def test_three_months_are_closed_by_two_people_and_one_payment_came_back(told: Season) -> None:
    operator = told.office.operator
    months = {one["month"]: one["state"] for one in operator.get("/v1/ledger/periods")}
    assert months == {"2026-09": "CLOSED", "2026-10": "OPEN"}
    assert set(states(operator, "/v1/runs")) == {"CLOSED"}
    paid = operator.get("/v1/payouts", state=["settled", "returned"])
    assert {one["state"] for one in paid} == {"settled", "returned"}
    assert [one["state"] for one in paid].count("returned") == 1
    assert operator.get("/v1/trial-balance")["balanced"]


def test_every_performer_has_their_own_story(told: Season) -> None:
    agency = told.companions.agency
    prints = {
        number: states(agency, f"/v1/performers/{who}/enrolments")
        for number, who in told.who.items()
    }
    assert prints == {number: ["ACTIVE"] for number in range(5)}
    (waits,) = agency.pages("/v1/complaints")
    assert waits["ground"] == "not-me"
    held = agency.get(f"/v1/performers/{told.who[season.STRIKER]}/held")
    assert "over-claimed" in str(held)
    assert told.office.newest_line(agency, told.who[season.MINOR])
    assert states(agency, "/v1/requests") == ["ASKED"]


def test_a_find_in_doubt_waits_beside_what_was_enrolled(told: Season) -> None:
    (waits,) = (item for item in told.studio.pages("/v1/review-queue") if item["asks"] == "word")
    assert waits["performer_id"] == told.who[season.LATE]
    (enrolled,) = told.companions.agency.get(f"/v1/performers/{waits['performer_id']}/enrolments")[
        "items"
    ]
    kept = told.companions.agency.fetch(
        f"/v1/enrolments/{enrolled['id']}/excerpt", modality="voice"
    )
    assert kept.startswith(ENROLLED.encode())


STARTS = {
    "agency": ("/me", "/inbox", "/me/money", "/me/uses", "/me/enrol"),
    "operator": ("/society", "/inbox", "/admin", "/review", "/society/disputes"),
    "society": ("/society", "/inbox"),
    "studio": ("/studio", "/inbox", "/questions", "/works"),
    "union": ("/union", "/inbox"),
}


def test_no_page_says_an_id_where_people_read(told: Season) -> None:
    """What the links of each side's pages lead to, three of a kind, in German."""
    settings, found, seen = Settings(), [], set()
    app = LocalTransport(create_app(settings))
    with open_registry(settings) as world:
        listed = told.office.operator.pages("/v1/tenants")
        for one in listed:
            token = seat(world.db, one["id"], *Role).token
            http = httpx2.Client(
                transport=app,
                base_url="http://local",
                headers={"Authorization": f"Bearer {token}", "Accept-Language": "de"},
            )
            for path, page in crawled(http, STARTS[one["kind"]]):
                seen.add(path)
                found += [(one["kind"], path, said) for said in prose_ids(page)]
    app.close()
    assert {"/cuts/", "/society/lines/"} <= {re.sub(r"\w+$", "", path) for path in seen}
    assert not found


def test_no_link_leads_where_one_may_not_go(told: Season) -> None:
    """Of each role in each organisation, the links of its pages, one of a kind."""
    settings, refused, pages = Settings(), list[str](), 0
    app = LocalTransport(create_app(settings))
    with open_registry(settings) as world:
        listed = told.office.operator.pages("/v1/tenants")
        for kind, tenant_id in {one["kind"]: one["id"] for one in listed}.items():
            # An agent opens whom a mandate names, and this one would have none.
            for role in PLACES[kind] - {Role.AGENT}:
                answers: list[httpx2.Response] = []
                http = httpx2.Client(
                    transport=app,
                    base_url="http://local",
                    headers={"Authorization": f"Bearer {seat(world.db, tenant_id, role).token}"},
                    event_hooks={"response": [answers.append]},
                )
                found = dict(crawled(http, ["/", *menu(kind, role)], each_max=1))
                pages += len(found)
                for one in answers:
                    if one.is_client_error:
                        path = one.request.url.path
                        on = [page for page, text in found.items() if f'href="{path}' in text]
                        refused.append(f"{kind} {role} {path}: {one.status_code}, linked on {on}")
    app.close()
    assert pages > 250
    assert not refused, "\n".join(refused)


def menu(kind: str, role: Role) -> list[str]:
    """The menu of somebody with one role in such an organisation."""
    who = Principal("ten_any", "per_any", frozenset(), kind, roles=frozenset({role.value}))
    return [place.href for section in sections(who) for place in section.items]
