"""One person in two organisations: acting in the one, then in the other, and in no third."""

import html
import re

from tests.flows.test_sign_in import PASSWORD, Browser, invited, joined
from tests.simulators.stage import Stage

ANNA = "anna@example.org"


def in_two(stage: Stage) -> tuple[Browser, str, str]:
    """A browser whose owner is an auditor at the operator's and at a studio."""
    studio, _ = stage.tenant("studio")
    visitor, _ = joined(stage, ANNA, "auditor")
    code = invited(stage, ANNA, "auditor", tenant=studio)
    assert Browser.open(stage).start("/join", code=code, password=PASSWORD).status_code == 303
    return visitor, stage.operator.get("/v1/me")["tenant_id"], studio


def test_a_person_acts_in_one_organisation_at_a_time(stage: Stage) -> None:
    visitor, home, studio = in_two(stage)
    before = visitor.cookie
    assert visitor.get("/v1/me").json()["tenant_id"] == home
    until = visitor.get("/account").text.count("Act here")
    assert until == 1
    answer = visitor.send("/account/organisation", "/account", tenant_id=studio)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert visitor.get("/v1/me").json()["tenant_id"] == studio
    assert stage.http(before).get("/v1/me").status_code == 401
    found = visitor.get("/v1/me/organisations").json()
    assert {item["id"]: item["current"] for item in found} == {home: False, studio: True}
    actions = [item["action"] for item in visitor.get("/v1/audit").json()["items"]]
    assert "account.organisation-chosen" in actions


def test_a_program_gets_a_token_that_ends_when_the_old_one_would_have(stage: Stage) -> None:
    visitor, _, studio = in_two(stage)
    http = stage.http(visitor.cookie)
    other, _ = stage.tenant("studio")
    foreign = [http.post("/v1/me/organisation", json={"tenant_id": x}) for x in (other, "ten_x")]
    assert {answer.status_code for answer in foreign} == {422}
    assert foreign[0].text == foreign[1].text
    made = http.post("/v1/me/organisation", json={"tenant_id": studio}).json()
    held = stage.http(made["token"])
    assert held.get("/v1/me").json()["tenant_id"] == studio
    assert held.post("/v1/me/organisation", json={"tenant_id": studio}).status_code == 409
    assert http.get("/v1/me").status_code == 401
    with_key = stage.operator.get("/v1/me/organisations")
    assert [item["current"] for item in with_key] == [True]


def test_who_was_put_out_of_one_keeps_the_other(stage: Stage) -> None:
    visitor, home, studio = in_two(stage)
    person = next(m["id"] for m in stage.operator.get("/v1/members") if m["email"] == ANNA)
    stage.operator.post(f"/v1/members/{person}/roles", {"roles": []})
    assert visitor.get("/v1/me").status_code == 401
    assert home != studio


def test_a_link_of_the_other_organisation_is_opened_there(stage: Stage) -> None:
    """A mail to the studio is opened while its reader acts for the registry's operator."""
    visitor, _, studio = in_two(stage)
    link = "/me/requests/req_aaaaaaaaaaaaaaaaaaaaaaaaaa"
    assert visitor.get(link).text.count(f'name="then" value="{link}"') == 1
    for then, led in ((link, link), ("//evil.example", "/account")):
        answer = visitor.send("/account/organisation", link, tenant_id=studio, then=then)
        assert answer.headers["location"] == led
        _, studio = studio, stage.operator.get("/v1/me")["tenant_id"]
    alone, _ = joined(stage, "bert@example.org", "auditor")
    assert 'name="then"' not in alone.get(link).text
    assert 'class="acting"' not in alone.get("/inbox").text


def test_every_page_says_where_who_has_several_organisations_acts(stage: Stage) -> None:
    visitor, home, studio = in_two(stage)
    names = {item["id"]: item["name"] for item in visitor.get("/v1/me/organisations").json()}
    for place, other in ((home, studio), (studio, home)):
        acting = re.search(r'class="acting".*?<strong>(.*?)</strong>', visitor.get("/inbox").text)
        assert acting
        assert html.unescape(acting.group(1)) == names[place]
        visitor.send("/account/organisation", "/account", tenant_id=other)
