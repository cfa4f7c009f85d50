"""Who speaks for a performer besides the performer: guardians, heirs, agents and unions."""

from api.routetable.row import Reach, row
from api.scopes import ADMIN
from registry.models.mandates import Act

_SIDE = "performers"
_PROOF = (_SIDE, "attest")

ROWS = (
    row("POST", "/v1/performers/{performer_id}/minority", _SIDE, may_lack=True),
    row("GET", "/v1/performers/{performer_id}/guardians", _SIDE),
    row("POST", "/v1/performers/{performer_id}/guardians", _SIDE),
    row("POST", "/v1/guardians/{guardian_id}/erasure", _SIDE),
    row("GET", "/v1/guardians/{guardian_id}", *_PROOF, attested=True),
    row("POST", "/v1/guardians/{guardian_id}/attestation", *_PROOF, attested=True),
    row("POST", "/v1/performers/{performer_id}/money-releases", _SIDE, may_lack=True),
    row("GET", "/v1/performers/{performer_id}/money-releases", _SIDE),
    row("GET", "/v1/money-releases/{release_id}", *_PROOF, attested=True, may_lack=True),
    row("POST", "/v1/money-releases/{release_id}/signature", _SIDE, may_lack=True),
    row(
        "POST",
        "/v1/money-releases/{release_id}/attestation",
        *_PROOF,
        attested=True,
        may_lack=True,
    ),
    row("POST", "/v1/money-releases/{release_id}/ending", _SIDE, may_lack=True),
    row("POST", "/v1/performers/{performer_id}/mandates", _SIDE),
    row("POST", "/v1/mandates/{mandate_id}/signature", _SIDE),
    row("POST", "/v1/mandates/{mandate_id}/revocation", _SIDE),
    row("GET", "/v1/mandates"),
    row("POST", "/v1/mandates/{mandate_id}/key", "licences"),
    row("GET", "/v1/held-keys", "licences"),
    row("GET", "/v1/held-keys/{held_key_id}/binding", "licences"),
    row("GET", "/v1/held-keys/{held_key_id}/uses", "licences"),
    row("POST", "/v1/held-keys/{held_key_id}/ending", "licences", acts=(Act.REVOKE,)),
    row("POST", "/v1/performers/{performer_id}/estates", _SIDE),
    row("GET", "/v1/performers/{performer_id}/estates", _SIDE),
    row("POST", "/v1/performers/{performer_id}/public-use-drafts", _SIDE, may_lack=True),
    row("POST", "/v1/performers/{performer_id}/public-uses", _SIDE),
    row("GET", "/v1/performers/{performer_id}/right-after-death", _SIDE),
    row(
        "GET",
        "/v1/performers/{performer_id}/public-use-evidence",
        *_PROOF,
        attested=True,
        may_lack=True,
    ),
    row("GET", "/v1/estates/{estate_id}", *_PROOF, attested=True),
    row("GET", "/v1/estates/{estate_id}/papers", *_PROOF, attested=True),
    row("POST", "/v1/estates/{estate_id}/attestation", *_PROOF, attested=True),
    row("POST", "/v1/estates/{estate_id}/withdrawal", _SIDE),
    row("POST", "/v1/rosters", _SIDE),
    row("GET", "/v1/rosters", _SIDE),
    row("GET", "/v1/quota", _SIDE),
    row("POST", "/v1/tenants/{tenant_id}/quota-lifts", ADMIN, reach=Reach.EVERYBODY),
    row("POST", "/v1/enrolments/{enrolment_id}/identification", _SIDE, may_lack=True),
    row("GET", "/v1/performers/{performer_id}/holds", "reports", acts=(Act.READ, Act.COLLECT)),
    row(
        "GET",
        "/v1/performers/{performer_id}/shares",
        "reports",
        operator_reaches=True,
        acts=(Act.COLLECT,),
    ),
    row(
        "POST",
        "/v1/performers/{performer_id}/shares",
        "usage",
        "performers",
        operator_reaches=True,
        acts=(Act.COLLECT,),
    ),
    row("GET", "/v1/performers/{performer_id}/held", "reports", acts=(Act.READ, Act.COLLECT)),
    row("POST", "/v1/guardians/{guardian_id}/ending", ADMIN, reach=Reach.EVERYBODY),
)
