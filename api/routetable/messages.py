"""What people and programs are told: notices, mail addresses, webhooks and their deliveries."""

from api.routetable.row import row

_HOOKS = "webhooks"

ROWS = (
    row("GET", "/inbox", page=True),
    row("POST", "/inbox/{notice_id}/reading", page=True),
    row("GET", "/v1/notices"),
    row("POST", "/v1/notices/{notice_id}/reading"),
    row("GET", "/v1/mail-addresses", _HOOKS),
    row("POST", "/v1/mail-addresses", _HOOKS),
    row("POST", "/v1/mail-addresses/{address_id}/removal", _HOOKS),
    row("GET", "/v1/webhooks", _HOOKS),
    row("POST", "/v1/webhooks", _HOOKS),
    row("POST", "/v1/webhooks/{endpoint_id}/rotation", _HOOKS),
    row("POST", "/v1/webhooks/{endpoint_id}/activation", _HOOKS),
    row("POST", "/v1/webhooks/{endpoint_id}/removal", _HOOKS),
    row("GET", "/v1/deliveries", _HOOKS),
    row("POST", "/v1/deliveries/{delivery_id}/retry", _HOOKS),
)
