"""How matches and a declaration become uses: one per cut, performer and kind.

A use is what money and licences hang on, so its id must not move when a scan is repeated or a
span shifts by a frame: it is derived from cut, performer and kind alone. A match that no
declared use explains becomes an undeclared use; it is never dropped.
"""

from collections.abc import Iterable, Mapping, Sequence

from core.ids import derived_id
from fingerprint.models import Decision
from registry.models.evidence import UNDECLARED, Match, Use
from registry.models.works import Declaration, DeclaredUse, KindOfUse
from registry.spans import merge
from registry.usekinds import concerned

# A match by a person's word rests on no model and no threshold.
NO_MACHINE = {""}


def use_id(cut_id: str, performer_id: str, kind: KindOfUse | None) -> str:
    """The same id for the same cut, performer and kind, whatever the scan."""
    return derived_id("use", cut_id, performer_id, kind or UNDECLARED)


def form_uses(matches: Iterable[Match], declaration: Declaration) -> tuple[Use, ...]:
    """Uses in the order of performer and kind; `matches` are those left after review.

    A performer declared in two ways for what was found gives two uses with the same evidence:
    which of them it was cannot be heard, so each needs its own consent. In a dataset everybody is
    used to train a model, declared or not.
    """
    groups: dict[tuple[str, str, KindOfUse | None], list[Match]] = {}
    for match in matches:
        for kind in _kinds(match, declaration):
            groups.setdefault((match.cut_id, match.performer_id, kind), []).append(match)
    references = _references(declaration.uses)
    ordered = sorted(groups, key=lambda key: (key[0], key[1], key[2] or UNDECLARED))
    return tuple(_use(kind, groups[cut, who, kind], references) for cut, who, kind in ordered)


def _kinds(match: Match, declaration: Declaration) -> tuple[KindOfUse | None, ...]:
    if declaration.dataset:
        return (KindOfUse.TRAIN_MODEL,)
    kinds = {
        use.kind
        for use in declaration.uses
        if use.performer_id == match.performer_id
        and match.modality in concerned(use.kind, use.modality)
    }
    return tuple(sorted(kinds)) or (None,)


def _references(declared: Sequence[DeclaredUse]) -> Mapping[tuple[str, KindOfUse], str]:
    references: dict[tuple[str, KindOfUse], str] = {}
    for use in declared:
        if use.engagement_ref:
            references.setdefault((use.performer_id, use.kind), use.engagement_ref)
    return references


def _use(
    kind: KindOfUse | None,
    matches: Sequence[Match],
    references: Mapping[tuple[str, KindOfUse], str],
) -> Use:
    newest = max(matches, key=lambda match: match.seq)
    sure = any(match.decision is Decision.MATCH for match in matches)
    return Use(
        id=use_id(newest.cut_id, newest.performer_id, kind),
        cut_id=newest.cut_id,
        submission_id=newest.submission_id,
        scan_id=newest.scan_id,
        performer_id=newest.performer_id,
        kind=kind,
        modalities=tuple(sorted({match.modality for match in matches})),
        decision=Decision.MATCH if sure else Decision.REVIEW,
        spans=merge(span for match in matches for span in match.spans),
        match_ids=tuple(sorted({match.id for match in matches})),
        model_ids=tuple(sorted({match.model_id for match in matches} - NO_MACHINE)),
        threshold_ids=tuple(sorted({match.threshold_id for match in matches} - NO_MACHINE)),
        engagement_ref=references.get((newest.performer_id, kind), "") if kind else "",
    )
