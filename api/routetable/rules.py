"""Rule packs and standard contracts: read by anybody, asked about by whoever is signed in."""

from api.routetable.row import Reach, public, row

_PUBLISH = ("licences", "submissions")

ROWS = (
    public("GET", "/rules"),
    public("GET", "/v1/rules"),
    public("GET", "/v1/rules/{pack_id}"),
    row("POST", "/v1/rules/checks"),
    row("POST", "/v1/rules/tables"),
    public("GET", "/contracts"),
    public("GET", "/contracts/{template_id}"),
    row("GET", "/v1/templates"),
    row("POST", "/v1/templates", *_PUBLISH),
    row("GET", "/v1/templates/{template_id}", reach=Reach.NOTHING),
    row("GET", "/v1/templates/{template_id}/differences", reach=Reach.NOTHING),
    row("POST", "/v1/templates/{template_id}/terms", reach=Reach.NOTHING),
    row("POST", "/v1/templates/{own_template_id}/versions", *_PUBLISH),
)
