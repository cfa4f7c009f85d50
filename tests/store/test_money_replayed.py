"""Invoices, money, runs and payouts are worked out again from facts; a forged amount is named."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.clock import utc_now
from core.errors import BadInput
from registry.models.people import Performer
from royalties.models_books import TransactionKind
from royalties.models_income import WriteOffReason
from royalties.models_payouts import PayoutState
from royalties.runbegin import Wanted
from royalties.service import payees, writeoffs
from royalties.service.periods import transactions_of
from royalties.service.replay import Replayed
from royalties.service.statements import account_balances
from tests.fixtures import TestWorld
from tests.store.payouts_stage import IBANS, Till, table
from tests.store.royalties_books import HOUSE, STUDIO, Office, named, office_of
from tests.store.royalties_stage import Stage
from tests.store.test_books_replay import exported, replayed
from tests.store.test_runs import Money

Fact = dict[str, Any]


@pytest.fixture
def office(world: TestWorld) -> Iterator[Office]:
    with office_of(Stage(world)) as opened:
        yield opened


@pytest.fixture
def lines(office: Office) -> list[str]:
    """A year in small: tax, part payments, a credit note, runs, a blocked payee, payouts."""
    money = Money(office)
    named(office, office.book, HOUSE)
    named(office, office.stage.studio.tenant_id, STUDIO)
    gone = money.earn(4_321)
    money.earn(10_007, taxed="US")
    money.earn(777, taxed="")
    owed, *_ = money.receive(2, 3)
    first = money.run()
    _write_off(office, owed.id)
    office.stage.clear(gone)
    office.stage.accrue()
    money.earn(3_000)
    money.receive()
    money.run(Wanted(follows_id=first.id))
    till = Till(office, office.shared)
    till.open_account()
    for performer in money.people.values():
        _account(office, performer)
    _pay_out(till)
    return exported(office)


def _write_off(office: Office, invoice_id: str) -> None:
    asked, now = writeoffs.Asked(WriteOffReason.INSOLVENCY), utc_now()
    with office.shared.write() as session:
        writeoffs.propose(session, office.clerk, invoice_id, asked, now=now)
    with office.shared.write() as session:
        writeoffs.decide(session, office.approver, invoice_id, approve=True, now=now)


def _account(office: Office, performer: Performer) -> None:
    said = {"name": "A Performer", "residence": "DE", "iban": IBANS[0]}
    vault, agent = office.stage.world.vault, office.stage.agent(performer)
    with office.shared.write() as session:
        now = utc_now()
        payees.set_details(session, vault, agent, performer.id, said, cooling_days=0, now=now)


def _pay_out(till: Till) -> None:
    now = utc_now()
    batch = till.propose(at=now)
    till.send(batch, at=now)
    sent = till.found(PayoutState.SENT)
    rows = [(one.end_to_end_id, "settled", "", "") for one in sent]
    till.answer(table(*rows), at=now)
    back = [(one.end_to_end_id, "returned", "AC04", "") for one in sent[:1]]
    till.answer(table(*back), at=now)


def test_a_year_of_money_is_booked_again(office: Office, lines: list[str], tmp_path: Path) -> None:
    done, database = replayed(tmp_path, lines)
    with office.shared.read() as session, database.read() as again:
        assert account_balances(again, office.clerk) == account_balances(session, office.clerk)
    database.close()
    assert (done.differences, done.same) == ((), True)
    kinds = {json.loads(line)["fact"] for line in lines}
    assert kinds >= {kind.value for kind in TransactionKind} - {"fx", "adjustment", "release"}


def test_no_amount_of_a_document_a_run_or_a_bank_is_copied(lines: list[str]) -> None:
    facts = [json.loads(line) for line in lines]
    assert not [one["fact"] for one in facts if "postings" in one]
    assert "r1" not in {one.get("reference") for one in facts}
    assert "Performer" not in "\n".join(lines) and "Studio" not in "\n".join(lines)


def forged(lines: list[str], kind: str, change: Callable[[Fact], None], which: int = 0) -> int:
    """Change one fact of a kind, in place; its line number."""
    places = [n for n, line in enumerate(lines) if json.loads(line)["fact"] == kind]
    place = places[which]
    fact = json.loads(lines[place])
    change(fact)
    lines[place] = json.dumps(fact)
    return place + 1


def more(name: str) -> Callable[[Fact], None]:
    """One millionth more."""

    def change(fact: Fact) -> None:
        fact[name] = str(int(fact[name]) + 1)

    return change


def shifted(one: str, other: str) -> Callable[[Fact], None]:
    """A millionth from one amount to another, so that the sum stays."""

    def change(fact: Fact) -> None:
        fact[one], fact[other] = str(int(fact[one]) + 1), str(int(fact[other]) - 1)

    return change


def found(folder: Path, lines: list[str]) -> Replayed:
    done, database = replayed(folder, lines)
    database.close()
    return done


FORGED: tuple[tuple[str, Callable[[Fact], None], str], ...] = (
    ("document", more("claims_micro"), "document"),
    ("document", more("net_micro"), "document"),
    ("document", more("vat_micro"), "document"),
    ("lost", more("vat_micro"), "lost"),
    ("run-line", shifted("cost_micro", "net_micro"), "run-line"),
    ("run-line", shifted("reserve_micro", "social_micro"), "run-line"),
    ("money", more("amount_micro"), "receipt"),
    ("payout", lambda fact: fact.update(amount_micro=str(10**12)), "payout"),
    ("payout", more("amount_micro"), "payout"),
    ("distribution", lambda fact: fact.update(hash="00" * 32), "distribution"),
)
UNBOOKABLE: tuple[tuple[str, Callable[[Fact], None]], ...] = (
    ("run-line", more("received_micro")),
    ("match", lambda fact: fact.update(amount_micro=str(10**12))),
    ("lost", more("amount_micro")),
)


def test_a_forged_amount_is_named_with_its_line(lines: list[str], tmp_path: Path) -> None:
    for number, (kind, change, named_as) in enumerate(FORGED):
        changed, folder = [*lines], tmp_path / str(number)
        folder.mkdir()
        place = forged(changed, kind, change)
        done = found(folder, changed)
        assert not done.same
        wrong = {one.line: json.loads(changed[one.line - 1])["fact"] for one in done.differences}
        assert named_as in wrong.values(), (kind, wrong)
        assert kind != named_as or place in wrong


def test_what_a_run_withheld_follows_from_where_its_payees_are_taxed(
    lines: list[str], tmp_path: Path
) -> None:
    told = [json.loads(line) for line in lines if '"fact":"run-payee"' in line]
    assert {one["resident"] for one in told} == {True, False}
    assert not [one for one in told if "US" in one.values()], "which country it is stays here"
    for number, one in enumerate(told[:2]):
        changed, folder = [*lines], tmp_path / str(number)
        folder.mkdir()
        at_home = not one["resident"]
        forged(changed, "run-payee", lambda fact, home=at_home: fact.update(resident=home), number)
        named_ = [x for x in found(folder, changed).differences if x.what.endswith("tax_micro")]
        zero = "recomputed" if at_home else "stated"
        assert named_ and {getattr(x, zero) for x in named_} == {"0"}


def test_what_cannot_be_booked_names_its_line(lines: list[str], tmp_path: Path) -> None:
    for number, (kind, change) in enumerate(UNBOOKABLE):
        changed, folder = [*lines], tmp_path / str(number)
        folder.mkdir()
        place = forged(changed, kind, change)
        with pytest.raises(BadInput, match=f"line {place} "):
            replayed(folder, changed)


def test_a_line_of_a_run_that_is_left_out_is_noticed(lines: list[str], tmp_path: Path) -> None:
    gone = next(n for n, line in enumerate(lines) if '"fact":"distribution"' in line)
    done = found(tmp_path, [*lines[:gone], *lines[gone + 1 :]])
    assert "distribution" in {one.recomputed for one in done.differences}


def test_the_first_form_is_still_read(office: Office, lines: list[str], tmp_path: Path) -> None:
    """Facts as they were written before: every amount but an accrual's is a fact itself."""
    old = [json.loads(line) for line in lines if json.loads(line)["fact"] in _FIRST]
    old[0]["form"] = "ebenbild-ledger-facts-1"
    with office.shared.read() as session:
        booked = {one.id: one for one in transactions_of(session, office.book)}
    for fact in old:
        one = booked.get(fact.get("id", ""))
        fact.pop("hash", None)
        if one is not None and fact["fact"] not in ("accrual", "reversal"):
            fact.update(
                earned=one.earned_period,
                facts_key=one.facts_key,
                run_id=one.run_id,
                pair=None,
                postings=[[p.account, str(p.amount_micro), p.currency] for p in one.postings],
            )
            for name in ("document", "money", "match", "lost", "run", "payout"):
                fact.pop(name, None)
    assert found(tmp_path, [json.dumps(fact) for fact in old]).same


_FIRST = frozenset({"book", "usage", "tariff", "month", "end", *map(str, TransactionKind)})
