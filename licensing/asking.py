"""What a clearance lacks, as the terms to ask for: one request for each performer who is missing.

It asks for what the studio declared and for nothing wider; training is asked for by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from fingerprint.models import Modality
from licensing.models import TariffTerm, Terms
from licensing.models_clearance import ClearanceDecision, Verdict
from licensing.suspension import FRAMEWORK, MEMBERS, PAUSED
from registry.models.works import Declaration, KindOfUse, Stage
from registry.usekinds import concerned

TERM_DAYS = 365
# No licence mends these, so nobody is asked for one.
_NOT_FOR_ASKING = frozenset({MEMBERS, FRAMEWORK, PAUSED})
_UNLICENSED = "declared-without-licence"


@dataclass(frozen=True, slots=True)
class Missing:
    """Kinds of use of one performer for which consent is lacking, and parts of the likeness."""

    performer_id: str
    kinds: tuple[KindOfUse, ...]
    modalities: tuple[Modality, ...]


def missing(decision: ClearanceDecision) -> tuple[Missing, ...]:
    """Whom to ask for what, by performer; training stands alone."""
    found: dict[tuple[str, bool], dict[KindOfUse, set[Modality]]] = {}
    for performer_id, kind, modalities in (*_refused(decision), *_declared(decision)):
        key = (performer_id, kind is KindOfUse.TRAIN_MODEL)
        found.setdefault(key, {}).setdefault(kind, set()).update(_parts(kind, modalities))
    return tuple(
        Missing(
            performer_id,
            tuple(kind for kind in KindOfUse if kind in kinds),
            tuple(part for part in Modality if any(part in parts for parts in kinds.values())),
        )
        for (performer_id, _), kinds in sorted(found.items())
    )


def terms_to_ask(
    lacking: Missing,
    declaration: Declaration,
    *,
    licensee_id: str,
    works: tuple[str, ...],
    tariff: TariffTerm,
    valid_until: datetime | None = None,
    description: str = "",
) -> Terms:
    """Terms for exactly the declared release: its territories, medium, language and works.

    They begin on the day of release and last a year unless `valid_until` says otherwise.
    """
    begins = datetime.combine(declaration.release_at, time(), UTC)
    return Terms(
        performer_id=lacking.performer_id,
        licensee_id=licensee_id,
        kinds=lacking.kinds,
        modalities=lacking.modalities,
        valid_from=begins,
        valid_until=valid_until or begins + timedelta(days=TERM_DAYS),
        tariff=tariff,
        territories=declaration.territories,
        languages=(declaration.language,),
        media=(declaration.medium.value,),
        works=works,
        stages=(Stage.RELEASE,),
        label_ai=declaration.ai_labelled,
        description=description,
    )


def _refused(
    decision: ClearanceDecision,
) -> Iterable[tuple[str, KindOfUse, tuple[Modality, ...]]]:
    for span in decision.spans:
        if span.verdict is not Verdict.REFUSED or span.performer_id is None or span.kind is None:
            continue
        if not _NOT_FOR_ASKING.issuperset(reason.code for reason in span.reasons):
            yield span.performer_id, span.kind, span.modalities


def _declared(
    decision: ClearanceDecision,
) -> Iterable[tuple[str, KindOfUse, tuple[Modality, ...]]]:
    for reason in decision.reasons:
        if reason.code == _UNLICENSED:
            yield str(reason.detail["performer_id"]), KindOfUse(str(reason.detail["kind"])), ()


def _parts(kind: KindOfUse, found: tuple[Modality, ...]) -> frozenset[Modality]:
    """Parts of the likeness to ask for: those that were found, and all for a full replica."""
    whole = concerned(kind, None)
    return whole if kind is KindOfUse.FULL_REPLICA else (whole & set(found)) or whole
