"""From an event to its receivers over HTTP and SMTP, through the product's own doors."""

from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from api.app import create_app
from api.client import Client, Refused
from api.delivering import deliver_due
from api.opening import open_registry
from api.roles import Role
from api.transport import LocalTransport
from core import notices
from core.clock import utc_now
from core.messagesettings import MailSettings, WebhookSettings
from core.settings import Settings
from tests.simulators.people import Seat, seat
from tests.simulators.receivers import MailReceiver, WebReceiver, mail_receiver, web_receiver
from tests.simulators.stage import Person, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage.make(tmp_path)
    yield made
    made.close()


def development(stage: Stage, **more: Any) -> Settings:
    return stage.settings.model_copy(
        update={"webhooks": WebhookSettings(loopback=True, timeout_seconds=60), **more}
    )


def tell(stage: Stage, tenant_id: str, kind: str = "enrolment.notice") -> None:
    with open_registry(stage.settings) as world, world.db.write() as session:
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=kind,
            subject_id="enr_1",
            facts={"name": "Anna"},
            now=utc_now(),
        )


def deliver(settings: Settings) -> int:
    with open_registry(settings) as world:
        return deliver_due(world)


@pytest.fixture
def webhook(tmp_path: Path) -> Iterator[tuple[Stage, Settings, str, Client, WebReceiver]]:
    """A registry in development, a studio of it, and its receiver."""
    made = Stage.make(tmp_path)
    made.close()
    settings = development(made)
    stage = Stage(settings, LocalTransport(create_app(settings)))
    tenant_id, studio = stage.tenant("studio")
    with web_receiver() as receiver:
        yield stage, settings, tenant_id, studio, receiver
    stage.close()


def test_an_event_reaches_its_receiver_and_an_outside_library_accepts_it(
    webhook: tuple[Stage, Settings, str, Client, WebReceiver],
) -> None:
    stage, settings, tenant_id, studio, receiver = webhook
    made = studio.post("/v1/webhooks", {"url": receiver.url, "kinds": ["notice.*"]})
    tell(stage, tenant_id)
    assert deliver(settings) == 1
    ((_, headers, body),) = receiver.got
    said = Webhook(made["key"]).verify(body, headers)
    assert said["type"] == "notice.enrolment.notice"
    assert said["data"]["id"] == "enr_1"
    (listed,) = studio.pages("/v1/deliveries")
    assert (listed["state"], listed["status"], listed["id"]) == (
        "ARRIVED",
        204,
        headers["webhook-id"],
    )
    assert deliver(settings) == 0


def test_both_keys_hold_during_a_change_and_a_resent_message_keeps_its_id(
    webhook: tuple[Stage, Settings, str, Client, WebReceiver],
) -> None:
    stage, settings, tenant_id, studio, receiver = webhook
    old = studio.post("/v1/webhooks", {"url": receiver.url})
    new = studio.post(f"/v1/webhooks/{old['id']}/rotation")
    assert old["key"] != new["key"]
    tell(stage, tenant_id)
    deliver(settings)
    (listed,) = studio.pages("/v1/deliveries", target=old["id"])
    studio.post(f"/v1/deliveries/{listed['id']}/retry")
    deliver(settings)
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 1
    for _, headers, body in receiver.got:
        for key in (old["key"], new["key"]):
            Webhook(key).verify(body, headers)


def test_a_receiver_that_is_gone_is_not_called_again(
    webhook: tuple[Stage, Settings, str, Client, WebReceiver],
) -> None:
    stage, settings, tenant_id, studio, receiver = webhook
    made = studio.post("/v1/webhooks", {"url": receiver.url})
    receiver.answers = [410]
    tell(stage, tenant_id)
    deliver(settings)
    (listed,) = studio.get("/v1/webhooks")
    assert "410" in listed["disabled"]
    tell(stage, tenant_id)
    deliver(settings)
    assert len(receiver.got) == 1
    receiver.answers = [200]
    studio.post(f"/v1/webhooks/{made['id']}/activation")
    tell(stage, tenant_id)
    deliver(settings)
    assert len(receiver.got) == 2


def test_a_failing_receiver_is_tried_later(
    webhook: tuple[Stage, Settings, str, Client, WebReceiver],
) -> None:
    stage, settings, tenant_id, studio, receiver = webhook
    studio.post("/v1/webhooks", {"url": receiver.url})
    receiver.answers = [500]
    tell(stage, tenant_id)
    assert deliver(settings) == 1
    (listed,) = studio.pages("/v1/deliveries")
    assert (listed["state"], listed["fault"]) == ("WAITING", "the receiver answered 500")


def test_a_key_is_shown_once_and_another_organisation_sees_nothing(
    webhook: tuple[Stage, Settings, str, Client, WebReceiver],
) -> None:
    stage, settings, tenant_id, studio, receiver = webhook
    _, other = stage.tenant("studio", "Another")
    body = {"url": receiver.url}
    first = studio.post("/v1/webhooks", body, key="once")
    assert first["key"].startswith("whsec_")
    assert studio.post("/v1/webhooks", body, key="once")["key"] is None
    assert all(item["key"] is None for item in studio.get("/v1/webhooks"))
    tell(stage, tenant_id)
    deliver(settings)
    assert other.get("/v1/webhooks") == list(other.pages("/v1/deliveries")) == []
    with pytest.raises(Refused) as refused:
        other.post(f"/v1/webhooks/{first['id']}/removal")
    assert refused.value.status == 404
    studio.post(f"/v1/webhooks/{first['id']}/removal")
    assert list(studio.pages("/v1/deliveries")) == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://example.org/", "file:///etc/passwd", "https://a:b@c.org/"]
)
def test_an_address_inside_is_refused_when_it_is_given(stage: Stage, url: str) -> None:
    with pytest.raises(Refused) as refused:
        stage.operator.post("/v1/webhooks", {"url": url})
    assert (refused.value.status, refused.value.code) == (422, "bad-url")


def mailed(stage: Stage, server: MailReceiver) -> Settings:
    mail = MailSettings(
        host="127.0.0.1", port=server.port, security="none", sender="registry@example.org"
    )
    return development(stage, mail=mail)


def test_a_notice_goes_by_mail_in_the_language_of_the_address(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    agency.post("/v1/mail-addresses", {"address": "buero@example.org", "lang": "de"})
    with mail_receiver() as server:
        tell(stage, tenant_id, "some.thing")
        assert deliver(mailed(stage, server)) == 1
    ((recipients, text),) = server.mails
    assert recipients == ["buero@example.org"]
    assert "Neues in Ebenbild" in text
    assert "Auto-Submitted: auto-generated" in text
    (told,) = agency.pages("/v1/notices", lang="de")
    assert told["title"] in text
    agency.post(f"/v1/notices/{told['id']}/reading")
    (told,) = agency.pages("/v1/notices")
    assert told["read_at"]


def test_a_mail_says_the_names_that_its_reader_may_know(stage: Stage) -> None:
    """Of one's own people by name, of others by id; links and commands keep their ids."""
    tenant_id, agency = stage.tenant("agency", "Ours")
    own, other = (Person.add(of, "anna").id for of in (agency, stage.tenant("agency")[1]))
    agency.post("/v1/mail-addresses", {"address": "office@example.org"})
    with open_registry(stage.settings) as world, world.db.write() as session:
        for who in (own, other):
            facts = {"ends_on": "2036-11-21", "renewed_from": "2034-11-21"}
            for kind in ("right.ending", "right.last"):
                notices.notify(
                    session,
                    tenant_id=tenant_id,
                    person=None,
                    kind=kind,
                    subject_id=who,
                    facts=facts,
                    now=utc_now(),
                )
    with mail_receiver() as server:
        assert deliver(mailed(stage, server)) == 4
    read = (message_from_string(said, policy=default) for _, said in server.mails)
    text = "\n".join(str(one.get_content()) for one in read)
    assert text.count("The right of anna ends on") == 2
    assert f"ebenbild estate use {own}" in text
    assert f"/me/speaking?for={own}" in text
    assert text.count(f"The right of {other} ends on") == 2


def test_an_address_that_does_not_exist_is_given_up(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    agency.post("/v1/mail-addresses", {"address": "nobody@example.org"})
    with mail_receiver("nobody@example.org") as server:
        tell(stage, tenant_id)
        deliver(mailed(stage, server))
    (listed,) = agency.pages("/v1/deliveries")
    assert (listed["state"], listed["fault"]) == ("DEAD", "the address was refused")


def test_a_mail_server_that_is_away_is_tried_later(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    agency.post("/v1/mail-addresses", {"address": "office@example.org"})
    with mail_receiver() as server:
        settings = mailed(stage, server)
    tell(stage, tenant_id)
    deliver(settings)
    (listed,) = agency.pages("/v1/deliveries")
    assert listed["state"] == "WAITING"


def test_a_password_of_the_mail_server_is_never_shown() -> None:
    assert "geheim" not in repr(MailSettings(password=SecretStr("geheim")))


@pytest.mark.parametrize(
    "address", ["a", "a@b", "A <a@b.org>", "a@b.org\r\nBcc: c@d.org", "@b.org"]
)
def test_what_is_no_address_is_refused(stage: Stage, address: str) -> None:
    with pytest.raises(Refused) as refused:
        stage.operator.post("/v1/mail-addresses", {"address": address})
    assert refused.value.status == 422


def seated(stage: Stage, tenant_id: str) -> Seat:
    with open_registry(stage.settings) as world:
        return seat(world.db, tenant_id, Role.AGENT)


def tell_person(stage: Stage, tenant_id: str, person_id: str) -> None:
    with open_registry(stage.settings) as world, world.db.write() as session:
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=person_id,
            kind="consent.ended",
            subject_id="enr_1",
            facts={},
            now=utc_now(),
        )


def test_what_is_for_one_person_goes_to_that_persons_address(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    agency.post("/v1/mail-addresses", {"address": "office@example.org"})
    anna = seated(stage, tenant_id)
    tell_person(stage, tenant_id, anna.person_id)
    with mail_receiver() as server:
        assert deliver(mailed(stage, server)) == 1
    ((recipients, text),) = server.mails
    assert recipients == [f"{anna.person_id}@example.org"]
    assert "A consent has run out" in text


@pytest.mark.parametrize(("lang", "title"), [("en", "has run out"), ("de", "ist abgelaufen")])
def test_the_inbox_is_a_page_of_ones_own(stage: Stage, lang: str, title: str) -> None:
    tenant_id, _ = stage.tenant("agency")
    anna, ben = seated(stage, tenant_id), seated(stage, tenant_id)
    tell_person(stage, tenant_id, anna.person_id)
    page = stage.http(anna.token).get("/inbox", params={"lang": lang})
    assert title in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert title not in stage.http(ben.token).get("/inbox", params={"lang": lang}).text
    (told,) = stage.http(anna.token).get("/v1/notices").json()["items"]
    for token, status in ((ben.token, 404), (anna.token, 303)):
        answer = stage.http(token).post(f"/inbox/{told['id']}/reading")
        assert answer.status_code == status
    assert '<form method="post" action="/inbox' not in page_of(stage, anna)


def page_of(stage: Stage, who: Seat) -> str:
    return stage.http(who.token).get("/inbox").text
