"""Two cuts of a work side by side: who is new, gone, longer, shorter or elsewhere."""

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from api.comparing import lanes
from api.deps import Language, Open
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.errors import NotFound
from core.principal import Principal
from licensing.service.comparing import Comparison, compare_cuts
from licensing.service.releases import standing
from registry.models.works import Cut
from registry.service import works

router = APIRouter(tags=["works"], include_in_schema=False)
CUTS_MAX = 200


@router.get("/works/{work_id}/compare", response_class=FormResponse)
def compare_page(
    work_id: str,
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    *,
    cut: Annotated[str, Query(max_length=64)] = "",
    other: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What is otherwise in this cut than in that one?"""
    with world.db.read() as session:
        work = works.get_work(session, visit.principal, work_id)
        path = (*works.works_above_one(session, visit.principal, work_id), work)
        cuts = decided_cuts(session, visit.principal, work_id)
        shown: dict[str, Any] = {"sides": None}
        if cut and other and cut != other:
            _check_within(session, visit.principal, work_id, cut)
            found = compare_cuts(session, visit.principal, cut, other)
            shown = _shown(session, visit.principal, found)
    return form_page(
        "compare.html",
        lang,
        visit,
        here="/works",
        work=work,
        path=path,
        cuts=cuts,
        cut_id=cut,
        other_id=other,
        **shown,
    )


def decided_cuts(session: Session, principal: Principal, work_id: str) -> list[Cut]:
    """The cuts of a work on which something was decided, some hundreds at most."""
    found = works.list_cuts(session, principal, work_id=work_id, limit=CUTS_MAX)
    decided = standing(session, principal, [each.id for each in found])
    return [each for each in found if each.id in decided]


def _check_within(session: Session, principal: Principal, work_id: str, cut_id: str) -> None:
    if works.get_cut(session, principal, cut_id).work_id != work_id:
        raise NotFound("The work has no such cut.", next_step="Choose one of its cuts.")


def _shown(session: Session, principal: Principal, found: Comparison) -> dict[str, Any]:
    own = works.get_cut(session, principal, found.here.cut_id)
    ends = [span.span.end_ms for side in (found.here, found.there) for span in side.decision.spans]
    whole_ms = max([own.duration_ms or 0, found.other.duration_ms or 0, *ends, 1])
    drawn = lanes(session, principal, found, whole_ms)
    return {
        "sides": ((own, found.here), (found.other, found.there)),
        "lanes": drawn,
        "whole_ms": whole_ms,
        "tally": Counter(each.change.value for lane in drawn for each in lane.differences),
    }
