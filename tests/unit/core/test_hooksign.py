"""Webhook signatures: the specification's vector, an outside library, and what must not pass."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from core.errors import BadInput, BadProof
from core.hooksign import Scheme, headers, new_secret, receivers_part, verify

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
BODY = b'{"type":"use.found","data":{"id":"use_1"}}'


def test_the_specifications_own_vector() -> None:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""
    made = headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=datetime.fromtimestamp(1614265330, UTC),
        body=b'{"test": 2432232314}',
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_outside_library_takes_what_we_sign_and_refuses_what_was_changed() -> None:
    secret, other = new_secret(Scheme.HMAC), new_secret(Scheme.HMAC)
    now = datetime.now(UTC)
    made = headers([other, secret], message_id="msg_1", at=now, body=BODY)
    assert Webhook(secret).verify(BODY, made) == json.loads(BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", made)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret(Scheme.HMAC)).verify(BODY, made)


def test_we_take_what_an_outside_library_signs() -> None:
    secret = new_secret(Scheme.HMAC)
    signature = Webhook(secret).sign("msg_1", AT, BODY.decode())
    given = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(AT.timestamp())),
        "webhook-signature": signature,
    }
    verify(secret, given, BODY, at=AT)


@pytest.mark.parametrize("scheme", Scheme)
def test_both_keys_sign_while_a_secret_is_changed(scheme: Scheme) -> None:
    old, new = new_secret(scheme), new_secret(scheme)
    made = headers([new, old], message_id="msg_1", at=AT, body=BODY)
    for secret in (old, new):
        verify(receivers_part(secret), made, BODY, at=AT)
    with pytest.raises(BadProof):
        verify(receivers_part(new_secret(scheme)), made, BODY, at=AT)


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("change", ["body", "id", "time", "old", "future", "none", "garbage"])
def test_nothing_else_passes(scheme: Scheme, change: str) -> None:
    secret = new_secret(scheme)
    made = headers([secret], message_id="msg_1", at=AT, body=BODY)
    body, at = BODY, AT
    if change == "body":
        body = BODY.replace(b"use_1", b"use_2")
    elif change == "id":
        made["webhook-id"] = "msg_2"
    elif change == "time":
        made["webhook-timestamp"] = str(int(AT.timestamp()) + 1)
    elif change in ("old", "future"):
        at += timedelta(minutes=6 if change == "old" else -6)
    elif change == "none":
        del made["webhook-signature"]
    else:
        made["webhook-signature"] = "v1,**** v1a,**** v9,AAAA"
    with pytest.raises(BadProof):
        verify(receivers_part(secret), made, body, at=at)


def test_the_receiver_of_a_private_key_never_learns_it() -> None:
    secret = new_secret(Scheme.ED25519)
    public = receivers_part(secret)
    assert public.startswith("whpk_")
    assert secret.removeprefix("whsk_") not in public
    with pytest.raises(BadProof):
        verify(
            public, headers([new_secret(Scheme.HMAC)], message_id="m", at=AT, body=b""), b"", at=AT
        )


def test_a_broken_secret_is_refused() -> None:
    with pytest.raises(BadInput):
        headers(["whsec_short"], message_id="m", at=AT, body=b"")
