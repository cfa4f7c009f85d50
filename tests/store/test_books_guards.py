"""What the tables of the books refuse by themselves, of whoever writes past the program."""

import pytest
from sqlalchemy import text

from core.errors import Broken, Conflict
from royalties.store.journal import journal
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared

AT = "2026-11-21T10:00:00.000000Z"


@pytest.fixture
def stage(world: TestWorld) -> Stage:
    made = Stage(world)
    cut_id, _ = cleared(made)
    made.import_lines(f"{cut_id},DE,2026-11,10")
    made.accrue()
    return made


def run(stage: Stage, *statements: str) -> None:
    """Run SQL in one write; `:book` and `:month` name the book and its open month."""
    with stage.db.read() as session:
        (booked,) = journal(session, stage.studio)
    values = {"book": booked.tenant_id, "month": booked.posted_period, "booked": booked.id}
    with stage.db.write() as session:
        for statement in statements:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            session.connection().execute(text(statement), named)


def entry(name: str, amount: int, *, currency: str = "EUR", position: int = 0, of: str = "") -> str:
    account = "bank" if amount > 0 else "rounding"
    transaction = of or f"'txn_{name}'"
    return (
        f"INSERT INTO book_entry VALUES ('ent_{name}{position}', :book, 'owner', '{AT}',"
        f" {transaction}, {position}, '{account}', '', {amount}, '{currency}')"
    )


def transaction(name: str, *, kind: str = "adjustment", reverses: str = "NULL") -> str:
    return (
        "INSERT INTO book_transaction (id, tenant_id, audience, recorded_at, seq, kind, facts_key,"
        " reason, earned_period, posted_period, reverses_id)"
        f" VALUES ('txn_{name}', :book, 'owner', '{AT}', 1{len(name)}000, '{kind}', 'f-{name}',"
        f" 'x', '2026-11', :month, {reverses})"
    )


def test_a_balanced_transaction_goes_in(stage: Stage) -> None:
    run(stage, entry("a", 5), entry("a", -5, position=1), transaction("a"))


@pytest.mark.parametrize("big", [2**63 - 1, 2**32 + 1, 2**32])
def test_sums_do_not_overflow(stage: Stage, big: int) -> None:
    several = [entry("a", big, position=n) for n in range(3)]
    back = [entry("a", -big, position=n) for n in range(3, 6)]
    run(stage, *several, *back, transaction("a"))
    with pytest.raises(Broken):
        run(stage, entry("bb", big), entry("bb", 1 - big, position=1), transaction("bb"))


@pytest.mark.parametrize(
    "statements",
    [
        [entry("a", 5), entry("a", -4, position=1), transaction("a")],
        [entry("a", 5), entry("a", -5, currency="USD", position=1), transaction("a")],
        [transaction("a")],
        [entry("a", 5), entry("a", -5, position=1)],
        [entry("a", 5, position=7, of=":booked"), entry("a", -5, position=8, of=":booked")],
        [
            entry("a", 5),
            entry("a", -5, position=1),
            transaction("a", kind="reversal", reverses=":booked"),
        ],
        [entry("a", 5), entry("a", -5, position=1), transaction("a", kind="reversal")],
        [entry("a", 5), entry("a", -5, position=1), transaction("a", kind="fx")],
        [
            entry("a", 5).replace(":book", "'ten_other'"),
            entry("a", -5, position=1),
            transaction("a"),
        ],
    ],
    ids=[
        "unequal",
        "two-currencies",
        "no-entries",
        "no-transaction",
        "one-more-entry",
        "reverses-otherwise",
        "reverses-nothing",
        "one-leg",
        "another-book",
    ],
)
def test_what_is_unsound_is_refused(stage: Stage, statements: list[str]) -> None:
    with pytest.raises(Broken):
        run(stage, *statements)


def test_the_same_facts_are_booked_once(stage: Stage) -> None:
    run(stage, entry("a", 5), entry("a", -5, position=1), transaction("a"))
    again = transaction("bb").replace("f-bb", "f-a")
    with pytest.raises(Conflict):
        run(stage, entry("bb", 5), entry("bb", -5, position=1), again)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE book_period SET state = 'CLOSED', root = 'x', log_index = 1",
        "UPDATE book_period SET state = 'OPEN'",
        "UPDATE book_period SET month = '2026-01'",
        "DELETE FROM book_period",
        "INSERT INTO book_period SELECT 'per_x', tenant_id, audience, recorded_at, '2020-01',"
        " 'CLOSED', 0, 'x', NULL, NULL, 1, 0 FROM book_period",
        "DELETE FROM accrual",
        "UPDATE accrual SET licensee_id = 'ten_other'",
    ],
)
def test_months_and_accruals_cannot_be_edited(stage: Stage, statement: str) -> None:
    with pytest.raises(Broken):
        run(stage, statement)


def test_nothing_is_posted_in_a_month_that_closes_or_is_closed(stage: Stage) -> None:
    posting = (entry("a", 5), entry("a", -5, position=1), transaction("a"))
    run(stage, "UPDATE book_period SET state = 'CLOSING', root = 'r'")
    with pytest.raises(Broken):
        run(stage, *posting)
    with pytest.raises(Broken):
        run(stage, "UPDATE book_period SET state = 'CLOSED', root = 'other', log_index = 1")
    run(stage, "UPDATE book_period SET state = 'CLOSED', log_index = 1")
    for statements in (posting, ("UPDATE book_period SET state = 'OPEN', root = NULL",)):
        with pytest.raises(Broken):
            run(stage, *statements)


def test_no_month_takes_postings_before_it_has_begun(stage: Stage) -> None:
    later = transaction("a").replace(":month", "'2031-01'")
    with pytest.raises(Broken):
        run(stage, entry("a", 5), entry("a", -5, position=1), later)
