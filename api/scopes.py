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
# Counts over all organisations, for a monitoring system; a key with it reads nothing else.
METRICS = "metrics"
_OPERATORS = frozenset({ADMIN, METRICS})
_WORK = frozenset({"performers", "licences", "submissions", "usage", "reports", "webhooks"})
SCOPES = _WORK | {ADMIN, MEMBERS, AUDIT, ATTEST, METRICS}
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

    Only the operator's keys administer or measure the registry.
    """
    if not asked:
        return USUAL[TenantKind(kind)]
    if not SCOPES.issuperset(asked):
        raise BadInput(
            "There is no such scope.", next_step=f"Choose from {', '.join(sorted(SCOPES))}."
        )
    if not _OPERATORS.isdisjoint(asked) and kind != TenantKind.OPERATOR:
        raise BadInput(
            "Only a key of the operator administers or measures the registry.",
            next_step=f"Leave out {ADMIN} and {METRICS}; {MEMBERS} looks after an organisation's "
            "own people.",
        )
    return frozenset(asked)
