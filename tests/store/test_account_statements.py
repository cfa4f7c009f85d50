"""Account statements from real books: who sees which, and what months hand on to each other."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from api.web.accountpage import shown
from core.clock import from_text
from core.errors import BadInput, NotAllowed, NotFound
from core.ids import derived_id
from core.principal import Principal
from registry.models.people import Performer
from royalties import accounts, ledger
from royalties.accountfigures import summaries
from royalties.accounts import AccountKind
from royalties.accountstatement import AccountStatement, owed_micro
from royalties.accountstatement_wire import to_dict
from royalties.closing import month_after, month_of
from royalties.models_books import Posting, TransactionKind
from royalties.service.accountstatements import account_statement, months, names, titles
from royalties.service.books import Clerk
from royalties.store import ledger as store
from tests.fixtures import TestWorld
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage, cleared, found
from tests.store.test_accruals_unlicensed import ask
from tests.store.test_runs import Money
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

# Claims are booked in the month that it is; these two come after it.
NEXT = month_after(month_of(NOW))
LAST = month_after(NEXT)
NEXT_AT, LAST_AT = (from_text(f"{month}-10T00:00:00Z") for month in (NEXT, LAST))
PER_VIEW = tariff("per_view", 1_000_000)
RUN = derived_id("run", "one")


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as made:
        yield made


def claimed(office: Office) -> tuple[Performer, str, str]:
    """A performer who has earned 100 EUR; its cut, and the month of the books it is in."""
    cut_id, performer = cleared(office.stage, PER_VIEW)
    office.stage.import_lines(f"{cut_id},DE,2026-10,100")
    office.stage.accrue()
    return performer, cut_id, opened_months(office, performer)[0]


def opened_months(office: Office, performer: Performer) -> tuple[str, ...]:
    with office.shared.read() as session:
        agent = office.stage.agent(performer)
        return months(session, agent, performer_id=performer.id, now=NEXT_AT)


def read(office: Office, asker: Principal, performer: Performer, month: str) -> AccountStatement:
    with office.shared.read() as session:
        return account_statement(
            session, asker, performer_id=performer.id, month=month, now=NEXT_AT
        )


def post(
    office: Office,
    performer: Performer,
    kind: TransactionKind,
    at: datetime,
    *postings: tuple[str, int],
) -> None:
    """What a run or a payout books, on the performer's side."""
    with office.shared.write() as session:
        made = ledger.book(
            kind,
            tuple(Posting(name, amount, "EUR") for name, amount in postings),
            Clerk(session, office.book, at).stamp(),
            facts_key=f"{kind}-{at}",
            reason="test",
            earned_period="2026-10",
            audience=f"tenant:{performer.tenant_id}",
            run_id=RUN if kind is TransactionKind.DISTRIBUTION else None,
        )
        store.add_transactions(session, [made])


def distribute(office: Office, performer: Performer) -> None:
    post(
        office,
        performer,
        TransactionKind.DISTRIBUTION,
        NEXT_AT,
        (accounts.accrued(performer.id), 100_000_000),
        (accounts.account(AccountKind.COST, "collecting"), -9_000_000),
        (accounts.payable(performer.payee_id), -91_000_000),
    )


def test_the_lines_lead_to_second_licence_and_usage_line(office: Office) -> None:
    performer, cut_id, month = claimed(office)
    made = read(office, office.stage.agent(performer), performer, month)
    (line,) = made.movements
    pins = line.transaction.pins
    assert (pins.cut_id, pins.views, pins.use_ms) == (cut_id, 100, 60_000)
    assert pins.usage_line_id.startswith("usg_")
    assert owed_micro(made.balances) == {"EUR": 100_000_000}
    assert not made.closed


def test_earned_distributed_and_paid_out_in_three_months(office: Office) -> None:
    performer, _, month = claimed(office)
    distribute(office, performer)
    payout = accounts.account(AccountKind.IN_TRANSIT, derived_id("pyo", "one"))
    sent = (accounts.payable(performer.payee_id), 91_000_000), (payout, -91_000_000)
    post(office, performer, TransactionKind.PAYOUT, LAST_AT, *sent)
    agent = office.stage.agent(performer)
    seen = [read(office, agent, performer, name) for name in (month, NEXT, LAST)]
    closings = [owed_micro(one.balances)["EUR"] for one in seen]
    openings = [owed_micro(one.balances, opening=True)["EUR"] for one in seen]
    assert closings == [100_000_000, 91_000_000, 0]
    assert openings == [0, *closings[:-1]]
    assert [c.counterpart for c in summaries(seen[1])[0].changes] == ["cost"]
    assert opened_months(office, performer) == (LAST, NEXT, month)
    assert read(office, office.clerk, performer, NEXT).id == seen[1].id


def test_a_correction_is_a_line_of_the_month_it_was_booked_in(office: Office) -> None:
    performer, cut_id, month = claimed(office)
    office.stage.clear(cut_id, found(cut_id, performer, kind=None))
    office.stage.accrue()
    made = read(office, office.stage.agent(performer), performer, month)
    kinds = [one.transaction.kind.value for one in made.movements]
    assert kinds == ["accrual", "reversal"]
    assert owed_micro(made.balances) == {"EUR": 0}


def test_a_closed_month_says_so_and_hands_on_its_balance(office: Office) -> None:
    performer, _, month = claimed(office)
    office.close(month, at=NEXT_AT)
    agent = office.stage.agent(performer)
    assert read(office, agent, performer, month).closed
    after = read(office, agent, performer, NEXT)
    assert owed_micro(after.balances, opening=True) == {"EUR": 100_000_000}
    assert not after.movements
    assert not after.closed


def test_nobody_elses_account_is_read(office: Office, world: TestWorld) -> None:
    performer, cut_id, month = claimed(office)
    for stranger in (
        office.stage.studio,
        world.second,
        office.stage.agent(office.stage.performer()),
    ):
        with pytest.raises(NotFound):
            read(office, stranger, performer, month)
    none = Principal(performer.tenant_id, "test", frozenset({"usage"}), "performer")
    with pytest.raises(NotAllowed):
        read(office, none, performer, month)
    with pytest.raises(BadInput):
        read(office, office.stage.agent(performer), performer, "2026-13")
    with office.shared.read() as session:
        assert titles(session, office.stage.agent(performer), [cut_id]) == {}
        assert titles(session, office.stage.studio, [cut_id]) == {cut_id: "A title v1"}


def test_a_performer_without_any_booking_has_an_empty_account(office: Office) -> None:
    performer = office.stage.performer()
    made = read(office, office.stage.agent(performer), performer, "2026-11")
    assert (made.movements, made.balances, made.closed) == ((), (), False)


def test_money_for_an_unlicensed_use_waits_and_says_why(office: Office) -> None:
    stage, performer = office.stage, office.stage.performer()
    cut_id = stage.cut()
    stage.clear(cut_id, found(cut_id, performer))
    stage.import_lines(f"{cut_id},DE,2026-11,1500")
    ask(stage)
    stage.accrue()
    (month,) = opened_months(office, performer)
    made = read(office, stage.agent(performer), performer, month)
    (summary,) = summaries(made)
    assert summary.parts == ((AccountKind.HELD, 12_500_000),)
    (line,) = shown(to_dict(made), "en")["lines"]
    assert line["claim"]["waits"]["code"] == "not-licensed"
    assert owed_micro(made.balances) == {"EUR": 12_500_000}


@pytest.mark.parametrize(
    ("country", "kind"), [("DE", AccountKind.PAYABLE), ("", AccountKind.BLOCKED)]
)
def test_a_run_is_told_by_its_deductions_and_why_money_waits(
    office: Office, country: str, kind: AccountKind
) -> None:
    money = Money(office)
    performer = money.people[money.earn(10_000, taxed=country)]
    money.receive()
    money.run()
    (month,) = opened_months(office, performer)
    made = read(office, office.stage.agent(performer), performer, month)
    (summary,) = summaries(made)
    moved = {one.counterpart: one.amount_micro for one in summary.changes}
    taken = {"cost": -9_000_000, "social": -1_000_000, "reserve": -5_000_000}
    assert moved == {"receivable": 100_000_000, **taken}
    assert summary.parts == ((kind, 85_000_000),)
    for lang, word in (("en", "Received"), ("de", "eingegangen")):
        last = shown(to_dict(made), lang)["lines"][-1]
        assert word in last["why"]
        assert "tax-status-missing" not in last["why"]


def test_a_month_to_come_has_no_statement(office: Office) -> None:
    performer, _, month = claimed(office)
    agent = office.stage.agent(performer)
    with pytest.raises(BadInput, match="has not begun"):
        read(office, agent, performer, LAST)
    assert read(office, agent, performer, NEXT).movements == ()
    # What was booked after a month was closed stands in the next one, whatever the day.
    with office.shared.read() as session:
        made = account_statement(
            session, agent, performer_id=performer.id, month=month, now=NOW - timedelta(days=90)
        )
    assert made.movements


def test_whoever_collects_reads_the_names_in_its_book(office: Office) -> None:
    performer, cut_id, _ = claimed(office)
    with office.shared.read() as session:
        told = names(session, office.clerk, performer.id, [cut_id], now=NOW)
        strange = names(session, office.stage.world.second, performer.id, [cut_id], now=NOW)
    assert told == {performer.id: performer.public_name, cut_id: "A title v1"}
    assert strange == {}
