"""The pages of a studio."""

from api.routetable.row import row

ROWS = (
    row("GET", "/studio", "submissions", page=True),
    row("GET", "/studio/releases.csv", "submissions", page=True),
    row("GET", "/studio/new", "submissions", page=True),
    row("GET", "/studio/keys", "submissions", page=True),
    row("GET", "/questions", "submissions", page=True),
    row("GET", "/works", "submissions", page=True),
    row("GET", "/works/{work_id}", "submissions", page=True),
    row("GET", "/cuts/{cut_id}", "submissions", page=True),
)
