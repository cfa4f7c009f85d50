"""The newest decisions on cuts of one work, held against one another."""

from dataclasses import dataclass

from sqlmodel import Session

from core.errors import BadInput, NotFound
from core.principal import Principal, require
from licensing.comparing import Difference, differences
from licensing.models_clearance import Clearance
from licensing.store import clearances
from registry.models.works import Cut
from registry.service.works import get_cut, list_cuts

SCOPE = "submissions"
SIBLINGS_MAX = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is otherwise in one decision than in that on another cut of the work."""

    other: Cut
    here: Clearance
    there: Clearance
    differences: tuple[Difference, ...]


def compare_cuts(session: Session, principal: Principal, cut_id: str, other_id: str) -> Comparison:
    """What differs in `cut_id` from `other_id`, by the newest decision on each.

    Raises `NotFound` for another tenant's cut or one without a decision, `BadInput` unless both are
    cuts of one work.
    """
    require(principal, SCOPE)
    one, other = get_cut(session, principal, cut_id), get_cut(session, principal, other_id)
    if one.work_id != other.work_id or one.id == other.id:
        raise BadInput(
            "Only two cuts of one work can be compared.",
            next_step="Name two with `ebenbild cut list --work`.",
            code="not-siblings",
        )
    return _held(other, _newest(session, principal, one), _newest(session, principal, other))


def siblings(
    session: Session, principal: Principal, clearance: Clearance
) -> tuple[Comparison, ...]:
    """A decision against the newest ones on other cuts of its work, those decided last first."""
    require(principal, SCOPE)
    own = get_cut(session, principal, clearance.cut_id)
    found = []
    for cut in list_cuts(session, principal, work_id=own.work_id):
        newest = clearances.clearances(session, principal, cut_id=cut.id, limit=1)
        if cut.id != own.id and newest:
            found.append(_held(cut, clearance, newest[0]))
    found.sort(key=lambda item: -item.there.seq)
    return tuple(found[:SIBLINGS_MAX])


def _held(other: Cut, here: Clearance, there: Clearance) -> Comparison:
    return Comparison(other, here, there, differences(here.decision, there.decision))


def _newest(session: Session, principal: Principal, cut: Cut) -> Clearance:
    found = clearances.clearances(session, principal, cut_id=cut.id, limit=1)
    if not found:
        raise NotFound(
            f"Nothing was decided on the cut {cut.label} yet.",
            next_step="Hand it in with `ebenbild clear`.",
        )
    return found[0]
