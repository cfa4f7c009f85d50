"""A sister society's members earn for it: accrued, run, proven, billed, paid, told line by line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from core.clock import utc_now
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from royalties.collecting import payee_of
from royalties.models_payouts import BatchKind
from royalties.models_runs import Outcome
from royalties.service import candidates, run_checking, selfbilling, sisterstatements
from royalties.service.runs import Wanted
from royalties.store import run_lines
from tests.fixtures import TestWorld
from tests.store.royalties_books import HOUSE, Office, named, office_of
from tests.store.royalties_stage import Stage, found
from tests.store.test_collecting_books import agree, mandate
from tests.store.test_runs import Money
from tests.unit.royalties.worlds import tariff

IBAN = "DE89370400440532013000"
SISTER = replace(HOUSE, name="Sister", iban=IBAN, tax_number="27/2", vat_id="")


@dataclass
class Sisters:
    """A society that collects for everybody, and for the member of a sister."""

    money: Money
    sister: Principal
    member: str
    own_cut: str

    @property
    def account(self) -> str:
        return f"payable:{payee_of(self.sister.tenant_id)}"


@pytest.fixture
def sisters(world: TestWorld) -> Iterator[Sisters]:
    with sisters_of(world, 10_000) as made:
        yield made


@contextmanager
def sisters_of(world: TestWorld, *views: int) -> Iterator[Sisters]:
    """A sister with a member for each of these `views`, a cent each, all paid for."""
    stage = Stage(world)
    gvl, sister = world.principal("society"), world.principal("society")
    with office_of(stage) as office:
        agree(office, mandate(gvl))
        members = [stage.performer() for _ in views]
        for member in members:
            agree(office, mandate(gvl, member, giver_id=sister.tenant_id))
        money = Money(Office(Stage(replace(world, operator=gvl)), office.shared))
        for member, count in zip(members, views, strict=True):
            cut_id = stage.cut()
            stage.licence(member, tariff("per_view", 10_000, "EUR"))
            stage.clear(cut_id, found(cut_id, member))
            stage.import_lines(f"{cut_id},DE,2026-11,{count}")
        own_cut = money.earn(5_000)
        money.receive()
        yield Sisters(money, sister, members[0].id, own_cut)


def test_a_run_owes_the_sister_what_her_member_earned(sisters: Sisters) -> None:
    money, office = sisters.money, sisters.money.office
    named(office, sisters.sister.tenant_id, SISTER)
    run = money.run()
    # 100 EUR less 9 % costs, 1 % social and 5 % reserve, as for every claim of its category.
    assert money.balance(sisters.account) == -85_000_000
    assert money.balance(f"accrued:{sisters.member}") == 0
    with office.shared.read() as session:
        assert run_checking.verify(session, office.clerk, run.id).ok
        theirs = sisterstatements.statement(session, sisters.sister, run.id)
        ours = sisterstatements.statement(session, office.clerk, run.id, sisters.sister.tenant_id)
        listed = sisterstatements.list_runs(session, sisters.sister)
        for other in (money.stage.world.first, money.stage.world.second):
            assert sisterstatements.list_runs(session, other) == []
            for meant in ("", sisters.sister.tenant_id):
                with pytest.raises(NotFound):
                    sisterstatements.statement(session, other, run.id, meant)
    assert theirs == ours
    assert [one.id for one in listed] == [run.id]
    (line,) = theirs.lines
    assert (line.performer_id, line.kind, line.territory) == (
        sisters.member,
        "synthesise_voice",
        "DE",
    )
    assert line.received_micro - line.cost_micro - line.social_micro - line.reserve_micro == (
        line.net_micro
    )
    assert theirs.totals["EUR"]["net_micro"] == 85_000_000


def test_the_sister_is_billed_and_paid_as_the_book_describes_her(sisters: Sisters) -> None:
    money, office = sisters.money, sisters.money.office
    vault = money.stage.world.vault
    named(office, sisters.sister.tenant_id, SISTER)
    run = money.run()
    with office.shared.write() as session:
        issued, left = selfbilling.issue(session, vault, office.clerk, run.id, now=utc_now())
    (note,) = issued
    assert [one.reason for one in left] == ["address-missing"]
    assert note.licensee_id == payee_of(sisters.sister.tenant_id)
    with office.shared.read() as session:
        assert len(selfbilling.list_notes(session, sisters.sister)) == 1
        found_ = candidates.candidates(
            session, vault, office.clerk, BatchKind.PAYEES, "EUR", at=utc_now()
        )
    (one,) = (one for one in found_ if one.account == sisters.account)
    assert one.details is not None
    assert (one.details.iban, one.held) == (IBAN, ())
    assert one.audience == f"tenant:{sisters.sister.tenant_id}"
    assert one.balance_micro == note.amounts.gross_micro


def test_a_sister_whom_nobody_described_waits_blocked(sisters: Sisters) -> None:
    money = sisters.money
    run = money.run()
    payee = payee_of(sisters.sister.tenant_id)
    lines = [one for one in money.lines(run) if one.payee_id == payee]
    assert [(one.outcome, one.reason) for one in lines] == [(Outcome.BLOCKED, "tax-status-missing")]
    assert money.balance(f"blocked:{payee}") == -85_000_000


def test_what_is_set_free_for_a_sister_names_each_of_her_members(world: TestWorld) -> None:
    with sisters_of(world, 10_000, 20_000) as sisters:
        money, office = sisters.money, sisters.money.office
        first = money.run()
        blocked = f"blocked:{payee_of(sisters.sister.tenant_id)}"
        assert money.balance(blocked) == -3 * 85_000_000
        named(office, sisters.sister.tenant_id, SISTER)
        second = money.run(Wanted(follows_id=first.id))
        with office.shared.read() as session:
            capability = SearchCapability("run", office.book)
            told = [one for one, _ in run_lines.releases(session, capability, second.id)]
            assert run_checking.verify(session, office.clerk, second.id).ok
        assert [one.parts.whole_micro for one in told if one.performer_id == sisters.member] == [
            85_000_000
        ]
        assert sorted(one.parts.whole_micro for one in told) == [85_000_000, 2 * 85_000_000]
        assert len({(one.performer_id, one.performer_tenant_id) for one in told}) == 2
        assert (money.balance(blocked), money.balance(sisters.account)) == (0, -3 * 85_000_000)
