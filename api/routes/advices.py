"""Remittance advices over HTTP: written by who paid, taken by who was paid in another registry."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.bankfiles import taken
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.wire import FROZEN
from core.clock import utc_now
from core.principal import require
from royalties import advice_wire
from royalties.forms.remittances import AdviceOut, AnswerToAdviceOut, WholeAdviceOut
from royalties.forms.sisters import SisterPaymentOut
from royalties.models_advised import AdviceShown
from royalties.service import advices, advised, answers
from royalties.wire_advised import answer_to_dict, lines_to_list, sent_to_dict, shown_to_dict

router = APIRouter(tags=["money"])
JSON = "application/json"


class NewAdvice(BaseModel):
    """An advice, or the answer to one, that was uploaded."""

    model_config = FROZEN
    upload_id: str = Field(max_length=64)


class AdvicePayment(BaseModel):
    """The receipt that is the payment."""

    model_config = FROZEN
    receipt_id: str = Field(max_length=64)


@router.get("/sister-payments", response_model=list[SisterPaymentOut])
def list_sent(caller: Caller, reading: Reading) -> list[SisterPaymentOut]:
    """What your book paid to other societies, newest first."""
    return [sent_to_dict(one) for one in advices.list_sent(reading, caller)]


@router.get("/sister-payments/{payment_id}/advice", response_class=Response, responses=gives(JSON))
def write(payment_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """What a payment to a society of another registry is for, signed: the file to send her."""
    key = world.registry_key
    found = advices.advice_of(reading, caller, payment_id, registry=key.did)
    return Response(advice_wire.signed(advice_wire.to_dict(found), key, utc_now()), media_type=JSON)


@router.post("/advice-answers", status_code=201, response_model=AnswerToAdviceOut)
def read_answer(body: NewAdvice, writing: Writing, world: Open) -> Response:
    """Read what a society answered to your advice: the lines that it could not place, and why."""

    def read(session: Session, data: bytes) -> AnswerToAdviceOut:
        own = world.registry_key.did
        return answer_to_dict(answers.read_answer(session, writing.caller, data, registry=own))

    return taken(world, writing, body.upload_id, read)


@router.post("/remittance-advices", status_code=201, response_model=WholeAdviceOut)
def take(body: NewAdvice, writing: Writing, world: Open) -> Response:
    """Take in what another registry says a payment to you is for; the same twice is one."""

    def took(session: Session, data: bytes) -> WholeAdviceOut:
        own = world.registry_key.did
        found = advised.take(
            session, world.vault, writing.caller, data, registry=own, now=utc_now()
        )
        return _whole(found)

    return taken(world, writing, body.upload_id, took)


@router.get("/remittance-advices", response_model=list[AdviceOut])
def list_advices(caller: Caller, reading: Reading) -> list[AdviceOut]:
    """The advices that you took in, newest first, and how each stands."""
    return [shown_to_dict(one) for one in advised.list_advices(reading, caller)]


@router.get("/remittance-advices/{advice_id}", response_model=WholeAdviceOut)
def show(advice_id: str, caller: Caller, reading: Reading) -> WholeAdviceOut:
    """One advice, and where each of its lines is, or why it is held."""
    return _whole(advised.shown(reading, caller, advice_id))


@router.post(
    "/remittance-advices/{advice_id}/match", status_code=201, response_model=WholeAdviceOut
)
def match(advice_id: str, body: AdvicePayment, writing: Writing, world: Open) -> Response:
    """Have a receipt be the payment of an advice; its claims go into your book."""
    return writing.write(
        lambda session: _whole(
            advised.match(
                session, world.vault, writing.caller, advice_id, body.receipt_id, now=utc_now()
            )
        )
    )


@router.post(
    "/remittance-advices/{advice_id}/placing", status_code=201, response_model=WholeAdviceOut
)
def place(advice_id: str, writing: Writing) -> Response:
    """Look again at lines that were held, and book those that can be placed by now."""
    return writing.write(
        lambda session: _whole(advised.place(session, writing.caller, advice_id, now=utc_now()))
    )


@router.post(
    "/remittance-advices/{advice_id}/unmatching", status_code=201, response_model=WholeAdviceOut
)
def unmatch(advice_id: str, writing: Writing) -> Response:
    """Take the match of a receipt back; the claims go, the money waits for a clerk."""
    return writing.write(
        lambda session: _whole(advised.unmatch(session, writing.caller, advice_id, now=utc_now()))
    )


@router.get(
    "/remittance-advices/{advice_id}/answer", response_class=Response, responses=gives(JSON)
)
def answer(advice_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The signed answer for who wrote the advice: what was placed, what is held and why."""
    require(caller, "reports")
    key = world.registry_key
    said = answers.answer(reading, caller, advice_id, registry=key.did)
    return Response(advice_wire.signed(said, key, utc_now()), media_type=JSON)


def _whole(found: AdviceShown) -> WholeAdviceOut:
    return {**shown_to_dict(found), "lines": lines_to_list(found)}
