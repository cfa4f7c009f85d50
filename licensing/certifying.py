"""What a certificate says of a decision: who was declared, who was found, which licences count."""

import hashlib
from collections.abc import Iterable, Sequence

from fingerprint.matching import NO_THRESHOLD
from fingerprint.misses import Lookup
from fingerprint.models import Reason
from licensing.known import UnknownPolicy
from licensing.models import Licence, LicenceInForce
from licensing.models_certificate import LicenceBehind, Miss, Release, Search, Shown
from licensing.models_clearance import Clearance, Verdict
from registry.models.works import Declaration


def declared_people(declaration: Declaration) -> tuple[Shown, ...]:
    """Everybody whom the studio named, sorted; no parts means all that the kind concerns."""
    found = {
        Shown(
            use.performer_id,
            use.kind.value,
            () if use.modality is None else (use.modality.value,),
        )
        for use in declaration.uses
    }
    return _sorted(found)


def detected_people(clearance: Clearance) -> tuple[Shown, ...]:
    """Everybody who was found, with the licence that covers it, sorted."""
    found = {
        Shown(
            span.performer_id,
            "" if span.kind is None else span.kind.value,
            tuple(sorted(part.value for part in span.modalities)),
            span.licence_id or "",
        )
        for span in clearance.decision.spans
        if span.performer_id is not None
    }
    return _sorted(found)


def licences_behind(
    licences: Sequence[Licence], known: Sequence[LicenceInForce]
) -> tuple[LicenceBehind, ...]:
    """The licences with the hash of their bytes; `known` says when each ends by what was known."""
    ends = {item.id: item.terms.valid_until for item in known}
    return tuple(
        LicenceBehind(
            item.id,
            item.vc_id,
            hashlib.sha256(item.signed).hexdigest(),
            ends.get(item.id, item.terms.valid_until),
            _contract(item),
        )
        for item in sorted(licences, key=lambda item: item.id)
    )


def remarks_of(clearance: Clearance) -> tuple[Reason, ...]:
    """What the decision tells beside its verdict, with every figure as text."""
    told = (*clearance.decision.reasons, *clearance.decision.warnings)
    return tuple(
        Reason(item.code, {name: str(value) for name, value in item.detail.items()})
        for item in told
    )


def search_of(
    clearance: Clearance, thresholds: Iterable[str], policy: UnknownPolicy, missed: Lookup
) -> Search:
    """How it was searched, at which of the scan's `thresholds`; `missed` says how often in vain."""
    decision = clearance.decision
    searched = {*decision.threshold_ids, *thresholds} - {NO_THRESHOLD}
    unknown = [span for span in decision.spans if span.verdict is Verdict.UNKNOWN_PERSON]
    return Search(
        known_seq=clearance.known_seq,
        gallery_seq=clearance.gallery_seq,
        models=decision.model_ids,
        misses=tuple(Miss(name, missed(name)) for name in sorted(searched)),
        provisional=clearance.provisional,
        unknowns=policy,
        strangers=len(unknown),
    )


def release_of(declaration: Declaration) -> Release:
    """What was declared about the release."""
    return Release(
        on=declaration.release_at,
        territories=declaration.territories,
        medium=declaration.medium.value,
        language=declaration.language,
        stage=declaration.stage.value,
    )


def _contract(licence: Licence) -> str:
    template = licence.terms.template
    return "" if template is None else f"{template.id} {template.version}"


def _sorted(found: Iterable[Shown]) -> tuple[Shown, ...]:
    return tuple(sorted(found, key=lambda item: (item.performer_id, item.kind, item.parts)))
