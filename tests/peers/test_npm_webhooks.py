"""The library of Standard Webhooks takes what we send, and nothing that was changed or delayed."""

from datetime import datetime, timedelta

import pytest

from core.clock import utc_now
from core.hooksign import TOLERANCE, Scheme, headers, new_secret, receivers_part
from tests.peers.npm_programs import Message, messages_judged

BODY = '{"type":"use.found","data":{"id":"use_1","title":"Łódź"}}'


def message(secrets: list[str], at: datetime, key: str, body: str = BODY) -> Message:
    signed = headers(secrets, message_id="msg_1", at=at, body=BODY.encode())
    return Message(receivers_part(key), signed, body)


@pytest.mark.parametrize("scheme", Scheme)
def test_what_is_signed_is_taken_through_a_change_of_keys_and_nothing_else_is(
    node: str, scheme: Scheme
) -> None:
    old, new, strange = (new_secret(scheme) for _ in range(3))
    now = utc_now()
    cases = [
        (message([old], now, old), True),
        (message([new, old], now, old), True),
        (message([new, old], now, new), True),
        (message([new], now, old), False),
        (message([old], now, strange), False),
        (message([old], now, old, BODY.replace("use_1", "use_2")), False),
    ]
    judged = messages_judged(node, [case for case, _ in cases])
    assert [one["verified"] for one in judged] == [wanted for _, wanted in cases]


def test_what_was_delayed_is_refused(node: str) -> None:
    secret, far = new_secret(Scheme.HMAC), TOLERANCE + timedelta(minutes=1)
    replayed = [message([secret], utc_now() + shift, secret) for shift in (-far, far)]
    assert [one["error"] for one in messages_judged(node, replayed)] == [
        "Message timestamp too old",
        "Message timestamp too new",
    ]
