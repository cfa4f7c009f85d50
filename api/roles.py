"""What a person may be in an organisation, and what that lets him do.

A role is a set of scopes and nothing else, so that services ask one question of people and keys
alike. Whoever administers an organisation looks after its people; the registry's own settings and
other organisations are the operator's alone.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from api.scopes import ATTEST, AUDIT, MEMBERS, SCOPES, USUAL, TenantKind
from core.errors import BadInput


class Role(StrEnum):
    """What a person is in one organisation; the words of the product."""

    PERFORMER = "performer"
    GUARDIAN = "guardian"
    AGENT = "agent"
    STUDIO = "studio"
    SOCIETY_CLERK = "society_clerk"
    SOCIETY_APPROVER = "society_approver"
    UNION = "union"
    ATTESTER = "attester"
    AUDITOR = "auditor"
    ADMIN = "admin"


_PERFORMING = frozenset({"performers", "licences", "reports"})
GRANTS: Mapping[Role, frozenset[str]] = {
    Role.PERFORMER: _PERFORMING,
    Role.GUARDIAN: _PERFORMING,
    Role.AGENT: _PERFORMING,
    Role.STUDIO: frozenset({"submissions", "usage", "reports"}),
    Role.SOCIETY_CLERK: frozenset({"usage", "reports"}),
    Role.SOCIETY_APPROVER: frozenset({"reports"}),
    Role.UNION: frozenset({"licences", "reports"}),
    Role.ATTESTER: frozenset({ATTEST}),
    Role.AUDITOR: frozenset({AUDIT, "reports"}),
    Role.ADMIN: frozenset({MEMBERS, AUDIT}),
}
_ANYWHERE = frozenset({Role.AUDITOR, Role.ADMIN})
_SIDE = frozenset({Role.PERFORMER, Role.GUARDIAN, Role.AGENT})
PLACES: Mapping[TenantKind, frozenset[Role]] = {
    TenantKind.PERFORMER: _SIDE | _ANYWHERE,
    TenantKind.AGENCY: _SIDE | _ANYWHERE,
    TenantKind.STUDIO: frozenset({Role.STUDIO}) | _ANYWHERE,
    TenantKind.SOCIETY: frozenset({Role.SOCIETY_CLERK, Role.SOCIETY_APPROVER, Role.ATTESTER})
    | _ANYWHERE,
    TenantKind.UNION: frozenset({Role.UNION, Role.ATTESTER}) | _ANYWHERE,
    TenantKind.OPERATOR: frozenset({Role.ATTESTER}) | _ANYWHERE,
}


def scopes_of(roles: Collection[Role], kind: str) -> frozenset[str]:
    """What somebody with these roles may do in an organisation of this kind.

    An administrator may do what the organisation's own keys may, and look after its people; the
    registry's administrator may do everything.
    """
    granted = frozenset(scope for role in roles for scope in GRANTS[role])
    if Role.ADMIN not in roles:
        return granted
    return SCOPES if kind == TenantKind.OPERATOR else granted | USUAL[TenantKind(kind)]


def fitting(names: Collection[str], kind: str) -> frozenset[Role]:
    """The roles that these names mean; raises BadInput for one that such an organisation lacks."""
    allowed = PLACES[TenantKind(kind)]
    if not names or not {role.value for role in allowed}.issuperset(names):
        raise BadInput(
            "Such an organisation has no such role.",
            next_step=f"Choose from {', '.join(sorted(allowed))}.",
            code="no-such-role",
        )
    return frozenset(Role(name) for name in names)
