"""The verdict on one use: what consent is there, what forbids it, and what only a person can say.

A prohibition beats every permission (ODRL 2.2, conflict strategy `prohibit`): a suspension, an
exclusive promise to somebody else, a second licence that forbids these surroundings. What the
rules leave to people is never cleared by a machine: children, news, parody, doubtful finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from fingerprint.models import Decision, Reason
from licensing import foreign
from licensing.coverage import Release, Wanted, claims, gaps
from licensing.lawful import doubts, findings_on, refusals
from licensing.models import LicenceInForce
from licensing.models_clearance import Verdict
from licensing.suspension import in_the_way
from licensing.told import told_first
from registry.models.evidence import Use
from registry.models.works import DeclaredUse, Descriptor, KindOfUse, Privilege

MINORS_NEVER = frozenset(
    {Descriptor.SEXUAL, Descriptor.POLITICAL, Descriptor.GAMBLING, Descriptor.ALCOHOL}
)
# What a licence that names this very use may say against it.
FORBIDS = frozenset({"context-prohibited", "cut-declined"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One use's verdict, why, and the licence that covers it or is nearest to doing so."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    licence: LicenceInForce | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All uses of the cut, the licences known, and the release."""

    uses: Sequence[Use]
    licences: Sequence[LicenceInForce]
    release: Release


def judge(use: Use, facts: Facts) -> Judged:
    """The verdict on one use that was found."""
    forbidden = prohibitions(use.performer_id, use.kind, facts)
    unsure = [] if use.decision is Decision.MATCH else [Reason("uncertain-match", {})]
    if facts.release.known.doubted & set(use.match_ids):
        unsure.append(Reason("second-opinion-asked", {}))
    if facts.release.known.disputed & set(use.match_ids):
        unsure.append(Reason("character-disputed", {}))
    elif facts.release.known.collisions & set(use.match_ids):
        unsure.append(Reason("character-collides", {}))
    if use.kind is None:
        return Judged(Verdict.REVIEW, (Reason("found-not-declared", {}), *unsure, *forbidden))
    wanted = Wanted(use.performer_id, use.kind, use.modalities)
    certain = _certain(use, forbidden, consent(wanted, facts), facts)
    if unsure:
        # Whoever looks at it, and the studio that declared it, learn now what a "yes" will come to.
        against = certain.reasons if certain.verdict is Verdict.REFUSED else ()
        return Judged(Verdict.REVIEW, (*unsure, *against))
    return certain


def consent(wanted: Wanted, facts: Facts) -> tuple[LicenceInForce | None, tuple[Reason, ...]]:
    """The performer's licence with the fewest gaps and doubts, the last signed among equals.

    Where consent lacks, what the performer declared to everybody is told first.
    """
    tried = [
        (gaps(licence, wanted, facts.release, facts.uses), licence)
        for licence in facts.licences
        if licence.terms.performer_id == wanted.performer_id
    ]
    declared = facts.release.known.standings.get(wanted.performer_id, ())
    if not tried:
        return None, told_first(wanted.kind, declared, (Reason("no-licence", {}),))
    lacking, licence = min(
        tried,
        key=lambda pair: (
            len(pair[0]),
            len(foreign.doubts(pair[1], facts.release.at)),
            -pair[1].seq,
            pair[1].id,
        ),
    )
    against = lacking or _against(licence, wanted, tried, facts)
    return licence, told_first(wanted.kind, declared, against)


def prohibitions(performer_id: str, kind: KindOfUse | None, facts: Facts) -> tuple[Reason, ...]:
    """What forbids this use whatever was signed: a suspension, or the performer's childhood."""
    release, found = facts.release, list[Reason]()
    # Nobody's consent is due for having acted in person, so there is none to suspend.
    if kind not in (None, KindOfUse.OWN_PERFORMANCE):
        suspensions = release.known.suspensions.get(performer_id, ())
        found += in_the_way(suspensions, kind, *release.window)
    if not is_minor(performer_id, release):
        return tuple(found)
    if kind is KindOfUse.TRAIN_MODEL:
        found.append(Reason("minor-training", {}))
    met = [item.value for item in release.declaration.descriptors if item in MINORS_NEVER]
    if met:
        found.append(Reason("minor-context", {"contexts": ", ".join(met)}))
    return tuple(found)


def is_minor(performer_id: str, release: Release) -> bool:
    """Whether the performer is under 18 when the release can first take place."""
    birthday: date | None = release.known.minors.get(performer_id)
    return birthday is not None and release.window[0] < datetime.combine(birthday, time(), UTC)


def privilege_of(use: Use | DeclaredUse, facts: Facts) -> Privilege | None:
    """The claim that this use needs no consent, if the studio made one."""
    for declared in facts.release.declaration.uses:
        same = (declared.performer_id, declared.kind) == (use.performer_id, use.kind)
        if same and declared.privilege is not None:
            return declared.privilege
    return None


def _certain(
    use: Use,
    forbidden: tuple[Reason, ...],
    consented: tuple[LicenceInForce | None, tuple[Reason, ...]],
    facts: Facts,
) -> Judged:
    """The verdict on a declared use whose finds nobody doubts."""
    licence, lacking = consented
    if forbidden:
        return Judged(Verdict.REFUSED, (*forbidden, *lacking), licence)
    return _by_a_person(use, _permitted(use, licence, lacking, facts), facts)


def _permitted(
    use: Use, licence: LicenceInForce | None, lacking: tuple[Reason, ...], facts: Facts
) -> Judged:
    if licence is not None and not lacking:
        return _lawful(use, licence, facts)
    if use.kind is KindOfUse.OWN_PERFORMANCE:
        return _own_performance(use)
    privilege = privilege_of(use, facts)
    if privilege is not None:
        claimed = Reason("privilege-claimed", {"privilege": privilege.value})
        return Judged(Verdict.REVIEW, (claimed, *lacking), licence)
    return Judged(Verdict.REFUSED, lacking, licence)


def _lawful(use: Use, licence: LicenceInForce, facts: Facts) -> Judged:
    """A licence that covers the use, and what the laws of the territories say of it."""
    covers = Reason("licence-covers", {"licence_id": licence.id})
    if use.kind is None:
        return Judged(Verdict.CLEARED, (covers,), licence)
    wanted = Wanted(use.performer_id, use.kind, use.modalities)
    said = findings_on(licence, wanted, facts.release, reviewed=_confirmed(use, facts))
    broken = refusals(said)
    doubtful = (*doubts(said), *foreign.doubts(licence, facts.release.at))
    if broken:
        return Judged(Verdict.REFUSED, broken, licence)
    if doubtful:
        return Judged(Verdict.REVIEW, (*doubtful, covers), licence)
    return Judged(Verdict.CLEARED, (covers,), licence)


def _confirmed(use: Use, facts: Facts) -> bool:
    return bool(use.match_ids) and set(use.match_ids) <= facts.release.known.confirmed


def _by_a_person(use: Use, judged: Judged, facts: Facts) -> Judged:
    """A child is cleared only where a person confirmed every find."""
    confirmed = _confirmed(use, facts)
    if judged.verdict is not Verdict.CLEARED or not is_minor(use.performer_id, facts.release):
        return judged
    if confirmed:
        told = Reason("minor-confirmed", {})
        return Judged(Verdict.CLEARED, (*judged.reasons, told), judged.licence)
    return Judged(Verdict.REVIEW, (Reason("minor-to-person", {}), *judged.reasons), judged.licence)


def _own_performance(use: Use) -> Judged:
    if not use.engagement_ref:
        return Judged(Verdict.REVIEW, (Reason("engagement-missing", {}),))
    told = Reason("engagement-declared", {"engagement_ref": use.engagement_ref})
    return Judged(Verdict.CLEARED, (told,))


def _against(
    licence: LicenceInForce,
    wanted: Wanted,
    tried: Sequence[tuple[tuple[Reason, ...], LicenceInForce]],
    facts: Facts,
) -> tuple[Reason, ...]:
    """What other promises of the performer say against the licence that would cover the use."""
    found = [
        Reason(
            "licences-conflict",
            {"licence_id": licence.id, "other_id": other.id, "contexts": _contexts(lacking)},
        )
        for lacking, other in sorted(tried, key=lambda pair: pair[1].seq)
        if lacking and {reason.code for reason in lacking} <= FORBIDS
    ]
    found += [
        Reason("exclusive-elsewhere", {"kind": wanted.kind.value})
        for rival in facts.release.known.rivals
        if rival.seq < licence.seq
        and rival.id not in _above(licence, facts)
        and claims(rival, wanted, facts.release)
    ][:1]
    return tuple(found)


def _above(licence: LicenceInForce, facts: Facts) -> set[str]:
    """Ids of the licences that this one is a sublicence of, as far as they are known here."""
    by_id = {rival.id: rival for rival in facts.release.known.rivals}
    found: set[str] = set()
    parent = licence.terms.parent_licence_id
    while parent and parent not in found:
        found.add(parent)
        parent = by_id[parent].terms.parent_licence_id if parent in by_id else ""
    return found


def _contexts(lacking: Sequence[Reason]) -> str:
    return ", ".join(str(reason.detail.get("contexts", reason.code)) for reason in lacking)
