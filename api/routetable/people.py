"""People: how they come in, their own account, their organisation's members, keys and decisions."""

from api.routetable.row import Reach, Row, row
from api.scopes import ADMIN, AUDIT, MEMBERS


def _open(method: str, path: str) -> Row:
    return Row(method, path, public=True, page=True, entrance=True)


def _mine(method: str, path: str) -> Row:
    return row(method, path, reach=Reach.PERSON if "{" in path else None, page=True)


ROWS = (
    _open("GET", "/static/{name}"),
    _open("GET", "/sign-in"),
    _open("POST", "/sign-in"),
    Row("GET", "/sign-in/code", page=True, half_way=True),
    Row("POST", "/sign-in/code", page=True, half_way=True),
    _open("POST", "/sign-in/passkey/options"),
    _open("POST", "/sign-in/passkey"),
    _open("GET", "/sign-in/provider"),
    _open("GET", "/sign-in/provider/answer"),
    _open("POST", "/sign-in/token"),
    _open("GET", "/join"),
    _open("POST", "/join"),
    _open("GET", "/reset"),
    _open("POST", "/reset"),
    _open("GET", "/reset/new"),
    _open("POST", "/reset/new"),
    _open("POST", "/sign-in/reset"),
    _open("POST", "/sign-in/reset/password"),
    _mine("POST", "/sign-out"),
    _mine("GET", "/account"),
    _mine("GET", "/account/code"),
    _mine("POST", "/account/code"),
    _mine("POST", "/account/code/removal"),
    _mine("POST", "/account/passkeys/options"),
    _mine("POST", "/account/passkeys"),
    _mine("POST", "/account/passkeys/{passkey_id}/removal"),
    _mine("GET", "/account/signing-keys"),
    _mine("POST", "/account/signing-keys"),
    _mine("POST", "/account/signing-keys/{wrapped_id}/removal"),
    _mine("POST", "/account/provider"),
    _mine("POST", "/account/password"),
    _mine("POST", "/account/organisation"),
    row("GET", "/v1/me/organisations"),
    row("POST", "/v1/me/organisation"),
    row("POST", "/v1/me/language"),
    _mine("POST", "/account/language"),
    _mine("POST", "/account/sessions/{session_id}/end"),
    _mine("GET", "/approvals"),
    row("POST", "/account/keys", MEMBERS, page=True),
    row("POST", "/account/keys/{key_id}/revocation", MEMBERS, page=True),
    row("GET", "/members", MEMBERS, page=True),
    row("POST", "/members/invitations", MEMBERS, page=True),
    row("POST", "/members/invitations/{invitation_id}/withdrawal", MEMBERS, page=True),
    row("POST", "/members/{person_id}/roles", MEMBERS, page=True),
    row("POST", "/approvals/{approval_id}/decision", MEMBERS, page=True, looks_first=True),
    row("GET", "/v1/members", MEMBERS),
    row("POST", "/v1/members/{person_id}/roles", MEMBERS),
    row("POST", "/v1/members/{person_id}/access", MEMBERS),
    row("POST", "/v1/accounts/{person_id}/access", ADMIN, reach=Reach.EVERYBODY),
    row("GET", "/v1/invitations", MEMBERS),
    row("POST", "/v1/invitations", MEMBERS),
    row("POST", "/v1/invitations/{invitation_id}/withdrawal", MEMBERS),
    row("GET", "/v1/keys", MEMBERS),
    row("POST", "/v1/keys", MEMBERS),
    row("POST", "/v1/keys/{key_id}/revocation", MEMBERS),
    row("GET", "/v1/approvals"),
    row("POST", "/v1/approvals/{approval_id}/decision", MEMBERS, looks_first=True),
    row("GET", "/trail", AUDIT, page=True),
    row("GET", "/trail.csv", AUDIT, page=True),
    row("GET", "/v1/audit", AUDIT),
    row("GET", "/v1/audit/faults", AUDIT),
)
