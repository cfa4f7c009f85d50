"""What a noticed recording makes of a submission: refused, a matter of people, or only told.

A licence that covers the performer's uses there lifts it. Who claims to need none - an own
performance, a privilege - is heard by a person, and so is whoever contested the notice: the machine
says that it is the recording, never that the notice is right.
"""

from collections.abc import Iterable

from core.clock import to_text
from fingerprint.content.models import Part
from fingerprint.models import Decision, Modality, Reason, Span
from licensing.coverage import Wanted
from licensing.judging import Facts, consent, privilege_of, prohibitions
from licensing.models_clearance import SpanVerdict, Verdict
from licensing.models_enforcement import Policy
from licensing.models_staydown import Hold, Noticed
from registry.models.content import PART_OF
from registry.models.evidence import Use
from registry.models.works import DeclaredUse, KindOfUse
from registry.spans import overlap_ms

BLOCKED, ALTERED = "recording-blocked", "recording-altered"
CONTESTED, CLAIMED = "recording-contested", "recording-claimed"
FOR_SALE, TRACKED, LICENSED = "recording-for-sale", "recording-tracked", "recording-licensed"
_MODALITY: dict[Part, Modality] = {part: modality for modality, part in PART_OF.items()}


def noticed_spans(noticed: Iterable[Noticed], facts: Facts) -> list[SpanVerdict]:
    """Verdicts on the stretches that are kept down, or that a person has to look at."""
    found: list[SpanVerdict] = []
    for item in _held(noticed):
        code = _code(item, facts)
        if code == BLOCKED:
            found += _spans(item, item.hit.exact, Verdict.REFUSED, BLOCKED, facts)
            found += _spans(item, item.hit.altered, Verdict.REVIEW, ALTERED, facts)
        elif code in (CONTESTED, CLAIMED, FOR_SALE):
            both = (*item.hit.exact, *item.hit.altered)
            found += _spans(item, both, Verdict.REVIEW, code, facts)
    return found


def told_of_noticed(noticed: Iterable[Noticed], facts: Facts) -> list[Reason]:
    """What decides nothing: recordings that are only tracked, or that a licence covers."""
    codes = ((item, _code(item, facts)) for item in _held(noticed))
    return [_reason(item, code) for item, code in codes if code in (TRACKED, LICENSED)]


def _held(noticed: Iterable[Noticed]) -> Iterable[Noticed]:
    return (
        item
        for item in noticed
        if item.hold is not Hold.LIFTED and item.policy is not Policy.IGNORE
    )


def _code(item: Noticed, facts: Facts) -> str:
    if item.policy is Policy.TRACK:
        return TRACKED
    uses = _uses(item, facts)
    if uses and all(_licensed(use, facts) for use in uses):
        return LICENSED
    if item.hold is Hold.CONTESTED:
        return CONTESTED
    if any(_claimed(use, facts) for use in uses):
        return CLAIMED
    return FOR_SALE if item.policy is Policy.MONETISE else BLOCKED


def _uses(item: Noticed, facts: Facts) -> list[Use | DeclaredUse]:
    """The performer's uses that were found in the recording, else those that were declared."""
    performer_id, where = item.hit.performer_id, (*item.hit.exact, *item.hit.altered)
    found = [
        use
        for use in facts.uses
        if use.performer_id == performer_id and overlap_ms(use.spans, where)
    ]
    declared = facts.release.declaration.uses
    return [*found] or [use for use in declared if use.performer_id == performer_id]


def _licensed(use: Use | DeclaredUse, facts: Facts) -> bool:
    if use.kind is None or prohibitions(use.performer_id, use.kind, facts):
        return False
    if isinstance(use, Use):
        parts = use.modalities
    else:
        parts = () if use.modality is None else (use.modality,)
    licence, lacking = consent(Wanted(use.performer_id, use.kind, parts), facts)
    return licence is not None and not lacking


def _claimed(use: Use | DeclaredUse, facts: Facts) -> bool:
    return use.kind is KindOfUse.OWN_PERFORMANCE or privilege_of(use, facts) is not None


def _spans(
    item: Noticed, spans: Iterable[Span], verdict: Verdict, code: str, facts: Facts
) -> list[SpanVerdict]:
    return [
        SpanVerdict(
            span=span,
            performer_id=_who(item, facts),
            kind=None,
            verdict=verdict,
            reasons=(_reason(item, code),),
            modalities=(_MODALITY[item.hit.part],),
        )
        for span in spans
    ]


def _who(item: Noticed, facts: Facts) -> str | None:
    """The performer, where the studio knows of the person from elsewhere than the notice."""
    performer_id = item.hit.performer_id
    known = {use.performer_id for use in facts.uses if use.decision is Decision.MATCH}
    known |= {use.performer_id for use in facts.release.declaration.uses}
    return performer_id if performer_id in known else None


def _reason(item: Noticed, code: str) -> Reason:
    day = to_text(item.noticed_at)[:10]
    detail = {"notice": item.takedown_id, "noticed_on": day, "policy": item.policy.value}
    return Reason(code, detail)
