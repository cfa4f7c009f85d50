"""When a key that is held for an agency may sign: rules without storage.

The key is the performer's and beside the performer's own. It speaks while the mandate that it was
made under does, for the acts and kinds of use that this mandate names, and never for a minor.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from core.clock import to_text
from core.errors import Conflict
from fingerprint.models import Reason
from registry.mandates import uncovered
from registry.models.heldkeys import AgencyKey, HeldKey
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse

DAY = timedelta(days=1)


def declared_under(mandate: Mandate, holder_name: str) -> AgencyKey:
    """What documents signed with a key made under this mandate declare."""
    digest = hashlib.sha256(mandate.signed or b"").hexdigest()
    return AgencyKey(mandate.terms.holder_id, holder_name, mandate.id, digest)


def silent(
    key: HeldKey, mandate: Mandate, *, kinds: Collection[KindOfUse], at: datetime
) -> tuple[Reason, ...]:
    """Every reason why the key may not sign at `at`; empty where it may."""
    reasons = list(
        uncovered(mandate, holder_id=key.declared.holder_id, act=Act.HOLD_KEY, kinds=kinds, at=at)
    )
    if key.ended_at is not None and at >= key.ended_at:
        reasons.append(Reason("held-key-ended", {"at": to_text(key.ended_at)}))
    if declared_under(mandate, key.declared.holder_name) != key.declared:
        reasons.append(Reason("held-key-of-another-mandate", {}))
    return tuple(reasons)


def check_uses(times: Sequence[datetime], per_day: int, at: datetime) -> None:
    """Return while one more signature fits in the day before `at`; raise `Conflict` otherwise."""
    recent = sum(at - DAY < time <= at for time in times)
    if recent >= per_day:
        raise Conflict(
            f"This key has signed {recent} times within a day, of {per_day}.",
            next_step="Go on tomorrow, or have the performer sign with a key of the own.",
            code="key-uses-used-up",
        )
