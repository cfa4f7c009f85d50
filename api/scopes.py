"""Which kinds of organisation there are and what their API keys may do unless told otherwise."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from core.errors import BadInput


class TenantKind(StrEnum):
    """Who an organisation is, in the words of the product."""

    PERFORMER = "performer"
    AGENCY = "agency"
    STUDIO = "studio"
    SOCIETY = "society"
    UNION = "union"
    OPERATOR = "operator"


# `admin` is the registry's own administration; `members` that of one organisation's people.
ADMIN, MEMBERS, AUDIT, ATTEST = "admin", "members", "audit", "attest"
_WORK = frozenset({"performers", "licences", "submissions", "usage", "reports", "webhooks"})
SCOPES = _WORK | {ADMIN, MEMBERS, AUDIT, ATTEST}
USUAL: Mapping[TenantKind, frozenset[str]] = {
    TenantKind.PERFORMER: frozenset({"performers", "licences", "reports", "webhooks"}),
    TenantKind.AGENCY: frozenset({"performers", "licences", "reports", "webhooks"}),
    TenantKind.STUDIO: frozenset({"submissions", "usage", "reports", "webhooks"}),
    TenantKind.SOCIETY: frozenset({"usage", "reports", "webhooks"}),
    TenantKind.UNION: frozenset({"licences", "reports", "webhooks"}),
    TenantKind.OPERATOR: SCOPES,
}


def chosen(kind: str, asked: Sequence[str] | None) -> frozenset[str]:
    """The scopes of a new key: those asked for, else the usual ones; raises BadInput.

    Only the operator's keys administer the registry.
    """
    if not asked:
        return USUAL[TenantKind(kind)]
    if not SCOPES.issuperset(asked):
        raise BadInput(
            "There is no such scope.", next_step=f"Choose from {', '.join(sorted(SCOPES))}."
        )
    if ADMIN in asked and kind != TenantKind.OPERATOR:
        raise BadInput(
            "Only a key of the operator administers the registry.",
            next_step=f"Leave out {ADMIN}; {MEMBERS} looks after an organisation's own people.",
        )
    return frozenset(asked)
