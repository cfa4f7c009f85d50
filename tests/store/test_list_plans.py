"""Long lists are read in the order of an index: nothing is gone through whole, nothing is sorted.

What a page costs with ten thousand rows cannot be told from a dozen; what the database does can.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from core import approvalqueue, approvals, audit, deliveries, notices
from core.principal import Principal, SearchCapability
from licensing.releaselist import Order, Sought
from licensing.store import clearances, releases, waiting
from registry.store import characters, likenesses, matches, people, uses
from royalties.accounts import Account, AccountKind
from royalties.billing.standing import InvoiceState
from royalties.models_complaints import Sought as Complained
from royalties.models_income import Claims
from royalties.store import (
    bookaccruals,
    claims,
    complaints,
    intake,
    invoices,
    invoicestates,
    journal,
    onaccounts,
    payoutbatches,
    payouts,
    published,
    runs,
    unclaimed,
)
from tests.fixtures import TestWorld

SINCE = date(2026, 1, 1)
Asking = Callable[[Session, Principal], Any]
LISTS: dict[str, Asking] = {
    **{
        f"releases by {order.value}": lambda session, who, order=order: releases.releases(  # type: ignore[misc]
            session, who, Sought(since=SINCE), order=order, limit=51
        )
        for order in Order
    },
    "releases behind a title": lambda session, who: releases.releases(
        session, who, Sought(since=SINCE), order=Order.TITLE, after=("", "cut_a"), limit=51
    ),
    "uses": lambda session, who: uses.of_performer(session, who, "prf_a", before_seq=9),
    "how many uses": lambda session, who: uses.count_of_performer(session, who, "prf_a"),
    "uses elsewhere": uses.uses_of_own_performers,
    "uses of cuts": lambda session, who: uses.live_in(session, who, ["cut_a", "cut_b"]),
    "searches": lambda session, who: matches.touching(session, who, "prf_a", before_seq=9),
    "who was found": lambda session, who: matches.matched_performers(session, who, ["a", "b"]),
    "decisions": lambda session, who: clearances.newest_parts(session, who, "prf_a", ["a", "b"]),
    "what waits": lambda session, who: waiting.page(session, who, after="1"),
    "how much waits": lambda session, who: waiting.count(session, who, before="1"),
    "disputes": lambda session, who: complaints.list_all(
        session, who, Complained(own_book=True, is_open=True)
    ),
    "how many disputes": lambda session, who: complaints.count(
        session, who, Complained(own_book=True, is_open=True)
    ),
    "imports": lambda session, who: intake.list_imports(session, who, before="imp_a"),
    "claims that a credit note takes back": lambda session, who: list(
        claims.lines_back(session, who, "inv_a")
    ),
    "claims reversed by a month": lambda session, who: list(
        claims.lines_back(session, who, "inv_a", "2026-11")
    ),
    "invoices": lambda session, who: invoicestates.in_state(session, who, None, SINCE, limit=51),
    "invoices by state": lambda session, who: invoicestates.in_state(
        session, who, InvoiceState.OPEN, SINCE, before_seq=9, limit=51
    ),
    "invoices that were paid": lambda session, who: invoicestates.in_state(
        session, who, InvoiceState.PAID, SINCE, limit=51
    ),
    "invoices overdue": lambda session, who: invoicestates.overdue(session, who, SINCE, limit=51),
    "invoices overdue, on": lambda session, who: invoicestates.overdue(
        session, who, SINCE, after="inv_a", limit=51
    ),
    "what a second person is asked": lambda session, who: approvalqueue.waiting(
        session, who, after_seq=9, limit=51
    ),
    "deliveries": lambda session, who: deliveries.list_deliveries(session, who, before_seq=9),
    "deliveries to one": lambda session, who: deliveries.list_deliveries(
        session, who, target_id="whk_a", before_seq=9
    ),
    "own performers": lambda session, who: people.own_ids(session, who, after="prf_a", limit=51),
    "likenesses": lambda session, who: likenesses.of_own_performers(
        session, who, before="a", limit=51
    ),
    "figures": lambda session, who: characters.list_characters(session, who, after="a", limit=51),
    "unclaimed lists": lambda session, who: unclaimed.page(session, who, before="unl_a", limit=51),
    "unclaimed lines": lambda session, who: unclaimed.lines_of(
        session, who, "unl_a", after="unl_b", limit=51
    ),
    "published items": lambda session, who: published.accounts(
        session,
        SearchCapability("unclaimed", "a test"),
        "unl_a",
        after="unidentified:cut_a",
        limit=51,
    ),
    "credit notes": lambda session, who: invoices.credits_of(session, who, ["inv_a", "inv_b"]),
    "runs": lambda session, who: runs.list_runs(session, who, before=9, limit=51),
    "batches": lambda session, who: payoutbatches.batches(session, who, before=9, limit=51),
    "payments": lambda session, who: payouts.payouts_of(session, who, "pba_a", after="a", limit=51),
    "notices": lambda session, who: notices.inbox(session, who, before_seq=9),
    "approvals": lambda session, who: approvals.list_approvals(session, who, before_seq=9),
    "claims that an invoice takes": lambda session, who: list(
        claims.lines_due(session, who, Claims("ten_a", "EUR", 1, 1), "2026-01")
    ),
    "a book": lambda session, who: journal.of_book(
        session, SearchCapability("closing", "a test"), who.tenant_id, after_seq=9
    ),
    "a book's month": lambda session, who: journal.of_book(
        session, SearchCapability("closing", "a test"), who.tenant_id, month="2026-01", after_seq=9
    ),
    "audit": lambda session, who: audit.entries(session, who, before_seq=9),
    "audit of a person": lambda session, who: audit.entries(
        session, who, audit.Sought(actor="per_a", since=SINCE, until=SINCE), before_seq=9
    ),
    "audit of a kind": lambda session, who: audit.entries(
        session, who, audit.Sought(action="key.made"), before_seq=9
    ),
}


@contextmanager
def asked(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are put to the database meanwhile."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, values))

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_the_order_of_an_index(world: TestWorld, name: str) -> None:
    with world.db.read() as session:
        with asked(session) as statements:
            LISTS[name](session, world.first)
        assert statements
        for statement, values in statements:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [row[3] for row in plan]
            assert all("TEMP B-TREE" not in step for step in steps), (statement, steps)
            assert all(step.split()[0] != "SCAN" for step in steps), (statement, steps)


ACCOUNTS = (Account(AccountKind.PAYABLE, "pay_a"), Account(AccountKind.ACCRUED, "prf_a"))
LOOKUPS: dict[str, tuple[str, Asking]] = {
    "what lines earned": (
        "ix_accrual_usage_line_id (usage_line_id=?)",
        lambda session, who: journal.booked(session, who, ["usg_a", "usg_b"]),
    ),
    "what a month finds on accounts": (
        "book_entry_balance (tenant_id=? AND account_kind=? AND subject=?)",
        lambda session, who: onaccounts.in_month(session, who, ACCOUNTS, "2026-01"),
    ),
    "months of accounts": (
        "book_entry_balance (tenant_id=? AND account_kind=? AND subject=?)",
        lambda session, who: onaccounts.months(session, who, ACCOUNTS),
    ),
    "cuts that a book has claims on": (
        "book_transaction_month (tenant_id=?)",
        lambda session, who: bookaccruals.count_due(
            session, SearchCapability("test", "a"), bookaccruals.Whose(book=who.tenant_id)
        ),
    ),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_what_is_asked_of_a_large_book_is_looked_up(world: TestWorld, name: str) -> None:
    """No entry, accrual or transaction of a book is gone through to find a few."""
    index, asking = LOOKUPS[name]
    with world.db.read() as session:
        with asked(session) as statements:
            asking(session, world.first)
        for statement, values in statements:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            steps = [row[3] for row in plan]
            assert any(step.endswith(index) for step in steps), (statement, steps)
            large = ("SCAN book_entry", "SCAN accrual", "SCAN book_transaction")
            assert not any(step.startswith(large) for step in steps), (statement, steps)
