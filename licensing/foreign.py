"""How a licence of another registry stands here, and what nobody here can say of it.

Its registry's status list decides; a list counts until its end and not a moment longer, so that an
old one never hides a revocation: what is not known is for a person and never cleared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.canonical import parse_strict
from core.clock import to_text
from fingerprint.models import Reason
from licensing.credential import LicenceFacts, licence_facts
from licensing.models import Licence, LicenceInForce, LicenceState
from licensing.models_foreign import ForeignLicence, KeptList, Origin
from licensing.models_suspension import Suspension
from licensing.status import decode, is_set
from licensing.sublicensing import LINKS_MAX


@dataclass(frozen=True, slots=True)
class Told:
    """What the last extract said of a licence."""

    revoked_at: datetime | None
    ends_at: datetime | None
    suspensions: tuple[Suspension, ...]


def facts_of(item: ForeignLicence) -> LicenceFacts:
    """All that the document says."""
    return licence_facts(parse_strict(item.document))


def list_urls(facts: LicenceFacts) -> tuple[str, str]:
    """Where the lists of revocations and of suspensions are, on which the licence stands."""
    return facts.status_url, facts.suspension_url


def in_force(
    item: ForeignLicence,
    told: Told,
    lists: Mapping[str, KeptList],
    *,
    trusted: bool,
    licensee_id: str,
) -> LicenceInForce:
    """The licence as a decision may rest on it; `licensee_id` is who it names, as known here."""
    facts = facts_of(item)
    revocations, suspended = (lists.get(url) for url in list_urls(facts))
    revoked_at = told.revoked_at
    if revoked_at is None and _is_set(revocations, facts.status_index):
        assert revocations is not None
        revoked_at = revocations.valid_from
    both = [each for each in (revocations, suspended) if each is not None]
    until = min([facts.terms.valid_until, *([told.ends_at] if told.ends_at else [])])
    return LicenceInForce(
        id=item.id,
        vc_id=item.vc_id,
        tariff_id=item.tariff_id,
        terms=replace(
            facts.terms,
            performer_id=item.performer_id,
            licensee_id=licensee_id,
            valid_until=until,
        ),
        seq=item.seq,
        revoked_at=revoked_at,
        signed_at=item.signed_at,
        guarded=bool(facts.guardians),
        origin=Origin(
            registry=item.registry,
            status_at=min((each.valid_from for each in both), default=None),
            status_until=min(each.valid_until for each in both) if len(both) == 2 else None,
            trusted=trusted,
            suspended=_is_set(suspended, facts.status_index),
            suspensions=told.suspensions,
        ),
    )


def under_parents(
    licences: Sequence[LicenceInForce], ids: Mapping[str, str]
) -> tuple[LicenceInForce, ...]:
    """The same licences, each sublicence over when what it rests on is over, revoked or not known.

    `ids` are the ids here by those of the registry that issued them.
    """
    by_id = {item.id: item for item in licences}
    return tuple(_under(item, by_id, ids) for item in licences)


def doubts(licence: LicenceInForce, at: datetime) -> tuple[Reason, ...]:
    """What nobody here can say of a foreign licence at `at`; empty for one of this registry."""
    origin, most = licence.origin, licence.terms.uses_max
    if origin is None:
        return ()
    found = []
    if not origin.trusted:
        found.append(Reason("foreign-untrusted", {"registry": origin.registry}))
    if origin.status_until is None or origin.status_until <= at:
        known = "" if origin.status_at is None else to_text(origin.status_at)
        told = {"registry": origin.registry, "status_at": known}
        found.append(Reason("foreign-status-stale", told))
    if most is not None:
        told = {"registry": origin.registry, "uses_max": str(most)}
        found.append(Reason("foreign-count-unknown", told))
    return tuple(found)


def as_licence(item: ForeignLicence, standing: LicenceInForce) -> Licence:
    """The licence as those of this registry are shown, under its id here."""
    facts = facts_of(item)
    revoked = standing.revoked_at is not None
    return Licence(
        id=item.id,
        tenant_id=item.tenant_id,
        vc_id=item.vc_id,
        terms=standing.terms,
        tariff_id=item.tariff_id,
        state=LicenceState.REVOKED if revoked else LicenceState.SIGNED,
        performer_did=facts.issuer,
        status_list=facts.status_list,
        status_index=facts.status_index,
        seq=item.seq,
        recorded_at=item.signed_at,
        signed=item.document,
        revoked_at=standing.revoked_at,
    )


def _under(
    item: LicenceInForce, by_id: Mapping[str, LicenceInForce], ids: Mapping[str, str]
) -> LicenceInForce:
    parent, found = item.terms.parent_licence_id, item
    for _ in range(LINKS_MAX + 1):
        if not parent:
            return found
        above = by_id.get(ids.get(parent, ""))
        if above is None:
            break
        until = min(found.terms.valid_until, above.terms.valid_until)
        found = replace(
            found,
            terms=replace(found.terms, valid_until=until),
            revoked_at=found.revoked_at or above.revoked_at,
        )
        parent = above.terms.parent_licence_id
    # Nobody here knows what it rests on: it is as if that had never been given.
    return replace(found, revoked_at=found.revoked_at or found.signed_at)


def _is_set(kept: KeptList | None, index: int) -> bool:
    if kept is None:
        return False
    subject = parse_strict(kept.document)["credentialSubject"]
    return is_set(decode(subject["encodedList"]), index)
