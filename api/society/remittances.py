"""What the pages of other societies' payments show: the payments, and what one of them is for."""

from typing import Any

from api.web.office import Office
from royalties.service import remittanceviews

SHOWN = 100


def payments_shown(office: Office) -> dict[str, Any]:
    """Every payment to the society, newest first, and who made it."""
    found = remittanceviews.list_remittances(office.session, office.caller)
    return {
        "payments": found,
        "names": office.names(organisations=[one.payer for one in found]),
    }


def payment_shown(office: Office, remittance_id: str, after: str) -> dict[str, Any]:
    """One payment with the page of its claims behind the claim `after`."""
    found, every = remittanceviews.remittance(office.session, office.caller, remittance_id)
    lines = [one for one in every if one.share.live_key > after]
    shown = lines[:SHOWN]
    return {
        "paid": found,
        "lines": shown,
        "more": shown[-1].share.live_key if len(lines) > SHOWN else "",
        "names": office.names(
            performers=[one.share.performer_id for one in shown],
            organisations=[found.payer],
            cuts=[(one.pins.cut_id, one.licensee_id) for one in shown],
        ),
    }
