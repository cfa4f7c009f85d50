"""Whether a film that is refused now was cleared when it came out, and is refused for that alone.

Pure. Consent ends for what comes, and takes back nothing that was released (ADR 6, ADR 37): who
released a cleared film in time is told so, and not to hold back what everybody can see.
"""

from collections.abc import Sequence

from licensing.certificatestate import released_at
from licensing.models_clearance import Clearance, Verdict

ENDED = frozenset({"licence-revoked", "licence-expired"})


def may_stay_out(history: Sequence[Clearance]) -> bool:
    """Whether the newest decision takes back only for the future what an earlier one allowed.

    `history` holds decisions on a cut, the newest first. The one in force at the end of the release
    day must have cleared the same file for the same day, and every use refused since must be so
    for nothing but a licence that was revoked or has ended.
    """
    if not history or history[0].decision.verdict is not Verdict.REFUSED:
        return False
    now = history[0]
    out = released_at(now.release_at)
    before = next((one for one in history if one.decided_at < out), now)
    same = (before.submission_id, before.release_at) == (now.submission_id, now.release_at)
    cleared = before.decision.verdict is Verdict.CLEARED
    open_spans = [one for one in now.decision.spans if one.verdict is not Verdict.CLEARED]
    return (
        same
        and cleared
        and not now.decision.reasons
        and all(
            one.verdict is Verdict.REFUSED and {reason.code for reason in one.reasons} <= ENDED
            for one in open_spans
        )
    )
