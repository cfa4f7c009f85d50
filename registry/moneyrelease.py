"""When money that is blocked for a child may be paid: a document that all guardians sign.

It is bounded, so that nobody forgets it: at most a year, and never beyond the 18th birthday, when
the money is the child's own. Two people stand behind every release: two guardians, or the only one
and an attester who read the court's order. Rules without storage; docs/adr/0077.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from core.clock import to_text
from core.errors import BadInput
from registry.consent import CREDENTIALS_V2, PERFORMER_URN
from registry.minority import adult_on, midnight
from registry.models.guardianship import Guardian, Minority, MoneyRelease

RELEASE_URN = "urn:ebenbild:money-release:"
DAYS_MAX = 366


def release_ends(minority: Minority, asked: datetime, at: datetime) -> datetime:
    """When a release asked for at `at` ends; raises `BadInput` for one without an end in reach."""
    latest = at + timedelta(days=DAYS_MAX)
    if not at < asked <= latest:
        raise BadInput(
            f"A release ends within {DAYS_MAX} days from now.",
            next_step="Name a day to come, and release anew when it is over.",
            code="bad-release-end",
        )
    return min(asked, midnight(adult_on(minority.born_on)))


def needs_court(guardians: Sequence[Guardian]) -> bool:
    """Whether nobody else looks: the only one with custody needs the court's order too."""
    return len(guardians) < 2


def is_released(releases: Iterable[MoneyRelease], at: datetime) -> bool:
    """Whether any release lets blocked money go at `at`."""
    return any(
        item.released_at is not None
        and item.released_at <= at < item.valid_until
        and (item.ended_at is None or at < item.ended_at)
        for item in releases
    )


def release_document(
    release_id: str,
    performer_id: str,
    guardians: Sequence[Guardian],
    *,
    base_url: str,
    valid_until: datetime,
    at: datetime,
) -> Mapping[str, object]:
    """The unsigned credential: whose money, who signs, from when until when."""
    dids = [item.did for item in guardians]
    return {
        "@context": [CREDENTIALS_V2, f"{base_url}/ns/money-release/v1"],
        "id": RELEASE_URN + release_id,
        "type": ["VerifiableCredential", "MoneyRelease"],
        "issuer": dids[0],
        "validFrom": to_text(at),
        "validUntil": to_text(valid_until),
        "credentialSubject": {"id": PERFORMER_URN + performer_id, "guardians": dids},
    }
