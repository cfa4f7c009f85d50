"""A forgotten password, from the page to the mail and back, and what others try with it."""

import email
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.opening import open_registry
from api.resetmail import send_resets
from api.transport import LocalTransport
from core.messagesettings import MailSettings
from tests.flows.test_sign_in import PASSWORD, Browser, code_of, joined
from tests.simulators.receivers import MailReceiver, mail_receiver
from tests.simulators.stage import Stage

ANNA, NEW = "anna@example.org", "a quiet lake at noon"


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[tuple[Stage, MailReceiver]]:
    with mail_receiver() as receiver:
        made = Stage.make(tmp_path)
        mail = MailSettings(host="127.0.0.1", port=receiver.port, security="none")
        made.close()
        settings = made.settings.model_copy(update={"mail": mail})
        stage = Stage(settings, LocalTransport(create_app(settings)))
        yield stage, receiver
        stage.close()


def post(stage: Stage) -> int:
    with open_registry(stage.settings) as world:
        return send_resets(world)


def mailed_code(receiver: MailReceiver) -> str:
    found = re.search(r"/reset/new#([\w-]{43})", words(receiver))
    assert found, receiver.mails
    return found.group(1)


def words(receiver: MailReceiver) -> str:
    return str(email.message_from_string(receiver.mails[-1][1]).get_payload(decode=True), "utf-8")


def test_a_forgotten_password_is_set_by_mail_and_the_app_stays(
    mailing: tuple[Stage, MailReceiver],
) -> None:
    stage, receiver = mailing
    before, secret = joined(stage, ANNA, "admin")
    visitor = Browser.open(stage)
    assert visitor.start("/reset?lang=de", email=" Anna@Example.org ").status_code == 200
    assert post(stage) == 1
    assert receiver.mails[-1][0] == [ANNA]
    assert "neues Passwort" in words(receiver)
    fields = {"code": mailed_code(receiver), "password": NEW}
    assert visitor.start("/reset/new", **{**fields, "password": "short"}).status_code == 422
    assert visitor.start("/reset/new", **fields).status_code == 200
    assert before.get("/account").status_code == 401
    assert visitor.get("/account").status_code == 401
    again = visitor.start("/reset/new", **fields)
    assert again.status_code == 404
    assert visitor.start("/sign-in", email=ANNA, password=PASSWORD).status_code == 401
    answer = visitor.start("/sign-in", email=ANNA, password=NEW)
    assert answer.headers["location"] == "/sign-in/code"
    visitor.send("/sign-in/code", "/sign-in/code", code=code_of(secret, 1))
    # German was asked for at the first page, and kept.
    assert "Ihr Passwort wurde geändert" in visitor.get("/inbox").text
    assert post(stage) == 0


def test_nothing_tells_whether_an_address_has_an_account(
    mailing: tuple[Stage, MailReceiver],
) -> None:
    stage, receiver = mailing
    joined(stage, ANNA, "admin")
    seen: set[Any] = set()
    for _ in range(5):
        for address in (ANNA, "nobody@example.org", "", "no address"):
            answer = Browser.open(stage).start("/reset", email=address)
            seen.add((answer.status_code, answer.text))
            answer = stage.http().post("/sign-in/reset", json={"email": address})
            seen.add((answer.status_code, answer.text))
    assert len(seen) == 2
    # Ten asked for her; three go out, the rest waits for the clock.
    post(stage)
    assert [to for to, _ in receiver.mails] == [[ANNA]] * 3


def test_one_use_ends_every_code_and_a_wrong_one_opens_nothing(
    mailing: tuple[Stage, MailReceiver],
) -> None:
    stage, receiver = mailing
    joined(stage, ANNA, "admin")
    http = stage.http()
    codes = []
    for _ in range(2):
        http.post("/sign-in/reset", json={"email": ANNA})
        post(stage)
        codes.append(mailed_code(receiver))
    for code in ("", "x", codes[0][:-1], codes[0] + "\udc00".encode("utf-8", "replace").decode()):
        body = {"code": code, "password": NEW}
        assert http.post("/sign-in/reset/password", json=body).status_code == 404
    body = {"code": codes[0], "password": NEW}
    assert http.post("/sign-in/reset/password", json=body).status_code == 200
    for code in codes:
        answer = http.post("/sign-in/reset/password", json={"code": code, "password": PASSWORD})
        assert answer.status_code == 404


def test_no_code_is_stored_and_links_lead_to_the_registry_whatever_host_was_asked(
    mailing: tuple[Stage, MailReceiver],
) -> None:
    stage, receiver = mailing
    joined(stage, ANNA, "admin")
    headers = {"Host": "evil.test"}
    assert stage.http().post("/sign-in/reset", json={"email": ANNA}, headers=headers).is_success
    post(stage)
    code = mailed_code(receiver)
    assert "evil" not in words(receiver)
    for path in stage.settings.data_dir.rglob("*"):
        assert not path.is_file() or code.encode() not in path.read_bytes(), path


def test_without_a_mail_server_the_page_says_so_to_everybody(tmp_path: Path) -> None:
    stage = Stage.make(tmp_path)
    for address in (ANNA, "nobody@example.org"):
        answer = Browser.open(stage).start("/reset", email=address)
        assert answer.status_code == 409
        assert "EBENBILD_MAIL__HOST" in answer.text
    stage.close()
