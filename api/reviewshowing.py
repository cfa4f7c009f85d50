"""What lies on the review desk: one find, what it rests on, and where in which cut it is."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from api.found import MatchOut, names_in
from api.rates import one_in
from api.reasonnames import as_told
from core.clock import utc_now
from core.principal import Principal
from licensing.queueing import Waiting
from licensing.service.reviewdesk import Desk, sit_down
from registry.models.evidence import Match
from registry.models.works import Cut
from registry.service import excerpts, submissions, works
from registry.service.doubts import Doubt

CUTS_SHOWN = 4
LEAD_IN_MS = 1_000  # so that a place is heard from before it begins


def show(
    session: Session, principal: Principal, wanted: tuple[str, ...], of_before: int
) -> dict[str, Any]:
    """The desk as its page shows it; `of_before` is how many there were when the person began."""
    desk = sit_down(session, principal, wanted)
    of = max(of_before, desk.count)
    item = desk.item
    return {
        "of": of,
        "done": of - desk.count,
        "number": of - desk.count + desk.place + 1,
        "elsewhere": desk.elsewhere,
        "previous": desk.previous,
        "following": desk.following,
        "item": None if item is None else _item(session, principal, desk, item),
    }


def _item(session: Session, principal: Principal, desk: Desk, item: Waiting) -> dict[str, Any]:
    names = names_in(session, principal, item.submission_ids[0]) if item.performer_id else {}
    doubt = next(iter(desk.doubts), None)
    return {
        "id": item.id,
        "asks": item.asks.value,
        "name": names.get(item.performer_id) or item.performer_id,
        "parts": [part.value for part in item.modalities],
        "figure_id": item.figure_id,
        "child": item.child,
        "release_at": item.release_at,
        "cuts": [_cut(session, principal, each) for each in item.cut_ids[:CUTS_SHOWN]],
        "cut_count": len(item.cut_ids),
        "total_ms": item.total_ms,
        "reasons": as_told(session, principal, item.reasons, names, utc_now()),
        "finds": len(desk.doubts),
        "find": None if doubt is None else _find(session, principal, doubt, names),
    }


def _cut(session: Session, principal: Principal, cut_id: str) -> tuple[str, str]:
    cut: Cut = works.get_cut(session, principal, cut_id)
    return cut_id, f"{works.get_work(session, principal, cut.work_id).title} · {cut.label}"


def _find(
    session: Session, principal: Principal, doubt: Doubt, names: Mapping[str, str]
) -> dict[str, Any]:
    match = doubt.match
    handed_in = submissions.get_submission(session, principal, match.submission_id)
    first = match.spans[0]
    return {
        "match": MatchOut.of(match, dict(names)).model_dump(mode="json"),
        "second": doubt.second,
        "beside": excerpts.beside(session, match, at=utc_now()) is not None,
        "one_in": one_in(match.fpir),
        "spans": match.spans,
        "media": f"/v1/submissions/{handed_in.id}/media" if handed_in.object_name else "",
        "medium": handed_in.kind.value,
        "from_ms": max(0, first.start_ms - LEAD_IN_MS),
        "until_ms": first.end_ms,
        "declared": _declared(match, handed_in.declaration.uses),
    }


def _declared(match: Match, uses: Any) -> list[str]:
    """The kinds of use that were declared of this performer, of this part of the likeness."""
    return [
        use.kind.value
        for use in uses
        if use.performer_id == match.performer_id and use.modality in (None, match.modality)
    ]
