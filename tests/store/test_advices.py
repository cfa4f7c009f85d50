"""What another registry says of its payments goes into the book: once, in order, and out again."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core import tenants
from core.clock import utc_now
from core.db import next_seq
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.keys import PrivateKey, generate
from core.principal import Principal, system
from licensing.models_foreign import ForeignLicence
from licensing.store import foreign, registries
from registry.models.people import Performer
from royalties.advice import Advice, AdvisedLine, added_up
from royalties.advice_wire import signed, to_dict
from royalties.models_advised import AdviceShown
from royalties.models_income import Payment, Receipt
from royalties.models_payouts import RefundReason
from royalties.service import (
    accruals,
    advised,
    bankstatements,
    receipts,
    refunds,
    run_checking,
    runs,
    statements,
)
from royalties.service.refunds import Asked
from royalties.service.runs import Wanted
from tests.fixtures import TestWorld
from tests.store.payouts_stage import Till
from tests.store.royalties_books import Office, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_collecting_books import agree, mandate
from tests.store.test_runs import Money
from tests.unit.royalties.test_advice import FIGURES
from tests.unit.royalties.test_advice import advice as an_advice
from tests.unit.royalties.test_advice import pins as some_pins

EUROS = 1_000_000
OWN = "did:key:zOwn"
NORTH = "did:web:north.example"
AMOUNTS = ("85.00", "76.50", "85.00")
REFERENCES = [f"POT{letter * 26}" for letter in "ABCDE"]


@dataclass
class Abroad:
    """A registry that pays: its key, its names for everybody, and the society here that is paid."""

    money: Money
    member: Performer
    payer_id: str
    key: PrivateKey = field(default_factory=generate)

    @property
    def office(self) -> Office:
        return self.money.office

    @property
    def clerk(self) -> Principal:
        return self.office.clerk

    def brought(self, performer: Performer, name: str, *licences: str) -> None:
        """The performer's bundle from there was taken."""
        with self.office.shared.write() as session:
            now = utc_now()
            kept = foreign.KeptExtract(self.key.did, name, "00", 1, now, b"{}")
            foreign.add_extract(
                session,
                kept,
                tenant_id=performer.tenant_id,
                performer_id=performer.id,
                seq=next_seq(session),
                at=now,
            )
            for licence in licences:
                item = ForeignLicence(
                    id=new_id("flc"),
                    tenant_id=performer.tenant_id,
                    performer_id=performer.id,
                    registry=self.key.did,
                    foreign_performer_id=name,
                    foreign_id=licence,
                    vc_id=f"urn:{licence}",
                    subject_id="did:web:studio.example",
                    tariff_id=new_id("tar"),
                    signed_at=now,
                    seq=next_seq(session),
                    document=b"{}",
                )
                foreign.add_licence(session, item, at=now)

    def advice(self, number: int = 0, **changes: Any) -> Advice:
        told = {
            "registry": self.key.did,
            "payee": f"{OWN}#{self.clerk.tenant_id}",
            "reference": REFERENCES[number],
            "runs": (f"run_{number}",),
            "before": tuple(f"run_{one}" for one in range(number)),
        }
        return an_advice(**{**told, **changes})

    def takes(self, advice: Advice) -> AdviceShown:
        data = signed(to_dict(advice), self.key, utc_now())
        with self.office.shared.write() as session:
            vault = self.money.stage.world.vault
            return advised.take(session, vault, self.clerk, data, registry=OWN, now=utc_now())

    def comes(self, number: int, amount: str = "85.00", text: str | None = None) -> Receipt:
        """The bank says that money came."""
        day = f"{utc_now():%Y-%m-%d}"
        said = REFERENCES[number] if text is None else text
        row = f"b{number}{amount}{text},{day},{amount},EUR,{said}\n"
        file = f"reference,booked_on,amount,currency,text\n{row}".encode()
        vault = self.money.stage.world.vault
        with self.office.shared.write() as session:
            bankstatements.import_statement(session, vault, self.clerk, file, now=utc_now())
        with self.office.shared.read() as session:
            return receipts.list_receipts(session, vault, self.clerk)[0]

    def shown(self, advice_id: str) -> AdviceShown:
        with self.office.shared.read() as session:
            return advised.shown(session, self.clerk, advice_id)

    def holds(self) -> dict[str, int]:
        """What stands in the book, by kind of account."""
        with self.office.shared.read() as session:
            found = statements.book_balance(session, self.clerk)
        sums: dict[str, int] = {}
        for one in found:
            kind = one.account.partition(":")[0]
            sums[kind] = sums.get(kind, 0) + one.net_micro
        return {kind: net for kind, net in sums.items() if net}


@pytest.fixture
def abroad(world: TestWorld) -> Iterator[Abroad]:
    stage, society = Stage(world), world.principal("society")
    with office_of(stage) as office:
        agree(office, mandate(society))
        key = generate()
        with office.shared.write() as session:
            named = {"name": "North", "kind": "society", "did": NORTH, "registry_did": key.did}
            payer = tenants.create_tenant(session, **named)
            registries.pin(
                session, world.operator, key.did, base_url="https://n", policy="", at=utc_now()
            )
        money = Money(Office(Stage(replace(world, operator=society)), office.shared))
        member = stage.performer()
        money.lives_in(member.id, member.tenant_id, "DE")
        yield Abroad(money, member, payer.id, key)


def line(use: str = "use_1", performer: str = "prf_1", licence: str = "lic_1") -> AdvisedLine:
    made = some_pins(use)._replace(performer_id=performer, licence_id=licence)
    return AdvisedLine(f"txn_{use}", made, FIGURES)


def back(use: str = "use_1") -> AdvisedLine:
    """A line that takes a tenth of a claim back."""
    figures = {name: -amount // 10 for name, amount in FIGURES.items()}
    return replace(line(use), figures=figures)


def test_it_is_booked_once_its_money_came_and_the_next_run_hands_it_on(
    abroad: Abroad, tmp_path: Path
) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    taken = abroad.takes(abroad.advice())
    assert (taken.waits, abroad.holds()) == ("no-payment", {})
    abroad.comes(0)
    assert abroad.holds() == {"bank": 85 * EUROS, "accrued": -85 * EUROS}
    assert abroad.takes(abroad.advice()).kept.id == taken.kept.id
    abroad.comes(0)
    assert abroad.holds() == {"bank": 85 * EUROS, "accrued": -85 * EUROS}
    run = abroad.money.run()
    (handed,) = abroad.money.lines(run)
    assert (handed.performer_id, handed.category) == (abroad.member.id, "abroad")
    assert handed.received_micro == 85 * EUROS
    with abroad.office.shared.read() as session:
        assert run_checking.verify(session, abroad.clerk, run.id).ok
        side = abroad.money.stage.agent(abroad.member)
        told = statements.statement(session, side, performer_id=abroad.member.id, period="2026-11")
    assert [one.total_micro for one in told.totals] == [85 * EUROS]
    (tmp_path / "again").mkdir()
    done, database = replayed(tmp_path / "again", exported(abroad.office))
    database.close()
    assert done.same, done.differences


def test_lines_that_cannot_be_placed_wait_with_their_money(abroad: Abroad) -> None:
    other, lapsed = (abroad.money.stage.performer() for _ in range(2))
    abroad.brought(abroad.member, "prf_1", "lic_1")
    abroad.brought(other, "prf_2", "lic_2")
    lines = [line(), line("use_2", "prf_2", "lic_9"), line("use_3", "prf_3")]
    lines.append(line("use_4", "prf_2", "lic_1"))
    told = abroad.advice(lines=added_up(lines), amount_micro=340 * EUROS)
    found = abroad.takes(told)
    causes = [one.cause for one in found.places]
    assert causes == ["", "unknown-licence", "unknown-licence", "unknown-performer"]
    receipt = abroad.comes(0, "340.00")
    assert receipt.unmatched_micro == 255 * EUROS
    held = {"bank": 340 * EUROS, "accrued": -85 * EUROS, "unmatched": -255 * EUROS}
    assert abroad.holds() == held
    found = abroad.shown(found.kept.id)
    assert (found.waits, found.placed_micro, found.held_micro) == ("held", 85 * EUROS, 255 * EUROS)

    # One of them can be placed by now: her newer bundle brought the licence.
    abroad.brought(other, "prf_2", "lic_9")
    with abroad.office.shared.write() as session:
        advised.place(session, abroad.clerk, found.kept.id, now=utc_now())
    assert abroad.holds()["accrued"] == -170 * EUROS
    with abroad.office.shared.write() as session:
        advised.place(session, abroad.clerk, found.kept.id, now=utc_now())
    assert abroad.holds() == {**held, "accrued": -170 * EUROS, "unmatched": -170 * EUROS}
    assert lapsed.id not in {one.member.performer_id for one in found.places if one.member}


def test_the_money_of_held_lines_can_go_back_and_no_more_than_that(abroad: Abroad) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    told = abroad.advice(
        lines=added_up([line(), line("use_2", "prf_2", "lic_2")]), amount_micro=170 * EUROS
    )
    kept = abroad.takes(told).kept
    receipt = abroad.comes(0, "170.00")
    Till(abroad.office, abroad.office.shared).open_account()
    vault, iban = abroad.money.stage.world.vault, "DE89370400440532013000"
    asked = Asked(RefundReason.OTHER, name="North", iban=iban)
    with abroad.office.shared.write() as session:
        made = refunds.propose(session, vault, abroad.clerk, receipt.id, asked, now=utc_now())
    assert made.amount_micro == 85 * EUROS
    # Its money is on the way back: nothing of it is booked, and nothing else is kept from being.
    abroad.brought(abroad.member, "prf_2", "lic_2")
    with abroad.office.shared.write() as session:
        found = advised.place(session, abroad.clerk, kept.id, now=utc_now())
    assert [one.cause for one in found.places] == ["", "not-booked"]
    abroad.takes(abroad.advice(1, lines=(line("use_2", "prf_2", "lic_2"),)))
    abroad.comes(1)
    assert abroad.holds()["accrued"] == -170 * EUROS
    assert abroad.shown(kept.id).held_micro == 85 * EUROS


def test_no_run_is_paid_twice_and_none_is_skipped(abroad: Abroad) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    later = abroad.takes(abroad.advice(1, lines=(line("use_2"),)))
    assert later.waits == "earlier-missing"
    second = abroad.comes(1)
    assert second.unmatched_micro == 85 * EUROS
    first = abroad.takes(abroad.advice(0))
    abroad.comes(0)
    assert abroad.shown(first.kept.id).waits == ""
    # What waited for it follows by itself.
    assert abroad.shown(later.kept.id).receipt_id == second.id
    assert abroad.holds() == {"bank": 170 * EUROS, "accrued": -170 * EUROS}
    # The same run in a payment of another name.
    twice = abroad.takes(abroad.advice(2, runs=("run_1",), before=("run_0",)))
    assert twice.waits == "paid-before"
    abroad.comes(2)
    assert abroad.holds()["unmatched"] == -85 * EUROS
    assert abroad.holds()["accrued"] == -170 * EUROS


def test_what_is_taken_back_later_lessens_the_claim_and_a_match_can_be_undone(
    abroad: Abroad,
) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    first = abroad.takes(abroad.advice(0)).kept
    abroad.comes(0)
    abroad.money.run()
    lines = added_up([back(), line("use_2")])
    second = abroad.takes(abroad.advice(1, lines=lines, amount_micro=76_500_000)).kept
    abroad.comes(1, "76.50")
    assert abroad.shown(second.id).waits == ""
    assert abroad.holds()["bank"] == 161_500_000
    follows = abroad.money.run(Wanted(follows_id=_first(abroad)))
    assert abroad.money.totals(follows).handed_on_micro == 76_500_000
    with pytest.raises(Conflict, match="later payment"), abroad.office.shared.write() as session:
        advised.unmatch(session, abroad.clerk, first.id, now=utc_now())
    for one in (second, first):
        with abroad.office.shared.write() as session:
            advised.unmatch(session, abroad.clerk, one.id, now=utc_now())
    assert abroad.holds()["unmatched"] == -161_500_000
    again = abroad.money.run(Wanted(follows_id=_first(abroad)))
    assert abroad.money.totals(again).handed_on_micro == -161_500_000


def test_only_whole_payments_of_the_very_amount_and_currency_are_matched(abroad: Abroad) -> None:
    kept = abroad.takes(abroad.advice(0)).kept
    wrong = abroad.comes(0, "84.00")
    right = abroad.comes(1, "85.00", "no reference")
    vault = abroad.money.stage.world.vault
    assert abroad.holds()["unmatched"] == -169 * EUROS
    with pytest.raises(BadInput, match="not what"), abroad.office.shared.write() as session:
        advised.match(session, vault, abroad.clerk, kept.id, wrong.id, now=utc_now())
    with abroad.office.shared.write() as session:
        advised.match(session, vault, abroad.clerk, kept.id, right.id, now=utc_now())
    with pytest.raises(Conflict, match="matched already"), abroad.office.shared.write() as session:
        advised.match(session, vault, abroad.clerk, kept.id, right.id, now=utc_now())


def test_a_payment_is_explained_by_one_advice_and_entered_by_hand_as_by_a_bank(
    abroad: Abroad,
) -> None:
    kept = abroad.takes(abroad.advice(0)).kept
    paid = Payment("b1", utc_now().date(), 85 * EUROS, "EUR", text=f"run, {REFERENCES[0].lower()}")
    vault = abroad.money.stage.world.vault
    with abroad.office.shared.write() as session:
        receipt = advised.enter(session, vault, abroad.clerk, paid, now=utc_now())
    # All of its lines are held, so that none of the money is gone; it is the advice's nevertheless.
    assert (abroad.shown(kept.id).waits, receipt.unmatched_micro) == ("held", 85 * EUROS)
    other = abroad.takes(abroad.advice(1, runs=("run_9",), before=())).kept
    with pytest.raises(Conflict, match="Another advice"), abroad.office.shared.write() as session:
        advised.match(session, vault, abroad.clerk, other.id, receipt.id, now=utc_now())
    with abroad.office.shared.write() as session:
        advised.unmatch(session, abroad.clerk, kept.id, now=utc_now())
        advised.match(session, vault, abroad.clerk, other.id, receipt.id, now=utc_now())


def test_of_a_file_the_first_payment_that_an_advice_names_is_its_own(abroad: Abroad) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    kept = abroad.takes(abroad.advice()).kept
    day, vault = f"{utc_now():%Y-%m-%d}", abroad.money.stage.world.vault
    told = [
        f"b{at},{day},85.00,EUR,{said}\n" for at, said in enumerate(("x", *(2 * REFERENCES[:1])))
    ]
    file = "".join(("reference,booked_on,amount,currency,text\n", *told)).encode()
    with abroad.office.shared.write() as session:
        done = bankstatements.import_statement(session, vault, abroad.clerk, file, now=utc_now())
    assert (done.entered, done.matched, done.waiting) == (3, 1, 2)
    assert abroad.shown(kept.id).receipt_id == receipts.id_of(abroad.clerk.tenant_id, "b1")


def test_an_accrual_of_the_book_leaves_what_came_from_abroad(abroad: Abroad) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    abroad.takes(abroad.advice(0))
    abroad.comes(0)
    before = abroad.holds()
    with abroad.office.shared.write() as session:
        accruals.accrue(session, system(abroad.payer_id), now=utc_now())
    assert abroad.holds() == before


@pytest.mark.parametrize("seed", range(4))
def test_the_book_is_the_same_in_whatever_order_everything_comes(abroad: Abroad, seed: int) -> None:
    second = abroad.money.stage.performer()
    chain = [
        abroad.advice(0),
        abroad.advice(1, lines=added_up([back(), line("use_2", "prf_2", "lic_2")])),
        abroad.advice(2, lines=(replace(line("use_2", "prf_2", "lic_2"), claim_id="txn_later"),)),
    ]
    chain[1] = replace(chain[1], amount_micro=76_500_000)
    steps: list[Callable[[], object]] = [
        *(partial(abroad.takes, one) for one in chain),
        *(partial(abroad.comes, number, amount) for number, amount in enumerate(AMOUNTS)),
        partial(abroad.brought, abroad.member, "prf_1", "lic_1"),
        partial(abroad.brought, second, "prf_2", "lic_2"),
    ]
    random.Random(seed).shuffle(steps)
    for step in steps:
        step()
        sums = abroad.holds()
        assert sum(sums.values()) == 0
        assert sums.get("receivable", 0) == 0
    for one in chain:
        again = abroad.takes(one)
        with abroad.office.shared.write() as session:
            advised.place(session, abroad.clerk, again.kept.id, now=utc_now())
    assert abroad.holds() == {"bank": 246_500_000, "accrued": -246_500_000}
    with abroad.office.shared.read() as session:
        found = statements.book_balance(session, abroad.clerk)
    hers = {one.account: one.net_micro for one in found if one.account.startswith("accrued")}
    assert hers == {
        f"accrued:{abroad.member.id}": -76_500_000,
        f"accrued:{second.id}": -170 * EUROS,
    }


def test_who_may_take_what_from_whom(abroad: Abroad, world: TestWorld) -> None:
    with pytest.raises(Conflict, match="another society"):
        abroad.takes(abroad.advice(payee="did:web:east.example"))
    with pytest.raises(NotFound, match="No society"):
        abroad.takes(abroad.advice(payer="did:web:west.example"))
    abroad.takes(abroad.advice(0))
    with pytest.raises(Conflict, match="says something else"):
        abroad.takes(abroad.advice(0, notes=("sbn_1",)))
    data = signed(to_dict(abroad.advice(1)), abroad.key, utc_now())
    for other in (world.first, world.second):
        with pytest.raises(NotAllowed), abroad.office.shared.write() as session:
            advised.take(session, world.vault, other, data, registry=OWN, now=utc_now())
        with abroad.office.shared.read() as session:
            assert advised.list_advices(session, other) == []


def test_only_members_are_placed_in_the_book_of_a_society(abroad: Abroad, world: TestWorld) -> None:
    abroad.brought(abroad.member, "prf_1", "lic_1")
    society = world.principal("society")
    mine = Money(Office(Stage(replace(world, operator=society)), abroad.office.shared))
    elsewhere = replace(abroad, money=mine)
    found = elsewhere.takes(elsewhere.advice(0))
    assert [one.cause for one in found.places] == ["not-a-member"]


def _first(abroad: Abroad) -> str:
    with abroad.office.shared.read() as session:
        found = runs.list_runs(session, abroad.clerk)
    return next(one.id for one in found if not one.follows_id)
