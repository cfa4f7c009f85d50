"""An agent defends a likeness under a mandate, and the performer is told."""

import httpx2

from api.cli.signing import signature
from api.roles import Role
from tests.flows.test_performer_pages import TODAY, Sides, enrolled, sides
from tests.simulators.holdings import TAKEDOWN
from tests.simulators.rawids import coded_ids, raw_ids
from tests.simulators.small_engine import medium

__all__ = ["sides"]
ELSEWHERE = {"location": "https://video.example/1"}


def mandate(sides: Sides, holder: str, *acts: str) -> None:
    body = {"holder_id": holder, "acts": list(acts), "valid_until": "2036-01-01T00:00:00Z"}
    draft = sides.agency.post(f"/v1/performers/{sides.anna.id}/mandates", body)
    sides.agency.post(f"/v1/mandates/{draft['id']}/signature", signature(sides.anna.key, draft))


def told(sides: Sides) -> list[str]:
    found = sides.agency.get("/v1/notices", lang="en")["items"]
    return [item["title"] for item in found if item["kind"].startswith("agent.")]


def post(browser: httpx2.Client, path: str, **body: object) -> httpx2.Response:
    return browser.post(f"/v1{path}", json=body, headers={"Origin": "http://local"})


def test_an_agent_says_not_me_and_makes_a_notice_where_the_mandate_names_it(sides: Sides) -> None:
    enrolled(sides)
    use_id = sides.found(**TODAY)
    [match_id, *_] = sides.agency.get("/v1/found-uses")["items"][0]["match_ids"]
    holder, _ = sides.stage.tenant("agency", "Friends")
    far, near = sides.sit(holder, Role.AGENT), sides.sit(sides.agency_id, Role.AGENT)
    address, review = f"/me/uses/{use_id}?for={sides.anna.id}", f"/matches/{match_id}/reviews"
    clips = f"/performers/{sides.anna.id}/clips"
    mandate(sides, holder, "read")
    mandate(sides, sides.agency_id, "read")

    for browser, refused in ((far, 403), (near, 403)):
        page = browser.get(address).text
        assert "does not let you say" in page and "data-act" not in page.split("<main")[1]
        assert post(browser, review, verdict="rejected").status_code == refused
        assert post(browser, clips, use_id=use_id, **ELSEWHERE).status_code == refused
        assert browser.get(f"/v1/matches/{match_id}/evidence").status_code in (403, 404)
    stranger = sides.sit(sides.stage.tenant("agency", "Elsewhere")[0], Role.AGENT)
    assert post(stranger, review, verdict="rejected").status_code == 404
    assert post(stranger, clips, use_id=use_id, **ELSEWHERE).status_code == 404

    mandate(sides, holder, "enforce")
    page = far.get(address).text
    assert "That is not Anna" in page and "/evidence" in page
    assert far.get(f"/v1/matches/{match_id}/evidence").status_code == 200
    clip = post(far, clips, use_id=use_id, **ELSEWHERE).json()["id"]
    made = post(far, f"/clips/{clip}/takedowns", **TAKEDOWN)
    assert made.status_code == 201
    notice = f"/v1/takedowns/{made.json()['id']}"
    assert far.get(f"{notice}/notice").status_code == 200
    assert near.get(notice).status_code == 200
    assert stranger.get(notice).status_code == 404
    said = post(far, review, verdict="rejected").json()
    assert "Your side said: that is not Anna." in far.get(address).text
    assert post(far, f"/acts/{said['id']}/undo").status_code == 200
    assert told(sides) == [
        "Friends took back what was said for Anna",
        "Friends said for Anna: that is not Anna",
        f"Friends made a notice to {TAKEDOWN['platform']} for Anna",
        "Friends handed in a clip for Anna",
    ]
    entries = sides.sit(holder, Role.AUDITOR).get("/v1/audit").json()["items"]
    logged = [one for one in entries if one["action"] == "acted.for"]
    assert [one["details"]["act"] for one in logged] == ["enforce"] * 4


def test_an_agent_hands_in_a_file_that_is_searched_for_the_performer(sides: Sides) -> None:
    enrolled(sides)
    holder, agent = sides.stage.tenant("agency", "Friends")
    mandate(sides, holder, "enforce")

    film = sides.stage.file("found.mp4", medium(20_000, ("anna", "voice", 0, 15_000)))
    body = {"upload_id": agent.upload(film), **ELSEWHERE}
    clip = agent.post(f"/v1/performers/{sides.anna.id}/clips", body)
    sides.stage.run_jobs()
    assert agent.get(f"/v1/clips/{clip['id']}")["state"] == "FOUND"
    assert [one["id"] for one in sides.agency.get(f"/v1/performers/{sides.anna.id}/clips")] == [
        clip["id"]
    ]


def test_what_one_is_told_names_people_and_a_closed_page_says_where_to_go(sides: Sides) -> None:
    iban = {"name": "Anna Berg", "iban": "DE89370400440532013000", "residence": "DE"}
    for last in ("00", "13"):
        iban["iban"] = {"00": iban["iban"], "13": "DE75512108001245126199"}[last]
        sides.agency.post(f"/v1/performers/{sides.anna.id}/payee", iban)
    page = sides.browser.get("/inbox").text
    assert "The payment details of Anna" in page
    assert raw_ids(page) == [] and coded_ids(page) == [], "an address may name who it is about"
    assert raw_ids("<p>prf_aaaaaaaaaaaaaaaaaaaaaaaaaa</p>") == ["prf_aaaaaaaaaaaaaaaaaaaaaaaaaa"]
    shut = sides.browser.get("/studio", headers={"accept": "text/html"})
    assert shut.status_code == 403
    for words in ("This page is not open to you", 'href="/me"', 'href="/act-as"'):
        assert words in shut.text, words
