"""Which scan a repeated or resumed job goes on with.

A job may run twice: after a crash half-way, or after its last write and before it was marked
done. Neither may scan again what is scanned.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.errors import Conflict
from fingerprint.models import Modality, ScanMode, Span
from registry.models.evidence import Scan, ScanState, SubmissionState
from registry.retention import can_resume


def scan_to_go_on_with(
    state: SubmissionState,
    earlier: Sequence[Scan],
    *,
    segments: tuple[Span, ...],
    models: Mapping[Modality, str],
    mode: ScanMode,
    retention_days: int,
    at: datetime,
) -> Scan | None:
    """The finished scan of a scanned submission, or a running one of the same make, else nothing.

    `earlier` are the submission's scans, newest first. Raises `Conflict` when it was cancelled.
    """
    if state is SubmissionState.CANCELLED:
        raise Conflict("The submission was cancelled.", next_step="Request a scan of it anew.")
    for scan in earlier:
        if state is SubmissionState.SCANNED and scan.state is ScanState.DONE:
            return scan
        made = (scan.segments, scan.models, scan.mode)
        same_make = made == (segments, models, mode)
        whole = can_resume(scan.started_at, retention_days, at)
        if scan.state is ScanState.RUNNING and same_make and whole:
            return scan
    return None
