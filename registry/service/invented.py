"""Which enrolled figures stand in a scan, by the search and by people's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal
from registry.characters import OVER
from registry.models.characters import Character, Claim, Doubt, Invented
from registry.models.evidence import Scan
from registry.models.figures import FigureAnswer
from registry.service.characters import list_characters
from registry.service.words import Words
from registry.store import claims


@dataclass(frozen=True, slots=True)
class FiguresKnown:
    """What was found of the studio's figures, by trace, and the figures by id."""

    claims: Mapping[str, Claim]
    characters: Mapping[str, Character]

    def found(self, trace_id: str) -> Invented | None:
        """The figure that the search found in a trace, unless it is over."""
        claim = self.claims.get(trace_id)
        character = None if claim is None else self.characters.get(claim.character_id)
        if claim is None or character is None or character.state in OVER:
            return None
        return Invented(character, claim.doubt)

    def of(self, answer: FigureAnswer | None, trace_id: str | None) -> Invented | None:
        """The figure that a person says it is; only where nobody said anything the one found."""
        if answer is not None:
            character = self.characters.get(answer.character_id)
            return None if character is None else Invented(character, Doubt.NONE, by_person=True)
        return None if trace_id is None else self.found(trace_id)


def figures_known(session: Session, principal: Principal, scan: Scan, words: Words) -> FiguresKnown:
    """The figures that were found in one of the caller's scans, or said to be there."""
    found = claims.claims_of(session, principal, scan.id)
    if not found and not any(answer.character_id for answer in words.answers.values()):
        return FiguresKnown({}, {})
    own = list_characters(session, principal)
    return FiguresKnown(found, {item.id: item for item in own})
