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


SCOPES = frozenset(
    {"performers", "licences", "submissions", "usage", "reports", "webhooks", "admin"}
)
USUAL: Mapping[TenantKind, frozenset[str]] = {
    TenantKind.PERFORMER: frozenset({"performers", "licences", "reports", "webhooks"}),
    TenantKind.AGENCY: frozenset({"performers", "licences", "reports", "webhooks"}),
    TenantKind.STUDIO: frozenset({"submissions", "usage", "reports", "webhooks"}),
    TenantKind.SOCIETY: frozenset({"usage", "reports", "webhooks"}),
    TenantKind.UNION: frozenset({"licences", "reports", "webhooks"}),
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
