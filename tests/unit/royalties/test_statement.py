"""Statements: every cent recomputed from the statement alone, and tampering seen."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.canonical import canonical
from core.errors import BadInput
from fingerprint.models import Span
from royalties import accounts, statement
from royalties.models import ClearedUse
from royalties.models_books import TransactionKind
from royalties.statement import Statement
from royalties.statement_wire import from_dict, to_dict
from tests.unit.royalties.worlds import SIMPLE, Books, line, priced, tariff, use

PERIOD = "2026-11"


def built(books: Books, one: ClearedUse | None = None, period: str = PERIOD) -> Statement:
    performer_id = (one or use()).performer_id
    return statement.build(
        performer_id=performer_id, period=period, transactions=books.transactions
    )


def rescanned() -> Books:
    """Two usage lines, accrued, and accrued again after a re-scan moved a span by 40 ms."""
    books = Books()
    shown = [line(1000), line(500, territory="AT"), line(7, period="2026-12")]
    books.accrue([use(), use("b")], shown)
    books.accrue([use()._replace(spans=(Span(40, 90_040),)), use("b")], shown)
    return books


def test_a_statement_holds_one_performers_month_and_nothing_else() -> None:
    made = built(rescanned())
    assert [one.pins.territory for one in made.lines] == ["DE", "AT"]
    assert {one.pins.performer_id for one in made.lines} == {use().performer_id}
    assert {one.pins.period for one in made.lines} == {PERIOD}


def test_totals_are_the_sum_of_what_stands_after_a_rescan() -> None:
    made = built(rescanned())
    assert [(t.currency, t.total_micro, t.total_cents, t.carried_micro) for t in made.totals] == [
        ("EUR", 37_500, 4, -2_500)
    ]
    assert [one.revision for one in made.lines] == [2, 2]
    assert len(made.corrections) == 2
    assert sum(one.amount_micro for one in made.corrections) == -25_000


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from(SIMPLE),
            st.integers(1, 10**12),
            st.integers(1, 10**7),
            st.sampled_from(["EUR", "USD"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(1, 10**6), max_size=4, unique=True),
)
def test_totals_equal_the_balances_and_recompute_to_the_cent(
    history: list[tuple[str, str, int, int, str]], views: list[int]
) -> None:
    books = Books()
    for name, kind, rate, length, currency in history:
        changed = priced(use(name, spans=((0, length),)), tariff(kind, rate, currency))
        other = use("b" if name == "a" else "a")
        books.accrue([changed, other], [line(n) for n in views])
    for one in (use("a"), use("b")):
        made = built(books, one)
        account = accounts.accrued(one.performer_id)
        balance = {c: -n for (name, c), n in books.balances().items() if name == account}
        assert {t.currency: t.total_micro for t in made.totals} == balance
        assert all(t.total_cents * 10_000 + t.carried_micro == t.total_micro for t in made.totals)
        assert statement.recompute(made) == ()
        assert from_dict(json.loads(canonical(to_dict(made)))) == made


def test_round_trip_through_json() -> None:
    made = built(rescanned())
    assert from_dict(json.loads(json.dumps(to_dict(made)))) == made


def test_same_books_same_statement_and_other_books_another() -> None:
    assert built(rescanned()).id == built(rescanned()).id
    before = Books()
    before.accrue([use()], [line()])
    assert built(before).id != built(rescanned()).id


def test_an_empty_month_is_a_statement_of_nothing() -> None:
    made = built(Books())
    assert (made.lines, made.corrections, made.totals, made.as_of_seq) == ((), (), (), 0)
    assert statement.recompute(made) == ()


def tampered_line(data: dict[str, Any], **changes: object) -> dict[str, Any]:
    return {**data, "lines": [{**data["lines"][0], **changes}, *data["lines"][1:]]}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda d: tampered_line(d, amount_micro="18751"),
        lambda d: tampered_line(d, spans=[[40, 90_041]]),
        lambda d: tampered_line(d, tariff={**d["lines"][0]["tariff"], "rate_micro": 12_501}),
        lambda d: tampered_line(d, tariff={**d["lines"][0]["tariff"], "kind": "per_view"}),
        lambda d: tampered_line(d, tariff={**d["lines"][0]["tariff"], "currency": "USD"}),
        lambda d: tampered_line(d, territory_factor=[1, 2]),
        lambda d: tampered_line(d, working={}),
        lambda d: {**d, "lines": d["lines"][:-1]},
        lambda d: {**d, "lines": [*d["lines"], d["lines"][0]]},
        lambda d: {**d, "corrections": []},
        lambda d: {**d, "totals": [{**d["totals"][0], "total_cents": "5"}]},
        lambda d: {**d, "totals": [{**d["totals"][0], "total_micro": "37501"}]},
        lambda d: {**d, "totals": [{**d["totals"][0], "carried_micro": "0"}]},
        lambda d: {**d, "period": "2026-12"},
    ],
    ids=[
        "amount",
        "span",
        "rate",
        "kind",
        "currency",
        "factor",
        "working",
        "line-removed",
        "line-doubled",
        "corrections-removed",
        "cents",
        "total",
        "carried",
        "period",
    ],
)
def test_recomputing_sees_tampering(
    tamper: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    data = json.loads(json.dumps(to_dict(built(rescanned()))))
    assert statement.recompute(from_dict(tamper(data)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: {},
        lambda d: {**d, "form": "another"},
        lambda d: {**d, "lines": [{}]},
        lambda d: {**d, "lines": 3},
        lambda d: {**d, "totals": [{**d["totals"][0], "total_cents": "4.2"}]},
        lambda d: tampered_line(d, territory_factor=[1, 0]),
        lambda d: tampered_line(d, kind="unheard-of"),
        lambda d: tampered_line(d, recorded_at="yesterday"),
    ],
)
def test_what_is_no_statement_is_refused(
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    with pytest.raises(BadInput):
        from_dict(spoil(to_dict(built(rescanned()))))


def test_corrections_say_what_they_took_back() -> None:
    books = rescanned()
    by_id = {one.id: one for one in books.transactions}
    for one in built(books).corrections:
        original = by_id[one.reverses_id]
        assert original.kind is TransactionKind.ACCRUAL
        assert original.amount_micro == -one.amount_micro
