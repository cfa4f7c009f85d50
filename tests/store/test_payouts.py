"""Paying out: two people, the same bytes once, money that comes back, and nothing sent twice."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from core import log, notices
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from registry.models.guardianship import Minority
from registry.service.forgetting import erase_performer
from registry.store import people
from royalties import ledger
from royalties.accounts import payable
from royalties.models_books import Posting, TransactionKind
from royalties.models_payouts import (
    Batch,
    BatchKind,
    BatchState,
    CameBack,
    Payout,
    PayoutState,
    Way,
)
from royalties.service import payouts, payoutviews
from royalties.service.bookfacts import facts_of
from royalties.service.books import Clerk
from royalties.service.holds import holds_of
from royalties.service.payouts import SENT
from royalties.store.ledger import add_transactions
from tests.fixtures import TestWorld
from tests.store.payouts_stage import DAY, EUROS, IBANS, Till, table
from tests.store.royalties_books import office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import replayed
from tests.store.today import NOW


@pytest.fixture
def till(world: TestWorld) -> Iterator[Till]:
    with office_of(Stage(world)) as office:
        made = Till(office, office.shared)
        made.open_account()
        yield made


def sent(till: Till) -> tuple[Batch, Payout, Payout]:
    """Two payments under way."""
    till.payee(25 * EUROS + 3_456)
    till.payee(40 * EUROS, IBANS[1])
    batch = till.send(till.propose())
    first, second = sorted(till.found(PayoutState.SENT), key=lambda one: one.amount_micro)
    return batch, first, second


def test_a_batch_pays_whole_cents_and_what_it_pays_is_what_runs_brought(till: Till) -> None:
    anna = till.payee(25 * EUROS + 3_456)
    till.owe(anna, 5 * EUROS, run_id="run_b")
    till.payee(40 * EUROS, IBANS[1])
    till.payee(9 * EUROS)
    batch = till.propose()
    assert (batch.count, batch.total_micro) == (2, 70 * EUROS)
    assert batch.left_micro == 9 * EUROS + 3_456
    assert batch.sources == {"run_a": 74 * EUROS + 3_456, "run_b": 5 * EUROS}
    assert till.propose() == batch
    done = till.send(batch)
    assert done.state is BatchState.SENT
    balances = till.balances()
    assert balances[payable(anna.payee_id)] == -3_456
    transit = [micro for name, micro in balances.items() if name.startswith("in_transit:")]
    assert sorted(transit) == [-40 * EUROS, -30 * EUROS]


def test_the_file_is_made_once_and_the_log_knows_it(till: Till) -> None:
    batch, first, second = sent(till)
    data = till.paper(batch)
    assert data == till.paper(batch)
    assert hashlib.sha256(data).hexdigest() == batch.sha256
    for part in (first.end_to_end_id, second.end_to_end_id, "25.00", "40.00", "65.00"):
        assert part.encode() in data
    assert b"Juergen Weiss" in data
    with till.database.read() as session:
        assert len(log.leaves_of(session, SENT)) == 1
    till.office.stage.world.db.checkpoint()
    assert IBANS[1].encode() not in till.database.path.read_bytes()


def test_whoever_proposes_does_not_send_and_who_only_reads_gets_no_accounts(till: Till) -> None:
    till.payee(25 * EUROS)
    batch = till.propose()
    vault, clerk = till.office.stage.world.vault, till.office.clerk
    with pytest.raises(NotAllowed), till.database.write() as session:
        payouts.decide(session, vault, clerk, batch.id, approve=True, now=NOW)
    with pytest.raises(NotFound):
        till.paper(batch)
    till.send(batch)
    with pytest.raises(NotAllowed), till.database.read() as session:
        payoutviews.paper(session, vault, till.office.approver, batch.id, by_hand=False)
    with pytest.raises(Conflict):
        till.send(batch)
    with pytest.raises(NotFound), till.database.read() as session:
        payoutviews.get_batch(session, till.office.stage.studio, batch.id)


def test_what_is_rejected_stays_owed_and_can_be_proposed_anew(till: Till) -> None:
    till.payee(25 * EUROS)
    batch = till.propose()
    assert till.send(batch, approve=False).state is BatchState.REJECTED
    again = till.propose()
    assert again.id != batch.id
    assert till.send(again).total_micro == 25 * EUROS


def test_where_nothing_is_owed_it_is_said_where_to_look(till: Till) -> None:
    with pytest.raises(Conflict, match="nothing is owed") as told:
        till.propose(currency="GBP")
    assert told.value.next_step.endswith("ebenbild run preview RUN")


def test_nothing_is_sent_against_which_something_speaks_by_now(till: Till) -> None:
    anna = till.payee(25 * EUROS)
    batch = till.propose()
    till.details(anna, iban=IBANS[2])
    with pytest.raises(Conflict) as refused:
        till.send(batch)
    assert refused.value.code == "payout-changed"
    till.send(batch, approve=False)
    with pytest.raises(Conflict) as nothing:
        till.propose()
    assert "payout-cooling" in nothing.value.message
    week = NOW + timedelta(days=7)
    later = till.send(till.propose(at=week), at=week)
    assert IBANS[2].encode() in till.paper(later)


def test_the_payees_side_sees_its_own_payments_and_what_is_missing(till: Till) -> None:
    anna, bea = till.payee(25 * EUROS), till.payee(30 * EUROS, "")
    till.send(till.propose())
    seen = {}
    for who in (anna, bea):
        with till.database.read() as session:
            agent = till.office.stage.agent(who)
            (seen[who.id],) = payoutviews.list_payouts(session, agent, states=tuple(PayoutState))
    assert seen[anna.id].state is PayoutState.SENT
    assert [why.code for why in seen[bea.id].reasons] == ["payout-no-details"]


def test_of_the_erased_nobody_is_sent_to_name_an_account(till: Till) -> None:
    till.payee(25 * EUROS)
    gone = till.payee(30 * EUROS, "")
    with till.database.write() as session:
        erase_performer(session, till.office.stage.agent(gone), gone.id, now=NOW)
    till.send(till.propose())
    (left,) = [one for one in till.found() if one.state is PayoutState.BLOCKED]
    assert [why.code for why in left.reasons] == ["payout-erased"]


def test_what_sepa_does_not_reach_is_listed_by_hand(till: Till) -> None:
    till.payee(25 * EUROS, "SA0380000000608010167519", name="=cmd()")
    batch = till.send(till.propose())
    assert batch.sha256 == ""
    listed = till.paper(batch, by_hand=True).decode()
    assert "manual-outside-sepa" in listed
    assert ",'=cmd()," in listed
    with pytest.raises(NotFound):
        till.paper(batch)
    (one,) = till.found()
    assert one.way is Way.MANUAL
    assert till.answer(table((one.end_to_end_id, "settled", "", "25.00"))).settled == 1


def test_settled_money_has_left_the_bank(till: Till) -> None:
    _, first, second = sent(till)
    before = till.balances()["bank"]
    taken = till.answer(table(*((one.end_to_end_id, "settled", "", "") for one in (first, second))))
    assert (taken.settled, taken.known) == (2, 0)
    assert till.balances()["bank"] == before - 65 * EUROS
    assert not any(name.startswith("in_transit:") for name in till.balances())


@pytest.mark.parametrize("settled_before", [False, True])
def test_what_comes_back_is_owed_again_and_blocked_until_details_change(
    till: Till, settled_before: bool
) -> None:
    anna = till.payee(25 * EUROS)
    batch = till.send(till.propose())
    (one,) = till.found(PayoutState.SENT)
    start = till.balances()["bank"]
    if settled_before:
        till.answer(table((one.end_to_end_id, "settled", "", "25")))
    till.answer(table((one.end_to_end_id, "returned", "AC04", "25")))
    assert till.balances()[payable(anna.payee_id)] == -25 * EUROS
    assert till.balances()["bank"] == start
    with till.database.read() as session:
        back = payoutviews.came_back(session, till.office.clerk, [batch.id])
    assert back == {batch.id: CameBack(1, 25 * EUROS)}
    with pytest.raises(Conflict) as nothing:
        till.propose()
    assert "payout-returned" in nothing.value.message
    with till.database.read() as session:
        agent = till.office.stage.agent(anna)
        told = {told.kind: told for told in notices.inbox(session, agent)}["payout.returned"]
    sent_on = {"sent": NOW.date().isoformat(), "performer": anna.id}
    amount = {"amount_micro": str(25 * EUROS), "currency": "EUR"}
    assert told.facts == {"code": "AC04", **amount, **sent_on}
    till.details(anna, iban=IBANS[2])
    week = NOW + timedelta(days=7)
    again = till.send(till.propose(at=week), at=week)
    assert again.total_micro == 25 * EUROS
    assert len({found.end_to_end_id for found in till.found()} - {one.end_to_end_id}) == 1


def test_the_same_answer_twice_and_an_older_one_change_nothing(till: Till) -> None:
    _, first, _ = sent(till)
    settled = table((first.end_to_end_id, "settled", "", ""))
    till.answer(settled)
    returned = table((first.end_to_end_id, "returned", "AC01", ""))
    till.answer(returned)
    before = till.balances()
    again = till.answer(settled)
    assert (again.again, again.settled) == (True, 1)
    late = till.answer(settled + b"\n")
    assert (late.again, late.settled, late.known) == (False, 0, 1)
    assert till.answer(table((first.end_to_end_id, "open", "", ""))).still_open == 1
    assert till.balances() == before


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (("POT" + "A" * 26, "settled", "", ""), "never-sent"),
        (("", "settled", "", ""), "never-sent"),
        (("{first}", "settled", "", "25.01"), "other-amount"),
    ],
)
def test_answers_about_what_was_never_sent_are_refused_whole(
    till: Till, line: tuple[str, str, str, str], code: str
) -> None:
    _, first, second = sent(till)
    wrong = (line[0].format(first=first.end_to_end_id), *line[1:])
    with pytest.raises(BadInput) as refused:
        till.answer(table((second.end_to_end_id, "settled", "", ""), wrong))
    assert refused.value.code == code
    assert len(till.found(PayoutState.SENT)) == 2


def test_a_blocked_or_waiting_payment_was_never_sent(till: Till) -> None:
    till.payee(25 * EUROS)
    till.propose()
    (one,) = till.found(PayoutState.PENDING)
    with pytest.raises(BadInput):
        till.answer(table((one.end_to_end_id, "settled", "", "")))


def test_the_database_takes_nothing_back_that_was_sent(till: Till) -> None:
    sent(till)
    for change in (
        "UPDATE payout SET state = 'pending'",
        "UPDATE payout SET state = 'dropped'",
        "UPDATE payout SET amount_micro = 1",
        "UPDATE payout_batch SET state = 'PROPOSED'",
        "DELETE FROM payout",
    ):
        with pytest.raises((IntegrityError, EbenbildError)), till.database.write() as session:
            session.connection().exec_driver_sql(change)


def test_the_dead_are_not_paid(till: Till) -> None:
    anna = till.payee(25 * EUROS)
    with till.database.write() as session:
        people.save_death(session, till.office.stage.agent(anna), anna.id, DAY)
    with pytest.raises(Conflict) as nothing:
        till.propose()
    assert "payout-estate" in nothing.value.message


def test_an_account_that_guardians_set_is_not_paid_once_the_child_is_of_age(till: Till) -> None:
    kim = till.payee(25 * EUROS)
    of_age = (NOW + timedelta(days=1)).date()
    born = Minority(of_age.replace(year=of_age.year - 18), of_age.replace(year=of_age.year - 4))
    with till.database.write() as session:
        people.save_minority(session, till.office.stage.agent(kim), kim.id, born)
    later = NOW + timedelta(days=2)
    with pytest.raises(Conflict) as nothing:
        till.propose(at=later)
    assert "held-guardians-account" in nothing.value.message
    with till.database.read() as session:
        agent = till.office.stage.agent(kim)
        (told,) = holds_of(session, agent, kim.id, at=later)
    assert told.code == "held-guardians-account"
    till.details(kim, later, iban=IBANS[0])
    assert till.propose(at=later).state is BatchState.PROPOSED


def test_without_an_account_or_on_a_past_day_nothing_is_proposed(world: TestWorld) -> None:
    with office_of(Stage(world)) as office:
        bare = Till(office, office.shared)
        bare.payee(25 * EUROS)
        with pytest.raises(Conflict) as refused:
            bare.propose()
        assert refused.value.code == "no-book-account"


def test_payments_are_booked_again_from_facts(till: Till, tmp_path: Path) -> None:
    _, first, second = sent(till)
    till.answer(
        table(
            (first.end_to_end_id, "settled", "", ""),
            (first.end_to_end_id, "returned", "AC04", ""),
            (second.end_to_end_id, "settled", "", ""),
        )
    )
    with till.database.read() as session:
        lines = list(facts_of(session, till.office.book))
    done, database = replayed(tmp_path, lines)
    database.close()
    assert done.same
    assert not any("Weiß" in line or IBANS[0] in line for line in lines)


def test_tax_is_paid_over_to_its_authority(till: Till) -> None:
    with till.database.write() as session:
        stamp = Clerk(session, till.office.book, NOW).stamp()
        withheld = ledger.book(
            TransactionKind.DISTRIBUTION,
            (Posting("bank", 158_254_999, "EUR"), Posting("tax:bzst", -158_254_999, "EUR")),
            stamp,
            facts_key="tax",
            reason="distribution",
            earned_period="2026-10",
        )
        add_transactions(session, [withheld])
    with pytest.raises(Conflict):
        till.propose(BatchKind.TAX)
    till.open_account("bzst")
    batch = till.send(till.propose(BatchKind.TAX))
    assert (batch.total_micro, batch.left_micro) == (158_250_000, 4_999)
    assert till.balances()["tax:bzst"] == -4_999
