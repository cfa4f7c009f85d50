"""Exclusive promises: where two licences of one performer would both allow the same thing.

A licence that is exclusive promises that nobody else gets anything within its scope. Whether two
scopes meet is asked before anybody signs, in kinds of use, parts of the likeness, territories,
languages, media, formats, stages, works and time; where any of them is apart there is no conflict.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.clock import to_text
from fingerprint.models import Reason
from licensing.coverage import language_covered
from licensing.models import ANY, LicenceInForce, Terms
from registry.models.works import KindOfUse

Above = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two scopes have in common, `start <= t < end`; `("*",)` means everything."""

    kinds: tuple[KindOfUse, ...]
    territories: tuple[str, ...]
    media: tuple[str, ...]
    start: datetime
    end: datetime


def overlap(one: Terms, other: Terms, above: Above | None = None) -> Overlap | None:
    """What both terms would allow of one performer, whoever the licensees are.

    `above` names every work above a work or cut, so that a season meets its episodes; without it
    different ids are taken for different works.
    """
    if one.performer_id != other.performer_id:
        return None
    kinds = tuple(kind for kind in one.kinds if kind in other.kinds)
    start, end = max(one.valid_from, other.valid_from), min(one.valid_until, other.valid_until)
    apart = (
        not kinds
        or start >= end
        or not set(one.modalities) & set(other.modalities)
        or not set(one.stages) & set(other.stages)
        or not _common(one.formats, other.formats)
        or not _languages_meet(one.languages, other.languages)
        or not _works_meet(one.works, other.works, above or {})
    )
    territories = _common(one.territories, other.territories)
    media = _common(one.media, other.media)
    if apart or not territories or not media:
        return None
    return Overlap(kinds, territories, media, start, end)


def conflicts(
    terms: Terms,
    others: Sequence[LicenceInForce],
    at: datetime,
    *,
    resting_on: Collection[str] = (),
    above: Above | None = None,
) -> tuple[Reason, ...]:
    """Every promise that these terms would break, or that they could not keep; empty when none.

    `others` are the performer's licences, whatever their state: those that are revoked or over at
    `at` bind nobody. The licensee's own licences are no conflict, nor are those above a sublicence,
    which `resting_on` names.
    """
    found = []
    for licence in sorted(others, key=lambda item: item.seq):
        if licence.id in resting_on or not _binds(licence, terms, at):
            continue
        both = overlap(terms, licence.terms, above)
        if both is not None and both.end > at:
            code = "promised-elsewhere" if licence.terms.exclusive else "promised-too-late"
            found.append(Reason(code, _told(licence, both)))
    return tuple(found)


def _binds(licence: LicenceInForce, terms: Terms, at: datetime) -> bool:
    return (
        (licence.terms.exclusive or terms.exclusive)
        and licence.revoked_at is None
        and licence.terms.valid_until > at
        and licence.terms.licensee_id != terms.licensee_id
        and licence.terms.parent_licence_id == ""
    )


def _told(licence: LicenceInForce, both: Overlap) -> dict[str, str | int | float]:
    return {
        "licence_id": licence.id,
        "kind": ", ".join(kind.value for kind in both.kinds),
        "territories": ", ".join(both.territories),
        "medium": ", ".join(both.media),
        "start": to_text(both.start),
        "end": to_text(both.end),
    }


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if one == (ANY,):
        return other
    if other == (ANY,):
        return one
    return tuple(item for item in one if item in other)


def _languages_meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return any(
        ANY in (a, b) or language_covered(a, b) or language_covered(b, a)
        for a in one
        for b in other
    )


def _works_meet(one: tuple[str, ...], other: tuple[str, ...], above: Above) -> bool:
    if ANY in (*one, *other):
        return True
    return any(
        a == b or a in above.get(b, frozenset()) or b in above.get(a, frozenset())
        for a in one
        for b in other
    )
