"""Which laws want this release labelled as made with AI, and whether the file carries the label.

The laws are dated data. A missing label is a warning and never a verdict, and a label never stands
in for consent. What is declared is met against what was read from the file, where anybody looked.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from core.dated import Dated, in_force
from fingerprint.models import Reason
from licensing.known import LabelFound, LabelState
from licensing.models import ANY
from licensing.models_clearance import LabelDuty
from registry.models.works import AiShare, Declaration, KindOfUse
from registry.territories import overlap

MADE = frozenset({AiShare.GENERATED})


def label_findings(
    declaration: Declaration,
    kinds: Iterable[KindOfUse],
    duties: Sequence[Dated[LabelDuty]],
    labels: Sequence[LabelFound] | None = None,
) -> tuple[Reason, ...]:
    """One reason per duty in force on the day of release: met, missing, or not to be verified.

    `duties` stand in the order they were recorded; of those with one id the last in force counts.
    Where nobody looked into the file (`labels` None), a declared label is taken for met and not
    told.
    """
    present = frozenset(kinds)
    day = datetime.combine(declaration.release_at, time(), UTC)
    by_id: dict[str, list[Dated[LabelDuty]]] = {}
    for duty in duties:
        by_id.setdefault(duty.value.id, []).append(duty)
    due = [
        duty
        for versions in by_id.values()
        for duty in _last_in_force(versions, day)
        if _concerns(duty.value, declaration, present)
    ]
    told = [_reason(_code(duty.value, declaration, labels), duty) for duty in due]
    return tuple(reason for reason in told if reason is not None)


def _code(
    duty: LabelDuty, declaration: Declaration, labels: Sequence[LabelFound] | None
) -> str | None:
    if labels is None:
        return None if declaration.ai_labelled else "label-missing"
    states = {item.state for item in labels if item.scheme.value in duty.schemes}
    if LabelState.PRESENT in states:
        return "label-met"
    if LabelState.UNVERIFIABLE in states:
        return "label-unverifiable"
    return "label-not-in-file" if declaration.ai_labelled else "label-missing"


def _last_in_force(
    versions: Sequence[Dated[LabelDuty]], day: datetime
) -> Sequence[Dated[LabelDuty]]:
    value = in_force(versions, day)
    return [duty for duty in versions if duty.value is value][-1:]


def _reason(code: str | None, duty: Dated[LabelDuty]) -> Reason | None:
    if code is None:
        return None
    return Reason(
        code,
        {
            "rule": duty.value.id,
            "jurisdiction": duty.value.jurisdiction,
            "clause": duty.value.clause,
            **({"clause_de": duty.value.clause_de} if duty.value.clause_de else {}),
            "source": duty.source,
            "certainty": duty.certainty,
        },
    )


def _concerns(duty: LabelDuty, declaration: Declaration, kinds: frozenset[KindOfUse]) -> bool:
    stated = {declaration.ai_use.visuals, declaration.ai_use.voice}
    return (
        bool(kinds & set(duty.kinds) or stated & MADE)
        and overlap(declaration.territories, duty.territories)
        and (ANY in duty.media or declaration.medium.value in duty.media)
    )
