"""Every error Ebenbild raises on purpose, each with a sentence and the next step.

    EbenbildError
    +- BadInput       422  the caller can mend it
    |  +- BadMedia         the file cannot be used as it is
    |  +- NoVoice          no usable speech in it
    |  +- NoFace           no usable face in it
    |  +- BadTerms         the terms contradict a rule
    +- BadProof       422  a signature, key or hash does not hold
    +- NotAllowed     403  the caller lacks the scope
    +- NotFound       404  absent, or not the caller's to see
    +- Conflict       409  the state has moved on
    +- Unavailable    503  try again, or do the named set-up step first
    +- Broken         500  an invariant does not hold: never caught

A refused use is not an error: verdicts are values with reasons.
"""

from collections.abc import Sequence
from typing import Any


class EbenbildError(Exception):
    """Base of all; `code` is stable and kebab-case, `next_step` says what to do now.

    `reasons` are those that the message was made of, for who tells it in another language, and
    `fields` the names of what was sent and is to be mended.
    """

    status = 500
    code = "error"

    def __init__(
        self,
        message: str,
        *,
        next_step: str = "",
        code: str | None = None,
        reasons: Sequence[Any] = (),
        fields: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.reasons = tuple(reasons)
        self.fields = tuple(fields)
        if code is not None:
            self.code = code


class BadInput(EbenbildError):
    status = 422
    code = "bad-input"


class BadMedia(BadInput):
    code = "broken-media"


class NoVoice(BadInput):
    code = "no-voice"


class NoFace(BadInput):
    code = "no-face"


class BadTerms(BadInput):
    code = "bad-terms"


class BadProof(EbenbildError):
    status = 422
    code = "bad-proof"


class NotAllowed(EbenbildError):
    status = 403
    code = "not-allowed"


class NotFound(EbenbildError):
    status = 404
    code = "not-found"


class Conflict(EbenbildError):
    status = 409
    code = "conflict"


class Unavailable(EbenbildError):
    """Not now: to be asked again, at the earliest after `wait_s` seconds."""

    status = 503
    code = "unavailable"
    wait_s = 2


class TooMany(Unavailable):
    """Asked too often; `wait_s` says when the wait is over: until then all asking is in vain."""

    status = 429
    code = "too-many"


class Broken(EbenbildError):
    status = 500
    code = "broken"
