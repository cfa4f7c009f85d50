"""The answer to an advice: which lines were placed, which are held and why, for who wrote it.

A society writes it of an advice that it took; whoever paid reads it beside its own claims. Neither
changes anything.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from core.errors import BadInput, Conflict, NotFound
from core.principal import Principal, require
from licensing.service.registries import trusted
from royalties import advice_wire
from royalties.advice import Advice
from royalties.models_advised import AdviceShown, Answer, HeldLine, Sent
from royalties.service import advices, advised


def answer(
    session: Session, principal: Principal, advice_id: str, *, registry: str
) -> dict[str, Any]:
    """What a society says of an advice to it, unsigned; raises `NotFound`."""
    found = advised.shown(session, principal, advice_id)
    told = found.kept.advice
    return {
        "form": advice_wire.ANSWER,
        "issuer": registry,
        "advice_id": found.kept.id,
        "payer": told.payer,
        "payee": told.payee,
        "payment_id": told.payment_id,
        "reference": told.reference,
        "currency": told.currency,
        "matched": bool(found.receipt_id),
        "waits": found.waits,
        "claims_micro": str(told.claims_micro),
        "placed_micro": str(found.placed_micro),
        "held": _held(found),
    }


def _held(found: AdviceShown) -> list[dict[str, str]]:
    return [
        {
            "claim_id": one.line.claim_id,
            "amount_micro": str(one.line.amount_micro),
            "cause": one.cause,
        }
        for one in found.places
        if one.cause
    ]


def read_answer(session: Session, principal: Principal, data: bytes, *, registry: str) -> Answer:
    """A sister's answer to an advice of one's own book; `registry` is this one's did:key.

    Raises `BadInput` for what is no answer, `BadProof` for one that no trusted registry signed,
    `NotFound` for one about no payment of one's own, `Conflict` for one about another advice.
    """
    require(principal, "reports")
    known = [one.did for one in trusted(session)]
    document = advice_wire.read_signed(data, advice_wire.ANSWER, known)
    sent = _sent(session, principal, document)
    told = advices.advice_of(session, principal, sent.payment.id, registry=registry)
    if document.get("advice_id") != advice_wire.id_of(told):
        raise Conflict(
            "This answers another advice of the payment.",
            next_step="Send the advice again: ebenbild collect sent",
            code="another-advice",
        )
    return Answer(sent, document.get("matched") is True, _lines(told, document))


def _sent(session: Session, principal: Principal, document: Mapping[str, Any]) -> Sent:
    """The payment that is answered, where the society's own registry does."""
    for one in advices.list_sent(session, principal):
        answered = one.payment.id == document.get("payment_id")
        if answered and one.registry == document.get("issuer"):
            return one
    raise NotFound("There is no such payment.", next_step="List them: ebenbild collect sent")


def _lines(told: Advice, document: Mapping[str, Any]) -> tuple[HeldLine, ...]:
    own = {one.claim_id: one for one in told.lines}
    try:
        return tuple(HeldLine(own[one["claim_id"]], str(one["cause"])) for one in document["held"])
    except (KeyError, TypeError) as exc:
        raise BadInput(
            "This is no answer to a remittance advice.",
            code="bad-advice",
            next_step="Hand in the answer as the other society wrote it.",
        ) from exc
