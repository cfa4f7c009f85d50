"""Claims go into the book of whoever has the mandate; what is in a book stays there."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core import notices
from core.errors import BadInput, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal
from registry.models.people import Performer
from royalties import accounts
from royalties.collecting import CollectingMandate
from royalties.models_collecting import Conflict
from royalties.outcomes import Outcome
from royalties.service import collecting, conflicts
from royalties.service.collectors import collector_of
from royalties.service.statements import account_balances, trial_balance
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, found
from tests.store.test_books_replay import exported, replayed
from tests.unit.royalties.worlds import tariff

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CENTS = tariff("per_view", 10_000, "EUR")


def mandate(society: Principal, *performers: Performer, giver_id: str = "") -> CollectingMandate:
    return CollectingMandate(
        id=new_id("cmd"),
        society_id=society.tenant_id,
        kinds=("*",),
        territories=("*",),
        performer_ids=tuple(one.id for one in performers) or ("*",),
        valid_from=date(2026, 11, 1),
        valid_until=None,
        source="agreed",
        giver_id=giver_id,
    )


def agree(office: Office, wanted: CollectingMandate) -> None:
    """One person of the operator proposes, another approves."""
    with office.shared.write() as session:
        item = collecting.propose(session, administrator(office), wanted, now=AT)
    with office.shared.write() as session:
        collecting.decide(session, office.approver, item.id, approve=True, note="", now=AT)


def administrator(office: Office) -> Principal:
    return replace(office.clerk, scopes=frozenset({"admin", "reports"}))


def books(stage: Stage, *who: Principal) -> list[dict[str, int]]:
    """What each book holds, as its owner reads it."""
    with stage.db.read() as session:
        assert trial_balance(session).balanced
        return [
            {name: net for (name, _), net in account_balances(session, one).items() if net}
            for one in who
        ]


def earns(stage: Stage, performer: Performer, *lines: str, direct: bool = False) -> str:
    """A cut with one cleared use of a performer at a cent a view; returns its id."""
    cut_id = stage.cut()
    stage.licence(performer, CENTS, paid_directly=direct)
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(*(f"{cut_id},{one}" for one in lines))
    return cut_id


def test_each_claim_goes_into_the_book_of_whoever_has_the_mandate(world: TestWorld) -> None:
    stage, gvl, ppl = Stage(world), world.principal("society"), world.principal("society")
    anna, ben, carl = (stage.performer() for _ in range(3))
    with office_of(stage) as office:
        agree(office, mandate(gvl, anna))
        agree(office, replace(mandate(ppl, ben), territories=("GB",)))
        for performer in (anna, ben, carl):
            earns(stage, performer, "DE,2026-11,100", "GB,2026-11,10", "DE,2026-10,1")
        assert stage.accrue().new == 9
        ours, theirs, rest = books(stage, gvl, ppl, office.clerk)
        studio = accounts.receivable(stage.studio.tenant_id)
        assert ours == {accounts.accrued(anna.id): -1_100_000, studio: 1_100_000}
        assert theirs == {accounts.accrued(ben.id): -100_000, studio: 100_000}
        assert rest[accounts.accrued(carl.id)] == -1_110_000
        assert rest[accounts.accrued(anna.id)] == -10_000
        assert stage.accrue().unchanged == 9


def test_what_was_booked_stays_in_its_book_and_is_taken_back_there(
    world: TestWorld, tmp_path: Path
) -> None:
    stage, gvl = Stage(world), world.principal("society")
    anna = stage.performer()
    with office_of(stage) as office:
        cut_id = earns(stage, anna, "DE,2026-11,100")
        stage.accrue()
        agree(office, mandate(gvl, anna))
        assert stage.accrue().unchanged == 1
        stage.licence(anna, tariff("per_view", 20_000, "EUR"))
        stage.clear(cut_id, found(cut_id, anna, (0, 30_000)))
        report = stage.accrue()
        assert (report.new, report.reversed) == (1, 1)
        stage.import_lines(f"{cut_id},AT,2026-11,7")
        stage.accrue()
        ours, rest = books(stage, gvl, office.clerk)
        assert set(ours) == {accounts.accrued(anna.id), accounts.receivable(stage.studio.tenant_id)}
        assert rest[accounts.accrued(anna.id)] < 0
        society = Office(Stage(replace(world, operator=gvl)), office.shared)
        for number, one in enumerate((office, society)):
            (tmp_path / str(number)).mkdir()
            done, database = replayed(tmp_path / str(number), exported(one))
            database.close()
            assert done.same


def test_a_licence_that_pays_directly_waits_until_somebody_gives_way(world: TestWorld) -> None:
    stage, gvl = Stage(world), world.principal("society")
    anna = stage.performer()
    side = stage.agent(anna)
    with office_of(stage) as office:
        agree(office, mandate(gvl, anna))
        cut_id = earns(stage, anna, "DE,2026-11,100", direct=True)
        assert stage.accrue().kept == {Outcome.SUSPENSE: 1}
        assert stage.accrue().unchanged == 1
        assert books(stage, gvl)[0][accounts.suspense(cut_id)] == -1_000_000
        with stage.db.read() as session:
            for who in (gvl, side, stage.studio):
                assert [one.kind for one in notices.inbox(session, who)] == ["collecting.conflict"]
            (conflict,) = conflicts.list_conflicts(session, side)
            assert conflicts.list_conflicts(session, world.second) == []
        assert (conflict.society_id, conflict.owner_id) == (gvl.tenant_id, anna.tenant_id)
        for who, collects in ((gvl, True), (side, False)):
            with pytest.raises(NotAllowed):
                settle(stage, who, conflict, collects=collects)
        with pytest.raises(NotFound):
            settle(stage, world.second, conflict, collects=True)
        settle(stage, side, conflict, collects=True)
        stage.accrue()
        assert books(stage, gvl)[0][accounts.accrued(anna.id)] == -1_000_000
        settle(stage, gvl, conflict, collects=False)
        report = stage.accrue()
        assert (report.reversed, report.skipped[0].reason.code) == (1, "paid-directly")
        assert books(stage, gvl) == [{}]
        society = Office(Stage(replace(world, operator=gvl)), office.shared)
        assert len(exported(society)) > 4


def settle(stage: Stage, who: Principal, conflict: Conflict, *, collects: bool) -> None:
    with stage.db.write() as session:
        conflicts.settle(session, who, conflict.id, collects=collects, now=AT)


def test_a_sisters_members_earn_for_the_sister(world: TestWorld) -> None:
    stage, gvl, ppl = Stage(world), world.principal("society"), world.principal("society")
    anna = stage.performer()
    with office_of(stage) as office:
        agree(office, mandate(gvl, anna, giver_id=ppl.tenant_id))
        with stage.db.read() as session:
            found_ = collector_of(session, kind="dub", territory="DE", at=AT, performer_id=anna.id)
            seen = [len(collecting.list_mandates(session, who)) for who in (gvl, ppl, world.second)]
        assert (found_.book, found_.sister_id) == (gvl.tenant_id, ppl.tenant_id)
        assert seen == [1, 1, 0]


def test_only_two_of_the_operators_people_make_a_mandate(world: TestWorld) -> None:
    stage, gvl = Stage(world), world.principal("society")
    wanted = replace(mandate(gvl), valid_from=date(2026, 10, 1))
    with office_of(stage) as office:
        with pytest.raises(NotAllowed), office.shared.write() as session:
            collecting.propose(session, gvl, wanted, now=AT)
        with pytest.raises(BadInput), office.shared.write() as session:
            collecting.propose(session, administrator(office), mandate(stage.studio), now=AT)
        with pytest.raises(NotFound), office.shared.write() as session:
            collecting.end(session, administrator(office), wanted.id, date(2027, 1, 1), now=AT)
        agree(office, wanted)
        with office.shared.write() as session:
            item = collecting.end(
                session, administrator(office), wanted.id, date(2026, 11, 1), now=AT
            )
        for _ in range(2):
            with office.shared.write() as session:
                collecting.decide(session, office.approver, item.id, approve=True, note="", now=AT)
        with office.shared.read() as session:
            (ended,) = collecting.list_mandates(session, gvl)
            asked = collector_of(session, kind="dub", territory="DE", at=AT)
        assert ended.valid_until == date(2026, 11, 1)
        assert asked.book == world.operator.tenant_id
