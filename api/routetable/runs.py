"""Distribution runs: drafted by a clerk, decided by somebody else, read by whom they concern."""

from api.routetable.row import row

ROWS = (
    row("GET", "/v1/runs", "reports"),
    row("POST", "/v1/runs", "usage"),
    row("GET", "/v1/run-calendar", "reports"),
    row("GET", "/v1/runs/{run_id}", "reports", may_lack=True),
    row("GET", "/v1/runs/{run_id}/preview", "reports", may_lack=True),
    row("GET", "/v1/runs/{run_id}/lines", "reports", answers_nothing=True),
    row("GET", "/v1/runs/{run_id}/verification", "reports", may_lack=True),
    row("GET", "/v1/runs/{run_id}/facts", "reports", may_lack=True),
    row("POST", "/v1/runs/{run_id}/proposal", "usage", may_lack=True),
    row("POST", "/v1/runs/{run_id}/decision", "reports", may_lack=True),
)
