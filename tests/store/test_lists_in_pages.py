"""A list put together from its pages is the whole list: of what waits, was sent, or is owed."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from core import approvalqueue, approvals, deliveries
from core.deliveries import Channel
from core.ids import new_id
from core.principal import Principal, SearchCapability
from fingerprint.models import Modality
from registry.models.characters import Character, CharacterState, Likeness
from registry.store import characters, likenesses
from royalties.models_collecting import Conflict, Settled, SoughtConflicts
from royalties.models_income import Amounts, Invoice, InvoiceKind
from royalties.models_unclaimed import (
    UnclaimedKind,
    UnclaimedLine,
    UnclaimedList,
    UnclaimedState,
)
from royalties.service import conflicts, reminders
from royalties.store import collecting as store
from royalties.store import invoices, unclaimed
from royalties.unclaimed import line_key
from tests.fixtures import TestWorld
from tests.store.registry_steps import a_performer
from tests.store.test_long_lists import EACH_ANEW, FEW_MOMENTS, newest_first, whole
from tests.store.today import NOW

CAPABILITY = SearchCapability("invented-figures", "a test")
SIZES = st.integers(1, 7)
NUMBERS = count(1)


@EACH_ANEW
@given(moments=FEW_MOMENTS, size=SIZES)
def test_invented_figures_and_unclaimed_lists_made_at_one_moment(
    world: TestWorld, moments: list[int], size: int
) -> None:
    studio, society = world.principal("studio"), world.principal("society")
    agency = world.principal("agency")
    performer_id = a_performer(world, agency).id
    figures = {new_id("fig"): NOW + timedelta(minutes=one) for one in moments}
    lists = {new_id("unl"): NOW + timedelta(minutes=one) for one in moments}
    alike = {new_id("lik"): NOW + timedelta(minutes=one) for one in moments}
    with world.db.write() as session:
        for name, at in figures.items():
            characters.add_character(session, replace(_figure(studio, name), created_at=at), b"")
        for name, at in lists.items():
            unclaimed.add(session, replace(_list(society, name), until=at), ())
        for name, (figure, at) in zip(alike, figures.items(), strict=True):
            likenesses.add_likeness(session, _likeness(agency, performer_id, name, figure, at))
    with world.db.read() as session:
        oldest = whole(
            lambda after, limit: characters.list_characters(
                session, studio, after=after, limit=limit
            ),
            size,
            lambda one: one.id,
        )
        newest = whole(
            lambda before, limit: unclaimed.page(session, society, before=before, limit=limit),
            size,
            lambda one: one.id,
        )
        assert unclaimed.page(session, studio, limit=size) == []
        told = whole(
            lambda before, limit: likenesses.of_own_performers(
                session, agency, before=before, limit=limit
            ),
            size,
            lambda one: one.id,
        )
        assert likenesses.of_own_performers(session, studio) == ()
        waits = whole(
            lambda after, limit: characters.to_decide(
                session, CAPABILITY, list(figures)[:2], after=after, limit=limit
            ),
            size,
            lambda one: one.id,
        )
    assert waits == sorted(list(figures)[:2], key=lambda name: (figures[name], name))
    assert told == newest_first(alike)
    assert oldest == sorted(figures, key=lambda name: (figures[name], name))
    assert newest == newest_first(lists)


@EACH_ANEW
@given(amounts=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 2**62))), size=SIZES)
def test_the_lines_of_an_unclaimed_list_and_what_they_come_to(
    world: TestWorld, amounts: list[tuple[str, int]], size: int
) -> None:
    society = world.principal("society")
    item = _list(society, new_id("unl"))
    lines = [
        UnclaimedLine(f"unidentified:{where}", unit, amount, "2026-01", live_key=f"key {number}")
        for number, (where, amount) in enumerate(amounts)
        for unit in ("EUR", "USD")
    ]
    with world.db.write() as session:
        unclaimed.add(session, item, lines)
    with world.db.read() as session:
        named = {one.id: one for one in unclaimed.lines_of(session, society, item.id)}
        paged = whole(
            lambda after, limit: unclaimed.lines_of(
                session, society, item.id, after=after, limit=limit
            ),
            size,
            lambda one: one.id,
        )
        sums = unclaimed.sums_of(session, society, item.id)
        assert unclaimed.sums_of(session, world.first, item.id) == {}
    keys = sorted(line_key(one) for one in lines)
    assert [line_key(named[name]) for name in paged] == keys
    total = sum(amount for _, amount in amounts)
    assert sums == ({"EUR": total, "USD": total} if amounts else {})


@EACH_ANEW
@given(late=st.lists(st.integers(-2, 3), max_size=12), size=SIZES)
def test_invoices_that_are_overdue(world: TestWorld, late: list[int], size: int) -> None:
    book, studio = world.principal("society"), world.principal("studio")
    today = date(2026, 11, 22)
    made = [
        _invoice(book, studio, no, today - timedelta(days=days)) for no, days in enumerate(late)
    ]
    with world.db.write() as session:
        for one in made:
            invoices.add_invoice(session, one)
    now = NOW.replace(year=today.year, month=today.month, day=today.day)
    over = [one for one in made if one.due_on < today]
    with world.db.read() as session:
        for who in (book, studio):
            found = whole(
                lambda after, limit, who=who: reminders.list_overdue(  # type: ignore[misc]
                    session, who, now=now, after=after, limit=limit
                ),
                size,
                lambda one: one.settled.invoice.id,
            )
            assert found == [one.id for one in sorted(over, key=lambda one: (one.due_on, one.seq))]
        assert reminders.count_overdue(session, book, now=now) == len(over)
        assert reminders.count_overdue(session, studio, now=now) == 0


@EACH_ANEW
@given(settled=st.lists(st.booleans(), max_size=12), size=SIZES)
def test_conflicts_open_and_settled(world: TestWorld, settled: list[bool], size: int) -> None:
    society, side = world.principal("society"), world.principal("agency")
    made = [_conflict(society, side) for _ in settled]
    with world.db.write() as session:
        for one, is_settled in zip(made, settled, strict=True):
            store.add_conflict(session, one, owner=side.tenant_id, at=NOW)
            if is_settled:
                store.add_settled(session, one, Settled(True, side.tenant_id), at=NOW)
    with world.db.read() as session:

        def ids(who: Principal, is_settled: bool | None) -> list[str]:
            return whole(
                lambda after, limit: conflicts.list_conflicts(
                    session, who, SoughtConflicts(after=after, is_settled=is_settled), limit=limit
                ),
                size,
                lambda one: one.id,
            )

        for who in (society, side):
            assert ids(who, None) == [one.id for one in made]
            for wanted in (True, False):
                some = zip(made, settled, strict=True)
                assert ids(who, wanted) == [one.id for one, is_so in some if is_so is wanted]
        assert ids(world.second, None) == []


def test_what_waits_for_a_second_person_has_no_end_unsaid(world: TestWorld) -> None:
    anna = replace(world.first, subject="per_a", person="per_a", scopes=frozenset({"reports"}))
    with world.db.write() as session:
        for number in range(110):
            who = anna if number % 2 else world.first
            approvals.propose(
                session, who, action="money.pay", subject_id=f"s{number}", payload={}, now=NOW
            )
    with world.db.read() as session:
        assert len(approvals.open_approvals(session, world.first)) == 110
        found = _numbers(session, anna)
        assert approvalqueue.tally(session, anna) == {"money.pay": len(found)}
        assert approvalqueue.tally(session, world.first) == {"money.pay": 110}
    assert found == [f"s{number}" for number in range(1, 110, 2)]


def test_deliveries_of_one_organisation_to_one_receiver(world: TestWorld) -> None:
    with world.db.write() as session:
        for number in range(12):
            who = (world.first, world.second)[number % 2]
            deliveries.schedule(
                session,
                tenant_id=who.tenant_id,
                event_seq=number,
                kind="k",
                channel=Channel.WEBHOOK,
                target_id=f"whk_{number % 3}",
                body="{}",
                now=NOW,
            )
    with world.db.read() as session:
        told, before = [], None
        while some := deliveries.list_deliveries(
            session, world.first, target_id="whk_0", before_seq=before, limit=1
        ):
            told += [one.event_seq for _, one in some]
            before = some[-1][0]
        every = deliveries.list_deliveries(session, world.second)
    assert told == [6, 0]
    assert [one.event_seq for _, one in every] == [11, 9, 7, 5, 3, 1]


def _numbers(session: Session, who: Principal) -> list[str]:
    """What waits and concerns somebody, 40 at a time, by what it is about."""
    found: list[str] = []
    after = 0
    while some := approvalqueue.waiting(session, who, after_seq=after, limit=40):
        found += [item.subject_id for _, item in some]
        after = some[-1][0]
    return found


def _list(book: Principal, name: str) -> UnclaimedList:
    return UnclaimedList(
        id=name,
        tenant_id=book.tenant_id,
        kind=UnclaimedKind.APART,
        # Of one year one list waits; the others here are of years of their own.
        year=int.from_bytes(name.encode()[-4:], "big"),
        state=UnclaimedState.PROPOSED,
        lines=0,
        digest="",
        until=NOW,
        approval_id="",
    )


def _figure(studio: Principal, name: str) -> Character:
    return Character(
        id=name,
        tenant_id=studio.tenant_id,
        name="A figure",
        state=CharacterState.ACTIVE,
        statement_sha256="",
        stated_by="",
        parts=(),
        notice_until=None,
        created_at=NOW,
        ended_at=None,
    )


def _likeness(side: Principal, performer_id: str, name: str, figure: str, at: datetime) -> Likeness:
    return Likeness(
        id=name,
        character_id=figure,
        performer_id=performer_id,
        tenant_id=side.tenant_id,
        modality=Modality.VOICE,
        found_at=at,
        disputed_at=None,
        word_id="",
        outcome=None,
    )


def _invoice(book: Principal, studio: Principal, no: int, due_on: date) -> Invoice:
    return Invoice(
        id=new_id("inv"),
        tenant_id=book.tenant_id,
        kind=InvoiceKind.INVOICE,
        year=2026,
        no=no + 1,
        licensee_id=studio.tenant_id,
        month="2026-10",
        currency="EUR",
        issued_on=due_on,
        due_on=due_on,
        lines=0,
        claims_micro=10_000,
        amounts=Amounts(10_000, 0),
        seq=next(NUMBERS),
        recorded_at=NOW,
    )


def _conflict(society: Principal, side: Principal) -> Conflict:
    return Conflict(
        id=new_id("ccf"),
        licence_id=new_id("lic"),
        licensee_id="ten_studio",
        performer_id="prf_a",
        owner_id=side.tenant_id,
        society_id=society.tenant_id,
        mandate_id="",
        found_at=NOW,
    )
