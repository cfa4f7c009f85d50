"""Who takes part when one amount is divided over everybody in a cut, and where each part goes.

Whoever a decision found takes part: under a licence, without one, and strangers. An own performance
is paid by its engagement, and invented figures and released extras are owed nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from licensing.models_clearance import Clearance
from registry.models.works import CutFormat
from registry.spans import total_ms
from royalties.entitlement import BEFORE_ACTIVE, why_not
from royalties.models import ClearedUse, UsageLine
from royalties.outcomes import Outcome
from royalties.tariffs.models import Role
from royalties.tariffs.points import Participant
from royalties.unlicensed import Found, found_in


def everybody(
    clearance: Clearance,
    uses: Sequence[ClearedUse],
    *,
    format: CutFormat,
    roles: Mapping[str, Role],
) -> tuple[Participant, ...]:
    """Everybody in a cut by its newest decision; `uses` are those that earn under a licence.

    The key of a licensed part is the id of the use, also where its licence has ended since.
    """
    found = [_licensed(use, format, roles) for use in uses]
    found += [_unlicensed(one, format, roles) for one in found_in(clearance, uses)]
    return tuple(found)


def present(
    participants: Sequence[Participant], uses: Sequence[ClearedUse], line: UsageLine
) -> list[Participant]:
    """Everybody in the cut as a usage line finds them: no licence for it is no licence."""
    reasons = {use.use_id: why_not(use, line) for use in uses}
    found = []
    for one in participants:
        reason = reasons.get(one.key)
        if reason is None:
            found.append(one)
        else:
            unknown_then = reason == BEFORE_ACTIVE
            outcome = Outcome.UNIDENTIFIED if unknown_then else Outcome.HELD
            found.append(replace(one, outcome=outcome))
    return found


def _licensed(use: ClearedUse, format: CutFormat, roles: Mapping[str, Role]) -> Participant:
    role = roles.get(use.performer_id)
    return Participant(use.use_id, Outcome.LICENSED, use.use_ms, use.kind, role, format)


def _unlicensed(one: Found, format: CutFormat, roles: Mapping[str, Role]) -> Participant:
    ms = total_ms(one.spans)
    if not one.performer_id:
        return Participant(one.key, Outcome.UNIDENTIFIED, ms, format=format)
    role = roles.get(one.performer_id)
    return Participant(one.key, Outcome.HELD, ms, one.kind, role, format)
