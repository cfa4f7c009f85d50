"""Carries out a request that changes something, once per Idempotency-Key.

The effect and the answer are stored in one transaction, together with a hash of the request, so a
client may send again after a time-out without fearing a second effect. Draft standard:
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter
from sqlmodel import Session

from core.answers import Answer, find_answer, keep_answer
from core.clock import utc_now
from core.db import Database
from core.errors import BadInput
from core.principal import Principal

KEY_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Once:
    """One request of one caller; without a key it is carried out each time it comes."""

    database: Database
    caller: Principal
    key: str | None
    request_hash: str

    def write(
        self,
        action: Callable[[Session], Any],
        *,
        status: int = 201,
        keep: Callable[[Any], Any] | None = None,
    ) -> Response:
        """Run `action` in one transaction and answer with what it returns, as JSON.

        `keep` makes the form that a repetition gets where the first answer holds a secret.
        Raises BadInput when the key was used for another request.
        """
        with self.database.write() as session:
            known = self._known(session)
            if known is not None:
                return _response(known, replayed=True)
            result = action(session)
            if self.key:
                kept = as_json(result if keep is None else keep(result))
                answer = Answer(self.request_hash, status, kept)
                keep_answer(session, self.caller.tenant_id, self._name, answer, at=utc_now())
        return _response(Answer(self.request_hash, status, as_json(result)))

    def replay(self) -> Response | None:
        """The answer given before under this key, for what must be prepared outside a write."""
        with self.database.read() as session:
            known = self._known(session)
        return None if known is None else _response(known, replayed=True)

    @property
    def _name(self) -> str:
        # A colleague who sends the same request has scopes of his own to be asked for.
        return f"{self.caller.person or self.caller.subject}/{self.key}"

    def _known(self, session: Session) -> Answer | None:
        if not self.key:
            return None
        if len(self.key) > KEY_LENGTH_MAX:
            raise BadInput(
                "The Idempotency-Key is too long.",
                next_step=f"Send at most {KEY_LENGTH_MAX} characters, such as a UUID.",
            )
        row = find_answer(session, self.caller.tenant_id, self._name)
        if row is not None and row.request_hash != self.request_hash:
            raise BadInput(
                "This Idempotency-Key was used for another request.",
                next_step="Make a new key for each new request.",
                code="idempotency-key-reused",
            )
        return row


def as_json(value: Any) -> str:
    """The JSON text of a border model or a frozen value of the packages below."""
    if isinstance(value, list):
        return f"[{','.join(as_json(item) for item in value)}]"
    return TypeAdapter(type(value)).dump_json(value).decode("utf-8")


def _response(answer: Answer, *, replayed: bool = False) -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else None
    return Response(answer.body, answer.status, headers, media_type="application/json")
