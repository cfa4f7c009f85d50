"""The decision on a submission: each use with its verdict and every reason, and the title's.

Pure: what was found, what was declared and which licences were known come in, a value goes out,
so that the same facts give the same decision in ten years. What is uncertain goes to a person;
nothing is cleared by silence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_text
from core.dated import Dated
from fingerprint.models import Decision, Reason, Span
from licensing.coverage import Release, Wanted, gaps
from licensing.labels import missing_labels
from licensing.models import (
    ClearanceDecision,
    CutPlace,
    LabelDuty,
    LicenceInForce,
    SpanVerdict,
    Verdict,
)
from registry.models.evidence import UnknownPerson, Use
from registry.models.works import Declaration, DeclaredUse, KindOfUse
from registry.usekinds import concerned

WORST_FIRST = (Verdict.REFUSED, Verdict.REVIEW, Verdict.UNKNOWN_PERSON, Verdict.CLEARED)
WHOLE_CUT = (Span(0, 0),)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One use's verdict, why, and the licence that covers it or is nearest to doing so."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    licence: LicenceInForce | None = None


def decide(
    uses: Sequence[Use],
    unknowns: Sequence[UnknownPerson],
    licences: Sequence[LicenceInForce],
    declaration: Declaration,
    at: datetime,
    *,
    place: CutPlace,
    duties: Sequence[Dated[LabelDuty]] = (),
    provisional: bool = False,
) -> ClearanceDecision:
    """Decide on everything found in one cut, as known and declared at `at`.

    `licences` are those known, whatever their state: expired and revoked ones give the reasons.
    `place` says which studio releases which cut of which works, `duties` are the label laws, and
    `provisional` that the thresholds of the scan are.
    """
    release = Release(declaration, place, at)
    found = [verdict for use in uses for verdict in _use_spans(use, uses, licences, release)]
    found += [verdict for person in unknowns for verdict in _unknown_spans(person)]
    spans = tuple(sorted(found, key=_position))
    missed = [declared for declared in declaration.uses if not _was_found(declared, uses)]
    doubts = _unlicensed(missed, uses, licences, release)
    return ClearanceDecision(
        verdict=_worst(spans, doubtful=bool(doubts)),
        spans=spans,
        reasons=doubts if spans else (Reason("nothing-found", {}), *doubts),
        warnings=(
            *_distinct(_told(declared, "declared-not-found") for declared in missed),
            *_circumstances(release, provisional),
            *_contexts(spans, licences),
            *missing_labels(declaration, _kinds(uses, declaration), duties),
        ),
        licence_ids=_sorted_ids(s.licence_id for s in spans if s.verdict is Verdict.CLEARED),
        model_ids=_sorted_ids(name for use in uses for name in use.model_ids),
        threshold_ids=_sorted_ids(name for use in uses for name in use.threshold_ids),
    )


def _use_spans(
    use: Use, uses: Sequence[Use], licences: Sequence[LicenceInForce], release: Release
) -> list[SpanVerdict]:
    judged = _judge(use, uses, licences, release)
    covering = judged.licence if judged.verdict is Verdict.CLEARED else None
    return [
        SpanVerdict(
            span=span,
            performer_id=use.performer_id,
            kind=use.kind,
            verdict=judged.verdict,
            reasons=judged.reasons,
            licence_id=judged.licence.id if judged.licence else None,
            use_id=use.id,
            tariff_id=covering.tariff_id if covering else None,
            modalities=use.modalities,
        )
        for span in use.spans or WHOLE_CUT
    ]


def _judge(
    use: Use, uses: Sequence[Use], licences: Sequence[LicenceInForce], release: Release
) -> _Judged:
    doubts = [] if use.decision is Decision.MATCH else [Reason("uncertain-match", {})]
    if use.kind is None:
        return _Judged(Verdict.REVIEW, (Reason("found-not-declared", {}), *doubts))
    if doubts:
        return _Judged(Verdict.REVIEW, tuple(doubts))
    wanted = Wanted(use.performer_id, use.kind, use.modalities)
    licence, lacking = _nearest(wanted, uses, licences, release)
    if licence is not None and not lacking:
        covers = Reason("licence-covers", {"licence_id": licence.id})
        return _Judged(Verdict.CLEARED, (covers,), licence)
    if use.kind is KindOfUse.OWN_PERFORMANCE:
        return _own_performance(use)
    return _Judged(Verdict.REFUSED, lacking, licence)


def _own_performance(use: Use) -> _Judged:
    if not use.engagement_ref:
        return _Judged(Verdict.REVIEW, (Reason("engagement-missing", {}),))
    told = Reason("engagement-declared", {"engagement_ref": use.engagement_ref})
    return _Judged(Verdict.CLEARED, (told,))


def _nearest(
    wanted: Wanted,
    uses: Sequence[Use],
    licences: Sequence[LicenceInForce],
    release: Release,
) -> tuple[LicenceInForce | None, tuple[Reason, ...]]:
    """The performer's licence with the fewest gaps, the one signed last among equals."""
    tried = [
        (gaps(licence, wanted, release, uses), licence)
        for licence in licences
        if licence.terms.performer_id == wanted.performer_id
    ]
    if not tried:
        return None, (Reason("no-licence", {}),)
    lacking, licence = min(tried, key=lambda pair: (len(pair[0]), -pair[1].seq, pair[1].id))
    return licence, lacking


def _unknown_spans(person: UnknownPerson) -> list[SpanVerdict]:
    reasons = (Reason("unknown-person", {"modality": person.modality.value}), *person.reasons)
    return [
        SpanVerdict(
            span=span,
            performer_id=None,
            kind=None,
            verdict=Verdict.UNKNOWN_PERSON,
            reasons=reasons,
            modalities=(person.modality,),
        )
        for span in person.spans or WHOLE_CUT
    ]


def _was_found(declared: DeclaredUse, uses: Sequence[Use]) -> bool:
    parts = concerned(declared.kind, declared.modality)
    return any(
        use.performer_id == declared.performer_id
        and use.kind is declared.kind
        and parts & set(use.modalities)
        for use in uses
    )


def _unlicensed(
    missed: Sequence[DeclaredUse],
    uses: Sequence[Use],
    licences: Sequence[LicenceInForce],
    release: Release,
) -> tuple[Reason, ...]:
    """Declared uses that the machine missed and no licence covers: the studio's own word counts."""
    found = []
    for declared in missed:
        parts = () if declared.modality is None else (declared.modality,)
        wanted = Wanted(declared.performer_id, declared.kind, parts)
        _, lacking = _nearest(wanted, uses, licences, release)
        if lacking and declared.kind is not KindOfUse.OWN_PERFORMANCE:
            found.append(_told(declared, "declared-without-licence"))
            found.extend(lacking)
    return _distinct(found)


def _told(declared: DeclaredUse, code: str) -> Reason:
    return Reason(code, {"performer_id": declared.performer_id, "kind": declared.kind.value})


def _circumstances(release: Release, provisional: bool) -> list[Reason]:
    found = []
    day = release.declaration.release_at
    if day < release.at.date():
        detail = {"release_at": day.isoformat(), "decided_at": to_text(release.at)}
        found.append(Reason("release-in-past", detail))
    if provisional:
        found.append(Reason("provisional-threshold", {}))
    return found


def _contexts(spans: Sequence[SpanVerdict], licences: Sequence[LicenceInForce]) -> list[Reason]:
    """What a machine cannot see and the licensee has promised: no prohibited surroundings."""
    relied_on = {s.licence_id for s in spans if s.verdict is Verdict.CLEARED}
    return [
        Reason(
            "contexts-prohibited",
            {
                "licence_id": licence.id,
                "contexts": ", ".join(
                    context.value for context in licence.terms.contexts_prohibited
                ),
            },
        )
        for licence in sorted(licences, key=lambda item: item.seq)
        if licence.id in relied_on and licence.terms.contexts_prohibited
    ]


def _kinds(uses: Sequence[Use], declaration: Declaration) -> set[KindOfUse]:
    declared = {use.kind for use in declaration.uses}
    return declared | {use.kind for use in uses if use.kind is not None}


def _worst(spans: Iterable[SpanVerdict], *, doubtful: bool) -> Verdict:
    present = {span.verdict for span in spans} | ({Verdict.REVIEW} if doubtful else set())
    return next((verdict for verdict in WORST_FIRST if verdict in present), Verdict.CLEARED)


def _position(verdict: SpanVerdict) -> tuple[Span, str, str, str]:
    modalities = ",".join(verdict.modalities)
    return (verdict.span, verdict.performer_id or "", verdict.kind or "", modalities)


def _distinct(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for reason in reasons:
        if reason not in found:
            found.append(reason)
    return tuple(found)


def _sorted_ids(ids: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({name for name in ids if name is not None}))
