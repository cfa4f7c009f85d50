"""The pages of a studio."""

from api.routetable.row import Reach, row

ROWS = (
    row("GET", "/studio", "submissions", page=True),
    row("GET", "/studio/releases.csv", "submissions", page=True),
    row("GET", "/studio/bulks/{bulk_id}", "submissions", page=True),
    row("GET", "/v1/releases", "submissions"),
    row("GET", "/v1/bulks", "submissions"),
    row("POST", "/v1/bulks", "submissions"),
    row("GET", "/v1/bulks/{bulk_id}", "submissions"),
    row("GET", "/v1/bulks/{bulk_id}/cuts", "submissions"),
    row("GET", "/studio/new", "submissions", page=True),
    row("GET", "/studio/requests", "submissions", page=True),
    row("GET", "/studio/requests/new", "submissions", page=True),
    row(
        "GET",
        "/studio/requests/new/{template_id}",
        "submissions",
        reach=Reach.NOTHING,
        page=True,
    ),
    row("GET", "/studio/requests/{request_id}", "submissions", page=True),
    row("GET", "/studio/keys", "submissions", page=True),
    row("GET", "/questions", "submissions", page=True),
    row("GET", "/works", "submissions", page=True),
    row("GET", "/works/{work_id}", "submissions", page=True),
    row("GET", "/works/{work_id}/compare", "submissions", page=True),
    row("GET", "/cuts/{cut_id}", "submissions", page=True),
)
