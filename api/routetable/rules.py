"""Rule packs and standard contracts: read by anybody, asked about by whoever is signed in."""

from api.routetable.row import public, row

ROWS = (
    public("GET", "/rules"),
    public("GET", "/v1/rules"),
    public("GET", "/v1/rules/{pack_id}"),
    row("POST", "/v1/rules/checks"),
    row("POST", "/v1/rules/tables"),
)
