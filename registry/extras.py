"""Extras whose releases a studio declares: which unknown people that answers for.

Pure. A release says how many people signed and, where the studio knows, where they are. It answers
for as many different unknown people there and no more: if more are found than signed, nobody can
say which of them did, so none is cleared by it.
"""

from collections.abc import Mapping, Sequence

from fingerprint.models import Modality, Reason, Span
from registry.models.evidence import UnknownPerson
from registry.models.works import Declaration, DeclaredExtras
from registry.spans import mostly_covered, total_ms

Place = tuple[Span, ...]


def told_of_extras(
    people: Sequence[UnknownPerson], declaration: Declaration
) -> tuple[Mapping[int, Reason], Mapping[int, Reason]]:
    """By place in `people`: who is answered for by a release, and who is among too many.

    Somebody the studio answered for and its own invented figures are left out. A release to appear
    is none to train a model with, so in a dataset nobody is answered for.
    """
    released: dict[int, Reason] = {}
    crowded: dict[int, Reason] = {}
    if declaration.dataset:
        return released, crowded
    for modality in Modality:
        left = {
            index
            for index, person in enumerate(people)
            if person.modality is modality
            and person.answer is None
            and (person.invented is None or not person.invented.is_likely)
        }
        # The narrowest place speaks first; what lies in it is nobody else's.
        for place, entries in _by_place(declaration.extras):
            inside = {index for index in left if _is_in(people[index], place)}
            left -= inside
            found = len({_who(people[index], index) for index in inside})
            signed = sum(item.count for item in entries)
            reference = ", ".join(dict.fromkeys(item.reference for item in entries))
            if found > signed:
                told = Reason(
                    "extras-too-many",
                    {"reference": reference, "signed": signed, "people": found},
                )
                crowded |= dict.fromkeys(inside, told)
            else:
                told = Reason("extra-declared", {"reference": reference, "signed": signed})
                released |= dict.fromkeys(inside, told)
    return released, crowded


def _by_place(
    extras: Sequence[DeclaredExtras],
) -> list[tuple[Place, list[DeclaredExtras]]]:
    """Releases for the same place together, the shortest place first, the whole cut last."""
    places: dict[Place, list[DeclaredExtras]] = {}
    for item in extras:
        places.setdefault(item.where, []).append(item)
    return sorted(places.items(), key=lambda pair: (not pair[0], total_ms(pair[0]), pair[0]))


def _is_in(person: UnknownPerson, place: Place) -> bool:
    return not place or mostly_covered(person.spans, place)


def _who(person: UnknownPerson, index: int) -> str:
    """The figure, so that somebody seen twice counts once; else the lane."""
    return person.figure_id or str(index)
