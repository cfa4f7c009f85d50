"""Invoices, who is named on them, and money that came in."""

from api.routetable.row import row

_INVOICE = "/v1/invoices/{invoice_id}"
_RECEIPT = "/v1/receipts/{receipt_id}"
ROWS = (
    row("GET", "/v1/invoice-drafts", "usage"),
    row("POST", "/v1/invoices", "usage"),
    row("GET", "/v1/invoices", "reports"),
    row("GET", "/v1/overdue-invoices", "reports"),
    row("POST", "/v1/invoice-reminders", "usage"),
    row("GET", _INVOICE, "reports", may_lack=True),
    row("GET", f"{_INVOICE}/claims", "reports", may_lack=True),
    row("GET", f"{_INVOICE}/invoice.xml", "reports", may_lack=True),
    row("GET", f"{_INVOICE}/invoice.pdf", "reports", may_lack=True),
    row("POST", f"{_INVOICE}/cancellation", "usage", may_lack=True),
    row("GET", "/v1/billing-parties", "usage"),
    row("POST", "/v1/billing-parties/{party_id}", "usage", may_lack=True),
    row("POST", "/v1/receipts", "usage"),
    row("POST", "/v1/receipt-imports", "usage", may_lack=True),
    row("GET", "/v1/receipts", "reports"),
    row("GET", _RECEIPT, "reports", may_lack=True),
    row("POST", f"{_RECEIPT}/matches", "usage", may_lack=True),
    row("POST", f"{_RECEIPT}/unmatching", "usage", may_lack=True),
)
