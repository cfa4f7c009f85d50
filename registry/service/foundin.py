"""What finds hang on: whose cuts they are in and what was declared, read for many finds at once.

A find is addressed to the performer's side, what it hangs on is its studio's: it is read as its
owner, and whoever shows it cuts it down first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from core import tenants
from core.principal import system
from registry.models.works import Cut, Declaration
from registry.store import submissions, works


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: the ids of the studio's tenant, the submission and the cut."""

    studio_id: str
    submission_id: str
    cut_id: str


@dataclass(frozen=True, slots=True)
class FoundIn:
    """Names of studios, declarations by submission, and cuts by id, each with its title."""

    studios: Mapping[str, str]
    declared: Mapping[str, Declaration]
    cuts: Mapping[str, tuple[Cut, str]]


def found_in(session: Session, places: Iterable[Place]) -> FoundIn:
    """All that these places name, in a few queries for each studio."""
    by_studio: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_studio[place.studio_id].append(place)
    declared: dict[str, Declaration] = {}
    cuts: dict[str, tuple[Cut, str]] = {}
    for studio_id, some in by_studio.items():
        studio = system(studio_id)
        handed_in = {place.submission_id for place in some}
        declared |= submissions.declarations(session, studio, handed_in)
        cuts |= works.titled(session, studio, {place.cut_id for place in some})
    return FoundIn(tenants.names_of(session, by_studio), declared, cuts)
