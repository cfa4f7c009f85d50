"""To the bank and back: payees."""

from api.routetable.row import row
from registry.models.mandates import Act

_SIDE = "performers"

ROWS = (
    row("GET", "/v1/performers/{performer_id}/payee", _SIDE, acts=(Act.COLLECT,)),
    row("POST", "/v1/performers/{performer_id}/payee", _SIDE, acts=(Act.COLLECT,)),
    row("POST", "/v1/performers/{performer_id}/payee/decision", _SIDE, may_lack=True),
)
