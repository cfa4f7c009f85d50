"""A studio asks for a licence by its pages: read first, sent, answered, withdrawn; nobody is named
who is not known to it already."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from api.cli.signing import signature
from api.client import Client
from api.opening import open_registry
from api.roles import Role
from core.ids import new_id
from tests.simulators.people import seat
from tests.simulators.rawids import raw_ids
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, submit, voice_sample

NEW = "/studio/requests/new"
FILM = medium(20_000, ("anna", "voice", 1_000, 9_000))


@dataclass(frozen=True)
class Desk:
    stage: Stage
    studio: Client
    studio_id: str
    anna: Person
    mine: httpx2.Client
    theirs: httpx2.Client
    work: str

    def open(self, path: str, lang: str = "en", status: int = 200) -> str:
        joint = "&" if "?" in path else "?"
        answer = self.mine.get(f"{path}{joint}lang={lang}", headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text
        return html.unescape(answer.text)

    def filled(self, **changes: Any) -> str:
        """The address of a form filled in; a list fills a field several times."""
        fields = {
            "preview": "yes",
            "other_id": self.anna.id,
            "description": "Two lines of the narrator",
            "per": "per_minute",
            "rate": "2.50",
            "currency": "EUR",
            "valid_from": "2030-01-01",
            "territories": "DE AT",
            "works": self.work,
            "languages": "en de",
            **changes,
        }
        return f"{NEW}/dubbing-enhancement?{urlencode(fields, doseq=True)}"

    def sent(self, page: str) -> dict[str, Any]:
        """What the form of a preview sends, sent as the page's script sends it."""
        (terms,) = re.findall(r"name=\"terms\" data-as=\"json\" value=\"(.*?)\"><input", page, re.S)
        (made,) = self.studio.post("/v1/requests", {"terms": json.loads(terms)})
        return made

    def asked(self, **changes: Any) -> dict[str, Any]:
        return self.sent(self.open(self.filled(**changes)))


@pytest.fixture
def desk(stage: Stage) -> Iterator[Desk]:
    studio_id, studio = stage.tenant("studio")
    other_id, _ = stage.tenant("studio", "Another")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    with open_registry(stage.settings) as world, ExitStack() as opened:
        mine, theirs = (
            opened.enter_context(stage.http(seat(world.db, one, Role.STUDIO).token))
            for one in (studio_id, other_id)
        )
        series = studio.post("/v1/works", {"title": "Night Train", "level": "series"})["id"]
        body = {"title": "Episode 1", "level": "episode", "parent_id": series}
        work = studio.post("/v1/works", body)["id"]
        yield Desk(stage, studio, studio_id, anna, mine, theirs, work)


def test_a_request_is_read_in_words_and_money_before_it_is_sent(desk: Desk) -> None:
    assert "/studio/requests/new/dubbing-enhancement" in desk.open(NEW)
    assert "Night Train › Episode 1" in desk.open(f"{NEW}/dubbing-enhancement")
    page = desk.open(desk.filled())
    for said in (
        "Two lines of the narrator",
        "Train › Episode 1",
        "DE, AT",
        "25.00 EUR",
        "10 minutes",
    ):
        assert said in page
    assert desk.studio.get("/v1/requests")["items"] == []
    made = desk.sent(page)
    assert made["offer"]["terms"]["works"] == [desk.work]
    assert made["offer"]["terms"]["template"]["id"] == "dubbing-enhancement"
    assert made["offer"]["terms"]["tariff"]["rate"] == "2.5"
    listed = desk.open("/studio/requests")
    assert f"/studio/requests/{made['id']}" in listed
    assert "asked, waits for an answer" in listed
    assert "Sie fragen" not in listed
    assert "Angefragte Lizenzen" in desk.open("/studio/requests", "de")


def test_what_is_asked_already_is_said_before_it_is_sent_again(desk: Desk) -> None:
    desk.asked()
    again = desk.open(desk.filled(), status=409)
    assert "This was asked already" in again
    assert "Two lines of the narrator" in again  # and nothing that was written is lost
    assert 'name="terms"' not in again


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"other_id": ""}, "Please check: Performer."),
        ({"other_id": "prf_x"}, "A request names a performer's id"),
        ({"rate": "much"}, "rate"),
        ({"rate": ""}, "Please check: Rate."),
        ({"works": []}, "Please check: Works."),
        ({"works": "*"}, "is not made for this"),
        ({"languages": ""}, "Please check: Languages."),
        ({"valid_from": "soon"}, "Please check: Start."),
        ({"valid_until": "2029-01-01"}, "The term ends before it begins"),
        ({"valid_until": "2090-01-01"}, "is not made for this"),
        ({"per": "no-such-tariff", "rate": ""}, "There is no such tariff"),
        ({"expires_at": "2090-01-01"}, "at most 180 days"),
        ({"expires_at": "2020-01-01"}, "at most 180 days"),
        ({"message": "x" * 1001}, "at most 1000"),
        ({"territories": "Germany"}, "territor"),
    ],
)
def test_wrong_answers_are_named_and_keep_the_form(
    desk: Desk, changes: dict[str, Any], said: str
) -> None:
    for lang in ("en", "de"):
        answer = desk.mine.get(
            f"{desk.filled(**changes)}&lang={lang}", headers={"Accept": "text/html"}
        )
        assert answer.status_code in (404, 409, 422), answer.text
        page = html.unescape(answer.text)
        assert 'role="alert"' in page
        assert "Two lines of the narrator" in page
        assert 'name="terms"' not in page
        if lang == "en":
            assert said in page


def test_many_works_are_folded_away_until_one_is_missing(desk: Desk) -> None:
    for number in range(9):
        desk.studio.post("/v1/works", {"title": f"Film {number}", "level": "film"})
    folded, opened = '<details class="tool"><summary>', '<details class="tool" open><summary>'
    label = "For which of your works"
    assert folded + label in desk.open(f"{NEW}/dubbing-enhancement")
    assert opened + label in desk.open(desk.filled(works=[]), status=422)


def test_a_price_by_a_published_tariff_needs_no_rate(desk: Desk) -> None:
    form = desk.open(f"{NEW}/dubbing-enhancement")
    assert 'value="direct-minute"' in form
    made = desk.asked(per="direct-minute")
    assert made["offer"]["terms"]["tariff"]["id"] == "direct-minute"


def test_nobody_is_named_who_is_not_known_to_the_studio(desk: Desk) -> None:
    nobody = new_id("prf")
    real, made_up = (desk.open(desk.filled(other_id=one)) for one in (desk.anna.id, nobody))
    assert "Anna" not in real
    assert raw_ids(real) == []  # also in the clauses somebody is called by words
    assert real.replace(desk.anna.id, "").replace(desk.anna.id[-6:], "") == made_up.replace(
        nobody, ""
    ).replace(nobody[-6:], "")
    asked = desk.sent(real)
    assert "Anna" not in desk.open("/studio/requests") + desk.open(
        f"/studio/requests/{asked['id']}"
    )
    desk.anna.license(desk.studio_id)
    assert "Anna" in desk.open(f"{NEW}/dubbing-enhancement")
    assert "Anna" in desk.open("/studio/requests")


def test_whom_a_film_showed_is_chosen_by_name(desk: Desk) -> None:
    desk.anna.enrol(desk.stage.file("anna.wav", voice_sample("anna")))
    body = {"label": "Feature", "format": "feature", "language": "de"}
    cut = desk.studio.post(f"/v1/works/{desk.work}/cuts", body)["id"]
    submit(desk.stage, desk.studio, cut, FILM, declaration())
    page = desk.open(f"{NEW}/dubbing-enhancement?performer_id={desk.anna.id}")
    assert f'<option value="{desk.anna.id}" selected>Anna</option>' in page
    other = desk.theirs.get(f"{NEW}/dubbing-enhancement", headers={"Accept": "text/html"})
    assert "Anna" not in other.text


def test_an_offer_is_countered_accepted_signed_or_withdrawn(desk: Desk) -> None:
    asked = desk.asked()
    path, agency = f"/studio/requests/{asked['id']}", desk.anna.agency
    assert "Withdraw" in desk.open(path)
    terms = {
        **asked["offer"]["terms"],
        "tariff": {"kind": "per_minute", "rate": "4", "currency": "EUR"},
    }
    agency.post(f"/v1/requests/{asked['id']}/offers", {"terms": terms, "message": "For four"})
    page = desk.open(path)
    for said in ("What you were offered instead (version 2)", "For four", "40.00 EUR", "Agree"):
        assert said in page
    assert "it is your turn" in desk.open("/studio/requests")
    newest = desk.studio.get(f"/v1/requests/{asked['id']}")["offer"]
    offer = {name: newest[name] for name in ("version", "digest")}
    desk.studio.post(f"/v1/requests/{asked['id']}/acceptance", offer)
    assert "agreed, waits for the signature" in desk.open(path)
    draft = agency.post(f"/v1/requests/{asked['id']}/licence-draft")
    agency.post(f"/v1/licences/{draft['id']}/signature", signature(desk.anna.key, draft))
    signed = desk.open(path)
    assert f"/v1/licences/{draft['id']}/credential" in signed
    assert "Asked of Anna" in signed
    other = desk.asked(description="Another")
    desk.studio.post(f"/v1/requests/{other['id']}/end")
    assert "Take it back" in desk.open(f"/studio/requests/{other['id']}")


def test_who_is_asked_reads_the_titles_that_the_studio_named_and_no_others(desk: Desk) -> None:
    hidden = desk.studio.post("/v1/works", {"title": "Unheard of", "level": "film"})["id"]
    asked = desk.asked()
    path, agency = f"/me/requests/{asked['id']}", desk.anna.agency
    with open_registry(desk.stage.settings) as world:
        side = agency.get("/v1/me")["tenant_id"]
        token = seat(world.db, side, Role.AGENT, Role.ADMIN).token
    with desk.stage.http(token) as anna:

        def shown(path: str) -> str:
            page = anna.get(f"{path}?for={desk.anna.id}", headers={"Accept": "text/html"}).text
            return html.unescape(page)

        assert "Night Train › Episode 1" in shown(path)
        terms = {**asked["offer"]["terms"], "works": [desk.work, hidden]}
        offered = agency.post(f"/v1/requests/{asked['id']}/offers", {"terms": terms})
        page = shown(path)
        assert "Night Train › Episode 1" in page
        assert "Unheard of" not in page
        offer = {name: offered["offer"][name] for name in ("version", "digest")}
        desk.studio.post(f"/v1/requests/{asked['id']}/acceptance", offer)
        draft = agency.post(f"/v1/requests/{asked['id']}/licence-draft")
        drafted = told(shown(f"/me/drafts/{draft['id']}"))
        agency.post(f"/v1/licences/{draft['id']}/signature", signature(desk.anna.key, draft))
        signed = told(shown(f"/me/licences/{draft['id']}"))
    for page in (drafted, signed):
        assert "Night Train › Episode 1" in page
        assert desk.work not in page
        assert "Unheard of" not in page


def told(page: str) -> str:
    """A page without the signed document, which names works by their ids."""
    return re.sub(r"<pre.*?</pre>", "", page, flags=re.S)


def test_a_request_is_shown_to_no_other_studio(desk: Desk) -> None:
    asked = desk.asked()
    answer = desk.theirs.get(f"/studio/requests/{asked['id']}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    listed = desk.theirs.get("/studio/requests", headers={"Accept": "text/html"})
    assert asked["id"] not in listed.text
