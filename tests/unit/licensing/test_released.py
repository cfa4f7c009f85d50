"""What was cleared when it came out may stay out; nothing else is told so."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fingerprint.models import Modality, Reason, Span
from licensing.models_clearance import Clearance, ClearanceDecision, SpanVerdict, Verdict
from licensing.released import may_stay_out
from registry.models.works import KindOfUse

RELEASE = date(2026, 12, 1)
BEFORE = datetime(2026, 11, 21, 10, tzinfo=UTC)
AFTER = datetime(2026, 12, 24, tzinfo=UTC)
REVOKED = Reason("licence-revoked", {"revoked_at": "2026-12-23T10:00:00Z"})


def decided(
    at: datetime, *spans: tuple[Verdict, Reason], title: Verdict | None = None
) -> Clearance:
    verdicts = tuple(
        SpanVerdict(
            Span(1000 * place, 1000 * place + 900),
            "prf_a",
            KindOfUse.SYNTHESISE_VOICE,
            verdict,
            (why,),
            modalities=(Modality.VOICE,),
        )
        for place, (verdict, why) in enumerate(spans)
    )
    worst = title or (verdicts[0].verdict if verdicts else Verdict.CLEARED)
    made = ClearanceDecision(worst, verdicts, (), (), (), (), ())
    return Clearance(
        id=f"clr_{at:%Y%m%d}",
        tenant_id="ten_a",
        submission_id="sub_a",
        cut_id="cut_a",
        scan_id="scn_a",
        seq=1,
        known_seq=1,
        gallery_seq=1,
        release_at=RELEASE,
        decided_at=at,
        provisional=False,
        decision=made,
        log_index=0,
    )


COVERS = (Verdict.CLEARED, Reason("licence-covers", {"licence_id": "lic_a"}))
CLEARED = decided(BEFORE, COVERS)
REFUSED = decided(AFTER, (Verdict.REFUSED, REVOKED), COVERS)


def test_what_was_released_in_time_may_stay_out() -> None:
    assert may_stay_out([REFUSED, CLEARED])
    again = replace(REFUSED, decided_at=AFTER + timedelta(days=9))
    assert may_stay_out([again, REFUSED, CLEARED])


DUE = Reason("territory-not-licensed", {"territories": "AT"})
UNSURE = Reason("uncertain-match", {})


@pytest.mark.parametrize(
    "history",
    [
        [],
        [CLEARED],
        [REFUSED],
        [replace(REFUSED, decided_at=BEFORE + timedelta(days=10)), CLEARED],
        [REFUSED, replace(CLEARED, decided_at=AFTER - timedelta(days=1))],
        [REFUSED, replace(CLEARED, submission_id="sub_of_another_file")],
        [REFUSED, replace(CLEARED, release_at=RELEASE - timedelta(days=3))],
        [decided(AFTER, (Verdict.REFUSED, REVOKED), (Verdict.REFUSED, DUE)), CLEARED],
        [decided(AFTER, (Verdict.REFUSED, REVOKED), (Verdict.REVIEW, UNSURE)), CLEARED],
        [REFUSED, decided(BEFORE, (Verdict.REFUSED, DUE)), CLEARED],
    ],
    ids=[
        "nothing-decided",
        "cleared",
        "never-cleared",
        "refused-before-it-came-out",
        "cleared-only-afterwards",
        "another-file",
        "another-day",
        "something-else-lacks",
        "a-find-in-doubt-since",
        "refused-on-the-day",
    ],
)
def test_nothing_else_may(history: list[Clearance]) -> None:
    assert not may_stay_out(history)
