"""The pages on which people judge finds and look after the registry."""

from api.routetable.row import row
from api.scopes import ADMIN, METRICS

ROWS = (
    row("GET", "/review", "submissions", page=True),
    row("GET", "/review/decisions", "submissions", page=True),
    row("GET", "/review/decisions.csv", "submissions", page=True),
    row("GET", "/metrics", METRICS, ADMIN),
    row("GET", "/admin", ADMIN, page=True),
    row("GET", "/admin/health", ADMIN, page=True),
    row("GET", "/admin/handover", ADMIN, page=True),
    row("POST", "/admin/handover", ADMIN, page=True, may_lack=True),
)
