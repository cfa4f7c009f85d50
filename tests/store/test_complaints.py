"""Disputed lines are frozen alone, ruled by two people, and move their money once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core import notices
from core.clock import utc_now
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.principal import Principal
from registry.models.people import Performer
from royalties.closing import month_of
from royalties.models_complaints import Complaint, Ground, Ruling
from royalties.models_runs import Outcome, Run, RunState
from royalties.runbegin import Wanted
from royalties.runcheck import RunProof
from royalties.runfile import check_file
from royalties.service import (
    complaints,
    complaintwords,
    periods,
    rulingpreviews,
    rulings,
    run_checking,
)
from royalties.service.accountstatements import account_statement
from royalties.service.complaints import NewComplaint
from royalties.service.usage import import_usage
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_accruals_shared import claim as claim_share
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


@pytest.fixture
def money(office: Office) -> Money:
    return Money(office)


def line_of(money: Money, performer: Performer) -> str:
    """The accrual of a performer that stands."""
    with money.office.shared.read() as session:
        booked = periods.transactions_of(session, money.office.book)
    gone = {one.reverses_id for one in booked}
    names = [
        one.id
        for one in booked
        if one.claim and one.pins.performer_id == performer.id and one.id not in gone
    ]
    (name,) = [one for one in names if not _is_reversal(booked, one)]
    return name


def _is_reversal(booked: object, name: str) -> bool:
    return any(one.id == name and one.reverses_id for one in booked)  # type: ignore[attr-defined]


def dispute(
    money: Money,
    who: Principal,
    *lines: str,
    ground: Ground = Ground.NOT_ME,
    claimant: str = "",
    late: bool = False,
    at: datetime | None = None,
) -> Complaint:
    said = NewComplaint(lines, ground, "See the contract.", claimant, late)
    with money.office.shared.write() as session:
        return complaints.open_complaint(session, who, said, now=at or utc_now())


def ruled(money: Money, item: Complaint, ruling: Ruling, part: str = "") -> Complaint:
    office = money.office
    with office.shared.write() as session:
        rulings.propose(session, office.clerk, item.id, ruling, part=part, now=utc_now())
    with office.shared.write() as session:
        return rulings.decide(
            session, office.approver, item.id, approve=True, note="", now=utc_now()
        )


def follow(money: Money, first: Run) -> Run:
    return money.run(Wanted(follows_id=first.id))


def proved(money: Money, *made: Run) -> None:
    for run in made:
        found: list[RunProof] = []
        with money.office.shared.read() as session:
            found.append(run_checking.verify(session, money.office.clerk, run.id))
            facts = list(run_checking.export(session, money.office.clerk, run.id))
        found.append(check_file(facts))
        assert [one.faults for one in found] == [(), ()]


def test_only_the_disputed_line_is_frozen_and_it_is_free_once_rejected(money: Money) -> None:
    mine, other = money.earn(10_000), money.earn(20_000)
    money.receive()
    anna, bert = money.people[mine], money.people[other]
    item = dispute(money, money.stage.agent(anna), line_of(money, anna))
    first = money.run()
    assert (money.balance(f"accrued:{anna.id}"), money.balance(f"accrued:{bert.id}")) == (
        -(10**8),
        0,
    )
    (frozen,) = [one for one in money.lines(first) if one.outcome is Outcome.FROZEN]
    assert (frozen.reason, frozen.stays_micro) == (f"disputed:{item.id}", 10**8)
    assert money.totals(first).frozen_micro == 10**8
    ruled(money, item, Ruling.REJECTED)
    second = follow(money, first)
    assert money.balance(f"payable:{anna.payee_id}") == -85_000_000
    proved(money, first, second)


def test_what_is_another_performers_moves_in_the_next_run(money: Money, tmp_path: Path) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, bert = money.people[cut_id], money.stage.performer()
    money.lives_in(bert.id, bert.tenant_id, "DE")
    first = money.run()
    item = dispute(
        money, money.office.clerk, line_of(money, anna), ground=Ground.MINE, claimant=bert.id
    )
    done = ruled(money, item, Ruling.SHARED, "2/5")
    assert money.balance(f"accrued:{bert.id}") == 0, "nothing moves before the run"
    second = follow(money, first)
    assert money.balance(f"payable:{anna.payee_id}") == -51_000_000
    assert money.balance(f"payable:{bert.payee_id}") == -34_000_000
    assert money.balance(f"reserve:{first.id}") == -5_000_000
    for account in (f"accrued:{anna.id}", f"accrued:{bert.id}", f"suspense:{cut_id}"):
        assert money.balance(account) == 0
    again = follow(money, first)
    assert again.lines == 0
    proved(money, first, second, again)
    assert (done.ruling, done.part.numerator, done.part.denominator) == (Ruling.SHARED, 2, 5)
    found, _ = replayed(tmp_path, exported(money.office))
    assert found.same


def test_each_side_reads_its_own_part_alone(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, bert = money.people[cut_id], money.stage.performer()
    item = dispute(
        money, money.office.clerk, line_of(money, anna), ground=Ground.MINE, claimant=bert.id
    )
    ruled(money, item, Ruling.SHARED, "1/4")
    run = money.run()
    with money.office.shared.read() as session:
        for person in (anna, bert):
            found = account_statement(
                session,
                money.stage.agent(person),
                performer_id=person.id,
                month=month_of(run.until),
                now=utc_now(),
            )
            accounts = {
                posting.account
                for movement in found.movements
                for posting in movement.transaction.postings
            }
            other = bert if person is anna else anna
            assert not any(other.id in one or other.payee_id in one for one in accounts)


def test_a_newer_ruling_and_a_new_figure_move_what_was_moved(money: Money, tmp_path: Path) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, bert, cleo = money.people[cut_id], money.stage.performer(), money.stage.performer()
    for one in (bert, cleo):
        money.lives_in(one.id, one.tenant_id, "DE")
    clerk, line = money.office.clerk, line_of(money, anna)
    ruled(money, dispute(money, clerk, line, ground=Ground.MINE, claimant=bert.id), Ruling.UPHELD)
    first = money.run()
    assert money.balance(f"payable:{bert.payee_id}") == -85_000_000
    ruled(
        money,
        dispute(money, clerk, line, ground=Ground.MINE, claimant=cleo.id),
        Ruling.SHARED,
        "1/2",
    )
    second = follow(money, first)
    parts = [money.balance(f"payable:{one.payee_id}") for one in (anna, bert, cleo)]
    assert parts == [-42_500_000, 0, -42_500_000]
    money.stage.clear(cut_id)
    money.stage.accrue()
    taken_back = [money.balance(f"accrued:{one.id}") for one in (anna, bert, cleo)]
    assert taken_back == [5 * 10**7, 0, 5 * 10**7], "each owes at once what each was paid"
    third = follow(money, first)
    for account in (f"payable:{anna.payee_id}", f"payable:{cleo.payee_id}", f"accrued:{anna.id}"):
        assert money.balance(account) == 0
    assert money.balance(f"accrued:{cleo.id}") == money.balance(f"suspense:{cut_id}") == 0
    proved(money, first, second, third)
    assert replayed(tmp_path, exported(money.office))[0].same


def test_a_run_moves_nothing_of_a_claim_that_was_taken_back_since_it_was_drafted(
    money: Money,
) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, bert = money.people[cut_id], money.stage.performer()
    money.lives_in(bert.id, bert.tenant_id, "DE")
    item = dispute(
        money, money.office.clerk, line_of(money, anna), ground=Ground.MINE, claimant=bert.id
    )
    ruled(money, item, Ruling.SHARED, "2/5")
    drafted = money.propose(money.draft())
    money.stage.clear(cut_id)
    money.stage.accrue()
    first = money.decide(drafted)
    accounts = [f"accrued:{anna.id}", f"accrued:{bert.id}", f"suspense:{cut_id}"]
    assert [money.balance(one) for one in accounts] == [6 * 10**7, 4 * 10**7, 0]
    second = follow(money, first)
    assert [money.balance(one) for one in accounts] == [0, 0, 0]
    proved(money, first, second)


def test_not_me_is_taken_back_and_never_booked_again(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna = money.people[cut_id]
    first = money.run()
    item = dispute(money, money.stage.agent(anna), line_of(money, anna))
    ruled(money, item, Ruling.UPHELD)
    assert money.balance(f"accrued:{anna.id}") == 10**8, "paid out of it, and nothing is owed"
    report = money.stage.accrue()
    assert (report.new, report.reversed) == (0, 0)
    assert [one.reason.code for one in report.skipped] == ["complaint-upheld"]
    follow(money, first)
    for account in (f"payable:{anna.payee_id}", f"reserve:{first.id}", f"accrued:{anna.id}"):
        assert money.balance(account) == 0


def test_an_over_claim_that_is_ruled_out_is_paid(money: Money) -> None:
    cut_id = money.earn(10_000)
    anna = money.people[cut_id]
    for share in ("7/10", "1/2"):
        claim_share(money.stage, money.stage.world.principal("society"), anna, share)
    money.stage.accrue()
    money.receive()
    with pytest.raises(BadInput, match="more than the whole"):
        other = money.earn(10)
        line = line_of(money, money.people[other])
        dispute(money, money.office.clerk, line, ground=Ground.OVER_CLAIM)
    item = dispute(money, money.stage.agent(anna), line_of(money, anna), ground=Ground.OVER_CLAIM)
    first = money.run()
    assert money.balance(f"suspense:{cut_id}") == -(10**8)
    ruled(money, item, Ruling.UPHELD)
    second = follow(money, first)
    assert money.balance(f"suspense:{cut_id}") == 0
    assert money.balance(f"payable:{anna.payee_id}") == -85_000_000
    proved(money, first, second)


def test_a_complaint_after_the_draft_drops_the_run(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna = money.people[cut_id]
    run = money.draft()
    money.propose(run)
    dispute(money, money.stage.agent(anna), line_of(money, anna))
    assert money.decide(run).state is RunState.DROPPED
    assert money.balance(f"accrued:{anna.id}") == -(10**8)


def test_the_window_ends_six_weeks_after_the_first_run(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna = money.people[cut_id]
    side, line = money.stage.agent(anna), line_of(money, anna)
    closed = money.run().closed_at
    assert closed is not None
    late = closed + timedelta(days=42, seconds=1)
    with pytest.raises(Conflict, match="ended on") as told:
        dispute(money, side, line, at=late)
    assert told.value.code == "complaint-too-late"
    with pytest.raises(Conflict, match="ended on"):
        dispute(money, side, line, late=True, at=late)
    assert dispute(money, money.office.clerk, line, late=True, at=late).late
    other = money.earn(20_000)
    bert = money.people[other]
    assert not dispute(money, money.stage.agent(bert), line_of(money, bert), at=late).late


def test_who_may_dispute_what(money: Money) -> None:
    cut_id = money.earn(10_000)
    anna, bert = money.people[cut_id], money.stage.performer()
    side, line = money.stage.agent(anna), line_of(money, anna)
    with pytest.raises(NotFound):
        dispute(money, money.stage.agent(bert), line)
    with pytest.raises(NotFound):
        dispute(money, side, "txn_none")
    with pytest.raises(NotAllowed):
        dispute(money, money.stage.studio, line, ground=Ground.NOT_ME)
    with pytest.raises(NotAllowed):
        dispute(money, side, line, ground=Ground.NOT_USED)
    with pytest.raises(BadInput, match="this performer's already"):
        dispute(money, money.office.clerk, line, ground=Ground.MINE, claimant=anna.id)
    item = dispute(money, money.stage.studio, line, ground=Ground.NOT_USED)
    with pytest.raises(Conflict, match="disputed already"):
        dispute(money, side, line)
    with money.office.shared.read() as session:
        assert complaints.get_complaint(session, money.stage.studio, item.id)[1]
        assert complaints.get_complaint(session, money.office.clerk, item.id)[1]
        assert complaints.get_complaint(session, side, item.id)[1] is None
        with pytest.raises(NotFound):
            complaints.get_complaint(session, money.stage.agent(bert), item.id)
        for who in (side, money.stage.studio, money.office.clerk):
            kinds = [one.kind for one in notices.inbox(session, who)]
            assert "money.complaint_opened" in kinds


def test_two_people_rule_and_who_complained_may_take_it_back(money: Money) -> None:
    cut_id = money.earn(10_000)
    anna, office = money.people[cut_id], money.office
    side, now = money.stage.agent(anna), utc_now()
    item = dispute(money, side, line_of(money, anna))
    deciding = replace(office.clerk, roles=office.approver.roles)
    with office.shared.write() as session:
        with pytest.raises(Conflict, match="Nobody has proposed"):
            rulings.decide(session, office.approver, item.id, approve=True, note="", now=now)
        with pytest.raises(BadInput, match="Only money that another"):
            rulings.propose(session, office.clerk, item.id, Ruling.SHARED, part="1/2", now=now)
        rulings.propose(session, office.clerk, item.id, Ruling.UPHELD, now=now)
        with pytest.raises(Conflict, match="whoever proposes"):
            rulings.decide(session, deciding, item.id, approve=True, note="", now=now)
        with pytest.raises(Conflict, match="waits"):
            rulings.withdraw(session, side, item.id, now=now)
        left = rulings.decide(session, office.approver, item.id, approve=False, note="", now=now)
        assert left.is_open and left.ruling is None
        with pytest.raises(NotAllowed):
            rulings.withdraw(session, money.stage.studio, item.id, now=now)
        done = rulings.withdraw(session, side, item.id, now=now)
        assert done.ruling is Ruling.WITHDRAWN
        with pytest.raises(Conflict, match="has ended"):
            rulings.propose(session, office.clerk, item.id, Ruling.UPHELD, now=now)
    assert dispute(money, side, line_of(money, anna)).is_open


def corrected(money: Money, cut_id: str, line: str, views: int) -> None:
    """The licensee reports the line of an accrual anew, and the books follow."""
    with money.office.shared.read() as session:
        booked = {one.id: one for one in periods.transactions_of(session, money.office.book)}
    head = "cut_id,territory,period,views,supersedes"
    row = f"{cut_id},DE,2026-11,{views},{booked[line].pins.usage_line_id}"
    with money.office.shared.write() as session:
        import_usage(session, money.stage.studio, f"{head}\n{row}".encode(), now=utc_now())
    money.stage.accrue()


def test_a_wrong_figure_is_upheld_once_the_report_was_corrected(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, office = money.people[cut_id], money.office
    side, line = money.stage.agent(anna), line_of(money, anna)
    item = dispute(money, side, line, ground=Ground.WRONG_FIGURE)
    first = money.run()
    assert money.totals(first).frozen_micro == 10**8
    with pytest.raises(Conflict) as told:
        ruled(money, item, Ruling.UPHELD)
    assert told.value.code == "figure-not-corrected"
    corrected(money, cut_id, line, 20_000)
    with office.shared.read() as session:
        seen = rulingpreviews.preview(
            session, office.approver, item.id, Ruling.UPHELD, now=utc_now()
        )
    assert seen.changes == ()
    assert ruled(money, item, Ruling.UPHELD).ruling is Ruling.UPHELD
    assert money.balance(f"accrued:{anna.id}") == -2 * 10**8
    proved(money, first)


def test_what_a_ruling_moves_is_told_before_and_is_what_happens(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    anna, office = money.people[cut_id], money.office
    money.run()
    item = dispute(money, money.stage.agent(anna), line_of(money, anna))
    with office.shared.read() as session:
        seen = rulingpreviews.preview(
            session, office.approver, item.id, Ruling.UPHELD, now=utc_now()
        )
        kept = rulingpreviews.preview(
            session, office.approver, item.id, Ruling.REJECTED, now=utc_now()
        )
        with pytest.raises(NotAllowed):
            side = money.stage.agent(anna)
            rulingpreviews.preview(session, side, item.id, Ruling.UPHELD, now=utc_now())
    assert (kept.changes, seen.handed_on) == ((), {"EUR": 10**8})
    names = [str(one.account) for one in seen.changes]
    before = {name: money.balance(name) for name in names}
    ruled(money, item, Ruling.UPHELD)
    for one in seen.changes:
        moved = before[str(one.account)] - money.balance(str(one.account))
        assert moved == one.amount_micro, "liabilities are below zero, and a claim falls"
    assert {one.amount_micro for one in seen.changes} == {-(10**8), 10**8}


def test_both_sides_are_heard_and_neither_overhears(money: Money) -> None:
    cut_id = money.earn(10_000)
    anna, office = money.people[cut_id], money.office
    side, studio = money.stage.agent(anna), money.stage.studio
    item = dispute(money, side, line_of(money, anna))
    stranger = money.stage.agent(money.stage.performer())
    with office.shared.write() as session:
        for who, text in ((side, "I was in Rome."), (studio, "She was not."), (office.clerk, "?")):
            complaintwords.say(session, who, item.id, text, now=utc_now())
        with pytest.raises(NotAllowed):
            complaintwords.say(session, office.approver, item.id, "x", now=utc_now())
        with pytest.raises(NotFound):
            complaintwords.say(session, stranger, item.id, "x", now=utc_now())
        with pytest.raises(BadInput):
            complaintwords.say(session, side, item.id, " ", now=utc_now())
        read = {
            name: [one.text for one in complaintwords.heard(session, who, item)]
            for name, who in (("rules", office.approver), ("anna", side), ("studio", studio))
        }
    assert read == {
        "rules": ["I was in Rome.", "She was not.", "?"],
        "anna": ["I was in Rome.", "?"],
        "studio": ["She was not.", "?"],
    }
    with office.shared.read() as session:
        for who in (side, studio, office.clerk):
            assert "money.complaint_heard" in [one.kind for one in notices.inbox(session, who)]
    ruled(money, item, Ruling.REJECTED)
    with pytest.raises(Conflict, match="Nothing more"), office.shared.write() as session:
        complaintwords.say(session, side, item.id, "x", now=utc_now())
