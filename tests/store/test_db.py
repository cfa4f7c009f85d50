"""The database: one commit point, one writer at a time, owners, audiences, append-only tables."""

import json
import logging
import multiprocessing
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import MetaData, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import OperationalError
from sqlmodel import Field, Session, SQLModel, col, select

from api.schema import require_current
from core import dberrors, sqlite
from core.appendonly import append_only, append_only_triggers
from core.clock import utc_now
from core.columns import PUBLIC, JsonText, Owned, UtcDateTime
from core.db import Database, next_seq
from core.errors import Broken, Conflict, Unavailable
from core.ids import new_id
from core.principal import Principal, system
from core.visibility import one_of, visible

DIALECT = SQLiteDialect()
AS_SHIPPED = sqlite.SYNCHRONOUS  # while tests run nothing waits for the disk


class NoteRow(Owned, table=True):
    # Metadata of its own: this table is no part of the product's schema.
    metadata = MetaData()
    __tablename__ = "test_note"
    __table_args__ = (UniqueConstraint("text"), append_only("ended_at"))

    text: str
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "notes.db", create=True)
    with database.write() as session:
        connection = session.connection()
        # Of the product's tables what is used here: others may be known in part alone.
        SQLModel.metadata.create_all(connection, tables=[SQLModel.metadata.tables["core_counter"]])
        NoteRow.metadata.create_all(connection)
        table = NoteRow.metadata.tables["test_note"]
        for statement in append_only_triggers(table):
            connection.exec_driver_sql(statement)
    yield database
    database.close()


def note(text: str, *, tenant_id: str = "ten_a", audience: str = "owner") -> NoteRow:
    return NoteRow(
        id=new_id("nte"), tenant_id=tenant_id, audience=audience, recorded_at=utc_now(), text=text
    )


def texts(session: Session) -> set[str]:
    return set(session.exec(select(NoteRow.text)))


def test_a_write_is_kept_when_it_ends_well(db: Database) -> None:
    with db.write() as session:
        session.add(note("kept"))
    with db.read() as session:
        assert texts(session) == {"kept"}


def test_a_write_leaves_nothing_when_it_ends_badly(db: Database) -> None:
    with pytest.raises(KeyError), db.write() as session:
        session.add(note("first"))
        session.flush()
        next_seq(session)
        raise KeyError
    with db.read() as session:
        assert texts(session) == set()
    with db.write() as session:
        assert next_seq(session) == 1


def test_a_read_writes_nothing(db: Database) -> None:
    with pytest.raises(Broken), db.read() as session:
        session.add(note("sneaked in"))
        session.flush()
    with db.read() as session:
        session.add(note("never flushed"))
    with db.read() as session:
        assert texts(session) == set()


def test_a_read_sees_one_snapshot(db: Database) -> None:
    with db.read() as session:
        assert texts(session) == set()
        with db.write() as writing:
            writing.add(note("meanwhile"))
        session.expire_all()
        assert texts(session) == set()
    with db.read() as session:
        assert texts(session) == {"meanwhile"}


def test_a_second_record_of_a_unique_fact_is_a_conflict(db: Database) -> None:
    with db.write() as session:
        session.add(note("once"))
    with pytest.raises(Conflict), db.write() as session:
        session.add(note("other"))
        session.add(note("once"))
    with db.read() as session:
        assert texts(session) == {"once"}


def test_the_error_of_a_refused_statement_holds_no_values(db: Database) -> None:
    with pytest.raises(Broken) as caught, db.write() as session:
        session.connection().execute(sql("INSERT INTO test_note (id) VALUES ('secret-value')"))
    assert "secret-value" not in caught.value.message


def test_a_value_that_cannot_be_stored_is_not_in_the_error(db: Database) -> None:
    with pytest.raises(Broken) as caught, db.write() as session:
        row = note("secret-value")
        row.recorded_at = datetime(2026, 1, 1)
        session.add(row)
    assert "secret-value" not in str(caught.value.__cause__)


def test_threads_that_read_before_they_write_lose_no_step(db: Database) -> None:
    def count_up(times: int) -> None:
        for _ in range(times):
            with db.write() as session:
                next_seq(session)

    threads = [threading.Thread(target=count_up, args=(50,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.write() as session:
        assert next_seq(session) == 201


def _count_up_elsewhere(path: str, times: int) -> None:
    database = Database.open(Path(path))
    try:
        for _ in range(times):
            with database.write() as session:
                row = session.connection().execute(sql("SELECT value FROM core_counter"))
                seen = row.scalar_one()
                time.sleep(0.001)
                assert next_seq(session) == seen + 1
    finally:
        database.close()


def test_two_processes_queue_for_the_write_lock(db: Database) -> None:
    with db.write() as session:
        next_seq(session)
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_count_up_elsewhere, args=(str(db.path), 40)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    with db.write() as session:
        assert next_seq(session) == 82


def test_a_lock_that_stays_taken_is_reported_as_busy(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 50)
    other = Database.open(db.path)
    try:
        with other.write() as session:
            next_seq(session)
            impatient = Database.open(db.path)
            with pytest.raises(Unavailable) as caught, impatient.write():
                pass
            impatient.close()
        assert caught.value.code == "busy"
    finally:
        other.close()


def test_a_full_disk_is_reported_and_leaves_nothing(db: Database) -> None:
    with pytest.raises(Unavailable) as caught, db.write() as session:
        connection = session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for _ in range(100):
            session.add(note("x" * 5000 + new_id("nte")))
        session.flush()
    assert caught.value.code == "disk-full"
    with db.read() as session:
        assert texts(session) == set()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SQLITE_IOERR_READ", "disk-fault"),
        ("SQLITE_IOERR_FSYNC", "disk-fault"),
        ("SQLITE_IOERR_SHMSIZE", "disk-full"),
    ],
)
def test_a_disk_that_fails_is_no_full_disk(name: str, code: str) -> None:
    raised = sqlite.driver().OperationalError("disk I/O error")
    raised.sqlite_errorname = name
    told = dberrors.translate(OperationalError("insert", {}, raised))
    assert (type(told), told.code) == (Unavailable, code)


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections from here on are set as everybody's are."""
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", AS_SHIPPED)


@pytest.mark.usefixtures("shipped")
def test_every_connection_is_durable_strict_and_wiping(db: Database) -> None:
    expected = {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "recursive_triggers": 1}
    for opened in (db.read, db.write):
        with opened() as session:
            connection = session.connection()
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected
            }
            assert found == expected
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
            assert mode.upper() == db.journal_mode


@pytest.mark.parametrize(("made_with", "has"), [(None, sqlite.PAGE_BYTES), (4096, 4096)])
def test_a_new_database_has_large_pages_and_an_older_one_keeps_its_own(
    tmp_path: Path, made_with: int | None, has: int
) -> None:
    path = tmp_path / "a.db"
    if made_with is not None:
        older = sqlite.driver().connect(path)
        older.execute(f"PRAGMA page_size = {made_with}").close()
        older.execute("PRAGMA journal_mode = WAL").close()
        older.close()
    database = Database.open(path, create=made_with is None)
    with database.write() as session:
        NoteRow.metadata.create_all(session.connection())
        session.add(note("kept"))
    with database.read() as session:
        assert texts(session) == {"kept"}
        assert session.connection().exec_driver_sql("PRAGMA page_size").scalar_one() == has
    database.close()


def test_an_unsafe_sqlite_runs_without_wal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "wal_is_safe", lambda version: False)
    with caplog.at_level(logging.WARNING):
        database = Database.open(tmp_path / "old.db", create=True)
    assert database.journal_mode == "DELETE"
    assert "WAL" in caplog.text
    with database.write() as session:
        NoteRow.metadata.create_all(session.connection())
        session.add(note("kept"))
    with database.read() as session:
        assert texts(session) == {"kept"}
    assert not (tmp_path / "old.db-wal").exists()
    database.close()


def test_a_missing_database_is_never_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Database.open(tmp_path / "none.db")
    assert "ebenbild init" in caught.value.next_step
    assert list(tmp_path.iterdir()) == []


def test_a_new_database_is_its_owners_alone_and_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    Database.open(path, create=True).close()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Conflict):
        Database.open(path, create=True)


def test_rows_are_seen_by_owner_audience_and_nobody_else(db: Database) -> None:
    with db.write() as session:
        session.add(note("mine"))
        session.add(note("for b", audience="tenant:ten_b"))
        session.add(note("for all", audience=PUBLIC))
        session.add(note("b's own", tenant_id="ten_b"))

    def seen(principal: Principal) -> set[str]:
        with db.read() as session:
            return set(session.exec(select(NoteRow.text).where(visible(NoteRow, principal))))

    assert seen(system("ten_a")) == {"mine", "for b", "for all"}
    assert seen(system("ten_b")) == {"for b", "for all", "b's own"}
    assert seen(system("ten_c")) == {"for all"}
    assert seen(system("")) == {"for all"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE test_note SET text = 'changed'",
        "UPDATE test_note SET ended_at = 'x', tenant_id = 'ten_b'",
        "UPDATE test_note SET id = 'other'",
        "DELETE FROM test_note",
        "INSERT OR REPLACE INTO test_note (id, tenant_id, audience, recorded_at, text) "
        "SELECT id, tenant_id, audience, recorded_at, 'changed' FROM test_note",
        "INSERT OR REPLACE INTO test_note (id, tenant_id, audience, recorded_at, text) "
        "SELECT 'other', tenant_id, audience, recorded_at, text FROM test_note",
    ],
)
def test_an_append_only_table_keeps_its_rows(db: Database, statement: str) -> None:
    with db.write() as session:
        session.add(note("kept"))
    with pytest.raises(Broken), db.write() as session:
        session.connection().execute(sql(statement))
    with db.read() as session:
        assert texts(session) == {"kept"}


def test_only_the_named_columns_of_an_append_only_table_may_change(db: Database) -> None:
    with db.write() as session:
        row = note("ends")
        session.add(row)
    now = utc_now()
    with db.write() as session:
        stored = session.exec(select(NoteRow).where(col(NoteRow.text) == "ends")).one()
        stored.ended_at = now
        session.add(stored)
    with db.read() as session:
        assert session.exec(select(NoteRow.ended_at)).one() == now


TIMES = st.datetimes(timezones=st.just(UTC)) | st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 1, 1),
    timezones=st.just(timezone(timedelta(hours=-7))),
)


@given(TIMES, TIMES)
def test_stored_times_come_back_and_sort_as_text(first: datetime, second: datetime) -> None:
    kind = UtcDateTime()
    texts = [kind.process_bind_param(at, DIALECT) for at in (first, second)]
    assert [kind.process_result_value(text, DIALECT) for text in texts] == [first, second]
    assert ((texts[0] or "") < (texts[1] or "")) == (first < second)


def test_a_time_without_a_zone_is_not_stored() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), DIALECT)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_stored_json_comes_back(value: Any) -> None:
    kind = JsonText()
    text = kind.process_bind_param(value, DIALECT)
    assert kind.process_result_value(text, DIALECT) == value
    assert text is None or json.loads(text) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_is_not_json_is_not_stored(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        JsonText().process_bind_param(value, DIALECT)


@pytest.mark.parametrize("wanted", [(), ("a",), ("a", 'b"]', "ü\n", "not there")])
def test_one_of_many_texts_is_found_whatever_they_hold(
    db: Database, wanted: tuple[str, ...]
) -> None:
    there = {"a", 'b"]', "ü\n", "other"}
    with db.write() as session:
        for one in sorted(there):
            session.add(NoteRow(id=new_id("nte"), tenant_id="t", recorded_at=utc_now(), text=one))
    with db.read() as session:
        query = select(NoteRow.text).where(one_of(col(NoteRow.text), wanted))
        assert set(session.exec(query)) == there.intersection(wanted)


def test_a_database_that_cannot_be_opened_is_not_one_of_an_earlier_version(tmp_path: Path) -> None:
    path = tmp_path / "ebenbild.db"
    Database.open(path, create=True).close()
    closed = Database.open(path)
    # A folder that may not be written does the same to whoever is not root.
    path.unlink()
    path.mkdir()
    with pytest.raises(Unavailable) as caught:
        require_current(closed)
    assert caught.value.code == "read-only"
    closed.close()
