"""What a decision tells besides its verdicts: circumstances, promises, what nobody could check."""

from collections.abc import Sequence

from core.clock import to_text
from fingerprint.models import Reason
from licensing.coverage import Release, Wanted, claims
from licensing.judging import Facts
from licensing.lawful import findings_on, unclear
from licensing.models import LicenceInForce
from licensing.models_clearance import SpanVerdict, Verdict
from registry.models.works import AiShare, KindOfUse

MADE_VOICE = frozenset({KindOfUse.SYNTHESISE_VOICE, KindOfUse.FULL_REPLICA, KindOfUse.DUB})
MADE_FACE = frozenset({KindOfUse.REPLICATE_FACE, KindOfUse.FULL_REPLICA, KindOfUse.DE_AGE})


def circumstances(release: Release, provisional: bool) -> list[Reason]:
    """A release in the past, thresholds that are provisional, a statement that contradicts."""
    found = []
    day = release.declaration.release_at
    if day < release.at.date():
        detail = {"release_at": day.isoformat(), "decided_at": to_text(release.at)}
        found.append(Reason("release-in-past", detail))
    if provisional:
        found.append(Reason("provisional-threshold", {}))
    stated, kinds = release.declaration.ai_use, {use.kind for use in release.declaration.uses}
    for part, share, made in (
        ("voice", stated.voice, MADE_VOICE),
        ("visuals", stated.visuals, MADE_FACE),
    ):
        if share is AiShare.NONE and kinds & made:
            named = ", ".join(sorted(kind.value for kind in kinds & made))
            found.append(Reason("ai-statement-contradicts", {"part": part, "kinds": named}))
    return found


def contexts_promised(
    spans: Sequence[SpanVerdict], licences: Sequence[LicenceInForce]
) -> list[Reason]:
    """What a machine cannot see and the licensee has promised: no prohibited surroundings."""
    relied_on = _relied_on(spans)
    return [
        Reason(
            "contexts-prohibited",
            {
                "licence_id": licence.id,
                "contexts": ", ".join(item.value for item in licence.terms.contexts_prohibited),
            },
        )
        for licence in sorted(licences, key=lambda item: item.seq)
        if licence.id in relied_on and licence.terms.contexts_prohibited
    ]


def later_promises(spans: Sequence[SpanVerdict], facts: Facts) -> list[Reason]:
    """Exclusive promises to others that were signed after the licence relied on: it stands."""
    signed = {item.id: item.seq for item in facts.licences}
    wanted = {
        (s.licence_id, Wanted(s.performer_id, s.kind, s.modalities))
        for s in spans
        if s.verdict is Verdict.CLEARED and s.licence_id and s.performer_id and s.kind
    }
    clash = {
        licence_id
        for licence_id, use in wanted
        for rival in facts.release.known.rivals
        if rival.seq > signed.get(licence_id, 0) and claims(rival, use, facts.release)
    }
    return [Reason("exclusive-later", {"licence_id": item}) for item in sorted(clash)]


def laws_unclear(spans: Sequence[SpanVerdict], facts: Facts) -> list[Reason]:
    """Rules of the territories of release that nobody can judge, of what licences clear."""
    by_id = {item.id: item for item in facts.licences}
    wanted = {
        (s.licence_id, Wanted(s.performer_id, s.kind, s.modalities))
        for s in spans
        if s.verdict is Verdict.CLEARED and s.licence_id and s.performer_id and s.kind
    }
    told = {
        (str(reason.detail["pack"]), str(reason.detail["rule"])): reason
        for licence_id, use in wanted
        for reason in unclear(findings_on(by_id[licence_id], use, facts.release))
    }
    return [told[key] for key in sorted(told)]


def _relied_on(spans: Sequence[SpanVerdict]) -> set[str | None]:
    return {span.licence_id for span in spans if span.verdict is Verdict.CLEARED}
