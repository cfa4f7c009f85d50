"""Groups and their suspensions; that consent is suspended may be read by whoever is signed in."""

from api.routetable.row import Reach, row

_LICENCES = "licences"

ROWS = (
    row("POST", "/v1/groups", _LICENCES),
    row("GET", "/v1/groups"),
    row("GET", "/v1/groups/{group_id}", reach=Reach.EVERYBODY),
    row("POST", "/v1/performers/{performer_id}/memberships", _LICENCES),
    row("POST", "/v1/performers/{performer_id}/mandated-memberships", _LICENCES),
    row("GET", "/v1/memberships", _LICENCES),
    row("POST", "/v1/memberships/{membership_id}/signature", _LICENCES),
    row("POST", "/v1/memberships/{membership_id}/end", _LICENCES),
    row("POST", "/v1/groups/{group_id}/suspensions", _LICENCES),
    row("POST", "/v1/suspensions/{suspension_id}/lift", _LICENCES),
    row("GET", "/v1/suspensions"),
    row("GET", "/v1/suspensions/{suspension_id}", reach=Reach.EVERYBODY),
)
