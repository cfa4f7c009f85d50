"""Clearances over HTTP: the decision on a submission, with its reasons, as data and as a page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.comparing import ComparisonOut
from api.deps import Caller, Language, Open, Reading, Writing
from api.found import MatchOut, matches_of
from api.paging import Asked, Page, page
from api.web.pages import render
from api.web.response import PageResponse
from api.wire import ReasonOut
from core import log
from core.clock import utc_now
from core.principal import Principal
from fingerprint.models import Modality
from licensing.models_clearance import Clearance, SpanVerdict
from licensing.service import clearances, comparing
from licensing.service.certificates import certificate_id
from registry.models.works import Cut
from registry.service import works
from registry.service.reading import matched_in

router = APIRouter(tags=["clearances"])


class SpanVerdictOut(BaseModel):
    """The verdict on one span of one use, or of somebody unknown (`performer_id` null)."""

    start_ms: int
    end_ms: int
    performer_id: str | None
    public_name: str | None
    kind: str | None
    modalities: list[Modality]
    verdict: str
    reasons: list[ReasonOut]
    licence_id: str | None
    tariff_id: str | None
    use_id: str | None

    @classmethod
    def of(cls, span: SpanVerdict, names: Mapping[str, str]) -> Self:
        """The verdict as data."""
        return cls(
            start_ms=span.span.start_ms,
            end_ms=span.span.end_ms,
            performer_id=span.performer_id,
            public_name=names.get(span.performer_id or ""),
            kind=None if span.kind is None else span.kind.value,
            modalities=list(span.modalities),
            verdict=span.verdict.value,
            reasons=[ReasonOut.of(reason) for reason in span.reasons],
            licence_id=span.licence_id,
            tariff_id=span.tariff_id,
            use_id=span.use_id,
        )


class NewerOut(BaseModel):
    """The decision on the same cut that stands now."""

    id: str
    verdict: str
    decided_at: datetime


class ClearanceOut(BaseModel):
    """May it be released? `verdict` is CLEARED, REFUSED, REVIEW or UNKNOWN PERSON, with reasons.

    `known_seq` is the newest event of the registry that was taken into account. `found` are the
    matches of the scan as they stand now, `newer` is what was decided on the cut since, null where
    this decision stands, `siblings` what is otherwise than in other cuts of the work; lists of
    decisions leave all three out. `single_operator` says that one person ran the registry alone
    when it was decided; its leaf in the log says so too.
    """

    id: str
    verdict: str
    title: str
    submission_id: str
    cut_id: str
    scan_id: str
    release_at: date
    decided_at: datetime
    provisional: bool
    known_seq: int
    gallery_seq: int | None
    reasons: list[ReasonOut]
    warnings: list[ReasonOut]
    spans: list[SpanVerdictOut]
    licence_ids: list[str]
    model_ids: list[str]
    threshold_ids: list[str]
    found: list[MatchOut] | None = None
    newer: NewerOut | None = None
    siblings: list[ComparisonOut] | None = None
    single_operator: bool = False


@router.post(
    "/submissions/{submission_id}/clearances", status_code=201, response_model=ClearanceOut
)
def clear(submission_id: str, writing: Writing) -> Response:
    """Decide on a scanned submission now, by licences and declaration as they are now."""

    def decide(session: Session) -> ClearanceOut:
        made = clearances.clear(session, writing.caller, submission_id, now=utc_now())
        return shown(session, writing.caller, made)

    return writing.write(decide)


@router.get("/submissions/{submission_id}/clearance", response_model=ClearanceOut)
def newest(submission_id: str, caller: Caller, reading: Reading) -> ClearanceOut:
    """The newest decision on a submission."""
    found = clearances.latest_clearance(reading, caller, submission_id)
    return in_full(reading, caller, found)


@router.get("/clearances", response_model=Page[ClearanceOut])
def list_clearances(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    cut_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[ClearanceOut]:
    """List your decisions, newest first."""
    found = clearances.list_clearances(
        reading, caller, cut_id=cut_id, before_seq=asked.before_seq, limit=asked.limit
    )
    told = {one.id: one for one in all_shown(reading, caller, found)}
    return page(found, asked, lambda item: told[item.id], cursor=lambda item: item.seq)


@router.get("/cuts/{cut_id}/comparisons/{other_id}", response_model=ComparisonOut)
def compare(cut_id: str, other_id: str, caller: Caller, reading: Reading) -> ComparisonOut:
    """What is otherwise in this cut than in another cut of the same work."""
    found = comparing.compare_cuts(reading, caller, cut_id, other_id)
    return ComparisonOut.of(reading, caller, found)


@router.get("/clearances/{clearance_id}", response_model=ClearanceOut)
def show(clearance_id: str, caller: Caller, reading: Reading) -> ClearanceOut:
    """Show one decision."""
    return in_full(reading, caller, clearances.get_clearance(reading, caller, clearance_id))


@router.get("/clearances/{clearance_id}/clearance.html", response_class=PageResponse)
def report(clearance_id: str, caller: Caller, reading: Reading, world: Open, lang: Language) -> str:
    """The same decision as a page, which leads to the evidence of each find."""
    found = in_full(reading, caller, clearances.get_clearance(reading, caller, clearance_id))
    base = world.settings.base_url.rstrip("/")
    certificate = certificate_id(reading, caller, clearance_id)
    data = found.model_dump(mode="json")
    return render("clearance.html", lang, c=data, base=base, certificate=certificate)


def in_full(session: Session, caller: Principal, item: Clearance) -> ClearanceOut:
    """The decision, the finds that it is about, what took its place, and sibling cuts."""
    more = {
        "found": matches_of(session, caller, item.scan_id),
        "newer": newer(session, caller, item),
        "siblings": [
            ComparisonOut.of(session, caller, each)
            for each in comparing.siblings(session, caller, item)
        ],
    }
    return shown(session, caller, item).model_copy(update=more)


def newer(session: Session, caller: Principal, item: Clearance) -> NewerOut | None:
    """What stands on the cut now, where that is another decision than this one."""
    (last,) = clearances.list_clearances(session, caller, cut_id=item.cut_id, limit=1)
    if last.id == item.id:
        return None
    return NewerOut(id=last.id, verdict=last.decision.verdict.value, decided_at=last.decided_at)


def shown(session: Session, caller: Principal, item: Clearance) -> ClearanceOut:
    """The decision with the names that its studio may see."""
    return all_shown(session, caller, [item])[0]


def all_shown(
    session: Session, caller: Principal, items: Sequence[Clearance]
) -> list[ClearanceOut]:
    """The same of several decisions."""
    cuts = works.titled(session, caller, {item.cut_id for item in items})
    cards = matched_in(session, caller, {item.submission_id for item in items})
    leaves = log.leaves_at(session, {item.log_index for item in items})
    names = {card.performer_id: card.public_name for card in cards}
    return [_out(item, cuts[item.cut_id], names, leaves[item.log_index]) for item in items]


def _out(
    item: Clearance, named: tuple[Cut, str], names: Mapping[str, str], leaf: log.Leaf
) -> ClearanceOut:
    cut, title = named
    made = item.decision
    return ClearanceOut(
        id=item.id,
        verdict=made.verdict.value,
        title=f"{title} · {cut.label}",
        submission_id=item.submission_id,
        cut_id=item.cut_id,
        scan_id=item.scan_id,
        release_at=item.release_at,
        decided_at=item.decided_at,
        provisional=item.provisional,
        known_seq=item.known_seq,
        gallery_seq=item.gallery_seq,
        reasons=[ReasonOut.of(reason) for reason in made.reasons],
        warnings=[ReasonOut.of(reason) for reason in made.warnings],
        spans=[SpanVerdictOut.of(span, names) for span in made.spans],
        licence_ids=list(made.licence_ids),
        model_ids=list(made.model_ids),
        threshold_ids=list(made.threshold_ids),
        single_operator=leaf.single_operator,
    )
