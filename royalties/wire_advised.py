"""Advices as JSON for whoever paid and whoever was paid; amounts as text."""

from collections.abc import Mapping

from core.clock import to_text
from royalties.advice import AdvisedCut, AdvisedLine
from royalties.forms.remittances import (
    AdviceLineOut,
    AdviceOut,
    AnswerToAdviceOut,
    FiguresOut,
    TheirLineOut,
)
from royalties.forms.sisters import SisterPaymentOut
from royalties.models_advised import AdviceShown, Answer, Sent


def shown_to_dict(found: AdviceShown) -> AdviceOut:
    """An advice and how it stands, without its lines."""
    kept, told = found.kept, found.kept.advice
    return {
        "id": kept.id,
        "payer": kept.payer_id,
        "payer_name": told.payer_name,
        "registry": told.registry,
        "reference": told.reference,
        "currency": told.currency,
        "amount_micro": str(told.amount_micro),
        "claims_micro": str(told.claims_micro),
        "vat_micro": {name: str(amount) for name, amount in told.vat.items()},
        "rounding_micro": str(told.rounding_micro),
        "runs": list(told.runs),
        "recorded_at": to_text(kept.recorded_at),
        "receipt_id": found.receipt_id,
        "placed_micro": str(found.placed_micro),
        "held_micro": str(found.held_micro),
        "waits": found.waits,
    }


def lines_to_list(found: AdviceShown) -> list[AdviceLineOut]:
    """Every line of an advice, where it belongs here, or why it is held."""
    titles = {one.id: one for one in found.kept.advice.cuts}
    return [
        {
            **_line(place.line, titles[place.line.pins.cut_id]),
            "performer_id": place.member.performer_id if place.member else "",
            "licence_id": place.pins.licence_id if place.pins else "",
            "cause": place.cause,
            "claim_id": claim,
        }
        for place, claim in zip(found.places, found.claims, strict=True)
    ]


def figures_to_dict(figures: Mapping[str, int]) -> FiguresOut:
    """What became of a claim before it was handed on; `figures` by the names of `FIGURES`."""
    return {
        "gross_micro": str(figures["gross_micro"]),
        "cost_micro": str(figures["cost_micro"]),
        "social_micro": str(figures["social_micro"]),
        "reserve_micro": str(figures["reserve_micro"]),
        "tax_micro": str(figures["tax_micro"]),
        "freed_micro": str(figures["freed_micro"]),
    }


def sent_to_dict(one: Sent) -> SisterPaymentOut:
    """A payment to a sister, as whoever paid lists it."""
    return {
        "id": one.payment.id,
        "society_id": one.society_id,
        "registry": one.registry,
        "reference": one.payment.reference,
        "currency": one.payment.currency,
        "amount_micro": str(one.payment.amount_micro),
        "state": one.payment.state,
        "runs": list(one.told.runs),
    }


def answer_to_dict(found: Answer) -> AnswerToAdviceOut:
    """What a sister answered, line by line, by one's own ids."""
    return {
        **sent_to_dict(found.sent),
        "matched": found.matched,
        "lines": [
            {
                "claim_id": one.line.claim_id,
                "performer_id": one.line.pins.performer_id,
                "licence_id": one.line.pins.licence_id,
                "amount_micro": str(one.line.amount_micro),
                "cause": one.cause,
            }
            for one in found.held
        ],
    }


def _line(line: AdvisedLine, cut: AdvisedCut) -> TheirLineOut:
    pins = line.pins
    return {
        "their_claim_id": line.claim_id,
        "their_performer_id": pins.performer_id,
        "their_licence_id": pins.licence_id,
        "title": cut.title,
        "label": cut.label,
        "kind": pins.kind or "",
        "territory": pins.territory,
        "earned_period": pins.period,
        "spans": [[span.start_ms, span.end_ms] for span in pins.spans],
        **figures_to_dict(line.figures),
        "amount_micro": str(line.amount_micro),
    }
