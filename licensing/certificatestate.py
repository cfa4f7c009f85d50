"""How a certificate stands after what happened since: until its release it can fall, then not.

Up to the end of the release day a withdrawn consent, a suspension or another answer makes it VOID,
and it stays so: a later CLEARED gets a certificate of its own. What was released stays released:
a revocation after that day is told, and takes nothing back.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from core.clock import to_text
from fingerprint.models import Reason
from licensing.models_certificate import CertificateState, LicenceNow, Since, Standing
from licensing.models_clearance import Verdict


def released_at(release: date) -> datetime:
    """The first moment at which the release day is over, in UTC."""
    return datetime.combine(release, time(), UTC) + timedelta(days=1)


def standing(known_seq: int, release: date, since: Since, at: datetime) -> Standing:
    """The state at `at` of a certificate whose decision knew everything up to `known_seq`."""
    end = released_at(release)
    fallen = sorted(_fallen(known_seq, end, since, at), key=lambda item: item[0])
    if fallen:
        return _standing(CertificateState.VOID, fallen)
    if since.suspended:
        return Standing(CertificateState.VOID, None, since.suspended)
    revoked = sorted(_revoked_after(end, since, at), key=lambda item: item[0])
    if revoked:
        return _standing(CertificateState.CONSENT_SINCE_REVOKED, revoked)
    over = sorted(
        ((item.valid_until, _expired(item)) for item in since.licences if item.valid_until <= at),
        key=lambda item: item[0],
    )
    return _standing(CertificateState.EXPIRED, over) if over else Standing(CertificateState.VALID)


def _standing(state: CertificateState, why: Sequence[tuple[datetime, Reason]]) -> Standing:
    return Standing(state, why[0][0], tuple(reason for _, reason in why))


def _fallen(
    known_seq: int, end: datetime, since: Since, at: datetime
) -> Iterable[tuple[datetime, Reason]]:
    """What made it void: every withdrawal and every other answer before the release was over."""
    for made in since.decisions:
        if made.seq > known_seq and made.at < end and made.verdict is not Verdict.CLEARED:
            yield made.at, Reason("certificate-decided-again", {"verdict": made.verdict.value})
    for item in since.licences:
        moment = item.revoked_at
        if moment is not None and moment < end:
            yield moment, _revoked(item, moment)
        # Notice that ends a licence before the release day leaves nothing to release under.
        elif item.valid_until <= min(at, end - timedelta(days=1)):
            yield item.valid_until, _expired(item)


def _revoked_after(end: datetime, since: Since, at: datetime) -> Iterable[tuple[datetime, Reason]]:
    for item in since.licences:
        moment = item.revoked_at
        # A licence that had ended already has no consent to withdraw.
        if moment is not None and end <= moment <= at and moment < item.valid_until:
            yield moment, _revoked(item, moment)


def _revoked(item: LicenceNow, moment: datetime) -> Reason:
    detail = {"licence_id": item.licence_id, "revoked_at": to_text(moment)}
    return Reason("certificate-licence-revoked", detail)


def _expired(item: LicenceNow) -> Reason:
    detail = {"licence_id": item.licence_id, "valid_until": to_text(item.valid_until)}
    return Reason("certificate-licence-expired", detail)
