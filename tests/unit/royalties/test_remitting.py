"""What payments to a sister are for: each millionth of runs once, in whatever order money moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id
from royalties.models_payouts import PayoutState
from royalties.models_runs import Outcome, Parts, Release, RunLine
from royalties.remitting import Note, PaidRun, Remittance, paid_by, standing, told

AT = datetime(2026, 11, 1, tzinfo=UTC)
PAYEE = derived_id("pay", "sister")
EUROS = 1_000_000


def line(key: str, whole: int, outcome: Outcome = Outcome.PAYABLE) -> RunLine:
    """Of so much received a tenth is kept for costs, and a tenth in reserve."""
    kept = abs(whole) // 10 * (1 if whole > 0 else -1)
    parts = Parts(cost_micro=kept, reserve_micro=kept, net_micro=whole - 2 * kept)
    who = ("prf_a", "ten_a", "2026-10", "EUR")
    return RunLine(key, PAYEE, outcome, "received", f"txn_{key}", *who, parts=parts)


def run(number: int, *lines: RunLine, releases: tuple[Release, ...] = ()) -> PaidRun:
    closed = AT + timedelta(days=number)
    return PaidRun(f"run_{number}", number, derived_id("run", "1"), closed, lines, releases)


def release(source: str, micro: int) -> Release:
    who = ("prf_a", "ten_a", PAYEE, "EUR")
    return Release(source, *who, Outcome.PAYABLE, "freed", "", Parts(net_micro=micro))


def payment(number: int, micro: int, **more: object) -> Remittance:
    """Proposed an hour after the run of that number was closed."""
    at = AT + timedelta(days=number, hours=1)
    made = Remittance(f"pot_{number}", "", "EUR", micro, PayoutState.SETTLED, at, at)
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_was_blocked_or_kept_comes_with_the_claims_that_it_was_of() -> None:
    reserve = f"reserve:{derived_id('run', '1')}"
    runs = [
        run(1, line("a", 30 * EUROS, Outcome.BLOCKED), line("b", 10 * EUROS, Outcome.BLOCKED)),
        run(2, line("c", 10 * EUROS), releases=(release(f"blocked:{PAYEE}", 32 * EUROS),)),
        run(3, releases=(release(reserve, 5 * EUROS),)),
    ]
    found = told([payment(2, 40 * EUROS), payment(3, 5 * EUROS)], runs, [])
    assert [one.runs for one in found] == [("run_1", "run_2"), ("run_3",)]
    assert [one.rounding_micro for one in found] == [0, 0]
    shares = {key: one.amount_micro for key, one in standing(found, runs).items()}
    assert shares == {"a": 27 * EUROS, "b": 9 * EUROS, "c": 9 * EUROS}
    assert [one.amount_micro for one in paid_by(found[1], runs)] == [3 * EUROS, EUROS, EUROS]


def test_tax_on_a_note_is_no_claim_and_what_nothing_explains_waits() -> None:
    runs = [run(1, line("a", 10 * EUROS))]
    note = Note("sbn_1", AT + timedelta(days=1), 1_520_000, "DE")
    (whole,) = told([payment(1, 9_520_000)], runs, [note])
    assert (whole.claims_micro, whole.vat, whole.rounding_micro) == (
        8 * EUROS,
        {"DE": 1_520_000},
        0,
    )
    (strange,) = told([payment(1, 20 * EUROS)], runs, [note])
    assert not strange.is_explained
    assert standing([strange], runs) == {}


def test_what_an_earlier_payment_paid_and_the_bank_sent_back_the_next_one_pays() -> None:
    runs = [run(1, line("a", 10 * EUROS)), run(2, line("a", -5 * EUROS), line("b", 20 * EUROS))]
    back = payment(1, 8 * EUROS, state=PayoutState.RETURNED)
    both = told([back, payment(2, 20 * EUROS)], runs, [])
    assert both[1].runs == ("run_1", "run_2")
    # It came back after the next one was proposed: that one waits, and a third one pays the first.
    late = replace(back, changed_at=AT + timedelta(days=3))
    waits = told([late, payment(2, 12 * EUROS)], runs, [])
    assert standing(waits, runs) == {}
    again = told([late, payment(2, 12 * EUROS), payment(4, 8 * EUROS)], runs, [])
    assert standing(again, runs) == standing(both, runs)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=6),
    st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_claims_and_what_is_beside_them_are_what_was_paid(
    sums: list[int], pays: list[bool]
) -> None:
    runs = [run(number, line(f"k{number % 2}", whole)) for number, whole in enumerate(sums, 1)]
    owed, payments = 0, []
    for one in runs:
        owed += sum(each.parts.net_micro for each in one.lines)
        cents = owed - owed % 10_000
        if pays[one.number - 1] and cents:
            payments.append(payment(one.number, cents))
            owed -= cents
    found = told(payments, runs, [])
    assert all(one.is_explained for one in found)
    claims = sum(one.amount_micro for one in standing(found, runs).values())
    assert claims + sum(one.rounding_micro for one in found) == sum(
        one.amount_micro for one in payments
    )
