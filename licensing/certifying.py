"""What a certificate says of a decision: who was declared, who was found, which licences count."""

import hashlib
from collections.abc import Iterable, Sequence

from licensing.known import UnknownPolicy
from licensing.models import Clearance, Licence, LicenceInForce, Verdict
from licensing.models_certificate import LicenceBehind, Miss, Release, Search, Shown
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
        )
        for item in sorted(licences, key=lambda item: item.id)
    )


def search_of(clearance: Clearance, policy: UnknownPolicy) -> Search:
    """How it was searched. No calibration on file tells how often somebody is missed."""
    decision = clearance.decision
    unknown = [span for span in decision.spans if span.verdict is Verdict.UNKNOWN_PERSON]
    return Search(
        known_seq=clearance.known_seq,
        gallery_seq=clearance.gallery_seq,
        models=decision.model_ids,
        misses=tuple(Miss(name) for name in decision.threshold_ids),
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


def _sorted(found: Iterable[Shown]) -> tuple[Shown, ...]:
    return tuple(sorted(found, key=lambda item: (item.performer_id, item.kind, item.parts)))
