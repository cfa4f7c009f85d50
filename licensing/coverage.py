"""What one licence lacks to cover one use: every gap, so that a studio can close them all at once.

A licence covers a use alone or not at all. It must name kind, parts of the likeness, licensee,
work, medium, every territory and the language, be in force on the day of release and not be
revoked, and its conditions (length, label) must be met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from core.clock import to_text
from fingerprint.models import Decision, Modality, Reason
from licensing.models import ANY, CutPlace, LicenceInForce, Terms
from registry.models.evidence import Use
from registry.models.works import Declaration, KindOfUse
from registry.spans import total_ms
from registry.territories import within
from registry.usekinds import concerned


@dataclass(frozen=True, slots=True)
class Release:
    """What is to be released: the declaration, the cut's place, and when the decision is made."""

    declaration: Declaration
    place: CutPlace
    at: datetime

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when until when (exclusive) the release can take place on its day, in UTC.

        On the day itself the hours that have passed no longer count.
        """
        start = datetime.combine(self.declaration.release_at, time(), UTC)
        end = start + timedelta(days=1)
        return (self.at if start < self.at < end else start), end


@dataclass(frozen=True, slots=True)
class Wanted:
    """One use as a licence is asked for it; no modalities where none could be established."""

    performer_id: str
    kind: KindOfUse
    modalities: tuple[Modality, ...]


def gaps(
    licence: LicenceInForce, wanted: Wanted, release: Release, uses: Sequence[Use]
) -> tuple[Reason, ...]:
    """Why `licence` does not cover `wanted`; empty when it does.

    `uses` are all uses of the cut: the licensed seconds are counted over the performer's uses
    that this licence names, overlapping ones once.
    """
    terms = licence.terms
    return (
        *_party(terms, wanted, release),
        *_term(licence, release),
        *_kind(terms, wanted),
        *_scope(terms, release),
        *_length(terms, uses),
        *_label(terms, release),
    )


def language_covered(licensed: str, spoken: str) -> bool:
    """RFC 4647 basic filtering: `de` covers `de-AT`, not the other way round."""
    wide, narrow = licensed.lower(), spoken.lower()
    return wide in (ANY, narrow) or narrow.startswith(f"{wide}-")


def _party(terms: Terms, wanted: Wanted, release: Release) -> list[Reason]:
    if terms.performer_id != wanted.performer_id:
        return [Reason("other-performer", {})]
    if terms.licensee_id != release.place.studio_id:
        return [Reason("other-licensee", {})]
    return []


def _term(licence: LicenceInForce, release: Release) -> list[Reason]:
    found = []
    start, end = release.window
    terms = licence.terms
    if licence.revoked_at is not None:
        found.append(Reason("licence-revoked", {"revoked_at": to_text(licence.revoked_at)}))
    if terms.valid_until <= start:
        found.append(Reason("licence-expired", {"valid_until": to_text(terms.valid_until)}))
    if terms.valid_from >= end:
        found.append(Reason("licence-not-yet-valid", {"valid_from": to_text(terms.valid_from)}))
    return found


def _kind(terms: Terms, wanted: Wanted) -> list[Reason]:
    if wanted.kind not in terms.kinds:
        return [Reason("kind-not-licensed", {"kind": wanted.kind.value})]
    licensed = concerned(wanted.kind, None) & set(terms.modalities)
    missing = sorted(name for name in wanted.modalities if name not in licensed)
    return [Reason("modality-not-licensed", {"modalities": ", ".join(missing)})] if missing else []


def _scope(terms: Terms, release: Release) -> list[Reason]:
    found = []
    declared = release.declaration
    missing = sorted(
        place
        for place in set(declared.territories)
        if not any(within(place, licensed) for licensed in terms.territories)
    )
    if missing:
        found.append(Reason("territory-not-licensed", {"territories": ", ".join(missing)}))
    if terms.media != (ANY,) and declared.medium.value not in terms.media:
        found.append(Reason("medium-not-licensed", {"medium": declared.medium.value}))
    if not any(language_covered(licensed, declared.language) for licensed in terms.languages):
        found.append(Reason("language-not-licensed", {"language": declared.language}))
    if terms.works != (ANY,) and not release.place.scope_ids & set(terms.works):
        found.append(Reason("work-not-licensed", {}))
    return found


def _length(terms: Terms, uses: Sequence[Use]) -> list[Reason]:
    if terms.seconds_max is None:
        return []
    used_ms = total_ms(
        span
        for use in uses
        if use.performer_id == terms.performer_id
        and use.kind in terms.kinds
        and use.decision is Decision.MATCH
        for span in use.spans
    )
    if used_ms <= terms.seconds_max * 1000:
        return []
    seconds = -(-used_ms // 1000)
    return [Reason("over-length", {"seconds": seconds, "seconds_max": terms.seconds_max})]


def _label(terms: Terms, release: Release) -> list[Reason]:
    if terms.label_ai and not release.declaration.ai_labelled:
        return [Reason("label-required", {})]
    return []
