"""Asks a witness to cosign the log's newest checkpoint, with the proof that it only grew.

The witness answers with its signature lines; with 409 it names the size it saw last, and is asked
again from there. Spec: https://c2sp.org/tlog-witness
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core import log, safepost
from core.checkpoint import parse_checkpoint
from core.checkpoints import newest
from core.clock import utc_now
from core.db import Database
from core.errors import BadProof, NotFound
from core.logwitnesses import SCOPE, Witness, accept, list_witnesses
from core.messagesettings import WebhookSettings
from core.principal import Principal, require
from core.safepost import Outcome
from core.signednote import Note, parse_signatures

CONTENT = "text/plain; charset=utf-8"
_BEHIND = 409
_DIGITS_MAX = 19
Send = Callable[[str, bytes], Outcome]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking one witness; no `fault` is a cosignature of `size` leaves."""

    name: str
    size: int
    fault: str = ""


def ask_for(principal: Principal, db: Database, how: WebhookSettings) -> tuple[Asked, ...]:
    """Ask every witness on behalf of a caller, who needs the scope of the log's administration."""
    require(principal, SCOPE)
    return ask_all(db, how)


def ask_all(db: Database, how: WebhookSettings) -> tuple[Asked, ...]:
    """Ask every witness with an address that has not seen the newest checkpoint yet."""
    with db.read() as session:
        if log.size(session) == 0:
            return ()
        size = parse_checkpoint(newest(session).text).size
        due = [item for item in list_witnesses(session) if item.url and item.cosigned < size]

    def send(url: str, body: bytes) -> Outcome:
        headers = {"Content-Type": CONTENT}
        return safepost.post(
            url, body, headers, seconds_max=how.timeout_seconds, loopback=how.loopback
        )

    return tuple(ask(db, witness, send) for witness in due)


def ask(db: Database, witness: Witness, send: Send) -> Asked:
    """Ask one witness, a second time from the size that it names; nothing it answers raises."""
    old = witness.cosigned
    for _ in range(2):
        with db.read() as session:
            note = newest(session)
            size = parse_checkpoint(note.text).size
            if old > size:
                fault = f"it has seen {old} leaves of this log, which holds {size}"
                return Asked(witness.key.name, size, fault)
            body = request_body(old, log.consistency(session, old, size) if old else (), note)
        answer = send(f"{witness.url.rstrip('/')}/add-checkpoint", body)
        named = _size(answer.body) if answer.status == _BEHIND else None
        if named is None or named == old:
            return _settle(db, witness, note, size, answer)
        old = named
    return Asked(witness.key.name, size, "it names another size each time")


def request_body(old: int, proof: Sequence[bytes], note: Note) -> bytes:
    """Return the body of add-checkpoint."""
    hashes = "".join(base64.b64encode(item).decode() + "\n" for item in proof)
    return f"old {old}\n{hashes}\n{note.full}".encode()


def _settle(db: Database, witness: Witness, note: Note, size: int, answer: Outcome) -> Asked:
    name = witness.key.name
    if not answer.arrived:
        return Asked(name, size, answer.fault or f"it answered {answer.status}")
    try:
        lines = parse_signatures(answer.body.decode("utf-8"))
        own = tuple(item for item in lines if item.is_by(witness.key))
        with db.write() as session:
            accept(session, Note(note.text, own), now=utc_now())
    except (BadProof, NotFound, UnicodeDecodeError) as exc:
        return Asked(name, size, f"what it answered is no cosignature: {exc}")
    return Asked(name, size)


def _size(body: bytes) -> int | None:
    text = body.decode("ascii", "replace").strip()
    return int(text) if text.isdigit() and len(text) <= _DIGITS_MAX else None
