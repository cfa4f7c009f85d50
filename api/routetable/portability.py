"""Bundles, licences of other registries, and the registries that are trusted."""

from api.routetable.row import row

_SIDE, _OPERATOR = "performers", "admin"
_PARTIES = ("licences", "submissions", "usage")

ROWS = (
    row("POST", "/v1/performers/{performer_id}/bundle", _SIDE),
    row("POST", "/v1/performers/{performer_id}/bundles", _SIDE),
    row("GET", "/v1/foreign-licences", *_PARTIES),
    row("GET", "/v1/foreign-licences/{foreign_id}", *_PARTIES, may_lack=True),
    row("GET", "/v1/foreign-licences/{foreign_id}/credential", *_PARTIES, may_lack=True),
    row("POST", "/v1/foreign-status", *_PARTIES),
    row("GET", "/v1/registries", *_PARTIES, _OPERATOR),
    row("POST", "/v1/registries", _OPERATOR),
    row("POST", "/v1/registries/end", _OPERATOR, may_lack=True),
    row("POST", "/v1/registries/refresh", _OPERATOR),
)
