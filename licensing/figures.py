"""Invented figures in a decision: which were declared and not found, and what a machine made.

Pure. A figure is nobody, so none of this is about consent; laws on labels concern it all the same.
"""

from collections.abc import Mapping, Sequence

from fingerprint.models import Modality, Reason
from registry.models.characters import Invented
from registry.models.evidence import UnknownPerson
from registry.models.works import Declaration, KindOfUse

MADE_AS = {
    Modality.VOICE: KindOfUse.SYNTHESISE_VOICE,
    Modality.FACE: KindOfUse.REPLICATE_FACE,
}


def figures_not_found(
    declaration: Declaration, unknowns: Sequence[UnknownPerson], names: Mapping[str, str]
) -> tuple[Reason, ...]:
    """Each figure declared for this very cut that was not found, and how many of the series' were
    not; `names` are those of the studio's own figures, and whatever is not in it is not its own."""
    found = {item.character.id for item in _likely(unknowns)}
    missed = [item for item in declaration.figures if item.character_id not in found]
    foreign = [item.character_id for item in missed if item.character_id not in names]
    own = [
        Reason(
            "figure-not-found",
            {"character_id": item.character_id, "name": names[item.character_id]},
        )
        for item in missed
        if item.character_id in names and not item.inherited
    ]
    absent = sum(item.inherited and item.character_id in names for item in missed)
    told = [Reason("figures-absent", {"figures": absent})] if absent else []
    return (*own, *told, *(Reason("figure-unknown", {"character_id": name}) for name in foreign))


def kinds_of_figures(declaration: Declaration, unknowns: Sequence[UnknownPerson]) -> set[KindOfUse]:
    """What a machine made of figures: of those found their parts, of those declared all."""
    found = {
        MADE_AS[person.modality]
        for person in unknowns
        if person.invented is not None and person.invented.is_likely
    }
    return found | (set(MADE_AS.values()) if declaration.figures else set())


def _likely(unknowns: Sequence[UnknownPerson]) -> list[Invented]:
    found = (person.invented for person in unknowns)
    return [item for item in found if item is not None and item.is_likely]
