"""Invoices, who is named on them, and money that came in."""

from api.routetable.row import row

_INVOICE = "/v1/invoices/{invoice_id}"
_RECEIPT = "/v1/receipts/{receipt_id}"
_ADVICE = "/v1/remittance-advices/{advice_id}"
_NOTE = "/v1/credit-notes/{note_id}"
_CONFLICT = "/v1/collecting-conflicts/{conflict_id}/settlement"
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
    row("POST", f"{_INVOICE}/write-off", "usage", may_lack=True),
    row("POST", f"{_INVOICE}/write-off-decision", "reports", may_lack=True),
    row("GET", "/v1/billing-parties", "usage"),
    row("POST", "/v1/billing-parties/{party_id}", "usage", may_lack=True),
    row("GET", "/v1/sister-statements", "reports"),
    row("GET", "/v1/sister-statements/{run_id}", "reports", may_lack=True),
    row("GET", "/v1/sister-statements/{run_id}/statement.csv", "reports", may_lack=True),
    row("GET", "/v1/remittances", "reports"),
    row("GET", "/v1/remittances/{remittance_id}", "reports", may_lack=True),
    row("GET", "/v1/sister-payments", "reports"),
    row("GET", "/v1/sister-payments/{payment_id}/advice", "reports", may_lack=True),
    row("POST", "/v1/advice-answers", "usage", may_lack=True),
    row("POST", "/v1/remittance-advices", "usage", may_lack=True),
    row("GET", "/v1/remittance-advices", "reports"),
    row("GET", _ADVICE, "reports", may_lack=True),
    row("POST", f"{_ADVICE}/match", "usage", may_lack=True),
    row("POST", f"{_ADVICE}/placing", "usage", may_lack=True),
    row("POST", f"{_ADVICE}/unmatching", "usage", may_lack=True),
    row("GET", f"{_ADVICE}/answer", "reports", may_lack=True),
    row("POST", "/v1/credit-notes", "usage", may_lack=True),
    row("GET", "/v1/credit-notes", "reports"),
    row("GET", _NOTE, "reports", may_lack=True),
    row("GET", f"{_NOTE}/note.xml", "reports", may_lack=True),
    row("GET", f"{_NOTE}/note.pdf", "reports", may_lack=True),
    row("GET", "/v1/collectors", "reports", "usage"),
    row("GET", "/v1/collecting-mandates", "reports", "usage"),
    row("POST", "/v1/collecting-mandates", "admin", may_lack=True),
    row("POST", "/v1/collecting-mandates/{mandate_id}/end", "admin", may_lack=True),
    row("POST", "/v1/collecting-decisions", "reports", may_lack=True),
    row("GET", "/v1/collecting-conflicts", "reports", "usage"),
    row("POST", _CONFLICT, "reports", "usage", may_lack=True),
    row("POST", "/v1/receipts", "usage"),
    row("POST", "/v1/receipt-imports", "usage", may_lack=True),
    row("GET", "/v1/receipts", "reports"),
    row("GET", _RECEIPT, "reports", may_lack=True),
    row("POST", f"{_RECEIPT}/matches", "usage", may_lack=True),
    row("POST", f"{_RECEIPT}/unmatching", "usage", may_lack=True),
    row("POST", f"{_RECEIPT}/refunds", "usage", may_lack=True),
)
