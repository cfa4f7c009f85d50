"""Distribution runs over real books: what was received, once, by two people, all or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import pytest

from core.clock import utc_now
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.money import MICRO_PER_CENT
from registry.minority import Minority
from registry.models.estates import Estate, EstateState, Heir
from registry.models.people import Performer
from registry.store import estates, people
from royalties import ledger
from royalties.accounts import payable
from royalties.closing import month_after, month_of
from royalties.models_books import Posting, TransactionKind
from royalties.models_income import Invoice, Payment
from royalties.models_runs import DroppedFor, Outcome, Run, RunKind, RunLine, RunState, Totals
from royalties.runbegin import Wanted
from royalties.runcheck import RunProof
from royalties.runfile import check_file
from royalties.runproof import unequal
from royalties.service import invoices, payees, periods, receipts, run_checking, runs
from royalties.service.books import Clerk
from royalties.service.runreleases import set_free
from royalties.service.statements import account_balances, trial_balance
from royalties.store.ledger import add_transactions
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of, untaxed
from tests.store.royalties_stage import Stage, found
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

MONTHS = Wanted("2026-11", "2026-11")


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


class Money:
    """What a society's day is made of: uses earn, invoices go out, money comes in, a run goes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.stage = office.stage
        self.paid = 0
        self.people: dict[str, Performer] = {}
        untaxed(office)

    def earn(self, views: int, *, period: str = "2026-11", taxed: str = "DE") -> str:
        """A performer with one cleared use, and what it earned: one cent a view."""
        performer, cut_id = self.stage.performer(), self.stage.cut()
        if taxed:
            self.lives_in(performer.id, performer.tenant_id, taxed)
        self.stage.licence(performer, tariff("per_view", 10_000, "EUR"))
        self.stage.clear(cut_id, found(cut_id, performer))
        self.stage.import_lines(f"{cut_id},DE,{period},{views}")
        self.stage.accrue()
        self.people[cut_id] = performer
        return cut_id

    def lives_in(self, performer_id: str, tenant_id: str, country: str) -> None:
        side = replace(self.stage.studio, tenant_id=tenant_id, tenant_kind="performer")
        with self.office.shared.write() as session:
            payees.set_details(
                session,
                self.stage.world.vault,
                side,
                performer_id,
                {"name": "A Performer", "residence": country},
                cooling_days=0,
                now=utc_now(),
            )

    def receive(self, part: int = 1, of: int = 1) -> list[Invoice]:
        """Everything that can be is invoiced, and so much of each invoice comes in."""
        now = utc_now()
        with self.office.shared.write() as session:
            issued = invoices.issue(
                session, self.stage.world.vault, self.office.clerk, month_of(now), now=now
            )
        owed = [one for one in issued if one.amounts.gross_micro > 0]
        for one in owed:
            cents = one.amounts.gross_micro * part // of // MICRO_PER_CENT
            self.pay(one.id, cents * MICRO_PER_CENT, one.currency)
        return owed

    def pay(self, invoice_id: str, micro: int, currency: str = "EUR") -> None:
        self.paid += 1
        payment = Payment(
            reference=f"r{self.paid}",
            booked_on=date(2026, 11, 20),
            amount_micro=micro,
            currency=currency,
            licensee_id=self.stage.studio.tenant_id,
            payer="Studio Secret GmbH",
        )
        with self.office.shared.write() as session:
            now, clerk = utc_now(), self.office.clerk
            made = receipts.enter(session, self.stage.world.vault, clerk, payment, now=now)
            receipts.match(session, clerk, made.id, invoice_id, now=now)

    def draft(self, wanted: Wanted = MONTHS) -> Run:
        with self.office.shared.write() as session:
            return runs.draft(
                session,
                self.stage.world.vault,
                self.office.clerk,
                wanted,
                now=utc_now(),
            )

    def propose(self, run: Run) -> Run:
        with self.office.shared.write() as session:
            return runs.propose(session, self.office.clerk, run.id, now=utc_now())

    def decide(self, run: Run, *, approve: bool = True) -> Run:
        with self.office.shared.write() as session:
            return runs.decide(
                session,
                self.stage.world.vault,
                self.office.approver,
                run.id,
                approve=approve,
                note="seen",
                now=utc_now(),
            )

    def run(self, wanted: Wanted = MONTHS) -> Run:
        made = self.draft(wanted)
        self.propose(made)
        return self.decide(made)

    def lines(self, run: Run) -> list[RunLine]:
        with self.office.shared.read() as session:
            return runs.lines_of(session, self.office.clerk, run.id)

    def totals(self, run: Run) -> Totals:
        with self.office.shared.read() as session:
            totals = runs.get_run(session, self.office.clerk, run.id)[1]
        assert not any(unequal(one) for one in totals.values())
        return totals["EUR"]

    def balance(self, account: str) -> int:
        with self.office.shared.read() as session:
            assert trial_balance(session).balanced
            return account_balances(session, self.office.clerk).get((account, "EUR"), 0)


@pytest.fixture
def money(office: Office) -> Money:
    return Money(office)


def test_a_run_hands_on_what_was_received_and_nothing_else(money: Money) -> None:
    paid, open_ = money.earn(10_000), None
    money.receive()
    open_ = money.earn(5_000)
    run = money.run()
    anna, bert = money.people[paid], money.people[open_]
    assert (run.state, run.kind, run.lines) == (RunState.CLOSED, RunKind.FIRST, 1)
    assert money.balance(f"accrued:{anna.id}") == 0
    assert money.balance(f"accrued:{bert.id}") == -50_000_000
    assert money.balance(f"payable:{anna.payee_id}") == -85_000_000
    assert money.balance("cost:online") == -9_000_000
    assert money.balance("social:online") == -1_000_000
    assert money.balance(f"reserve:{run.id}") == -5_000_000
    totals = money.totals(run)
    assert (totals.claims, totals.received_micro, totals.payable_micro) == (2, 10**8, 85 * 10**6)


def test_a_non_resident_is_taxed_and_who_said_nothing_is_blocked(money: Money) -> None:
    abroad, silent = money.earn(10_000, taxed="US"), money.earn(10_000, taxed="")
    money.receive()
    run = money.run()
    by_payee = {line.payee_id: line for line in money.lines(run)}
    taxed = by_payee[money.people[abroad].payee_id].parts
    assert (taxed.tax_micro, taxed.surcharge_micro) == (12_750_000, 701_250)
    assert taxed.net_micro == 85_000_000 - 13_451_250
    blocked = by_payee[money.people[silent].payee_id]
    assert (blocked.outcome, blocked.reason) == (Outcome.BLOCKED, "tax-status-missing")
    assert money.balance(f"blocked:{blocked.payee_id}") == -85_000_000


def test_what_was_blocked_is_freed_by_the_next_run_and_taxed_then(money: Money) -> None:
    cut_id = money.earn(10_000, taxed="")
    performer = money.people[cut_id]
    money.receive()
    first = money.run()
    money.lives_in(performer.id, performer.tenant_id, "US")
    second = money.run(Wanted(follows_id=first.id))
    with money.office.shared.read() as session:
        assert set_free(session, money.office.clerk, first.id) == {}
        freed = set_free(session, money.office.clerk, second.id)
    assert freed == {"EUR": {"payable": 85_000_000}}
    assert money.balance(f"blocked:{performer.payee_id}") == 0
    assert money.balance(f"payable:{performer.payee_id}") == -(85_000_000 - 13_451_250)


def test_a_part_payment_is_handed_on_and_the_rest_when_it_comes(money: Money) -> None:
    cut_id = money.earn(10_000)
    performer = money.people[cut_id]
    with money.office.shared.write() as session:
        now = utc_now()
        (invoice,) = invoices.issue(
            session, money.stage.world.vault, money.office.clerk, month_of(now), now=now
        )
    money.pay(invoice.id, 30_000_000)
    first = money.run()
    assert money.balance(f"accrued:{performer.id}") == -70_000_000
    money.pay(invoice.id, 70_000_000)
    money.run(Wanted(follows_id=first.id))
    assert money.balance(f"accrued:{performer.id}") == 0
    assert money.balance(f"payable:{performer.payee_id}") == -85_000_000


def test_not_me_takes_back_what_was_paid(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    first = money.run()
    money.stage.clear(cut_id)
    money.stage.accrue()
    money.run(Wanted(follows_id=first.id))
    performer = money.people[cut_id]
    for account in (f"payable:{performer.payee_id}", f"reserve:{first.id}", "cost:online"):
        assert money.balance(account) == 0
    assert money.balance(f"accrued:{performer.id}") == 0


def test_the_final_run_releases_the_reserve(money: Money) -> None:
    cuts = [money.earn(10_000), money.earn(20_000)]
    money.receive()
    first = money.run()
    with pytest.raises(Conflict, match="after 2 follow-up"):
        money.draft(Wanted(follows_id=first.id, final=True))
    for _ in range(2):
        money.run(Wanted(follows_id=first.id))
    final = money.run(Wanted(follows_id=first.id, final=True))
    assert final.kind is RunKind.FINAL
    assert money.balance(f"reserve:{first.id}") == 0
    got = [money.balance(f"payable:{money.people[cut].payee_id}") for cut in cuts]
    assert got == [-90_000_000, -180_000_000]


def test_what_follows_a_follow_up_is_told_the_first_run_of_both(money: Money) -> None:
    money.earn(10_000)
    money.receive()
    first = money.run()
    second = money.run(Wanted(follows_id=first.id))
    with pytest.raises(Conflict) as refused:
        money.draft(Wanted(follows_id=second.id))
    assert refused.value.next_step == f"Name the one that it follows: --follows {first.id}"


def test_another_order_of_the_same_facts_has_the_same_hash(money: Money) -> None:
    money.earn(10_000), money.earn(20_000)
    money.receive()
    one = money.draft()
    other = money.draft()
    assert one.run_hash == other.run_hash and one.id != other.id
    with money.office.shared.read() as session:
        states = [item.state for item in runs.list_runs(session, money.office.clerk)]
    assert states == [RunState.DRAFT, RunState.DROPPED]


def test_two_people_close_a_run(money: Money) -> None:
    money.earn(10_000)
    money.receive()
    run = money.draft()
    with pytest.raises(Conflict, match="DRAFT"):
        money.decide(run)
    money.propose(run)
    with pytest.raises(Conflict, match="waits for its decision"):
        money.draft()
    with pytest.raises(NotAllowed), money.office.shared.write() as session:
        runs.decide(
            session,
            money.stage.world.vault,
            money.office.clerk,
            run.id,
            approve=True,
            note="",
            now=NOW,
        )
    assert money.decide(run, approve=False).state is RunState.DROPPED
    assert money.run().state is RunState.CLOSED


def test_what_changed_since_is_not_booked(money: Money) -> None:
    cut_id = money.earn(10_000, taxed="")
    money.receive()
    run = money.draft()
    money.propose(run)
    performer = money.people[cut_id]
    money.lives_in(performer.id, performer.tenant_id, "DE")
    before = money.balance(f"accrued:{performer.id}")
    assert money.decide(run).state is RunState.CLOSED, "what was said later does not count before"
    assert money.balance(f"accrued:{performer.id}") == before + 10**8


def test_a_run_whose_facts_changed_is_dropped(money: Money) -> None:
    cut_id = money.earn(10_000)
    money.receive()
    run = money.draft()
    money.propose(run)
    world = money.stage.world
    performer = money.people[cut_id]
    with world.db.write() as session:
        people.save_minority(
            session,
            money.stage.agent(performer),
            performer.id,
            Minority(date(2015, 1, 1), date(2029, 1, 1)),
        )
    assert money.decide(run).state is RunState.DROPPED
    assert money.balance(f"payable:{performer.payee_id}") == 0
    money.run()
    assert money.balance(f"blocked:{performer.payee_id}") == -85_000_000


def test_a_dropped_run_says_what_for(money: Money) -> None:
    money.earn(10_000)
    money.receive()
    money.draft()
    rejected = money.draft()
    money.propose(rejected)
    money.decide(rejected, approve=False)
    with money.office.shared.read() as session:
        told = [one.dropped_for for one in runs.list_runs(session, money.office.clerk)]
    assert told == [DroppedFor.REJECTED, DroppedFor.REPLACED]


@dataclass(frozen=True)
class Family:
    """Whoever inherits of a performer of the money's world, by thirds."""

    money: Money
    performer: Performer
    heirs: tuple[Heir, Heir]

    @classmethod
    def of(cls, money: Money, performer: Performer) -> "Family":
        heirs = (
            Heir("hei_one", b"", "did:key:z6Mk1", Fraction(1, 3), f"pay_{'a' * 26}"),
            Heir("hei_two", b"", "did:key:z6Mk2", Fraction(2, 3), f"pay_{'b' * 26}"),
        )
        item = Estate(
            id="est_one",
            tenant_id=performer.tenant_id,
            performer_id=performer.id,
            deceased_on=date(2026, 11, 20),
            state=EstateState.CLAIMED,
            object_name="",
            papers_sha256="",
            heirs=heirs,
            attesters=(),
            single_operator=False,
            claimed_at=NOW,
        )
        with money.office.shared.write() as session:
            side = money.stage.agent(performer)
            estates.add_estate(session, item)
            estates.save_state(session, side, item.id, EstateState.CONFIRMED, at=NOW)
            people.save_death(session, side, performer.id, item.deceased_on)
        return cls(money, performer, heirs)

    def taxed_in(self, country: str) -> None:
        money, side = self.money, self.money.stage.agent(self.performer)
        with money.office.shared.write() as session:
            for heir in self.heirs:
                proposer = replace(side, person="per_one", roles=frozenset({"admin"}))
                told = {"name": "An Heir", "residence": country}
                payees.set_details(
                    session,
                    money.stage.world.vault,
                    proposer,
                    self.performer.id,
                    told,
                    heir_id=heir.id,
                    cooling_days=0,
                    now=utc_now(),
                )
                payees.decide(
                    session,
                    money.stage.world.vault,
                    replace(proposer, person="per_two"),
                    self.performer.id,
                    approve=True,
                    note="",
                    heir_id=heir.id,
                    cooling_days=0,
                    now=utc_now(),
                )

    def balances(self, kind: str) -> list[int]:
        names = (self.performer.payee_id, *(one.payee_id for one in self.heirs))
        return [self.money.balance(f"{kind}:{name}") for name in names]


def test_what_is_left_with_the_dead_waits_for_the_heirs_payees(money: Money) -> None:
    anna = money.people[money.earn(10_000)]
    money.receive()
    first = money.run()
    family = Family.of(money, anna)
    money.run(Wanted(follows_id=first.id))
    assert family.balances("payable") == [-85_000_000, 0, 0]
    family.taxed_in("DE")
    run = money.run(Wanted(follows_id=first.id))
    assert family.balances("payable") == [0, -28_333_333, -56_666_667]
    assert proof(money, run).faults == ()


def test_what_the_dead_were_paid_too_much_is_set_off_against_what_the_estate_earns(
    money: Money,
) -> None:
    anna = money.people[money.earn(10_000)]
    (invoice,) = money.receive(part=1, of=2)
    first = money.run()
    overpaid(money, anna, 42_500_001)
    family = Family.of(money, anna)
    money.run(Wanted(follows_id=first.id))
    assert family.balances("payable") == [1, 0, 0]
    overpaid(money, anna, 9_999_999)
    family.taxed_in("DE")
    second = money.run(Wanted(follows_id=first.id))
    assert family.balances("payable") == [0, 3_333_333, 6_666_667]
    assert proof(money, second).faults == ()
    money.pay(invoice.id, 50_000_000)
    third = money.run(Wanted(follows_id=first.id))
    earned = {one.payee_id: one.parts.net_micro for one in money.lines(third)}
    one, two = (earned[heir.payee_id] for heir in family.heirs)
    assert 42_500_000 <= one + two <= 42_500_005
    assert family.balances("payable") == [0, 3_333_333 - one, 6_666_667 - two]
    assert proof(money, third).faults == ()


def overpaid(money: Money, performer: Performer, micro: int) -> None:
    """So much has left the book for a performer, whatever is owed."""
    with money.office.shared.write() as session:
        stamp = Clerk(session, money.office.book, utc_now()).stamp()
        sides = (
            Posting(payable(performer.payee_id), micro, "EUR"),
            Posting("bank", -micro, "EUR"),
        )
        paid = ledger.book(
            TransactionKind.PAYOUT,
            sides,
            stamp,
            facts_key=f"paid-{stamp.seq}",
            reason="payout",
            earned_period="2026-11",
            audience=f"tenant:{performer.tenant_id}",
        )
        add_transactions(session, [paid])


def test_what_was_blocked_goes_to_the_heirs_and_is_taxed_there(money: Money) -> None:
    anna = money.people[money.earn(10_000, taxed="")]
    money.receive()
    first = money.run()
    family = Family.of(money, anna)
    money.run(Wanted(follows_id=first.id))
    assert family.balances("blocked") == [0, -28_333_333, -56_666_667]
    family.taxed_in("US")
    money.run(Wanted(follows_id=first.id))
    assert family.balances("blocked") == [0, 0, 0]
    whole = -sum(family.balances("payable")) - money.balance("tax:bzst")
    assert (family.balances("payable")[0], whole) == (0, 85_000_000)


def test_who_does_not_collect_has_no_runs(money: Money) -> None:
    with pytest.raises(NotAllowed), money.office.shared.write() as session:
        runs.draft(session, money.stage.world.vault, money.stage.studio, MONTHS, now=NOW)
    money.earn(100)
    run = money.draft()
    with pytest.raises(NotFound), money.office.shared.read() as session:
        runs.get_run(session, money.stage.studio, run.id)


def test_a_performers_side_reads_its_own_lines_once_the_run_is_closed(money: Money) -> None:
    mine, other = money.earn(10_000), money.earn(20_000)
    money.receive()
    run = money.draft()
    anna = money.people[mine]
    side = replace(money.stage.studio, tenant_id=anna.tenant_id, tenant_kind="performer")
    with money.office.shared.read() as session:
        assert runs.lines_of(session, side, run.id) == []
    money.propose(run)
    money.decide(run)
    with money.office.shared.read() as session:
        seen = runs.lines_of(session, side, run.id)
    assert {line.performer_id for line in seen} == {anna.id}
    assert money.people[other].tenant_id != anna.tenant_id


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted("2026-13", "2026-12"), BadInput),
        (Wanted("2026-12", "2026-11"), BadInput),
        (Wanted("2199-01", "2199-02"), BadInput),
        (Wanted(follows_id="run_none"), Conflict),
    ],
)
def test_what_are_no_months_is_refused(
    money: Money, wanted: Wanted, error: type[Exception]
) -> None:
    with pytest.raises(error):
        money.draft(wanted)


def test_months_are_begun_once(money: Money) -> None:
    money.run(Wanted("2026-01", "2026-11"))
    with pytest.raises(Conflict, match="is closed"):
        money.draft(Wanted("2026-11", "2026-12"))


def test_a_run_posts_in_the_open_month(money: Money) -> None:
    money.earn(10_000)
    money.receive()
    money.office.close(month_of(NOW), at=utc_now())
    run = money.run()
    with money.office.shared.read() as session:
        booked = periods.transactions_of(session, money.office.book)
    mine = [one for one in booked if one.run_id == run.id]
    assert {one.posted_period for one in mine} == {month_after(month_of(NOW))}


def proof(money: Money, run: Run) -> RunProof:
    with money.office.shared.read() as session:
        return run_checking.verify(session, money.office.clerk, run.id)


def facts(money: Money, run: Run) -> list[str]:
    with money.office.shared.read() as session:
        return list(run_checking.export(session, money.office.clerk, run.id))


def test_every_run_of_a_life_is_proved_by_registry_and_by_file(money: Money) -> None:
    cuts = [money.earn(10_000), money.earn(7, taxed=""), money.earn(30_001, taxed="US")]
    money.receive(2, 3)
    made = [money.run()]
    money.stage.clear(cuts[0])
    money.stage.accrue()
    money.earn(11)
    money.receive()
    follow = Wanted(follows_id=made[0].id)
    made += [money.run(follow), money.run(follow), money.run(replace(follow, final=True))]
    for run in made:
        assert proof(money, run).faults == ()
        assert check_file(facts(money, run)).faults == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda text: text.replace('"cost_micro":"9000000"', '"cost_micro":"9000001"'), "divided"),
        (lambda text: text.replace('"received":"100000000"', '"received":"100000001"'), "due"),
        (lambda text: text.replace('"cost":[9,100]', '"cost":[8,100]'), "deductions"),
    ],
)
def test_a_changed_fact_is_found(money: Money, change: object, fault: str) -> None:
    money.earn(10_000)
    money.receive()
    texts = facts(money, money.run())
    found = check_file(change(one) for one in texts)  # type: ignore[operator]
    assert [one for one in found.faults if one.startswith(fault)]
    with pytest.raises(BadInput):
        check_file(texts[:-1])
    with pytest.raises(BadInput):
        check_file(["{}", *texts])


def test_the_calendar_names_the_years_of_the_book(money: Money) -> None:
    money.earn(10_000)
    money.receive()
    run = money.run()
    with money.office.shared.read() as session:
        found = runs.calendar_of(session, money.office.clerk, at=NOW)
    assert {one.year for one in found} == {2026} and len(found) == 3
    assert {one.runs for one in found} == {(run.id,)}
