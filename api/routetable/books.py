"""The books: balances, months, exchanges, export."""

from api.routetable.row import Reach, row
from api.scopes import AUDIT
from registry.models.mandates import Act

_OWN = "/v1/account-statements/{period}"
_STATEMENTS = "/v1/performers/{performer_id}/account-statements"
_LINES = "/society/invoices/{invoice_id}/lines"
ROWS = (
    row("GET", "/society", "reports", page=True),
    row("GET", "/society/usage", "usage", page=True),
    row("GET", "/society/usage/held", "usage", page=True),
    row("GET", "/society/usage/{import_id}", "usage", may_lack=True, page=True),
    row("GET", "/society/runs", "reports", page=True),
    row("GET", "/society/runs/{run_id}", "reports", may_lack=True, page=True),
    row("GET", "/society/runs/{run_id}/lines", "reports", may_lack=True, page=True),
    row(
        "GET",
        "/society/runs/{run_id}/performers/{performer_id}",
        "reports",
        may_lack=True,
        page=True,
    ),
    row("GET", "/society/lines/{line_id}", "reports", may_lack=True, page=True),
    row("GET", "/society/disputes", "reports", page=True),
    row("GET", "/society/disputes/{complaint_id}", "reports", may_lack=True, page=True),
    row("GET", "/society/unclaimed", "reports", page=True),
    row("GET", "/society/unclaimed/{list_id}", "reports", may_lack=True, page=True),
    row("GET", "/society/payouts", "reports", page=True),
    row("GET", "/society/payouts/{batch_id}", "reports", may_lack=True, page=True),
    row("GET", "/auditing", AUDIT, page=True),
    row("GET", "/audit", AUDIT, page=True),
    row("GET", "/audit/approvals", AUDIT, page=True),
    row("GET", "/audit/balance", AUDIT, page=True),
    row("GET", "/society/invoices", "reports", page=True),
    row("GET", "/society/invoices/new", "usage", page=True),
    row("GET", "/society/invoices/{invoice_id}", "reports", may_lack=True, page=True),
    row("GET", f"{_LINES}/{{number}}", "reports", may_lack=True, page=True),
    row("GET", "/society/receipts", "reports", page=True),
    row("GET", "/society/mandates", "reports", "usage", page=True),
    row("GET", "/society/tariffs", "reports", page=True),
    row("GET", "/society/tariffs/new", "usage", page=True),
    row("POST", "/society/tariffs/new", "usage", page=True),
    row("GET", "/society/tariffs/{tariff_id}", "reports", page=True, reach=Reach.NOTHING),
    row("GET", "/society/tariffs/{tariff_id}/trial", "usage", page=True, reach=Reach.NOTHING),
    row("GET", "/society/reports/year", "reports", page=True),
    row("GET", "/society/entries", "reports", page=True),
    row("GET", "/society/receipts/{receipt_id}", "reports", may_lack=True, page=True),
    row("GET", "/v1/ledger/trial-balance", "reports"),
    row("GET", "/v1/ledger/periods", "reports"),
    row("POST", "/v1/ledger/periods/{period}/closing", "usage", may_lack=True),
    row("POST", "/v1/ledger/periods/{period}/decision", "reports", may_lack=True),
    row("GET", "/v1/ledger/periods/{period}/verification", "reports", may_lack=True),
    row("POST", "/v1/ledger/exchanges", "usage"),
    row("POST", "/v1/ledger/exchanges/{pair_id}/reversal", "usage", may_lack=True),
    row("GET", "/v1/ledger/export", "reports"),
    row("GET", "/v1/pool-reports", "usage"),
    row("POST", "/v1/pool-reports", "usage"),
    row("GET", "/v1/training-reports", "usage"),
    row("POST", "/v1/training-reports", "usage", may_lack=True),
    row("GET", "/v1/roles", "submissions", may_lack=True),
    row("POST", "/v1/roles", "submissions", may_lack=True),
    row("GET", "/v1/unlicensed-tariffs"),
    row("POST", "/v1/unlicensed-tariffs", "usage"),
    row("GET", "/v1/ledger/replay", "reports"),
    row("GET", "/v1/audit-packs", "reports"),
    row("GET", "/v1/year-reports/{year}", "reports", reach=Reach.NOTHING),
    row("GET", "/v1/year-reports/{year}/report.html", "reports", reach=Reach.NOTHING),
    row("GET", "/v1/year-reports/{year}/report.csv", "reports", reach=Reach.NOTHING),
    row("GET", _OWN, "reports", reach=Reach.NOTHING),
    row("GET", _STATEMENTS, "reports", acts=(Act.READ,)),
    row("GET", f"{_STATEMENTS}/{{period}}", "reports", acts=(Act.READ,)),
    *(
        row("GET", f"{_STATEMENTS}/{{period}}/statement.{form}", "reports", acts=(Act.READ,))
        for form in ("html", "pdf", "csv")
    ),
)
