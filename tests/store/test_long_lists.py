"""A list put together from its pages is the whole list: each row once, newest first, nothing else.

Rows come in at the same moment too, so that a page that goes by time alone would lose or repeat.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core.ids import new_id
from core.principal import Principal
from royalties.models import ImportReport
from royalties.models_complaints import Claimant, Complaint, DisputedLine, Ground, Ruling, Sought
from royalties.store import complaints, intake
from tests.fixtures import TestWorld
from tests.store.today import NOW

Row = TypeVar("Row")
FEW_MOMENTS = st.lists(st.integers(0, 3), max_size=24)
EACH_ANEW = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def whole(
    page: Callable[[str, int], Sequence[Row]], size: int, of: Callable[[Row], str]
) -> list[str]:
    """The ids of all rows, a page after another; no page is larger than asked for."""
    found: list[str] = []
    while some := page(found[-1] if found else "", size):
        assert len(some) <= size
        found += [of(row) for row in some]
    return found


def newest_first(made: dict[str, datetime]) -> list[str]:
    return sorted(made, key=lambda name: (made[name], name), reverse=True)


@EACH_ANEW
@given(moments=FEW_MOMENTS, size=st.integers(1, 7))
def test_imports(world: TestWorld, moments: list[int], size: int) -> None:
    mine, theirs = world.principal("studio"), world.principal("studio")
    made = {new_id("imp"): NOW + timedelta(minutes=number) for number in moments}
    with world.db.write() as session:
        for name, at in made.items():
            report = ImportReport(name, "", None, 0, 0, 0, 0, 0, (), ())
            intake.add_import(session, mine, report, at=at)
        other = ImportReport(new_id("imp"), "", None, 0, 0, 0, 0, 0, (), ())
        intake.add_import(session, theirs, other, at=NOW)
    with world.db.read() as session:
        found = whole(
            lambda before, limit: intake.list_imports(session, mine, before=before, limit=limit),
            size,
            lambda one: one.report.import_id,
        )
    assert found == newest_first(made)


@EACH_ANEW
@given(moments=FEW_MOMENTS, size=st.integers(1, 7), ended=st.sets(st.integers(0, 23)))
def test_complaints_by_shelf_by_performer_and_for_whoever_they_concern(
    world: TestWorld, moments: list[int], size: int, ended: set[int]
) -> None:
    book, side = world.principal("society"), world.principal("agency")
    made = [
        a_complaint(book, side, NOW + timedelta(minutes=one), n) for n, one in enumerate(moments)
    ]
    with world.db.write() as session:
        for number, one in enumerate(made):
            complaints.add(session, one)
            if number in ended:
                done = replace(one, ruling=Ruling.REJECTED, decided_at=one.opened_at)
                complaints.save(session, book, done)
    at = {one.id: one.opened_at for one in made}
    over = {one.id for number, one in enumerate(made) if number in ended}
    some = {one.id for one in made if one.lines[0].performer_id == "prf_0"}
    with world.db.read() as session:
        assert listed(session, side, Sought(), size) == newest_first(at)
        for wanted, ids in (
            (Sought(own_book=True), set(at)),
            (Sought(own_book=True, is_open=True), set(at) - over),
            (Sought(own_book=True, is_open=False), over),
            (Sought(performer_id="prf_0"), some),
            (Sought(ground=Ground.MINE), set()),
        ):
            assert listed(session, book, wanted, size) == [
                one for one in newest_first(at) if one in ids
            ]
            assert complaints.count(session, book, wanted) == len(ids)
        assert listed(session, side, Sought(own_book=True), size) == []
        assert listed(session, world.first, Sought(), size) == []


def listed(session: Session, who: Principal, wanted: Sought, size: int) -> list[str]:
    return whole(
        lambda before, limit: complaints.list_all(session, who, wanted, before=before, limit=limit),
        size,
        lambda one: one.id,
    )


def a_complaint(book: Principal, side: Principal, at: datetime, number: int) -> Complaint:
    line = DisputedLine(
        live_key=f"key {number}",
        transaction_id="txn_none",
        cut_id="cut_none",
        performer_id=f"prf_{number % 3}",
        performer_tenant_id=side.tenant_id,
        licensee_id="ten_none",
        currency="EUR",
        amount_micro=1,
    )
    return Complaint(
        id=new_id("cpl"),
        tenant_id=book.tenant_id,
        by_tenant_id=side.tenant_id,
        ground=Ground.NOT_ME,
        claimant=Claimant(),
        late=False,
        sealed=b"",
        opened_at=at,
        lines=(line,),
        part=Fraction(1),
    )
