"""Transactions out of their rows: each with its postings, and with the claim where it has one.

A transaction comes whole in one row, so that what it consists of is looked up while its pages are
at hand; a book is read by the million.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Text, func, literal, type_coerce
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from royalties.accounts import Account, AccountKind
from royalties.models_books import Claim, Posting, Transaction, TransactionKind
from royalties.store.ledger import AccrualRow, EntryRow, TransactionRow
from royalties.wire import pins_from_dict

_KINDS = {one.value: one for one in TransactionKind}
_posted = aliased(EntryRow)
_POSTINGS = (
    sql_select(
        func.json_group_array(
            func.json_array(
                *(col(_posted.position), col(_posted.account_kind), col(_posted.subject)),
                *(col(_posted.amount_micro), col(_posted.currency)),
            )
        )
    )
    .where(col(_posted.transaction_id) == col(TransactionRow.id))
    .correlate(TransactionRow)
    .scalar_subquery()
)
_NOTHING = literal("null", Text)


def _stored(column: Any) -> ColumnElement[str]:
    return func.coalesce(type_coerce(column, Text), _NOTHING)


# Three values as one text, which is read at once: postings, pins and working.
DETAILS = func.concat(
    literal("[", Text),
    _POSTINGS,
    *(
        part
        for name in ("pins", "working")
        for part in (literal(",", Text), _stored(getattr(AccrualRow, name)))
    ),
    literal("]", Text),
)
CLAIMED = col(AccrualRow.transaction_id) == col(TransactionRow.id)
COLUMNS = (
    *(col(getattr(TransactionRow, name)) for name in ("id", "tenant_id", "audience")),
    *(col(getattr(TransactionRow, name)) for name in ("recorded_at", "seq", "kind", "facts_key")),
    *(col(getattr(TransactionRow, name)) for name in ("reason", "earned_period", "posted_period")),
    *(col(getattr(TransactionRow, name)) for name in ("reverses_id", "run_id", "pair_id")),
    *(col(getattr(AccrualRow, name)) for name in ("live_key", "revision", "licensee_id")),
)


def load(
    session: Session, *clauses: ColumnElement[bool], limit: int | None = None
) -> list[Transaction]:
    """The transactions that these clauses on them and their accruals leave, by `seq`."""
    query = (
        sql_select(DETAILS, *COLUMNS)
        .outerjoin_from(TransactionRow, AccrualRow, CLAIMED)
        .where(*clauses)
        .order_by(col(TransactionRow.seq))
        .limit(limit)
    )
    rows = session.connection().execute(query).all()
    return [transaction(row, details) for details, *row in rows]


def transaction(row: Sequence[Any], details: str) -> Transaction:
    """A row of `COLUMNS`, taken apart by place, and its `DETAILS`: statements read a million."""
    name, tenant_id, audience, recorded_at, seq, kind, facts_key, reason, earned, posted = row[:10]
    reverses_id, run_id, pair_id, live_key, revision, licensee_id = row[10:]
    postings, pins, working = from_json(details)
    postings.sort()
    return Transaction(
        id=name,
        tenant_id=tenant_id,
        audience=audience,
        kind=_KINDS[kind],
        facts_key=facts_key,
        reason=reason,
        earned_period=earned,
        posted_period=posted,
        postings=tuple(
            [Posting(account_text(*one), micro, unit) for _, *one, micro, unit in postings]
        ),
        seq=seq,
        recorded_at=recorded_at,
        reverses_id=reverses_id,
        run_id=run_id,
        pair_id=pair_id,
        claim=None
        if live_key is None
        else Claim(live_key, revision, licensee_id, pins_from_dict(pins), working),
    )


@lru_cache(maxsize=10_000)
def account_text(kind: str, subject: str) -> str:
    """The text of an account that stands in a row."""
    return str(Account(AccountKind(kind), subject))
