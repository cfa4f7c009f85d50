"""Reading and writing the lines and releases of runs, in streams and pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    String,
    cast,
    func,
    insert,
    literal_column,
    not_,
    or_,
    tuple_,
)
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.ids import derived_id
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from royalties.ledger import audience_of, tenant_of
from royalties.models_books import TransactionKind
from royalties.models_runs import Before, Outcome, Parts, Release, RunLine, RunState
from royalties.runproof import HASHED
from royalties.store.bulk import rows_of
from royalties.store.ledger import TransactionRow
from royalties.store.runrows import COLUMNS, INSERT, line_of, values_of
from royalties.store.runs import LineRow, ReleaseRow, RunRow

KEYS_MAX = 500
# Each line goes to a random place of two indexes; the default is an eighth.
_CACHE = "PRAGMA cache_size = -16384"
_ORDER = tuple(col(getattr(LineRow, name)) for name in ("live_key", "payee_id", "outcome"))
_HASHED = tuple(cast(col(getattr(LineRow, name)), String) for name in HASHED)
# A condition on what an index has would be looked up there, and the rows sorted afterwards.
_run_of = literal_column("+distribution_line.run_id", String)
# Rows of one run stand together: it is written in one step.
_ROW = literal_column("distribution_line.rowid", Integer)


def add_lines(
    session: Session,
    book: str,
    run_id: str,
    lines: Sequence[tuple[RunLine, str]],
    *,
    at: datetime,
    told: int = 0,
) -> None:
    """Store lines of a run, each with the id of the transaction that it will be booked as.

    `told` is how many lines of the run are stored before these.
    """
    if lines:
        connection = session.connection()
        connection.exec_driver_sql(_CACHE)
        connection.exec_driver_sql(INSERT, values_of(book, run_id, lines, at=at, told=told))


def add_releases(
    session: Session,
    book: str,
    run_id: str,
    releases: Iterable[tuple[Release, str]],
    *,
    at: datetime,
) -> None:
    """Store releases of a run, each with the id of the transaction that it will be booked as."""
    values = [_release_values(book, run_id, one, name, at) for one, name in releases]
    if values:
        session.connection().execute(insert(ReleaseRow), values)


def before(
    session: Session,
    _capability: SearchCapability,
    book: str,
    live_keys: Sequence[str],
    *,
    number: int,
) -> dict[str, tuple[Before, ...]]:
    """What the closed runs of a book before that number did with these claims, by claim.

    Claims with which they did nothing are left out.
    """
    found: defaultdict[str, dict[str, Before]] = defaultdict(dict)
    for start in range(0, len(live_keys), KEYS_MAX):
        some = live_keys[start : start + KEYS_MAX]
        query = _with_runs(_lines_query()).where(
            col(LineRow.live_key).in_(some),
            col(LineRow.tenant_id) == book,
            col(RunRow.state) == RunState.CLOSED.value,
            col(RunRow.number) < number,
        )
        for row in session.connection().execute(query):
            line = line_of(row)
            of_claim = found[line.live_key]
            of_claim[line.payee_id] = after(of_claim.get(line.payee_id), line)
    return {key: tuple(some[name] for name in sorted(some)) for key, some in found.items()}


def after(old: Before | None, line: RunLine) -> Before:
    """What was done with a claim for a payee, with one more line."""
    known = old or Before(line.payee_id, 0, 0, Parts())
    advanced = 0 if line.outcome is Outcome.COVERED else line.drawn_micro
    return Before(
        line.payee_id,
        known.received_micro + line.received_micro,
        known.advanced_micro + advanced,
        Parts(*map(add, known.parts, line.parts)),
        line.authority or known.authority,
        line.currency,
    )


def hashed(session: Session, _capability: SearchCapability, run_id: str) -> Iterator[RunLine]:
    """The lines of a run in the order of its hash, as a stream."""
    return map(line_of, rows_of(session, _ordered(_lines_query(), run_id)))


def texts(session: Session, _capability: SearchCapability, run_id: str) -> Iterator[list[str]]:
    """The same lines in pages, each as a JSON array of what its run's hash says of it."""
    query = _ordered(sql_select(func.json_array(*_HASHED)), run_id)
    found = session.connection().execute(query.execution_options(yield_per=KEYS_MAX))
    return map(list, found.scalars().partitions())


def owners(
    session: Session, _capability: SearchCapability, run_id: str
) -> list[tuple[str, str, str]]:
    """Performer, their tenant and payee of the lines of a run, each once and in order."""
    names = (col(LineRow.performer_id), col(LineRow.audience), col(LineRow.payee_id))
    query = sql_select(*names).distinct().where(col(LineRow.run_id) == run_id)
    rows = session.connection().execute(query)
    return sorted((performer, tenant_of(audience), payee) for performer, audience, payee in rows)


def told(session: Session, _capability: SearchCapability, run_id: str) -> Iterator[RunLine]:
    """The lines of a run in the order in which they were added, as a stream."""
    ends = sql_select(func.min(_ROW), func.max(_ROW)).where(col(LineRow.run_id) == run_id)
    first, last = session.connection().execute(ends).one()
    query = _lines_query().where(_ROW.between(first or 0, last or -1), _run_of == run_id)
    return map(line_of, rows_of(session, query.order_by(_ROW)))


def page(
    session: Session,
    principal: Principal,
    run_id: str,
    *,
    performer_id: str | None = None,
    of: tuple[str, str] | None = None,
    after_key: tuple[str, str, str] = ("", "", ""),
    limit: int = 200,
) -> list[RunLine]:
    """Lines of a run that the principal may see, in the order of its hash; drafts only its own.

    `of` is a part of the run's sums and a currency: the lines that add something to it.
    `after_key` is claim, payee and outcome of the last line of the page before.
    """
    mine = or_(
        owned(LineRow, principal),
        col(RunRow.state) == RunState.CLOSED.value,
    )
    query = _with_runs(_ordered(_lines_query(), run_id)).where(
        visible(LineRow, principal), mine, tuple_(*_ORDER) > after_key
    )
    if performer_id is not None:
        query = query.where(col(LineRow.performer_id) == performer_id)
    if of is not None:
        query = query.where(_adds_to(of[0]), col(LineRow.currency) == of[1])
    return [line_of(row) for row in session.connection().execute(query.limit(limit))]


def _adds_to(part: str) -> ColumnElement[bool]:
    """Of a line: that it adds something to a part of the run's sums, as `runproof.count` does."""
    blocked = col(LineRow.outcome) == Outcome.BLOCKED.value
    moved = {
        "handed_on": col(LineRow.received_micro) != 0,
        "tax": (col(LineRow.tax_micro) != 0) | (col(LineRow.surcharge_micro) != 0),
        "cost": col(LineRow.cost_micro) != 0,
        "social": col(LineRow.social_micro) != 0,
        "reserve": col(LineRow.reserve_micro) != 0,
        "blocked": blocked & (col(LineRow.net_micro) != 0),
        "payable": not_(blocked) & (col(LineRow.net_micro) != 0),
    }
    return moved.get(part, (col(LineRow.outcome) == part) & (col(LineRow.stays_micro) != 0))


def of_claim(
    session: Session, _capability: SearchCapability, book: str, live_key: str
) -> list[tuple[str, RunLine]]:
    """What the closed runs of a book did with a claim and what was taken from it, with each run."""
    key = col(LineRow.live_key)
    query = (
        _with_runs(_lines_query())
        .where(
            col(LineRow.tenant_id) == book,
            # What is kept apart has a name of its own behind a stroke.
            (key == live_key) | key.between(f"{live_key}/", f"{live_key}0"),
            col(RunRow.state) == RunState.CLOSED.value,
        )
        .order_by(col(RunRow.number), key, col(LineRow.payee_id), col(LineRow.outcome))
        .limit(KEYS_MAX)
    )
    return [(row.run_id, line_of(row)) for row in session.connection().execute(query)]


def releases(
    session: Session, _capability: SearchCapability, run_id: str
) -> list[tuple[Release, str]]:
    """The releases of a run in the order of its hash, each with its transaction."""
    names = (ReleaseRow.source, ReleaseRow.performer_id, ReleaseRow.payee_id, ReleaseRow.currency)
    query = (
        sql_select(*(col(getattr(ReleaseRow, name)) for name in ReleaseRow.model_fields))
        .where(col(ReleaseRow.run_id) == run_id)
        .order_by(*(col(name) for name in names))
    )
    return [(_release(row), row.booked_as) for row in session.connection().execute(query)]


def kept_back(
    session: Session, _capability: SearchCapability, book: str, family_id: str
) -> Iterator[tuple[str, str, str, str, int]]:
    """Performer, their tenant, payee, currency and reserve of each line of a family's closed runs.

    In the order of these names, so that a stream can add them up.
    """
    query = (
        sql_select(
            col(LineRow.performer_id),
            col(LineRow.audience),
            col(LineRow.payee_id),
            col(LineRow.currency),
            col(LineRow.reserve_micro),
        )
        .join(RunRow, col(RunRow.id) == col(LineRow.run_id))
        .where(
            col(LineRow.tenant_id) == book,
            col(LineRow.reserve_micro) != 0,
            col(RunRow.state) == RunState.CLOSED.value,
            (col(RunRow.id) == family_id) | (col(RunRow.follows_id) == family_id),
        )
        .order_by(col(LineRow.performer_id), col(LineRow.payee_id), col(LineRow.currency))
    )
    for row in rows_of(session, query):
        yield row[0], row[1].removeprefix("tenant:"), row[2], row[3], row[4]


def years(session: Session, _capability: SearchCapability, book: str) -> list[int]:
    """The years in which claims of a book were earned."""
    year = func.substr(col(TransactionRow.earned_period), 1, 4)
    query = (
        sql_select(year)
        .distinct()
        .where(
            col(TransactionRow.tenant_id) == book,
            col(TransactionRow.kind) == TransactionKind.ACCRUAL.value,
        )
    )
    return sorted(int(one) for (one,) in session.connection().execute(query))


def _lines_query() -> Any:
    return sql_select(*COLUMNS, col(LineRow.run_id), col(LineRow.booked_as))


def _with_runs(query: Any) -> Any:
    """A run is written after its lines: only lines of a whole run have one."""
    return query.join(RunRow, col(RunRow.id) == col(LineRow.run_id))


def _ordered(query: Any, run_id: str) -> Any:
    return query.where(col(LineRow.run_id) == run_id).order_by(*_ORDER)


def _owned(book: str, one: Release, name: str, at: datetime) -> dict[str, Any]:
    audience = audience_of(one.performer_tenant_id)
    return {"id": name, "tenant_id": book, "audience": audience, "recorded_at": at}


def _release_values(
    book: str, run_id: str, one: Release, booked_as: str, at: datetime
) -> dict[str, Any]:
    said = ("source", "performer_id", "payee_id", "currency", "reason", "authority")
    name = derived_id("rrl", run_id, one.source, one.performer_id, one.payee_id, one.currency)
    return {
        **_owned(book, one, name, at),
        **{column: getattr(one, column) for column in said},
        "run_id": run_id,
        "outcome": one.outcome.value,
        "tax_micro": one.parts.tax_micro,
        "surcharge_micro": one.parts.surcharge_micro,
        "net_micro": one.parts.net_micro,
        "booked_as": booked_as,
    }


def _release(row: Row[Any]) -> Release:
    said = row._mapping
    names = ("source", "performer_id", "payee_id", "currency", "reason", "authority")
    kept = {name: said[name] for name in ("tax_micro", "surcharge_micro", "net_micro")}
    return Release(
        **{name: said[name] for name in names},
        outcome=Outcome(said["outcome"]),
        performer_tenant_id=tenant_of(said["audience"]),
        parts=Parts(**kept),
    )
