"""Made-up people, works, licences and finds, small enough to read in a test."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.ids import derived_id
from fingerprint.models import Decision, Modality, Span
from licensing.models import (
    Context,
    Formation,
    LicenceInForce,
    StageRate,
    TariffKind,
    TariffTerm,
    TemplateRef,
    Terms,
)
from licensing.models_clearance import CutPlace
from registry.models.evidence import UnknownPerson, Use
from registry.models.works import Declaration, DeclaredUse, KindOfUse, Medium, Stage

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
RELEASE = date(2026, 12, 1)
SIGNED_AT = datetime(2026, 1, 1, tzinfo=UTC)
ANNA, BERT = derived_id("prf", "anna"), derived_id("prf", "bert")
STUDIO, RIVAL = derived_id("ten", "studio"), derived_id("ten", "rival")
SERIES, EPISODE = derived_id("wrk", "series"), derived_id("wrk", "episode")
FILM = derived_id("wrk", "film")
CUT, OTHER_CUT = derived_id("cut", "vertical"), derived_id("cut", "trailer")
PLACE = CutPlace(CUT, STUDIO, frozenset({CUT, EPISODE, SERIES}))

TERMS = Terms(
    performer_id=ANNA,
    licensee_id=STUDIO,
    kinds=(KindOfUse.SYNTHESISE_VOICE,),
    modalities=(Modality.VOICE,),
    valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    tariff=TariffTerm(TariffKind.PER_MINUTE, 12_500, "EUR"),
    territories=("AT", "CH", "DE"),
    languages=("de",),
    media=("series", "social"),
    works=(SERIES,),
    seconds_max=60,
)

FULL = replace(
    TERMS,
    contexts_prohibited=(Context.POLITICAL,),
    description="The voice of the night guard, in twelve episodes.",
    formats=("vertical",),
    stages=(Stage.PITCH, Stage.AUDIENCE_TEST),
    audience_test_days_max=14,
    stage_rates=(StageRate(Stage.PITCH, TariffTerm(TariffKind.PER_VIEW, 1_000, "EUR")),),
    uses_max=12,
    exclusive=True,
    sublicensable=True,
    parent_licence_id=derived_id("lic", "parent"),
    approval_per_cut=True,
    use_notice_hours=48,
    termination_notice_days=30,
    post_mortem=True,
    paid_directly=True,
    template=TemplateRef("micro-drama-series", "1", "a" * 64),
    framework_id=derived_id("frw", "union"),
    framework_version="2",
    framework_digest="b" * 64,
    formation=Formation(separate_agreement=True, counsel=True, court_approval_ref="12 F 3/26"),
)
"""Terms in which every condition says something."""


def terms(**changes: Any) -> Terms:
    """Anna's narrow licence to the studio for a synthesised voice, with changes."""
    return replace(TERMS, **changes)


def licence(name: str = "one", *, seq: int = 5, revoked_days_ago: int = 0, **changes: Any) -> Any:
    """A known licence; `changes` go to its terms."""
    revoked_at = AT - timedelta(days=revoked_days_ago) if revoked_days_ago else None
    return LicenceInForce(
        id=derived_id("lic", name),
        vc_id=f"urn:uuid:{name}",
        tariff_id=derived_id("tar", name),
        terms=terms(**changes),
        seq=seq,
        revoked_at=revoked_at,
        signed_at=SIGNED_AT,
    )


def use(
    kind: KindOfUse | None = KindOfUse.SYNTHESISE_VOICE,
    *,
    performer_id: str = ANNA,
    modalities: tuple[Modality, ...] = (Modality.VOICE,),
    decision: Decision = Decision.MATCH,
    spans: tuple[tuple[int, int], ...] = ((1_000, 5_000),),
    engagement_ref: str = "",
) -> Use:
    """A use of Anna's synthesised voice, four seconds long, with changes."""
    return Use(
        id=derived_id("use", CUT, performer_id, kind or "undeclared"),
        cut_id=CUT,
        submission_id=derived_id("sub", CUT),
        scan_id=derived_id("scn", CUT),
        performer_id=performer_id,
        kind=kind,
        modalities=modalities,
        decision=decision,
        spans=tuple(Span(start, end) for start, end in spans),
        match_ids=(derived_id("mch", performer_id),),
        model_ids=("voice-model",),
        threshold_ids=("threshold-1",),
        engagement_ref=engagement_ref,
    )


def declaration(*uses: DeclaredUse, **changes: Any) -> Declaration:
    """A labelled German series on 1 December 2026, with the declared uses and changes."""
    plain = Declaration(
        release_at=RELEASE,
        territories=("DE",),
        medium=Medium.SERIES,
        language="de",
        uses=uses,
        ai_labelled=True,
    )
    return replace(plain, **changes)


def stranger(start_ms: int = 8_000, end_ms: int = 9_000) -> UnknownPerson:
    """Somebody's voice that no print explains."""
    return UnknownPerson(Modality.VOICE, (Span(start_ms, end_ms),))
