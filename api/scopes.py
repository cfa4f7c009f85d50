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


SCOPES = frozenset({"performers", "licences", "submissions", "usage", "reports", "admin"})
USUAL: Mapping[TenantKind, frozenset[str]] = {
    TenantKind.PERFORMER: frozenset({"performers", "licences", "reports"}),
    TenantKind.AGENCY: frozenset({"performers", "licences", "reports"}),
    TenantKind.STUDIO: frozenset({"submissions", "usage", "reports"}),
    TenantKind.SOCIETY: frozenset({"usage", "reports"}),
    TenantKind.UNION: frozenset({"licences", "reports"}),
    TenantKind.OPERATOR: SCOPES,
}


def chosen(kind: str, asked: Sequence[str] | None) -> frozenset[str]:
    """The scopes of a new key: those asked for, else the usual ones; raises BadInput."""
    if not asked:
        return USUAL[TenantKind(kind)]
    if not SCOPES.issuperset(asked):
        raise BadInput(
            "There is no such scope.", next_step=f"Choose from {', '.join(sorted(SCOPES))}."
        )
    return frozenset(asked)
