"""Requests, groups, suspensions, which whoever is signed in may read; and enforcement."""

from api.routetable.row import Reach, row
from api.scopes import ATTEST, AUDIT
from registry.models.mandates import Act

_LICENCES = "licences"
_SIDE = "performers"
_ENFORCE = (Act.ENFORCE,)
_READ_BY = (Act.READ, Act.ENFORCE)
_PARTIES = ("licences", "submissions")

ROWS = (
    row("POST", "/v1/requests", "submissions"),
    row("GET", "/v1/requests", *_PARTIES),
    row("GET", "/v1/requests/{request_id}", *_PARTIES),
    row("GET", "/v1/requests/{request_id}/offers", *_PARTIES),
    row("GET", "/v1/requests/{request_id}/concerns", *_PARTIES),
    row("GET", "/v1/requests/{request_id}/preview", *_PARTIES),
    row("POST", "/v1/licence-previews", "reports"),
    row("POST", "/v1/requests/{request_id}/offers", *_PARTIES),
    row("POST", "/v1/requests/{request_id}/acceptance", *_PARTIES),
    row("POST", "/v1/requests/{request_id}/end", *_PARTIES),
    row("POST", "/v1/requests/{request_id}/licence-draft", _LICENCES),
    row("POST", "/v1/requests/{request_id}/undo", *_PARTIES),
    row("POST", "/v1/request-answers", *_PARTIES),
    row("POST", "/v1/clearances/{clearance_id}/requests", "submissions"),
    row("POST", "/v1/licences/{licence_id}/termination", *_PARTIES),
    row("GET", "/union", _LICENCES, ATTEST, AUDIT, page=True),
    row("POST", "/v1/groups", _LICENCES),
    row("GET", "/v1/groups"),
    row("GET", "/v1/groups/{group_id}", reach=Reach.EVERYBODY),
    row("POST", "/v1/groups/{group_id}/framework-drafts", _LICENCES),
    row("POST", "/v1/groups/{group_id}/frameworks", _LICENCES),
    row("GET", "/v1/frameworks"),
    row("GET", "/v1/frameworks/{framework_id}", reach=Reach.EVERYBODY),
    row("GET", "/frameworks/{framework_id}", reach=Reach.EVERYBODY, page=True),
    row("GET", "/v1/frameworks/{framework_id}/document", reach=Reach.EVERYBODY),
    row("GET", "/v1/frameworks/{framework_id}/differences", reach=Reach.EVERYBODY),
    row("POST", "/v1/frameworks/{framework_id}/checks", reach=Reach.EVERYBODY),
    row("POST", "/v1/performers/{performer_id}/memberships", _LICENCES),
    row("POST", "/v1/performers/{performer_id}/mandated-memberships", _LICENCES),
    row("GET", "/v1/memberships", _LICENCES),
    row("POST", "/v1/memberships/{membership_id}/signature", _LICENCES),
    row("POST", "/v1/memberships/{membership_id}/end", _LICENCES),
    row("POST", "/v1/groups/{group_id}/suspensions", _LICENCES),
    row("POST", "/v1/suspensions/{suspension_id}/lift", _LICENCES),
    row(
        "POST",
        "/v1/performers/{performer_id}/pauses",
        _LICENCES,
        acts=(Act.REVOKE,),
        lent=False,
    ),
    row("GET", "/v1/performers/{performer_id}/pauses", _LICENCES),
    row("POST", "/v1/pauses/{pause_id}/lift", _LICENCES, may_lack=True),
    row("GET", "/v1/suspensions"),
    row("GET", "/v1/suspensions/{suspension_id}", reach=Reach.EVERYBODY),
    row("POST", "/v1/performers/{performer_id}/clips", _SIDE, acts=_ENFORCE),
    row("GET", "/v1/performers/{performer_id}/clips", _SIDE, acts=_READ_BY),
    row("GET", "/v1/performers/{performer_id}/policy", _SIDE),
    row("POST", "/v1/performers/{performer_id}/policy", _SIDE),
    row("GET", "/v1/clips/{clip_id}", _SIDE, acts=_READ_BY),
    row("GET", "/v1/clips/{clip_id}/evidence", _SIDE, acts=_READ_BY),
    row("GET", "/v1/clips/{clip_id}/excerpt", _SIDE, may_lack=True, acts=_READ_BY),
    row("POST", "/v1/clips/{clip_id}/takedowns", _SIDE, acts=_ENFORCE),
    row("GET", "/v1/takedowns", _SIDE),
    row("GET", "/v1/takedowns/{takedown_id}", _SIDE, acts=_READ_BY),
    row("GET", "/v1/takedowns/{takedown_id}/notice", _SIDE, acts=_READ_BY),
    row("GET", "/v1/takedowns/{takedown_id}/notice.pdf", _SIDE, acts=_READ_BY),
    row("POST", "/v1/takedowns/{takedown_id}/counter-notice", _SIDE, acts=_ENFORCE),
    row("POST", "/v1/takedowns/{takedown_id}/closing", _SIDE, acts=_ENFORCE),
)
