"""What the pages of other registries' advices show: how each stands, and one line by line."""

from typing import Any

from api.web.office import Office
from royalties.models_advised import AdviceShown
from royalties.models_payouts import PayoutState
from royalties.service import advices, advised, receipts

SHOWN = 100
LEFT = (PayoutState.SENT, PayoutState.SETTLED)


def advices_shown(office: Office) -> dict[str, Any]:
    """Every advice to the society, and what it paid to societies of other registries itself."""
    session, caller = office.session, office.caller
    sent = [one for one in advices.list_sent(session, caller) if one.registry]
    return {
        "advices": advised.list_advices(session, caller),
        "sent": [one for one in sent if one.payment.state in LEFT],
        "called": office.names(organisations=[one.society_id for one in sent]),
    }


def advice_shown(office: Office, advice_id: str, after: int) -> dict[str, Any]:
    """One advice with a page of its lines, and the payments that may be its own."""
    found = advised.shown(office.session, office.caller, advice_id)
    cuts = {one.id: one for one in found.kept.advice.cuts}
    told = list(zip(found.places, found.claims, strict=True))[after : after + SHOWN]
    lines = [
        {
            "place": place,
            "claim_id": claim,
            "cut": cuts[place.line.pins.cut_id],
            "performer_id": place.member.performer_id if place.member else "",
        }
        for place, claim in told
    ]
    return {
        "advice": found,
        "lines": lines,
        "more": after + SHOWN if len(found.places) > after + SHOWN else 0,
        "candidates": _candidates(office, found),
        "names": office.names(performers=[str(one["performer_id"]) for one in lines]),
    }


def _candidates(office: Office, found: AdviceShown) -> list[Any]:
    """Payments that wait and are of the advice's amount; none once one is matched."""
    if found.receipt_id:
        return []
    waiting = receipts.list_receipts(office.session, office.vault, office.caller, waiting=True)
    return [one for one in waiting if advised.is_same(found.kept.advice, one)]
