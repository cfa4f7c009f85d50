"""Account statements: each month opens where the last one closed, and every figure is checked."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import keys
from core.canonical import canonical
from core.errors import BadInput, BadProof
from royalties import accounts
from royalties.accountfigures import sources, summaries
from royalties.accounts import AccountKind
from royalties.accountstatement import differences, owed_micro
from royalties.accountstatement_wire import check_signed, from_dict, signed, to_dict
from royalties.models_books import TransactionKind
from tests.unit.royalties.account_worlds import HOLDER, MINE, OTHER, PAYOUT, RUN, Accounts
from tests.unit.royalties.worlds import AT, STUDIO, tariff

MONTHS = ("2026-11", "2026-12", "2027-01")
ACCRUED, PAYABLE = accounts.accrued(MINE.performer_id), accounts.payable(MINE.payee_id)
COST = accounts.account(AccountKind.COST, "collecting")
TAX = accounts.account(AccountKind.TAX, "germany")
RESERVE = accounts.account(AccountKind.RESERVE, RUN)
IN_TRANSIT = accounts.account(AccountKind.IN_TRANSIT, PAYOUT)
KEY = keys.from_seed(bytes(32))
PER_VIEW = tariff("per_view", 1_000_000)


def a_year() -> Accounts:
    """Earned in November, distributed in December with all deductions, paid out in January."""
    world = Accounts()
    world.claim(100, PER_VIEW)
    wrong = world.claim(7, PER_VIEW)
    world.month = "2026-12"
    world.take_back(wrong)
    world.post(
        TransactionKind.DISTRIBUTION,
        (ACCRUED, 100_000_000, "EUR"),
        (COST, -10_000_000, "EUR"),
        (RESERVE, -5_000_000, "EUR"),
        (TAX, -13_450_000, "EUR"),
        (PAYABLE, -71_550_000, "EUR"),
    )
    world.month = "2027-01"
    world.post(
        TransactionKind.PAYOUT, (PAYABLE, 71_550_000, "EUR"), (IN_TRANSIT, -71_550_000, "EUR")
    )
    return world


def changes(month: str) -> dict[tuple[str, str], int]:
    (summary,) = summaries(a_year().statement(month))
    return {(one.kind.value, one.counterpart): one.amount_micro for one in summary.changes}


def test_each_month_says_what_became_of_the_money() -> None:
    assert changes("2026-11") == {("accrual", "receivable"): 107_000_000}
    assert changes("2026-12") == {
        ("reversal", "receivable"): -7_000_000,
        ("distribution", "cost"): -10_000_000,
        ("distribution", "reserve"): -5_000_000,
        ("distribution", "tax"): -13_450_000,
    }
    assert changes("2027-01") == {("payout", "in_transit"): -71_550_000}


def test_what_is_left_is_named_by_what_it_waits_for() -> None:
    november, december = (summaries(a_year().statement(month))[0] for month in MONTHS[:2])
    assert november.parts == ((AccountKind.ACCRUED, 107_000_000),)
    assert december.parts == ((AccountKind.PAYABLE, 71_550_000),)


def test_a_month_in_which_nothing_happened_carries_the_balance() -> None:
    world = Accounts()
    world.claim(5, PER_VIEW)
    (summary,) = summaries(world.statement("2026-12"))
    figures = (summary.opening_micro, summary.changes, summary.closing_micro)
    assert figures == (5_000_000, (), 5_000_000)


def test_where_the_money_came_from_leaves_out_what_was_taken_back() -> None:
    (november,) = sources(a_year().statement("2026-11"))
    assert (november.kind, november.amount_micro) == ("synthesise_voice", 107_000_000)
    (december,) = sources(a_year().statement("2026-12"))
    assert december.amount_micro == -7_000_000


ACT = st.one_of(
    st.tuples(st.just("claim"), st.integers(1, 10**9), st.sampled_from(["EUR", "USD"])),
    st.tuples(st.just("back"), st.integers(0, 50)),
    st.tuples(
        st.just("post"),
        st.sampled_from([ACCRUED, PAYABLE]),
        st.sampled_from([PAYABLE, COST, TAX, RESERVE, IN_TRANSIT]),
        st.integers(-(10**15), 10**15).filter(bool),
    ),
    st.tuples(st.just("month")),
)


@settings(deadline=None)
@given(st.lists(ACT, max_size=12))
def test_the_closing_of_a_month_is_the_opening_of_the_next(acts: list[tuple[Any, ...]]) -> None:
    world = Accounts()
    for act in acts:
        match act:
            case "claim", views, currency:
                world.claim(views, tariff("per_view", 3_300, currency))
            case "back", place:
                gone = {one.reverses_id for one in world.booked}
                left = [o for o in world.booked if o.reverses_id is None and o.id not in gone]
                if left:
                    world.take_back(left[place % len(left)])
            case "post", debit, credit, amount:
                world.post(
                    TransactionKind.ADJUSTMENT, (debit, amount, "EUR"), (credit, -amount, "EUR")
                )
            case _:
                world.month = MONTHS[min(MONTHS.index(world.month) + 1, 2)]
    before: dict[str, int] = {}
    for month in MONTHS:
        made = world.statement(month)
        opening = owed_micro(made.balances, opening=True)
        assert {name: amount for name, amount in opening.items() if amount} == {
            name: amount for name, amount in before.items() if amount
        }
        for one in summaries(made):
            moved = sum(change.amount_micro for change in one.changes)
            assert one.opening_micro + moved == one.closing_micro
            assert sum(amount for _, amount in one.parts) == one.closing_micro
        assert list(differences(made)) == []
        assert from_dict(json.loads(canonical(to_dict(made)))) == plain(made)
        before = owed_micro(made.balances)


def plain(made: Any) -> Any:
    """Without the audience, which says who may see a transaction here and is nobody's figure."""
    movements = tuple(
        replace(one, transaction=one.transaction._replace(audience="")) for one in made.movements
    )
    return replace(made, movements=movements)


def test_another_performers_part_of_a_transaction_is_a_sum_alone() -> None:
    world = Accounts()
    theirs = accounts.payable(OTHER.payee_id)
    world.post(
        TransactionKind.PAYOUT,
        (PAYABLE, 5, "EUR"),
        (theirs, 7, "EUR"),
        (IN_TRANSIT, -12, "EUR"),
    )
    made = world.statement("2026-11")
    assert OTHER.payee_id not in json.dumps(to_dict(made))
    assert made.movements[0].rest == (("EUR", -5),)
    assert summaries(made)[0].closing_micro == -5
    assert list(differences(made)) == []


def test_a_licensee_is_no_holder_of_these_accounts() -> None:
    assert accounts.receivable(STUDIO) not in HOLDER.accounts


def edited(data: dict[str, Any], place: int, **changes: object) -> dict[str, Any]:
    movements = list(data["movements"])
    movements[place] = {**movements[place], **changes}
    return {**data, "movements": movements}


def repriced(data: dict[str, Any]) -> dict[str, Any]:
    claim = data["movements"][0]["claim"]
    term = {**claim["pins"]["tariff"], "rate_micro": 1_000_001}
    return edited(data, 0, claim={**claim, "pins": {**claim["pins"], "tariff": term}})


@pytest.mark.parametrize(
    ("month", "tamper", "where"),
    [
        ("2026-11", repriced, "amount"),
        ("2026-11", lambda d: edited(d, 0, id=d["movements"][1]["id"]), "id"),
        ("2026-11", lambda d: {**d, "movements": d["movements"][:1]}, "balance"),
        ("2026-11", lambda d: {**d, "movements": [*d["movements"], d["movements"][0]]}, "line"),
        ("2026-11", lambda d: {**d, "movements": d["movements"][::-1]}, "id"),
        ("2026-12", lambda d: {**d, "balances": d["balances"][:1]}, "balance"),
        ("2026-12", lambda d: edited(d, 1, postings=d["movements"][1]["postings"][1:]), "line"),
        ("2026-12", lambda d: edited(d, 0, reason="because"), "id"),
    ],
    ids=["rate", "id", "left-out", "twice", "order", "balance", "deduction", "reason"],
)
def test_the_first_line_that_differs_is_named(
    month: str, tamper: Callable[[dict[str, Any]], dict[str, Any]], where: str
) -> None:
    data = json.loads(canonical(to_dict(a_year().statement(month))))
    first = next(differences(from_dict(tamper(data))))
    assert where in first.where


def test_the_registrys_proof_covers_every_figure() -> None:
    document = signed(a_year().statement("2026-12"), KEY, AT)
    check_signed(document, (KEY.did,))
    check_signed(document, ())
    with pytest.raises(BadProof):
        check_signed({**document, "closed": True}, (KEY.did,))
    with pytest.raises(BadProof):
        check_signed(document, (keys.from_seed(bytes([1]) * 32).did,))
    with pytest.raises(BadProof):
        check_signed({name: value for name, value in document.items() if name != "proof"}, ())


@pytest.mark.parametrize("data", [{}, {"form": "ebenbild-statement-2"}, {"form": None}])
def test_what_is_no_statement_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="not an account statement"):
        from_dict(data)
