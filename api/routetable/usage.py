"""Usage taken in: reports, lines that wait for a person, and how their senders write."""

from api.routetable.row import Reach, public, row

ROWS = (
    row("POST", "/v1/usage-imports", "usage"),
    row("GET", "/v1/usage-imports", "usage"),
    row("GET", "/v1/usage-imports/{import_id}", "usage", may_lack=True),
    row("GET", "/v1/usage-imports/{import_id}/rejects", "usage", may_lack=True),
    row("GET", "/v1/usage-lines", "usage"),
    row("GET", "/v1/usage-holds", "usage"),
    row("GET", "/v1/usage-holds/{hold_id}", "usage", may_lack=True),
    row("POST", "/v1/usage-holds/{hold_id}/decision", "usage", may_lack=True),
    row("POST", "/v1/usage-holds/{hold_id}/agreement", "reports", may_lack=True),
    row("GET", "/v1/usage-missing", "usage"),
    row("POST", "/v1/usage-reminders", "usage"),
    row("GET", "/v1/usage-estimates", "usage"),
    row("POST", "/v1/usage-estimates", "usage"),
    row("POST", "/v1/players", "usage"),
    row("GET", "/v1/players", "usage"),
    row("POST", "/v1/players/{player_id}/ending", "usage", may_lack=True),
    public("POST", "/v1/player-batches"),
    row("POST", "/v1/usage-counts", "usage"),
    row("GET", "/v1/usage-differences", "usage"),
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
