"""What a society paid to a sister is in her book: once, for whom and what, and out again."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core import notices
from core.clock import utc_now
from core.errors import Conflict, NotFound
from core.principal import SearchCapability
from registry.models.people import Performer
from registry.store import people
from royalties.accountfigures import sources
from royalties.accountstatement import owed_micro
from royalties.collecting import payee_of
from royalties.models import Origin
from royalties.models_income import HeldCause, Payment
from royalties.models_payouts import Payout, PayoutState
from royalties.runbegin import Wanted
from royalties.service import (
    accountstatements,
    bankstatements,
    entering,
    invoices,
    remittanceviews,
    run_checking,
    runs,
    statements,
    toldpayments,
)
from royalties.store import journal
from tests.fixtures import TestWorld
from tests.store.payouts_stage import Till, table
from tests.store.royalties_books import Office, named
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money
from tests.store.test_sister_societies import SISTER, Sisters, sisters  # noqa: F401

EUROS = 1_000_000


@dataclass
class Two:
    """A society that collects and pays, and the sister whose member it collected for."""

    payer: Money
    till: Till
    sister: Money
    member: str
    cut_id: str

    @classmethod
    def of(cls, made: Sisters, world: TestWorld) -> "Two":
        office = made.money.office
        named(office, made.sister.tenant_id, SISTER)
        other = Office(Stage(replace(world, operator=made.sister)), office.shared)
        till = Till(office, office.shared)
        till.open_account()
        with office.shared.read() as session:
            (claim,) = journal.of_performer(
                session, office.clerk, performer_id=made.member, earned_period="2026-11"
            )
        money = Money(other)
        money.lives_in(made.member, claim.audience.removeprefix("tenant:"), "DE")
        return cls(made.money, till, money, made.member, claim.pins.cut_id)

    def pays(self) -> Payout:
        """Everything owed is sent now; returns the payment to the sister."""
        vault_now = utc_now()
        self.till.send(self.till.propose(at=vault_now), at=vault_now)
        payee = payee_of(self.sister.office.book)
        return next(one for one in self.till.found(PayoutState.SENT) if one.payee_id == payee)

    def answers(self, one: Payout, status: str, code: str = "") -> None:
        self.till.answer(table((one.end_to_end_id, status, code, "")), at=utc_now())

    def hers(self) -> dict[str, int]:
        """What stands in the sister's book, by kind of account."""
        with self.till.database.read() as session:
            found = statements.book_balance(session, self.sister.office.clerk)
        return {one.account.partition(":")[0]: one.net_micro for one in found if one.net_micro}


@pytest.fixture
def two(sisters: Sisters, world: TestWorld) -> Two:  # noqa: F811
    return Two.of(sisters, world)


def test_what_was_paid_to_a_sister_is_handed_on_by_her_next_run(two: Two, tmp_path: Path) -> None:
    two.payer.run()
    paid = two.pays()
    assert two.hers() == {}
    two.answers(paid, "settled")
    assert two.hers() == {"bank": 85 * EUROS, "accrued": -85 * EUROS}
    run = two.sister.run()
    (line,) = two.sister.lines(run)
    # What a sister collected has borne her costs: 5 % of it and no more, and 5 % are kept.
    assert (line.performer_id, line.category, line.received_micro) == (
        two.member,
        "abroad",
        85 * EUROS,
    )
    assert (line.parts.cost_micro, line.parts.reserve_micro) == (4_250_000, 4_250_000)
    with two.till.database.read() as session:
        clerk = two.sister.office.clerk
        assert run_checking.verify(session, clerk, run.id).ok
        (claim,) = journal.by_ids(session, clerk, [line.transaction_id]).values()
    assert (claim.pins.cut_id, claim.pins.origin) == (two.cut_id, Origin.SISTER)
    assert claim.pins.spans
    assert claim.basis.licensee_id == two.payer.office.book
    told = {name: claim.basis.working[name] for name in ("gross_micro", "cost_micro")}
    assert told == {"gross_micro": 100 * EUROS, "cost_micro": 9 * EUROS}
    for number, office in enumerate((two.payer.office, two.sister.office)):
        (tmp_path / str(number)).mkdir()
        done, database = replayed(tmp_path / str(number), exported(office))
        database.close()
        assert done.same, done.differences


def test_a_payment_is_taken_in_once_whoever_says_first_that_it_came(
    two: Two, world: TestWorld
) -> None:
    two.payer.run()
    paid = two.pays()
    day = f"{utc_now():%Y-%m-%d}"
    rows = f"s1,{day},85.00,EUR,{paid.end_to_end_id}\ns2,{day},84.00,EUR,{paid.end_to_end_id}\n"
    file = f"reference,booked_on,amount,currency,text\n{rows}".encode()
    vault, clerk = world.vault, two.sister.office.clerk
    with two.till.database.write() as session:
        taken = bankstatements.import_statement(session, vault, clerk, file, now=utc_now())
    # Of another amount it is no payment of the payer's: a person has to look.
    assert (taken.entered, taken.matched, taken.held) == (1, 1, 1)
    once = {"bank": 85 * EUROS, "accrued": -85 * EUROS}
    assert two.hers() == once
    two.answers(paid, "settled")
    two.answers(paid, "settled")
    with two.till.database.write() as session:
        again = bankstatements.import_statement(session, vault, clerk, file, now=utc_now())
    assert (again.entered, again.known) == (0, 2)
    assert two.hers() == once
    with two.till.database.read() as session:
        told = [one for one in notices.inbox(session, clerk) if one.kind == "remittance.entered"]
        (held,) = toldpayments.list_held(session, vault, clerk)
    assert [one.facts["reference"] for one in told] == [paid.end_to_end_id]
    assert (held.cause, held.like) == (HeldCause.SISTERS, paid.end_to_end_id)
    with two.till.database.write() as session:
        bankstatements.decide_held(session, vault, clerk, held.id, enter=True, now=utc_now())
    entered = {"bank": 169 * EUROS, "accrued": -85 * EUROS, "unmatched": -84 * EUROS}
    assert two.hers() == entered
    # A table that cuts the text off tells the first of them all the same: nothing to enter.
    bare = f"reference,booked_on,amount,currency\nsha256:{'0' * 64}:1,{day},85.00,EUR\n".encode()
    with two.till.database.write() as session:
        held = bankstatements.import_statement(session, vault, clerk, bare, now=utc_now())
    assert (held.entered, held.held, two.hers()) == (0, 1, entered)


@pytest.mark.parametrize("settled", [False, True])
def test_what_a_sister_paid_is_not_entered_by_hand(
    two: Two, world: TestWorld, settled: bool
) -> None:
    two.payer.run()
    paid = two.pays()
    if settled:
        two.answers(paid, "settled")
    before, clerk = two.hers(), two.sister.office.clerk
    for said in (("s1", f"Run 1, {paid.end_to_end_id.lower()}"), (paid.end_to_end_id, "")):
        payment = Payment(said[0], utc_now().date(), 84 * EUROS, "EUR", text=said[1])
        with (
            pytest.raises(Conflict, match=paid.end_to_end_id) as refused,
            two.till.database.write() as session,
        ):
            entering.by_hand(session, world.vault, clerk, payment, now=utc_now())
        assert "receipt import" in refused.value.next_step
    assert two.hers() == before
    # To anybody else that reference says nothing.
    other = Payment(paid.end_to_end_id, utc_now().date(), 84 * EUROS, "EUR")
    with two.till.database.write() as session:
        entering.by_hand(session, world.vault, two.payer.office.clerk, other, now=utc_now())


def test_money_that_came_back_is_taken_out_and_comes_again_with_the_next_payment(two: Two) -> None:
    two.payer.run()
    first = two.pays()
    two.answers(first, "settled")
    two.sister.run()
    assert two.hers()["payable"] == -76_500_000
    two.answers(first, "returned", "AC01")
    assert two.hers().get("accrued") == 85 * EUROS
    named(two.payer.office, two.sister.office.book, replace(SISTER, iban="NL91ABNA0417164300"))
    second = two.pays()
    two.answers(second, "settled")
    assert two.hers().get("accrued") is None
    assert two.hers()["bank"] == 85 * EUROS
    follows = two.sister.run(Wanted(follows_id=_first(two.sister)))
    assert two.sister.lines(follows) == []


def test_a_later_payment_stands_on_the_earlier_one(
    two: Two, world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of it happens within one month, and a licensee has one invoice of each.
    monkeypatch.setattr(invoices, "_check_begun", lambda *_: None)
    two.payer.run()
    two.answers(two.pays(), "settled")
    two.sister.run()
    stage = two.payer.stage
    stage.import_lines(f"{two.cut_id},DE,2026-11,9000")
    stage.accrue()
    with two.till.database.write() as session:
        (asked,) = invoices.issue(
            session, world.vault, two.payer.office.clerk, "2027-02", now=utc_now()
        )
    two.payer.pay(asked.id, asked.amounts.gross_micro)
    two.payer.run(Wanted(follows_id=_first(two.payer)))
    second = two.pays()
    two.answers(second, "settled")
    assert two.hers()["accrued"] == -second.amount_micro
    run = two.sister.run(Wanted(follows_id=_first(two.sister)))
    assert two.sister.totals(run).handed_on_micro == second.amount_micro
    # The first payment comes back at last: what the second one brought cannot stand before it.
    (first,) = (one for one in two.till.found(PayoutState.SETTLED) if one.id != second.id)
    two.answers(first, "returned", "AC04")
    assert two.hers()["bank"] == second.amount_micro
    again = two.sister.run(Wanted(follows_id=_first(two.sister)))
    assert two.sister.totals(again).handed_on_micro == -85 * EUROS - second.amount_micro


def test_the_sister_sees_what_each_payment_is_for_and_nobody_else_does(two: Two) -> None:
    two.payer.run()
    paid = two.pays()
    clerk, database = two.sister.office.clerk, two.till.database
    with database.read() as session:
        (told,) = remittanceviews.list_remittances(session, clerk)
    assert (told.payment.id, told.receipt_id, told.waits) == (paid.id, "", "on-its-way")
    two.answers(paid, "settled")
    with database.read() as session:
        told, (line,) = remittanceviews.remittance(session, clerk, paid.id)
        booked = journal.by_ids(session, clerk, [told.receipt_id, line.claim_id])
        for other in (two.payer.office.clerk, two.payer.stage.world.first):
            assert remittanceviews.list_remittances(session, other) == []
            with pytest.raises(NotFound):
                remittanceviews.remittance(session, other, paid.id)
    assert told.waits == ""
    assert (line.share.performer_id, line.pins.cut_id) == (two.member, two.cut_id)
    assert line.share.amount_micro == booked[line.claim_id].amount_micro == paid.amount_micro
    assert sum(booked[told.receipt_id].postings[0][1:2]) == paid.amount_micro


def test_a_performer_earned_once_whoever_hands_it_on(two: Two) -> None:
    two.payer.run()
    two.answers(two.pays(), "settled")
    performer = next(one for one in _performers(two) if one.id == two.member)
    side = two.payer.stage.agent(performer)
    with two.till.database.read() as session:
        earned = statements.statement(session, side, performer_id=two.member, period="2026-11")
        account = accountstatements.account_statement(
            session, side, performer_id=two.member, month="2026-11", now=utc_now()
        )
    assert [one.total_micro for one in earned.totals] == [100 * EUROS]
    assert [one.amount_micro for one in sources(account)] == [100 * EUROS]
    # What she gets is what her own society owes her now; the other one owes her nothing.
    assert owed_micro(account.balances) == {"EUR": 85 * EUROS}


def _performers(two: Two) -> tuple[Performer, ...]:
    with two.till.database.read() as session:
        capability = SearchCapability("test", two.member)
        return people.unnamed(session, capability, performer_ids=[two.member])


def _first(money: Money) -> str:
    with money.office.shared.read() as session:
        found = runs.list_runs(session, money.office.clerk)
    return next(one.id for one in found if not one.follows_id)
