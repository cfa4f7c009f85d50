"""Requests answered over HTTP: many in one call, and an answer taken back."""

from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Language, Writing
from api.routes.requests import RequestOut
from api.web.faulttexts import told_of
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.errors import EbenbildError
from core.principal import Principal
from licensing.service import answers
from licensing.service.answers import Answer, Answered, Named

router = APIRouter(tags=["requests"])
ANSWERED_AT_ONCE_MAX = 200


class NamedRequest(BaseModel):
    """A request; to accept it, the newest offer's version and digest, as they were read."""

    model_config = FROZEN
    request_id: Text
    version: int = 0
    digest: str = Field(default="", max_length=64)


class Answers(BaseModel):
    """One answer to all of these."""

    model_config = FROZEN
    answer: Answer
    requests: tuple[NamedRequest, ...] = Field(min_length=1, max_length=ANSWERED_AT_ONCE_MAX)


class ProblemOut(BaseModel):
    """Why a request could not be answered."""

    code: str
    detail: str
    next_step: str

    @classmethod
    def of(cls, problem: EbenbildError, lang: str) -> Self:
        """What an error says, in `lang`."""
        said = told_of(lang, problem)
        return cls(code=problem.code, detail=said["message"], next_step=said["next_step"])


class AnsweredOut(BaseModel):
    """What came of one request."""

    request_id: str
    request: RequestOut | None
    problem: ProblemOut | None

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Answered, lang: str) -> Self:
        """The outcome as data; a problem is told in `lang`."""
        made, problem = item.request, item.problem
        return cls(
            request_id=item.request_id,
            request=None if made is None else RequestOut.of(session, caller, made),
            problem=None if problem is None else ProblemOut.of(problem, lang),
        )


@router.post("/request-answers", response_model=list[AnsweredOut])
def answer(body: Answers, writing: Writing, lang: Language) -> Response:
    """Accept, refuse or reopen many requests; each stands for itself, what failed is listed."""
    named = [
        Named(item.request_id, item.version, item.digest)
        for item in {item.request_id: item for item in body.requests}.values()
    ]

    def answered(session: Session) -> list[AnsweredOut]:
        found = answers.answer_all(session, writing.caller, body.answer, named, now=utc_now())
        return [AnsweredOut.of(session, writing.caller, item, lang) for item in found]

    return writing.write(answered, status=200)


@router.post("/requests/{request_id}/undo", response_model=RequestOut)
def undo(request_id: str, writing: Writing) -> Response:
    """Take back one's own acceptance before it is signed, or a refusal or withdrawal for a day."""

    def reopened(session: Session) -> RequestOut:
        item = answers.undo(session, writing.caller, request_id, now=utc_now())
        return RequestOut.of(session, writing.caller, item)

    return writing.write(reopened, status=200)
