"""Signing in over HTTP, and the attacks on it that others have suffered."""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import httpx2
import pytest

from api.accounts import sessions, totp
from core.clock import utc_now
from tests.simulators.stage import Stage

HOST = "https://registry.invalid"
PASSWORD = "correct horse battery staple"


@dataclass
class Browser:
    """A browser on one registry: cookies, forms with their hidden word, and the Origin it sends."""

    http: httpx2.Client

    @classmethod
    def open(cls, stage: Stage) -> "Browser":
        headers = {"Origin": HOST, "Accept": "text/html"}
        return cls(httpx2.Client(transport=stage.transport, base_url=HOST, headers=headers))

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(path)

    def word(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found, path
        return found.group(1)

    def send(self, path: str, page: str, **fields: object) -> httpx2.Response:
        return self.http.post(path, data={"csrf": self.word(page), **fields})

    def start(self, path: str, **fields: str) -> httpx2.Response:
        return self.http.post(path, data=fields)

    @property
    def cookie(self) -> str:
        return self.http.cookies.get("__Host-ebenbild", "")


@pytest.fixture
def browser(stage: Stage) -> Iterator[Browser]:
    yield Browser.open(stage)


def invited(stage: Stage, email: str, *roles: str, tenant: str | None = None) -> str:
    body = {"email": email, "roles": list(roles), "tenant_id": tenant}
    return str(stage.operator.post("/v1/invitations", body)["link"]).partition("#")[2]


def joined(stage: Stage, email: str, *roles: str, tenant: str | None = None) -> tuple[Browser, str]:
    """A browser that has joined with password and app; returns it and the app's secret."""
    return taken(stage, invited(stage, email, *roles, tenant=tenant))


def taken(stage: Stage, code: str) -> tuple[Browser, str]:
    """The same for whoever has the code of an invitation."""
    visitor = Browser.open(stage)
    answer = visitor.start("/join", code=code, name="Anna Berg", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/code")
    page = visitor.get("/account/code").text
    secret = html.unescape(re.search(r"<code>([A-Z2-7]+)</code>", page).group(1))  # type: ignore[union-attr]
    answer = visitor.send("/account/code", "/account/code", code=code_of(secret))
    assert answer.status_code == 200, answer.text
    assert len(re.findall(r"<li><code>", answer.text)) == totp.CODES
    return visitor, secret


def code_of(secret: str, ahead: int = 0) -> str:
    seed = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return totp.code(seed, totp.step_at(utc_now()) + ahead)


def test_who_is_invited_joins_and_comes_back(stage: Stage, browser: Browser) -> None:
    first, secret = joined(stage, "anna@example.org", "admin")
    assert "anna@example.org" in first.get("/account").text
    answer = browser.start("/sign-in", email="anna@example.org", password=PASSWORD)
    assert answer.headers["location"] == "/sign-in/code"
    assert browser.get("/account").status_code == 401
    answer = browser.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    assert answer.headers["location"] == "/account"
    for page in ("/account", "/members", "/approvals"):
        assert browser.get(page).status_code == 200, page
        assert browser.http.get(page, params={"lang": "de"}).status_code == 200


def test_the_cookie_is_for_this_host_and_no_script(stage: Stage) -> None:
    visitor, _ = joined(stage, "anna@example.org", "admin")
    answer = visitor.send("/sign-out", "/account")
    given = answer.headers["set-cookie"]
    assert given.startswith("__Host-ebenbild=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert part in given
    assert "Domain" not in given
    assert visitor.get("/account").status_code == 401


def test_session_fixation(stage: Stage, browser: Browser) -> None:
    """A token that was there before never becomes a signed-in one, at no step."""
    _, secret = joined(stage, "anna@example.org", "admin")
    browser.http.cookies.set("__Host-ebenbild", "ebs_" + "a" * 26 + "_" + "b" * 43)
    browser.http.cookies.clear()
    browser.start("/sign-in", email="anna@example.org", password=PASSWORD)
    half = browser.cookie
    browser.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    full = browser.cookie
    assert half and full and half != full
    old = stage.http(half)
    assert old.get("/account").status_code == 401
    assert old.get("/v1/me").status_code == 401
    assert stage.http(full).get("/v1/me").status_code == 200


def test_csrf_on_sign_out_and_keys(stage: Stage) -> None:
    """Without the page's word, with another session's, or from another site, nothing happens."""
    visitor, _ = joined(stage, "anna@example.org", "admin")
    other, _ = joined(stage, "ben@example.org", "admin")
    foreign = other.word("/account")
    own = visitor.word("/account")
    for path in ("/sign-out", "/account/keys", "/account/password", "/members/invitations"):
        for word, origin in (
            ("", HOST),
            (foreign, HOST),
            (own, "https://evil.test"),
            (own, "null"),
        ):
            answer = visitor.http.post(path, data={"csrf": word}, headers={"Origin": origin})
            assert answer.status_code == 403, (path, origin)
            assert answer.headers["content-type"].startswith("text/html")
    assert visitor.get("/account").status_code == 200
    assert all(key["name"] == "" for key in stage.operator.get("/v1/keys"))


def test_csrf_on_data_routes(stage: Stage) -> None:
    """A cookie alone reads; to change something over /v1 it needs the page's word in a header."""
    visitor, _ = joined(stage, "anna@example.org", "admin")
    assert visitor.get("/v1/me").json()["scopes"]
    body = {"scopes": ["reports"]}
    assert visitor.http.post("/v1/keys", json=body).status_code == 403
    word = {"X-CSRF-Token": visitor.word("/account")}
    assert visitor.http.post("/v1/keys", json=body, headers=word).status_code == 201
    evil = {**word, "Origin": "https://evil.test"}
    assert visitor.http.post("/v1/keys", json=body, headers=evil).status_code == 403


def test_forms_before_sign_in_come_from_here_too(browser: Browser) -> None:
    for path in ("/sign-in", "/join", "/sign-in/passkey/options"):
        answer = browser.http.post(path, data={}, headers={"Origin": "https://evil.test"})
        assert answer.status_code == 403, path


def test_user_enumeration_by_answer(stage: Stage) -> None:
    """Unknown account, wrong password, and locked account: one status, one body, one length."""
    joined(stage, "anna@example.org", "admin")
    answers = set()
    for email in ("anna@example.org", "nobody@example.org", "anna@example.org"):
        visitor = Browser.open(stage)
        for _ in range(3):
            answer = visitor.start("/sign-in", email=email, password="wrong")
            answers.add((answer.status_code, answer.text, answer.headers.get("set-cookie")))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 401


def test_invitation_reused(stage: Stage) -> None:
    code = invited(stage, "anna@example.org", "admin")
    fields = {"code": code, "name": "A", "password": PASSWORD}
    assert Browser.open(stage).start("/join", **fields).status_code == 303
    again = Browser.open(stage).start("/join", **fields)
    assert again.status_code == 404
    assert again.text == Browser.open(stage).start("/join", **{**fields, "code": "x"}).text


def test_totp_replayed(stage: Stage, browser: Browser) -> None:
    _, secret = joined(stage, "anna@example.org", "admin")
    code = code_of(secret, 1)
    browser.start("/sign-in", email="anna@example.org", password=PASSWORD)
    assert browser.send("/sign-in/code", "/sign-in/code", code=code).status_code == 303
    thief = Browser.open(stage)
    thief.start("/sign-in", email="anna@example.org", password=PASSWORD)
    answer = thief.send("/sign-in/code", "/sign-in/code", code=code)
    assert answer.status_code == 401
    assert thief.get("/account").status_code == 401


def test_half_way_nobody_sets_up_another_app(stage: Stage, browser: Browser) -> None:
    """Who has only the password cannot put an app of his own in place of the owner's."""
    joined(stage, "anna@example.org", "admin")
    browser.start("/sign-in", email="anna@example.org", password=PASSWORD)
    word = browser.word("/sign-in/code")
    for path in ("/account/code", "/account/code/removal", "/account/password"):
        assert browser.http.post(path, data={"csrf": word}).status_code == 401, path
    assert browser.get("/account/code").status_code == 401
    assert browser.http.post("/account/passkeys/options", json={"csrf": word}).status_code == 401
    assert browser.get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    "query",
    ["password=x", "api_key=x", "access_token=x", "Token=x", "x=ebk_abc", "x=ebs_abc", "q=%65bk_a"],
)
def test_password_in_a_query_string(stage: Stage, query: str) -> None:
    for path in ("/sign-in", "/v1/me", "/health"):
        answer = stage.http().get(f"{path}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "secret-in-address"), path


def test_default_keys(stage: Stage, browser: Browser) -> None:
    """A fresh registry has one key, random and in a file of its owner's; no account at all."""
    assert len(stage.operator.get("/v1/keys")) == 1
    assert stage.operator.get("/v1/members") == []
    for password in ("", "admin", "password", "ebenbild", "changeme"):
        for email in ("admin", "admin@localhost", "operator@localhost", "root"):
            answer = browser.start("/sign-in", email=email, password=password)
            assert answer.status_code == 401


def test_media_path_unguarded(stage: Stage) -> None:
    """Nothing beside the two scripts comes from a path, whatever is put into it."""
    for name in ("passkey.js", "join.js"):
        assert stage.http().get(f"/static/{name}").status_code == 200
    for name in ("..%2fpages.py", "%2e%2e", "passkey.js%00", "/etc/passwd", "ebenbild.db"):
        assert stage.http().get(f"/static/{name}").status_code == 404, name


def test_pages_run_nothing_foreign(stage: Stage) -> None:
    visitor, _ = joined(stage, "anna@example.org", "admin")
    for path in ("/sign-in", "/join", "/account", "/members", "/approvals"):
        answer = (Browser.open(stage) if path in ("/sign-in", "/join") else visitor).get(path)
        policy = answer.headers["content-security-policy"]
        for part in ("default-src 'none'", "script-src 'self'", "form-action 'self'"):
            assert part in policy, path
        assert "unsafe-eval" not in policy
        assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|javascript:", answer.text), path
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_every_field_has_a_label(stage: Stage) -> None:
    visitor, _ = joined(stage, "anna@example.org", "admin")
    for path in ("/sign-in", "/join", "/account", "/members"):
        text = (Browser.open(stage) if path in ("/sign-in", "/join") else visitor).get(path).text
        for tag in re.findall(r"<input[^>]*>", text):
            if 'type="hidden"' in tag or 'type="checkbox"' in tag:
                continue
            name = re.search(r'id="([^"]+)"', tag)
            assert name and f'for="{name.group(1)}"' in text, (path, tag)


def test_a_page_makes_a_key_and_shows_it_once(stage: Stage) -> None:
    visitor, _ = joined(stage, "anna@example.org", "admin")
    answer = visitor.send("/account/keys", "/account", name="Reports", scopes="reports", days="30")
    plaintext = re.search(r"ebk_[a-z2-7]{26}_[\w-]{43}", answer.text)
    assert plaintext
    assert stage.http(plaintext.group()).get("/v1/me").json()["scopes"] == ["reports"]
    assert plaintext.group() not in visitor.get("/account").text


def test_a_program_signs_in_with_password_and_code(stage: Stage) -> None:
    _, secret = joined(stage, "anna@example.org", "admin")
    body = {"email": "anna@example.org", "password": PASSWORD, "code": code_of(secret, 1)}
    answer = stage.http().post("/sign-in/token", json=body)
    assert answer.status_code == 201
    assert stage.http(answer.json()["token"]).get("/v1/me").json()["tenant_kind"] == "operator"
    assert stage.http().post("/sign-in/token", json=body).status_code == 401


def test_sync_route_skips_a_filter(stage: Stage) -> None:
    """Lists show one's own organisation alone: members, keys, invitations, approvals, audit."""
    tenant_id, _ = stage.tenant("studio")
    visitor, _ = joined(stage, "carla@example.org", "admin", tenant=tenant_id)
    invited(stage, "ben@example.org", "admin")
    assert [item["email"] for item in visitor.get("/v1/members").json()] == ["carla@example.org"]
    assert visitor.get("/v1/invitations").json() == []
    assert {item["action"] for item in visitor.get("/v1/audit").json()["items"]} <= {
        "members.joined",
        "account.totp-added",
        "account.signed-in",
    }
    assert len(visitor.get("/v1/keys").json()) == 1
    assert visitor.get("/v1/tenants").status_code == 403


def test_alone_on_a_laptop_the_link_and_the_cookie_are_this_machines(stage: Stage) -> None:
    """Browsers keep no Secure cookie of a plain address, so on loopback it has another name."""
    made = stage.operator.post("/v1/invitations", {"email": "a@example.org", "roles": ["admin"]})
    base, _, code = made["link"].partition("/join#")
    assert base == "http://localhost:8420"
    http = httpx2.Client(transport=stage.transport, base_url=base, headers={"Origin": base})
    fields = {"code": code, "name": "A", "password": PASSWORD}
    given = http.post("/join", data=fields).headers["set-cookie"]
    assert given.startswith("ebenbild-local=")
    assert "Secure" not in given
    assert "HttpOnly" in given
    assert http.get("/account/code").status_code == 200
    away = httpx2.Client(transport=stage.transport, base_url=HOST)
    away.cookies.set("ebenbild-local", given.partition("=")[2].partition(";")[0])
    assert away.get("/account/code").status_code == 401


def test_who_had_to_sign_in_first_is_led_to_what_was_asked_for(
    stage: Stage, browser: Browser
) -> None:
    _, secret = joined(stage, "anna@example.org", "admin")
    asked = browser.get("/me/uses?month=2026-10")
    assert asked.status_code == 401
    assert "HttpOnly" in asked.headers["set-cookie"]
    browser.start("/sign-in", email="anna@example.org", password=PASSWORD)
    answer = browser.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    assert answer.headers["location"] == "/me/uses?month=2026-10"
    assert browser.get("/sign-in").headers["location"] == "/account"  # only once


@pytest.mark.parametrize(
    "planted",
    ["//evil.example/", "/%5Cevil.example", "https://evil.example/", "/sign-in", "/a%0Ab"],
)
def test_nobody_is_led_elsewhere_after_signing_in(stage: Stage, planted: str) -> None:
    visitor, _ = joined(stage, "anna@example.org", "admin")
    visitor.http.cookies.set("ebenbild-place", quote(planted, safe="%"))
    assert visitor.get("/sign-in").headers["location"] == "/account"


def test_who_is_in_proves_anew_that_it_is_him_and_goes_on_where_he_was(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, secret = joined(stage, "anna@example.org", "admin")
    assert "/sign-in?again" not in visitor.get("/account").text
    monkeypatch.setattr(sessions, "FRESH", timedelta(0))
    refused = visitor.send("/members/invitations", "/account", email="b@example.org", roles="admin")
    assert 'href="/sign-in?again=/members"' in refused.text
    assert 'href="/sign-in?again=/account"' in visitor.get("/account").text
    asked = visitor.get("/sign-in?again=/members")
    assert asked.status_code == 200
    visitor.start("/sign-in", email="anna@example.org", password=PASSWORD)
    answer = visitor.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    assert answer.headers["location"] == "/members"
    monkeypatch.undo()
    sent = visitor.send("/members/invitations", "/account", email="b@example.org", roles="admin")
    assert "/join#" in sent.text


def test_signing_in_anew_ends_the_session_that_this_browser_had(stage: Stage) -> None:
    visitor, secret = joined(stage, "anna@example.org", "admin")
    elsewhere = Browser.open(stage)
    elsewhere.start("/sign-in", email="anna@example.org", password=PASSWORD)
    elsewhere.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    before = Browser.open(stage)
    before.http.cookies.set("__Host-ebenbild", visitor.cookie)
    assert before.get("/account").status_code == 200
    visitor.start("/sign-in", email="anna@example.org", password=PASSWORD)
    assert before.get("/account").status_code == 401
    assert elsewhere.get("/account").status_code == 200
