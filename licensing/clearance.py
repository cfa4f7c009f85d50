"""The decision on a submission: each use with its verdict and every reason, and the title's.

Pure: what was found, what was declared and which licences were known come in, a value goes out,
so that the same facts give the same decision in ten years. What is uncertain goes to a person;
nothing is cleared by silence.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from core.dated import Dated
from fingerprint.models import Reason, Span
from licensing.coverage import Release, Wanted
from licensing.figures import figures_not_found, kinds_of_figures
from licensing.foreign import doubts
from licensing.judging import Facts, consent, is_minor, judge, privilege_of, prohibitions
from licensing.known import NOTHING_ELSE, Known, UnknownPolicy
from licensing.labels import label_findings
from licensing.models import LicenceInForce
from licensing.models_clearance import ClearanceDecision, CutPlace, LabelDuty, SpanVerdict, Verdict
from licensing.noticed import noticed_spans, told_of_noticed
from licensing.telling import circumstances, contexts_promised, later_promises, laws_unclear
from licensing.unknowns import judge_unknown
from registry.extras import told_of_extras
from registry.models.evidence import UnknownPerson, Use
from registry.models.works import Declaration, DeclaredUse, KindOfUse
from registry.usekinds import concerned

WORST_FIRST = (Verdict.REFUSED, Verdict.REVIEW, Verdict.UNKNOWN_PERSON, Verdict.CLEARED)
WHOLE_CUT = (Span(0, 0),)


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
    known: Known = NOTHING_ELSE,
) -> ClearanceDecision:
    """Decide on everything found in one cut, as known and declared at `at`.

    `licences` are those known, whatever their state: expired and revoked ones give the reasons.
    `place` says which studio releases which cut of which works, `duties` are the label laws,
    `provisional` that the thresholds of the scan are, and `known` holds all else.
    """
    facts = Facts(uses, licences, Release(declaration, place, at, known))
    found = [verdict for use in uses for verdict in _use_spans(use, facts)]
    released, crowded = told_of_extras(unknowns, declaration)
    for index, person in enumerate(unknowns):
        found += _unknown_spans(person, released.get(index), crowded.get(index))
    found += noticed_spans(known.noticed, facts)
    spans = tuple(sorted(found, key=_position))
    missed = [declared for declared in declaration.uses if not _was_found(declared, uses)]
    open_doubts = (*_unread(known), *_undetected(missed, facts))
    open_spans = [span for span in spans if span.verdict is Verdict.UNKNOWN_PERSON]
    strangers, tolerated = _strangers(open_spans, known.unknowns)
    return ClearanceDecision(
        verdict=_title(spans, doubtful=bool(open_doubts), tolerated=bool(tolerated)),
        spans=spans,
        reasons=(*([] if spans else [Reason("nothing-found", {})]), *strangers, *open_doubts),
        warnings=(
            *_not_found(missed),
            *figures_not_found(declaration, unknowns, known.figures),
            *tolerated,
            *circumstances(facts.release, provisional),
            *contexts_promised(spans, licences),
            *later_promises(spans, facts),
            *laws_unclear(spans, facts),
            *told_of_noticed(known.noticed, facts),
            *label_findings(declaration, _kinds(uses, unknowns, declaration), duties, known.labels),
        ),
        licence_ids=_sorted_ids(s.licence_id for s in spans if s.verdict is Verdict.CLEARED),
        model_ids=_sorted_ids(name for use in uses for name in use.model_ids),
        threshold_ids=_sorted_ids(name for use in uses for name in use.threshold_ids),
    )


def _use_spans(use: Use, facts: Facts) -> list[SpanVerdict]:
    judged = judge(use, facts)
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


def _unknown_spans(
    person: UnknownPerson, released: Reason | None, crowded: Reason | None
) -> list[SpanVerdict]:
    verdict, reasons = judge_unknown(person, released)
    reasons = (*reasons, crowded) if crowded else reasons
    return [
        SpanVerdict(
            span=span,
            performer_id=None,
            kind=None,
            verdict=verdict,
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


def _undetected(missed: Sequence[DeclaredUse], facts: Facts) -> tuple[Reason, ...]:
    """Declared uses that the machine missed and that do not clear: the studio's own word counts."""
    found: list[Reason] = []
    for declared in missed:
        parts = () if declared.modality is None else (declared.modality,)
        licence, lacking = consent(Wanted(declared.performer_id, declared.kind, parts), facts)
        unsure = () if licence is None else doubts(licence, facts.release.at)
        forbidden = prohibitions(declared.performer_id, declared.kind, facts)
        if forbidden:
            found += (_told(declared, "declared-but-forbidden"), *forbidden)
        elif lacking and declared.kind is not KindOfUse.OWN_PERFORMANCE:
            privilege = privilege_of(declared, facts)
            if privilege is not None:
                found.append(Reason("privilege-claimed", {"privilege": privilege.value}))
            found += (_told(declared, "declared-without-licence"), *lacking)
        elif unsure and declared.kind is not KindOfUse.OWN_PERFORMANCE:
            found += (_told(declared, "declared-with-doubt"), *unsure)
        elif is_minor(declared.performer_id, facts.release) and not declared.inherited:
            found += (_told(declared, "declared-minor-not-found"),)
    return _distinct(found)


def _not_found(missed: Sequence[DeclaredUse]) -> tuple[Reason, ...]:
    """Each one that was declared for this very cut, and how many of the series' cast are absent."""
    own = _distinct(_told(item, "declared-not-found") for item in missed if not item.inherited)
    absent = {item.performer_id for item in missed if item.inherited}
    told = [Reason("cast-not-found", {"people": len(absent)})] if absent else []
    return (*own, *told)


def _told(declared: DeclaredUse, code: str) -> Reason:
    return Reason(code, {"performer_id": declared.performer_id, "kind": declared.kind.value})


def _strangers(
    open_spans: Sequence[SpanVerdict], policy: UnknownPolicy
) -> tuple[list[Reason], list[Reason]]:
    """What unknown people make of the title, and what is only told of them."""
    if not open_spans:
        return [], []
    detail = {"spans": len(open_spans)}
    if policy is UnknownPolicy.TOLERATE:
        return [], [Reason("unknown-tolerated", detail)]
    return [Reason("unknown-in-title", detail)], []


def _unread(known: Known) -> tuple[Reason, ...]:
    """Nobody can say who is where the file could not be read: nothing is cleared by silence."""
    return (Reason("unread-in-title", {"parts": known.unread}),) if known.unread else ()


def _kinds(
    uses: Sequence[Use], unknowns: Sequence[UnknownPerson], declaration: Declaration
) -> set[KindOfUse]:
    """What was done, declared or not; an invented figure is made by a machine."""
    declared = {use.kind for use in declaration.uses}
    found = {use.kind for use in uses if use.kind is not None}
    return declared | found | kinds_of_figures(declaration, unknowns)


def _title(spans: Iterable[SpanVerdict], *, doubtful: bool, tolerated: bool) -> Verdict:
    """The worst of all; somebody unknown is a question to a person, unless the policy says not."""
    present = {span.verdict for span in spans}
    if Verdict.UNKNOWN_PERSON in present:
        present.remove(Verdict.UNKNOWN_PERSON)
        doubtful = doubtful or not tolerated
    if doubtful:
        present.add(Verdict.REVIEW)
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
