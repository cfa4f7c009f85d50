"""Sublicences: a licence that rests on another one, never wider than it and never longer alive.

The performer signs a sublicence too: what the parent adds is whose rights it passes on. So a chain
is whole when every link lies within the one above it and each of them is in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fingerprint.models import Reason
from licensing.coverage import language_covered
from licensing.models import ANY, LicenceInForce, Terms

LINKS_MAX = 5  # licences above a sublicence


@dataclass(frozen=True, slots=True)
class Link:
    """What a chain has to know of one licence: the one above it, and when it was revoked."""

    parent_licence_id: str
    revoked_seq: int | None
    revoked_at: datetime | None


def outside(child: Terms, parent: Terms) -> tuple[Reason, ...]:
    """Every way in which `child` is no sublicence of `parent`; empty when it lies within it."""
    if child.performer_id != parent.performer_id or not parent.sublicensable:
        return (Reason("not-sublicensable", {}),)
    return tuple(
        Reason("wider-than-parent", {"field": field})
        for field, within in (
            ("kinds", set(child.kinds) <= set(parent.kinds)),
            ("modalities", set(child.modalities) <= set(parent.modalities)),
            ("territories", _within(child.territories, parent.territories)),
            ("languages", _spoken(child.languages, parent.languages)),
            ("media", _within(child.media, parent.media)),
            ("formats", _within(child.formats, parent.formats)),
            ("works", _within(child.works, parent.works)),
            ("stages", set(child.stages) <= set(parent.stages)),
            ("valid_from", child.valid_from >= parent.valid_from),
            ("valid_until", child.valid_until <= parent.valid_until),
            ("seconds_max", _at_most(child.seconds_max, parent.seconds_max)),
            ("uses_max", _at_most(child.uses_max, parent.uses_max)),
            (
                "contexts_prohibited",
                set(child.contexts_prohibited) >= set(parent.contexts_prohibited),
            ),
            ("label_ai", child.label_ai >= parent.label_ai),
            ("approval_per_cut", child.approval_per_cut >= parent.approval_per_cut),
            ("use_notice_hours", child.use_notice_hours >= parent.use_notice_hours),
            ("exclusive", child.exclusive <= parent.exclusive),
            ("paid_directly", child.paid_directly == parent.paid_directly),
            ("post_mortem", child.post_mortem <= parent.post_mortem),
        )
        if not within
    )


def chain_above(terms: Terms, licences: Sequence[LicenceInForce]) -> tuple[str, ...]:
    """Ids of the licences that a sublicence rests on, the nearest first."""
    parents = {licence.id: licence.terms.parent_licence_id for licence in licences}
    found: list[str] = []
    above = terms.parent_licence_id
    while above and len(found) < LINKS_MAX:
        found.append(above)
        above = parents.get(above, "")
    return tuple(found)


def ended_above(
    licences: Sequence[LicenceInForce], links: Mapping[str, Link], up_to_seq: int
) -> tuple[LicenceInForce, ...]:
    """The same licences; one ends with the first link above it that was revoked by `up_to_seq`.

    A chain that is broken or too long counts as revoked when the sublicence is read: nobody can
    tell what it rests on.
    """
    return tuple(_ended(licence, links, up_to_seq) for licence in licences)


def _ended(licence: LicenceInForce, links: Mapping[str, Link], up_to_seq: int) -> LicenceInForce:
    above, ends = licence.terms.parent_licence_id, [licence.revoked_at]
    for _ in range(LINKS_MAX + 1):
        if not above:
            known = [end for end in ends if end is not None]
            return replace(licence, revoked_at=min(known, default=None))
        link = links.get(above)
        if link is None:
            break
        if link.revoked_seq is not None and link.revoked_seq <= up_to_seq:
            ends.append(link.revoked_at)
        above = link.parent_licence_id
    return replace(licence, revoked_at=licence.revoked_at or licence.terms.valid_from)


def _within(child: tuple[str, ...], parent: tuple[str, ...]) -> bool:
    return parent == (ANY,) or set(child) <= set(parent)


def _spoken(child: tuple[str, ...], parent: tuple[str, ...]) -> bool:
    return all(any(language_covered(wide, narrow) for wide in parent) for narrow in child)


def _at_most(child: int | None, parent: int | None) -> bool:
    return parent is None or (child is not None and child <= parent)
