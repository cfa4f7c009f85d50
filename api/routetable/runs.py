"""Runs, complaints and unclaimed money: begun by whom they concern, decided by somebody else."""

from api.routetable.row import public, row

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
    public("GET", "/unclaimed"),
    row("GET", "/v1/unclaimed-lists", "reports"),
    row("POST", "/v1/unclaimed-lists", "usage"),
    row("GET", "/v1/unclaimed-lists/{list_id}", "reports", may_lack=True),
    row("GET", "/v1/unclaimed-lists/{list_id}/lines", "reports", may_lack=True),
    row("POST", "/v1/unclaimed-lists/{list_id}/decision", "reports", may_lack=True),
    row("GET", "/v1/complaints", "reports"),
    row("POST", "/v1/complaints", "usage", "performers", may_lack=True),
    row("GET", "/v1/complaints/{complaint_id}", "reports", may_lack=True),
    row("POST", "/v1/complaints/{complaint_id}/words", "usage", "performers", may_lack=True),
    row("GET", "/v1/complaints/{complaint_id}/effect", "reports", may_lack=True),
    row("POST", "/v1/complaints/{complaint_id}/withdrawal", "usage", "performers", may_lack=True),
    row("POST", "/v1/complaints/{complaint_id}/ruling", "usage", may_lack=True),
    row("POST", "/v1/complaints/{complaint_id}/decision", "reports", may_lack=True),
)
