"""A repeated job goes on where it was, and never with a scan of another make."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Conflict
from core.ids import new_id
from fingerprint.models import Modality, ScanMode, Span
from registry.models.evidence import Scan, ScanState, SubmissionState
from registry.scanning import scan_to_go_on_with

T0 = datetime(2027, 1, 1, tzinfo=UTC)
SEGMENTS = (Span(0, 60_000),)
MODELS = {Modality.VOICE: "voice-test"}
RUNNING = Scan(
    id=new_id("scn"),
    tenant_id=new_id("ten"),
    submission_id=new_id("sub"),
    cut_id=new_id("cut"),
    seq=1,
    gallery_seq=None,
    models=MODELS,
    mode=ScanMode.THOROUGH,
    thresholds=(),
    state=ScanState.RUNNING,
    provisional=False,
    segments=SEGMENTS,
    started_at=T0,
    finished_at=None,
)
DONE = replace(RUNNING, id=new_id("scn"), seq=2, state=ScanState.DONE)


def chosen(
    state: SubmissionState,
    *earlier: Scan,
    at: datetime = T0,
    retention_days: int = 90,
    mode: ScanMode = ScanMode.THOROUGH,
) -> Scan | None:
    return scan_to_go_on_with(
        state,
        earlier,
        segments=SEGMENTS,
        models=MODELS,
        mode=mode,
        retention_days=retention_days,
        at=at,
    )


def test_a_running_scan_of_the_same_make_goes_on() -> None:
    assert chosen(SubmissionState.SCANNING, RUNNING) == RUNNING


@pytest.mark.parametrize(
    "other",
    [
        replace(RUNNING, segments=(Span(0, 30_000),)),
        replace(RUNNING, models={Modality.VOICE: "newer"}),
        replace(RUNNING, state=ScanState.FAILED),
        replace(RUNNING, state=ScanState.CANCELLED),
    ],
)
def test_a_scan_of_another_make_or_a_stopped_one_does_not(other: Scan) -> None:
    assert chosen(SubmissionState.SCANNING, other) is None


def test_a_scan_that_has_lost_vectors_by_now_does_not_go_on() -> None:
    assert chosen(SubmissionState.SCANNING, RUNNING, at=T0 + timedelta(days=90)) is None


def test_a_scanned_submission_is_not_scanned_again_unless_asked() -> None:
    assert chosen(SubmissionState.SCANNED, DONE, RUNNING) == DONE
    assert chosen(SubmissionState.RECEIVED, DONE) is None


def test_a_cancelled_submission_is_not_scanned() -> None:
    with pytest.raises(Conflict):
        chosen(SubmissionState.CANCELLED, RUNNING)


def test_a_running_scan_of_another_mode_is_not_gone_on_with() -> None:
    assert chosen(SubmissionState.SCANNING, RUNNING, mode=ScanMode.FAST) is None
    assert chosen(SubmissionState.SCANNED, DONE, mode=ScanMode.FAST) is DONE
