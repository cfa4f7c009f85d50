"""Usage taken in: reports, how senders write them, and what the world calls a cut."""

from api.routetable.row import Reach, row

ROWS = (
    row("POST", "/v1/usage-imports", "usage"),
    row("GET", "/v1/usage-imports", "usage"),
    row("GET", "/v1/usage-imports/{import_id}", "usage", may_lack=True),
    row("GET", "/v1/usage-imports/{import_id}/rejects", "usage", may_lack=True),
    row("GET", "/v1/usage-mappings", "usage"),
    row("POST", "/v1/usage-mappings", "usage"),
    row("POST", "/v1/usage-mapping-guesses", "usage"),
    row(
        "POST",
        "/v1/usage-mappings/{sender}/removal",
        "usage",
        reach=Reach.NOTHING,
        may_lack=True,
    ),
    row("POST", "/v1/cuts/{cut_id}/identifiers", "submissions"),
    row("GET", "/v1/cuts/{cut_id}/identifiers", "submissions"),
    row(
        "POST",
        "/v1/cuts/{cut_id}/identifiers/{identifier_id}/removal",
        "submissions",
        may_lack=True,
    ),
)
