"""A performer's rights; the last rows, because they take away what the others look for."""

from api.routetable.row import row
from registry.models.mandates import Act

_SIDE = "performers"

ROWS = (
    row("GET", "/v1/enrolments/{enrolment_id}/purposes", _SIDE, acts=(Act.READ, Act.WITHDRAW)),
    row(
        "POST",
        "/v1/enrolments/{enrolment_id}/purposes/{purpose}/withdrawal",
        _SIDE,
        acts=(Act.WITHDRAW,),
    ),
    row("GET", "/v1/performers/{performer_id}/searches", _SIDE, acts=(Act.READ,)),
    row("GET", "/v1/performers/{performer_id}/looks", _SIDE, acts=(Act.READ,)),
    row(
        "GET",
        "/v1/enrolments/{enrolment_id}/excerpt",
        _SIDE,
        acts=(Act.READ,),
        lent=False,
        may_lack=True,
    ),
    row("POST", "/v1/performers/{performer_id}/exports", _SIDE, acts=(Act.READ,), lent=False),
    row("GET", "/v1/exports/{export_id}", _SIDE),
    row("GET", "/v1/exports/{export_id}/packet", _SIDE, acts=(Act.READ,), lent=False),
    row("GET", "/v1/erasures", _SIDE),
    row("GET", "/v1/erasures/{erasure_id}", _SIDE),
    row("GET", "/v1/erasures/{erasure_id}/receipt", _SIDE, may_lack=True),
    row("POST", "/v1/performers/{performer_id}/erasure", _SIDE, acts=(Act.WITHDRAW,), lent=False),
)
