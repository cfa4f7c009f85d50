"""The one form that a failure is told in: by the API as its answer, by commands with `--json`.

RFC 9457, https://www.rfc-editor.org/rfc/rfc9457. Loads no framework, so that a command may tell it.
"""

from collections.abc import Mapping
from typing import Any

from api import fieldfaults
from api.web.faulttexts import told, told_of
from core.errors import (
    BadInput,
    BadMedia,
    BadProof,
    BadTerms,
    Broken,
    Conflict,
    EbenbildError,
    NoFace,
    NotAllowed,
    NotFound,
    NoVoice,
    TooMany,
    Unavailable,
)

UNTITLED = "Something failed"
TITLES: Mapping[type[EbenbildError], str] = {
    BadInput: "The request cannot be used as it is",
    BadMedia: "The file cannot be used as it is",
    NoVoice: "There is no usable speech in the file",
    NoFace: "There is no usable face in the file",
    BadTerms: "The terms contradict a rule",
    BadProof: "A signature, key or hash does not hold",
    NotAllowed: "This key may not do that",
    NotFound: "There is no such thing, or it is not yours to see",
    Conflict: "The state has moved on",
    Unavailable: "Not ready: try again, or do the named step first",
    TooMany: "Too many requests: wait a little",
    Broken: "An invariant does not hold",
}


def title_of(kind: type[EbenbildError]) -> str:
    """Title of the nearest class in the table."""
    return next((TITLES[base] for base in kind.__mro__ if base in TITLES), UNTITLED)


def document(
    status: int, code: str, title: str, detail: str, next_step: str = "", **more: Any
) -> dict[str, Any]:
    """A problem: `type, title, status, detail, code, next_step` and `more`."""
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "next_step": next_step,
        **more,
    }


def of_error(lang: str, error: EbenbildError) -> dict[str, Any]:
    """An error as a problem in `lang`, with the fields that are to be mended where it names any."""
    said, title = told_of(lang, error), told(lang, title_of(type(error)))
    faults = fieldfaults.named(lang, error.fields, said["message"])
    more = {"faults": faults} if faults else {}
    return document(error.status, error.code, title, said["message"], said["next_step"], **more)
