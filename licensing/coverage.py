"""What one licence lacks to cover one use: every gap, so that a studio can close them all at once.

A licence covers a use alone or not at all. It must name kind, parts of the likeness, licensee,
work, medium, format, stage, every territory and the language, be in force on the day of release
and not be revoked, and its conditions must be met: length, number of cuts, label, surroundings,
approval of the cut, notice before the use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from core.clock import to_text
from fingerprint.models import Decision, Modality, Reason
from licensing.known import NOTHING_ELSE, CutActs, Known
from licensing.models import ANY, LicenceInForce, Terms
from licensing.models_clearance import CutPlace
from licensing.suspension import FRAMEWORK, in_the_way
from registry.models.evidence import Use
from registry.models.works import Declaration, KindOfUse, Stage
from registry.spans import total_ms
from registry.territories import overlap, within
from registry.usekinds import concerned


@dataclass(frozen=True, slots=True)
class Release:
    """What is to be released: the declaration, the cut's place, when the decision is made, and
    what is known beside."""

    declaration: Declaration
    place: CutPlace
    at: datetime
    known: Known = NOTHING_ELSE

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
        *_life(licence, release),
        *_framework(licence, wanted, release),
        *_kind(terms, wanted),
        *_scope(terms, release),
        *_stage(terms, release),
        *_length(terms, uses),
        *_count(licence, release),
        *_label(terms, release),
        *_surroundings(terms, release),
        *_approval(licence, release),
        *_notice(licence, release),
        *_elsewhere(licence, wanted, release),
    )


def claims(licence: LicenceInForce, wanted: Wanted, release: Release) -> bool:
    """Whether an exclusive licence of somebody else promises what this release would do.

    Unlike for a licence that is to cover a release, one shared territory is enough.
    """
    terms = licence.terms
    outside = {
        reason.code
        for reason in (
            *_term(licence, release),
            *_kind(terms, wanted),
            *_scope(terms, release),
            *_stage(terms, release),
        )
    }
    shared = overlap(terms.territories, release.declaration.territories)
    named = terms.performer_id == wanted.performer_id
    return terms.exclusive and named and shared and outside <= {"territory-not-licensed"}


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


def _framework(licence: LicenceInForce, wanted: Wanted, release: Release) -> tuple[Reason, ...]:
    """The union that the licence was made with has suspended what is made under its framework."""
    called = release.known.under.get(licence.id, ())
    if not called or wanted.kind is KindOfUse.OWN_PERFORMANCE:
        return ()
    return in_the_way(called, wanted.kind, *release.window, code=FRAMEWORK)


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
    shape = "" if release.place.format is None else release.place.format.value
    if terms.formats != (ANY,) and shape not in terms.formats:
        found.append(Reason("format-not-licensed", {"format": shape}))
    return found


def _life(licence: LicenceInForce, release: Release) -> list[Reason]:
    """Gone with childhood, and with the person unless it was given for after death."""
    performer_id, start = licence.terms.performer_id, release.window[0]
    found = []
    birthday = release.known.minors.get(performer_id)
    if birthday is not None and licence.signed_at is not None:
        of_age = datetime.combine(birthday, time(), UTC)
        if licence.signed_at < of_age <= start:
            found.append(Reason("of-age-since", {"of_age": birthday.isoformat()}))
        elif licence.signed_at < of_age and not licence.guarded:
            found.append(Reason("guardians-missing", {}))
    died = release.known.deceased.get(performer_id)
    if died is not None and died <= start.date() and not licence.terms.post_mortem:
        found.append(Reason("not-post-mortem", {"deceased_on": died.isoformat()}))
    return found


def _stage(terms: Terms, release: Release) -> list[Reason]:
    declared = release.declaration
    if declared.stage not in terms.stages:
        return [Reason("stage-not-licensed", {"stage": declared.stage.value})]
    longest, days = terms.audience_test_days_max, declared.audience_test_days
    if declared.stage is not Stage.AUDIENCE_TEST or longest is None:
        return []
    if days is None:
        return [Reason("test-days-missing", {"days_max": longest})]
    if days > longest:
        return [Reason("test-too-long", {"days": days, "days_max": longest})]
    return []


def _count(licence: LicenceInForce, release: Release) -> list[Reason]:
    most, others = licence.terms.uses_max, release.known.other_cuts.get(licence.id, 0)
    if most is None or others < most:
        return []
    return [Reason("uses-exhausted", {"uses": others, "uses_max": most})]


def _surroundings(terms: Terms, release: Release) -> list[Reason]:
    prohibited = {context.value for context in terms.contexts_prohibited}
    met = [item.value for item in release.declaration.descriptors if item.value in prohibited]
    return [Reason("context-prohibited", {"contexts": ", ".join(met)})] if met else []


def _approval(licence: LicenceInForce, release: Release) -> list[Reason]:
    approved = release.known.acts.get(licence.id, CutActs()).approved
    if approved is False:
        return [Reason("cut-declined", {})]
    if licence.terms.approval_per_cut and approved is None:
        return [Reason("cut-not-approved", {})]
    return []


def _notice(licence: LicenceInForce, release: Release) -> list[Reason]:
    hours = licence.terms.use_notice_hours
    told = release.known.acts.get(licence.id, CutActs()).noticed_at
    if not hours:
        return []
    if told is None:
        return [Reason("notice-missing", {"hours": hours})]
    if told + timedelta(hours=hours) > release.window[0]:
        return [Reason("notice-late", {"hours": hours, "noticed_at": to_text(told)})]
    return []


def _elsewhere(licence: LicenceInForce, wanted: Wanted, release: Release) -> list[Reason]:
    """What the registry that issued the licence has suspended."""
    origin = licence.origin
    if origin is None:
        return []
    found = list(in_the_way(origin.suspensions, wanted.kind, *release.window))
    if origin.suspended and not found:
        found.append(Reason("foreign-suspended", {"registry": origin.registry}))
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
