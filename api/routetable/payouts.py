"""To the bank and back: payees, batches and their papers, what the bank answered."""

from api.routetable.row import Reach, row
from registry.models.mandates import Act

_SIDE = "performers"

ROWS = (
    row("GET", "/v1/performers/{performer_id}/payee", _SIDE, acts=(Act.COLLECT,)),
    row("POST", "/v1/performers/{performer_id}/payee", _SIDE, acts=(Act.COLLECT,)),
    row("POST", "/v1/performers/{performer_id}/payee/decision", _SIDE, may_lack=True),
    row(
        "GET",
        "/v1/performers/{performer_id}/payee/tax-certificates/{year}",
        _SIDE,
        acts=(Act.COLLECT,),
        may_lack=True,
    ),
    row("GET", "/v1/payees/{payee_id}/tax-certificates/{year}", "usage", may_lack=True),
    row("GET", "/v1/tax-lists/{year}", "usage", reach=Reach.NOTHING),
    row("GET", "/v1/tax-exemptions", "usage"),
    row("POST", "/v1/tax-exemptions", "usage"),
    row("POST", "/v1/tax-exemptions/{exemption_id}/decision", "reports", may_lack=True),
    row("GET", "/v1/payout-accounts", "reports"),
    row("POST", "/v1/payout-accounts", "usage"),
    row("POST", "/v1/payout-batches", "usage"),
    row("GET", "/v1/payout-batches", "reports"),
    row("GET", "/v1/payout-batches/{batch_id}", "reports", may_lack=True),
    row("GET", "/v1/payout-batches/{batch_id}/payouts", "reports", may_lack=True),
    row("POST", "/v1/payout-batches/{batch_id}/decision", "reports", may_lack=True),
    row("GET", "/v1/payout-batches/{batch_id}/file", "usage", may_lack=True),
    row("GET", "/v1/payout-batches/{batch_id}/list", "usage", may_lack=True),
    row("GET", "/v1/payouts", "reports"),
    row("POST", "/v1/payout-answers", "usage", may_lack=True),
)
