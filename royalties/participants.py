"""Who takes part when one amount is divided over everybody in a cut, and where each part goes.

Whoever a decision found takes part: under a licence, without one, and strangers. An own performance
is paid by its engagement, and invented figures and released extras are owed nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from fingerprint.models import Span
from licensing.models import Clearance, SpanVerdict, Verdict
from registry.models.works import CutFormat
from registry.spans import total_ms
from royalties.entitlement import BEFORE_ACTIVE, why_not
from royalties.models import ClearedUse, UsageLine
from royalties.tariffs.models import Role
from royalties.tariffs.points import Outcome, Participant

STRANGERS = "strangers"
HELD = "/held"


def everybody(
    clearance: Clearance,
    uses: Sequence[ClearedUse],
    *,
    format: CutFormat,
    roles: Mapping[str, Role],
) -> tuple[Participant, ...]:
    """Everybody in a cut by its newest decision; `uses` are those that earn under a licence.

    The key of a licensed part is the id of the use, also where its licence has ended since. All
    strangers together are one participant, for as long as any of them is there, since nobody knows
    how many they are.
    """
    found = [_licensed(use, format, roles) for use in uses]
    ended = {use.use_id for use in uses if use.until_period is not None}
    open_spans: dict[tuple[str, str], list[SpanVerdict]] = {}
    for one in clearance.decision.spans:
        if one.verdict is not Verdict.CLEARED and one.performer_id and one.use_id not in ended:
            open_spans.setdefault((one.use_id or "", one.performer_id), []).append(one)
    for (use_id, performer_id), verdicts in sorted(open_spans.items()):
        found.append(
            Participant(
                key=use_id + HELD,
                outcome=Outcome.HELD,
                ms=_ms(one.span for one in verdicts),
                kind=verdicts[0].kind,
                role=roles.get(performer_id),
                format=format,
            )
        )
    strange = _ms(
        one.span
        for one in clearance.decision.spans
        if one.performer_id is None and one.verdict is not Verdict.CLEARED
    )
    if strange:
        found.append(Participant(STRANGERS, Outcome.UNIDENTIFIED, strange, format=format))
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


def _ms(spans: Iterable[Span]) -> int:
    return total_ms(spans)
