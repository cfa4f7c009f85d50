"""Who speaks for a performer besides the performer: guardians, heirs, agents and unions."""

from api.routetable.row import Reach, row
from api.scopes import ADMIN

_SIDE = "performers"

ROWS = (
    row("POST", "/v1/performers/{performer_id}/minority", _SIDE, may_lack=True),
    row("GET", "/v1/performers/{performer_id}/guardians", _SIDE),
    row("POST", "/v1/performers/{performer_id}/guardians", _SIDE),
    row("POST", "/v1/guardians/{guardian_id}/ending", ADMIN, reach=Reach.EVERYBODY),
)
