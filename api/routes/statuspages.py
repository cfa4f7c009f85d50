"""The status page, for anybody: does the registry work, and since when does it not?"""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import BaseModel

from api.condition import Facts, Sign, State, signs, worst
from api.conditionfacts import gather
from api.deps import Language, Open, Reading
from api.errors import wants_page
from api.visiting import visit_of
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.release import release
from migrations import HEAD

router = APIRouter(tags=["pages"])


class SignOut(BaseModel):
    """One line of the status: `state` is good, ask or bad, `code` names the sentence."""

    name: str
    state: State
    code: str
    at: datetime | None

    @classmethod
    def of(cls, sign: Sign) -> Self:
        """The sign as data."""
        return cls(name=sign.name, state=sign.state, code=sign.code, at=sign.at)


class StatusOut(BaseModel):
    """How the registry does, as of `at`; nothing of it is about an organisation."""

    at: datetime
    state: State
    signs: list[SignOut]
    open_jobs: int
    log_size: int
    release: str
    schema_revision: str

    @classmethod
    def of(cls, facts: Facts, now: datetime) -> Self:
        """The status as data."""
        found = signs(facts, now)
        return cls(
            at=now,
            state=worst(found),
            signs=[SignOut.of(sign) for sign in found],
            open_jobs=facts.open_jobs,
            log_size=facts.log_size,
            release=release(),
            schema_revision=HEAD,
        )


@router.get("/status", response_model=StatusOut, responses={200: {"content": {"text/html": {}}}})
def status(
    request: Request, reading: Reading, world: Open, lang: Language
) -> StatusOut | FormResponse:
    """Does the registry work? JSON, and a page for browsers."""
    facts, now = gather(reading, world), utc_now()
    if not wants_page(request):
        return StatusOut.of(facts, now)
    found = signs(facts, now)
    return form_page(
        "status.html",
        lang,
        visit_of(world, request),
        here="/status",
        scripts=["status.js"],
        found=found,
        state=worst(found).value,
        now=now,
        release=release(),
        schema=HEAD,
    )
