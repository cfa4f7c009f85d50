"""Closing a month: two people, one root, the public log; and what comes late goes elsewhere."""

from collections.abc import Iterator

import pytest

from core import approvals, audit, log
from core.errors import BadInput, Broken, Conflict, NotAllowed, NotFound
from core.principal import Principal
from royalties import closing
from royalties.closing import month_after, month_of
from royalties.models_books import PeriodState
from royalties.service import periods
from royalties.service.statements import book_balance
from royalties.store.journal import journal
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, months, office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.today import NOW

MONTH = month_of(NOW)
NEXT = month_after(MONTH)


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    stage = Stage(world)
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10", f"{cut_id},AT,2026-11,10")
    stage.accrue()
    with office_of(stage) as opened:
        yield opened


def propose(office: Office, who: Principal | None = None, month: str = MONTH) -> None:
    with office.shared.write() as session:
        periods.propose(session, who or office.clerk, month, now=NOW)


def decide(office: Office, who: Principal, approve: bool = True, month: str = MONTH) -> None:
    with office.shared.write() as session:
        periods.decide(session, who, month, approve=approve, note="", now=NOW)


def test_two_people_close_a_month_and_the_log_commits_to_it(office: Office) -> None:
    assert months(office) == {MONTH: "OPEN"}
    done = office.close(MONTH, at=NOW)
    assert (done.state, done.transactions, done.single_operator) == (PeriodState.CLOSED, 2, False)
    with office.shared.read() as session:
        found = journal(session, office.clerk)
        assert done.root == closing.root(found) == closing.root(reversed(found))
        assert done.log_index is not None
        leaf = log.leaf(session, done.log_index)
        assert (leaf.kind, leaf.subject_id) == ("ledger.period-closed", done.id)
        assert periods.verify(session, office.approver, MONTH).ok
        actions = [one.action for one in audit.entries(session, office.clerk)]
    assert actions[0] == "ledger.period-closed"


def test_the_leaf_commits_to_the_trial_balance(office: Office) -> None:
    done = office.close(MONTH, at=NOW)
    with office.shared.read() as session:
        payload = {
            "book": office.book,
            "month": MONTH,
            "transactions": 2,
            "root": done.root,
            "balance": [
                {
                    "kind": kind,
                    "currency": "EUR",
                    "debits_micro": debits,
                    "credits_micro": credited,
                }
                for kind, debits, credited in (
                    ("accrued", "0", "25000"),
                    ("receivable", "25000", "0"),
                )
            ],
        }
        assert log.opens(session, done.log_index or 0, payload)
        other = {**payload, "transactions": 3}
        assert not log.opens(session, done.log_index or 0, other)


def test_late_facts_go_into_the_next_month_with_the_month_they_were_earned_in(
    office: Office,
) -> None:
    propose(office)
    stage = office.stage
    cut_id, performer = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-09,10")
    stage.accrue()
    decide(office, office.approver)
    stage.clear(cut_id, found(cut_id, performer, (40, 90_040)))
    stage.accrue()
    assert months(office) == {MONTH: "CLOSED", NEXT: "OPEN"}
    with office.shared.read() as session:
        late = periods.transactions_of(session, office.book, NEXT)
        assert [(one.earned_period, one.posted_period) for one in late] == [("2026-09", NEXT)] * 3
        assert len(periods.transactions_of(session, office.book, MONTH)) == 2
        assert periods.verify(session, office.clerk, MONTH).ok


def test_whoever_proposes_does_not_close(office: Office) -> None:
    both = office.approver.scopes | office.clerk.scopes
    alone = Principal(
        office.book,
        "one",
        both,
        "operator",
        person="per_one",
        roles=frozenset({"society_clerk", "society_approver"}),
    )
    propose(office, alone)
    with pytest.raises(Conflict, match="does not decide"):
        decide(office, alone)
    with pytest.raises(NotAllowed):
        decide(office, office.clerk)
    assert months(office) == {MONTH: "CLOSING"}


def test_one_person_who_runs_the_registry_alone_is_stamped(world: TestWorld) -> None:
    stage = Stage(world)
    cut_id, _ = cleared(stage)
    stage.import_lines(f"{cut_id},DE,2026-11,10")
    stage.accrue()
    world.db.single_operator = True
    with world.db.write() as session:
        periods.propose(session, world.operator, MONTH, now=NOW)
    with world.db.write() as session:
        done = periods.decide(session, world.operator, MONTH, approve=True, note="", now=NOW)
    assert done.single_operator
    with world.db.read() as session:
        assert log.leaf(session, done.log_index or 0).single_operator


def test_a_refused_month_is_open_again_and_closes_with_what_came_since(office: Office) -> None:
    propose(office)
    decide(office, office.approver, approve=False)
    assert months(office) == {MONTH: "OPEN"}
    cut_id, _ = cleared(office.stage)
    office.stage.import_lines(f"{cut_id},DE,2026-11,10")
    office.stage.accrue()
    assert office.close(MONTH, at=NOW).transactions == 3


def test_a_decision_on_the_approval_itself_is_carried_out(office: Office) -> None:
    propose(office)
    with office.shared.write() as session:
        (item,) = approvals.open_approvals(session, office.approver)
        approvals.decide(session, office.approver, item.id, approve=True, note="", now=NOW)
    with pytest.raises(Conflict, match="otherwise"):
        decide(office, office.approver, approve=False)
    decide(office, office.approver)
    assert months(office) == {MONTH: "CLOSED"}


def test_proposing_again_is_the_same_proposal(office: Office) -> None:
    propose(office)
    propose(office)
    with office.shared.read() as session:
        assert len(approvals.open_approvals(session, office.approver)) == 1


def test_a_closed_month_is_closed_once(office: Office) -> None:
    office.close(MONTH, at=NOW)
    with pytest.raises(Conflict):
        propose(office)
    with pytest.raises(Conflict):
        decide(office, office.approver)


def test_months_close_in_their_order(office: Office) -> None:
    propose(office)
    cut_id, _ = cleared(office.stage)
    office.stage.import_lines(f"{cut_id},DE,2026-11,10")
    office.stage.accrue()
    with pytest.raises(Conflict, match=MONTH):
        propose(office, month=NEXT)
    decide(office, office.approver)
    assert office.close(NEXT, at=NOW).transactions == 1


def test_nobody_else_reaches_a_book(office: Office) -> None:
    studio, stranger = office.stage.studio, office.stage.world.second
    for who in (studio, stranger):
        for act in (periods.propose, periods.verify):
            with pytest.raises(NotFound), office.shared.write() as session:
                act(session, who, MONTH, **({"now": NOW} if act is periods.propose else {}))
        with office.shared.read() as session, pytest.raises(NotFound):
            periods.list_periods(session, who, office.book)
        with office.shared.read() as session, pytest.raises(NotFound):
            book_balance(session, who, office.book)


def test_a_month_that_never_began_or_is_none_is_refused(office: Office) -> None:
    with pytest.raises(NotFound):
        propose(office, month="2020-01")
    for month in ("2026-13", "2026", ""):
        with pytest.raises(BadInput):
            propose(office, month=month)
    with pytest.raises(Conflict):
        decide(office, office.approver)
    with office.shared.read() as session, pytest.raises(Conflict):
        periods.verify(session, office.clerk, MONTH)


def test_scopes_are_asked_for_of_each_act(office: Office) -> None:
    with pytest.raises(NotAllowed):
        propose(office, office.approver)
    nobody = Principal(office.book, "x", frozenset({"licences"}), "operator")
    with pytest.raises(NotAllowed):
        decide(office, nobody)
    with office.shared.read() as session, pytest.raises(NotAllowed):
        periods.list_periods(session, nobody)


def test_what_sql_takes_out_of_a_closed_month_is_found(office: Office) -> None:
    office.close(MONTH, at=NOW)
    with office.shared.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER book_entry_no_update")
        connection.exec_driver_sql("UPDATE book_entry SET amount_micro = amount_micro * 2")
    with office.shared.read() as session:
        found = periods.verify(session, office.clerk, MONTH)
    assert (found.ok, found.stated == found.recomputed) == (False, False)


def test_what_sql_changes_between_proposal_and_approval_is_not_closed(office: Office) -> None:
    propose(office)
    with office.shared.write() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER book_entry_no_update")
        connection.exec_driver_sql("UPDATE book_entry SET amount_micro = amount_micro * 2")
    with pytest.raises(Broken, match="not what was proposed"):
        decide(office, office.approver)
    assert months(office) == {MONTH: "CLOSING"}
