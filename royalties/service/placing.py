"""Where the lines of an advice belong here: whose claims they are, and by which licence.

Who a performer of another registry is follows from the consents that the performer brought from
there under the same key, and so does the licence. What is known of neither is held. What was booked
once stays where it is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import NotFound
from core.ids import derived_id
from core.principal import SearchCapability, system
from licensing.models_foreign import ForeignLicence
from licensing.store import foreign
from registry.models.people import Performer
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.store import people, works
from royalties.advice import Advice, AdvisedCut, AdvisedLine
from royalties.handedon import Member
from royalties.models import ImportReport, Origin, Pins, UsageRow
from royalties.models_advised import Place
from royalties.service.books import collector
from royalties.service.collectors import members_of
from royalties.sisterclaims import ABROAD
from royalties.store import intake, journal
from royalties.store import remittances as store

NO_PERFORMER, NO_LICENCE, NO_MEMBER, GONE = (
    "unknown-performer",
    "unknown-licence",
    "not-a-member",
    "performer-erased",
)


@dataclass(frozen=True, slots=True)
class Book:
    """The book that advices of one payer are placed in, in one currency."""

    society: str
    payer: str
    currency: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known here of everybody whom an advice names, and of their licences."""

    booked: Mapping[tuple[str, str], Pins]
    performers: Mapping[str, str]
    here: Mapping[str, Performer]
    licences: Mapping[str, ForeignLicence]
    members: frozenset[str] | None


def places(session: Session, book: Book, advice: Advice) -> tuple[Place, ...]:
    """Every line of an advice with where it belongs, in the order of the lines."""
    known = _known(session, book, advice)
    return tuple(_place(one, known, advice.registry) for one in advice.lines)


def row_of(pins: Pins, cut_id: str, line_no: int = 0) -> UsageRow:
    """The usage line as this registry keeps it: under the other's own name of it."""
    place = pins.territory, pins.period, pins.views
    return UsageRow(line_no, cut_id, *place, reference=pins.usage_line_id)


def keep(
    session: Session, payer: str, advice: Advice, placed: Sequence[Place], *, at: datetime
) -> None:
    """Keep the cuts and usage lines that placed lines rest on, as the payer's; known ones stay."""
    side, registry = system(payer), advice.registry
    wanted = {one.line.pins.cut_id for one in placed}
    cuts = {derived_id("cut", registry, one.id): one for one in advice.cuts if one.id in wanted}
    known = works.titled(session, side, sorted(cuts))
    for cut_id, one in sorted(cuts.items()):
        if cut_id not in known:
            _keep_cut(session, (payer, registry), one, cut_id, at=at)
    rows = list({row.content_hash: row for row in _rows(registry, placed)}.values())
    names = intake.line_ids([row.content_hash for row in rows])
    new = sorted(set(names) - intake.known_lines(session, names))
    fresh = [row for name, row in zip(names, rows, strict=True) if name in new]
    if not fresh:
        return
    import_id, count = derived_id("imp", payer, registry, *new), len(fresh)
    intake.add_lines(
        session,
        side,
        fresh,
        import_id=import_id,
        owners=dict.fromkeys(cuts, payer),
        at=at,
        origin=Origin.SISTER,
    )
    taken = ImportReport(
        import_id, "", None, count, count, 0, 0, 0, (), (), form=Origin.SISTER.value
    )
    intake.add_import(session, side, taken, at=at)


def _rows(registry: str, placed: Iterable[Place]) -> Iterable[UsageRow]:
    for number, one in enumerate(placed, 1):
        pins = one.line.pins
        yield row_of(pins, derived_id("cut", registry, pins.cut_id), number)


def _keep_cut(
    session: Session, whose: tuple[str, str], one: AdvisedCut, cut_id: str, *, at: datetime
) -> None:
    payer, registry = whose
    work_id = derived_id("wrk", registry, one.work_id)
    try:
        works.get_work(session, system(payer), work_id)
    except NotFound:
        work = Work(work_id, payer, WorkLevel.FILM, None, one.title, {})
        works.add_work(session, work, at=at)
    kind = CutFormat(one.format)
    cut = Cut(cut_id, payer, work_id, one.label, kind, one.language, one.duration_ms)
    works.add_cut(session, cut, at=at)


def _place(line: AdvisedLine, known: _Known, registry: str) -> Place:
    pins = line.pins
    cut_id = derived_id("cut", registry, pins.cut_id)
    usage_id = intake.line_ids([row_of(pins, cut_id).content_hash])[0]
    there = pins._replace(usage_line_id=usage_id, cut_id=cut_id)
    before = known.booked.get((usage_id, pins.use_id))
    if before is not None:
        mine = there._replace(licence_id=before.licence_id, tariff_id=before.tariff_id)
        return _of(line, known.here[before.performer_id], mine)
    person = known.here.get(known.performers.get(pins.performer_id, ""))
    licence = known.licences.get(pins.licence_id)
    cause = _cause(pins, person, licence, known.members)
    if cause or person is None:
        return Place(line, cause=cause)
    if licence is not None:
        there = there._replace(licence_id=licence.id, tariff_id=licence.tariff_id)
    return _of(line, person, there)


def _cause(
    pins: Pins,
    person: Performer | None,
    licence: ForeignLicence | None,
    members: frozenset[str] | None,
) -> str:
    """Why a line belongs nowhere here yet, as a code; empty where it does."""
    if person is None:
        return NO_PERFORMER
    if person.erased_at is not None:
        return GONE
    if members is not None and person.id not in members:
        return NO_MEMBER
    if pins.licence_id and (licence is None or licence.performer_id != person.id):
        return NO_LICENCE
    return ""


def _of(line: AdvisedLine, person: Performer, pins: Pins) -> Place:
    member = Member(person.id, person.tenant_id, person.payee_id)
    mine = pins._replace(performer_id=person.id, payee_id=person.payee_id)
    return Place(line, member, mine)


def _known(session: Session, book: Book, advice: Advice) -> _Known:
    capability = SearchCapability("advice", book.society)
    told = {one.pins.performer_id for one in advice.lines}
    performers = foreign.performers_there(session, capability, advice.registry, sorted(told))
    licences = {one.pins.licence_id for one in advice.lines} - {""}
    booked = _booked(session, capability, book)
    wanted = {*performers.values(), *(pins.performer_id for pins in booked.values())}
    return _Known(
        booked=booked,
        performers=performers,
        here={one.id: one for one in _people(session, capability, wanted)},
        licences=foreign.licences_there(session, capability, advice.registry, sorted(licences)),
        members=_members(session, book.society),
    )


def _booked(
    session: Session, capability: SearchCapability, book: Book
) -> dict[tuple[str, str], Pins]:
    """What claims that were ever booked rest on, by usage line and use."""
    of = book.payer, book.currency
    found = store.booked(session, capability, book.society, of, reason=ABROAD)
    ids = sorted(one.transaction_id for one in found.values())
    claims = journal.by_ids(session, system(book.society), ids).values()
    return {(one.pins.usage_line_id, one.pins.use_id): one.pins for one in claims}


def _people(
    session: Session, capability: SearchCapability, ids: Collection[str]
) -> tuple[Performer, ...]:
    return people.unnamed(session, capability, performer_ids=sorted(ids))


def _members(session: Session, society: str) -> frozenset[str] | None:
    """Whose money a society takes: of everybody (None), or of those who ever gave it a mandate."""
    if society == collector(session):
        return None
    own, for_all = members_of(session, society)
    return None if for_all else own
