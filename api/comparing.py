"""Comparisons between cuts as data, with the public names that their studio may see."""

from typing import Self

from pydantic import BaseModel
from sqlmodel import Session

from api.found import names_in
from core.principal import Principal
from licensing.comparing import Change, Difference, Presence
from licensing.service.comparing import Comparison


class PresenceOut(BaseModel):
    """How long somebody is there in all, and the worst verdict on it."""

    total_ms: int
    verdict: str

    @classmethod
    def of(cls, item: Presence | None) -> Self | None:
        """The presence as data, nothing for nobody."""
        return None if item is None else cls(total_ms=item.total_ms, verdict=item.verdict.value)


class DifferenceOut(BaseModel):
    """One change: somebody added, lost, longer or shorter there, or another verdict."""

    change: Change
    performer_id: str | None
    public_name: str | None
    kind: str | None
    figure_id: str | None
    here: PresenceOut | None
    there: PresenceOut | None

    @classmethod
    def of(cls, item: Difference, names: dict[str, str]) -> Self:
        """The difference as data."""
        person = item.person
        return cls(
            change=item.change,
            performer_id=person.performer_id or None,
            public_name=names.get(person.performer_id),
            kind=None if person.kind is None else person.kind.value,
            figure_id=person.figure_id or None,
            here=PresenceOut.of(item.here),
            there=PresenceOut.of(item.there),
        )


class ComparisonOut(BaseModel):
    """What is otherwise in one cut than in another cut of its work; empty where nothing is."""

    cut_id: str
    other_cut_id: str
    other_label: str
    clearance_id: str
    other_clearance_id: str
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Comparison) -> Self:
        """The comparison as data."""
        names = {
            **names_in(session, caller, item.there.submission_id),
            **names_in(session, caller, item.here.submission_id),
        }
        return cls(
            cut_id=item.here.cut_id,
            other_cut_id=item.other.id,
            other_label=item.other.label,
            clearance_id=item.here.id,
            other_clearance_id=item.there.id,
            differences=[DifferenceOut.of(each, names) for each in item.differences],
        )
