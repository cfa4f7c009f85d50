"""Which laws want this release labelled as made with AI; the laws themselves are dated data.

A missing label is a warning and never a verdict, and a label never stands in for consent.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time

from core.dated import Dated, in_force
from fingerprint.models import Reason
from licensing.models import ANY, LabelDuty
from registry.models.works import Declaration, KindOfUse


def missing_labels(
    declaration: Declaration, kinds: Iterable[KindOfUse], duties: Sequence[Dated[LabelDuty]]
) -> tuple[Reason, ...]:
    """One reason per duty that is in force on the day of release and not met.

    `duties` stand in the order they were recorded; of those with one id the last in force counts.
    """
    if declaration.ai_labelled:
        return ()
    present = frozenset(kinds)
    day = datetime.combine(declaration.release_at, time(), UTC)
    by_id: dict[str, list[Dated[LabelDuty]]] = {}
    for duty in duties:
        by_id.setdefault(duty.value.id, []).append(duty)
    return tuple(
        _reason(duty)
        for versions in by_id.values()
        for duty in _last_in_force(versions, day)
        if _concerns(duty.value, declaration, present)
    )


def _last_in_force(
    versions: Sequence[Dated[LabelDuty]], day: datetime
) -> Sequence[Dated[LabelDuty]]:
    value = in_force(versions, day)
    return [duty for duty in versions if duty.value is value][-1:]


def _reason(duty: Dated[LabelDuty]) -> Reason:
    return Reason(
        "label-missing",
        {
            "rule": duty.value.id,
            "jurisdiction": duty.value.jurisdiction,
            "clause": duty.value.clause,
            "source": duty.source,
            "certainty": duty.certainty,
        },
    )


def _concerns(duty: LabelDuty, declaration: Declaration, kinds: frozenset[KindOfUse]) -> bool:
    shown = set(declaration.territories)
    return (
        bool(kinds & set(duty.kinds))
        and (ANY in shown or ANY in duty.territories or bool(shown & set(duty.territories)))
        and (ANY in duty.media or declaration.medium.value in duty.media)
    )
