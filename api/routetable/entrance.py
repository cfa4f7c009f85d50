"""What is reached before anybody is known, and the registry's own administration."""

from api.routetable.row import Reach, public, row
from api.scopes import ADMIN

ROWS = (
    public("GET", "/"),
    public("GET", "/privacy/retention"),
    public("GET", "/privacy/records"),
    public("GET", "/health"),
    public("GET", "/problems/{code}"),
    public("GET", "/openapi.json"),
    public("GET", "/docs"),
    public("GET", "/docs/oauth2-redirect"),
    public("GET", "/redoc"),
    public("GET", "/registry"),
    public("GET", "/status/{number}"),
    public("GET", "/ns/licence/v1"),
    public("GET", "/ns/enrolment/v1"),
    public("GET", "/ns/keys/v1"),
    public("GET", "/ns/likeness"),
    row("GET", "/v1/me"),
    row("POST", "/v1/tenants", ADMIN),
    row("GET", "/v1/tenants", ADMIN),
    row("POST", "/v1/tenants/{tenant_id}/keys", ADMIN, reach=Reach.EVERYBODY),
    row("GET", "/v1/tenants/{tenant_id}/keys", ADMIN, reach=Reach.EVERYBODY),
    row(
        "POST",
        "/v1/tenants/{tenant_id}/keys/{key_id}/revocation",
        ADMIN,
        reach=Reach.EVERYBODY,
    ),
    row("GET", "/v1/encoders", ADMIN),
    row("POST", "/v1/encoder-changes", ADMIN, may_lack=True),
    row("POST", "/v1/rematches", ADMIN),
)
