"""What the page that hands a film in knows: where it belongs, what is declared above it already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from core.principal import Principal, require
from registry import inheriting
from registry.declaration import to_dict
from registry.inheriting import Said
from registry.models.works import (
    AiShare,
    Cut,
    Descriptor,
    KindOfUse,
    Medium,
    Stage,
    Work,
)
from registry.service import series, submissions, works

SCOPE = "submissions"
KNOWN = 500


def choices() -> dict[str, list[str]]:
    """What may be chosen where a declaration names one of few."""
    return {
        "kinds": [each.value for each in KindOfUse],
        "media": [each.value for each in Medium],
        "stages": [each.value for each in Stage],
        "descriptors": [each.value for each in Descriptor],
        "shares": [each.value for each in AiShare],
    }


def filled(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration, whole or in part, with nothing for each field that it leaves out."""
    use = {"performer_id": "", "kind": "", "engagement_ref": "", "inherited": False}
    plain = dict.fromkeys(("release_at", "medium", "language", "stage"), "")
    none: dict[str, list[Any]] = {name: [] for name in ("territories", "descriptors")}
    return {
        **plain,
        **none,
        "ai_labelled": False,
        "ai_use": {},
        **declared,
        "uses": [{**use, **each} for each in declared.get("uses", ())],
        "extras": [{"count": 1, **each} for each in declared.get("extras", ())],
    }


@dataclass(frozen=True, slots=True)
class Origin:
    """One thing that is declared for a cut, and where: on a work, or (None) on the cut itself."""

    name: str
    value: Any
    work: Work | None
    is_replaced: bool


def origins(
    declared: Sequence[tuple[Work | None, Mapping[str, Any]]],
) -> tuple[Origin, ...]:
    """Everything that was declared, the topmost first; what says nothing is left out."""
    told = inheriting.told_by([part for _, part in declared])
    found = (
        Origin(each.name, _shown(each), declared[each.place][0], each.is_replaced) for each in told
    )
    return tuple(each for each in found if each.value not in (None, "", [], False))


def _shown(word: Said) -> Any:
    """A value as pages show it."""
    return date.fromisoformat(str(word.value)) if word.name == "release_at" else word.value


def place(
    session: Session, principal: Principal, *, cut_id: str = "", work_id: str = ""
) -> dict[str, Any]:
    """The cut, the work it is or would be of with its cuts by name, what is declared above, and
    what holds now."""
    require(principal, SCOPE)
    cut: Cut | None = works.get_cut(session, principal, cut_id) if cut_id else None
    named = cut.work_id if cut is not None else work_id
    work: Work | None = works.get_work(session, principal, named) if named else None
    newest = None if cut is None else submissions.newest_of_cut(session, principal, cut.id)
    if newest is not None:
        declared = to_dict(newest.declaration)
    else:
        declared = {} if work is None else series.inherited_under(session, principal, work.id)
    above = bool(declared) and newest is None
    there = works.list_cuts(session, principal, work_id=work.id, limit=KNOWN) if work else ()
    return {
        "cut": cut,
        "work": work,
        "d": filled(declared),
        "above": above,
        "known": {each.label: each.id for each in there},
    }
