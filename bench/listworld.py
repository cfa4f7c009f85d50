"""A registry in which everybody's lists are long, beside others of their kind who have nothing.

One of each thing is made by the product: a film that a performer is surely heard in, one where she
may be, a month of its usage, an invoice, a run, a batch, a dispute. The others are copies of their
rows under other ids, numbers and days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from sqlmodel import Session, text

from api.client import Client
from api.opening import open_registry
from api.roles import Role
from core.enrolmentsettings import EnrolmentSettings
from tests.flows.test_two_societies import MONTH, Society, member_of
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage, declaration, new_cut, submit

FAMILY = {
    "cut": "id = (SELECT cut_id FROM submission WHERE id = '{0}')",
    "submission": "id = '{0}'",
    "declaration": "submission_id = '{0}'",
    "scan": "submission_id = '{0}'",
    "trace": "scan_id IN (SELECT id FROM scan WHERE submission_id = '{0}')",
    "match": "submission_id = '{0}'",
    "use_version": "submission_id = '{0}'",
    "clearance": "submission_id = '{0}'",
    "clearance_use": "clearance_id IN (SELECT id FROM clearance WHERE submission_id = '{0}')",
}
# A release every tenth part of a day, so that a week holds some of them.
DAY = "date('2031-01-01', '+' || (i / 10) || ' days')"
# Copies keep the beginning of an id and the letters that tell parts of one whole apart, its last
# two; between them stands their number.
DIGITS, PART = 6, 2
STRANGERS = 60
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :many)"
MINUTE = "strftime('%Y-%m-%dT%H:%M:%S', '2026-01-01', '+' || i || ' minutes') || '.000000Z'"
ENDED = "decided_at = recorded_at, ruling = 'rejected'"
OF_SOCIETY = "tenant_id = (SELECT tenant_id FROM distribution_run)"


@dataclass(frozen=True)
class Side:
    """A group's browser where there is much, and of another organisation where there is nothing."""

    full: httpx2.Client
    empty: httpx2.Client


@dataclass
class World:
    """Who asks, and the ids that addresses name."""

    stage: Stage
    studio: Side
    performer: Side
    society: Side
    auditor: Side
    ids: Mapping[str, str]


@contextmanager
def make(folder: Path, many: int) -> Iterator[World]:
    """Everything, `many` of each."""
    stage = Stage.make(folder, enrolment=EnrolmentSettings(notice_days=0))
    try:
        yield _made(stage, many)
    finally:
        stage.close()


def _made(stage: Stage, many: int) -> World:
    (studio_id, studio), (no_studio, other) = stage.tenant("studio"), stage.tenant("studio", "B")
    (agency_id, agency), (no_agency, idle) = stage.tenant("agency"), stage.tenant("agency", "C")
    society = member_of(stage, agency, "anna")
    no_society, _ = stage.tenant("society", "D")
    idle.post("/v1/performers", {"name": "E", "public_name": "E"})
    price = {"kind": "per_view", "rate": "0.01", "currency": "EUR"}
    society.member.license(studio_id, tariff=price)
    sure = _film(stage, studio, society, 60_000, f"{datetime.now(UTC):%F}")
    ids = _money(stage, studio, society, studio_id, sure["cut_id"])
    doubtful = _film(stage, studio, society, 2_000, "2031-01-01")
    line = society.clerk.get(f"/v1/runs/{ids['run_id']}/lines")[0]["transaction_id"]
    said = {"transaction_ids": [line], "ground": "not-me", "proof": "I was in Rome."}
    complaint = agency.post("/v1/complaints", said)["id"]
    _, crowd = stage.tenant("agency", "Crowd")
    people = [crowd.post("/v1/performers", _named(i))["id"] for i in range(STRANGERS)]
    with open_registry(stage.settings) as world:
        with world.db.write() as session:
            _films(session, many, sure["id"], doubtful["id"])
            _claims(session, many, line, people)
            _papers(session, many, ids["batch_id"], complaint)
            _told(session, many, (studio_id, agency_id, society.id))

        def side(full: str, empty: str, role: Role) -> Side:
            return Side(*(stage.http(seat(world.db, one, role).token) for one in (full, empty)))

        return World(
            stage,
            side(studio_id, no_studio, Role.STUDIO),
            side(agency_id, no_agency, Role.PERFORMER),
            side(society.id, no_society, Role.SOCIETY_CLERK),
            side(society.id, no_society, Role.AUDITOR),
            {
                **ids,
                "performer_id": society.member.id,
                "work_id": studio.get(f"/v1/cuts/{doubtful['cut_id']}")["work_id"],
                "bare_id": other.post("/v1/works", {"title": "Nothing", "level": "film"})["id"],
                "cut_id": doubtful["cut_id"],
                "month": MONTH,
            },
        )


def _film(
    stage: Stage, studio: Client, society: Society, heard_ms: int, release_at: str
) -> dict[str, Any]:
    """A film in which the performer is heard for so long."""
    declared = declaration({"performer_id": society.member.id, "kind": "synthesise_voice"})
    film = medium(70_000, ("anna", "voice", 0, heard_ms))
    return submit(stage, studio, new_cut(studio), film, {**declared, "release_at": release_at})


def _money(
    stage: Stage, studio: Client, society: Society, studio_id: str, cut_id: str
) -> dict[str, str]:
    """A month's usage, claimed, invoiced, paid, distributed and on its way to the performer."""
    table = f"cut_id,territory,period,views\n{cut_id},DE,{MONTH},40000\n"
    file = stage.file("u.csv", table.encode())
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(file)})
    studio.post("/v1/accruals")
    society.paid(studio_id, 40_000)
    run_id = society.distributed()["id"]
    society.paid_out()
    society.clerk.post("/v1/usage-imports", {"upload_id": society.clerk.upload(file)})
    (batch,) = society.clerk.pages("/v1/payout-batches")
    return {"run_id": str(run_id), "batch_id": str(batch["id"])}


def _films(session: Session, many: int, sure: str, doubtful: str) -> None:
    # What guards books against people like us would have each copy be a booking of its own.
    for (name,) in list(_run(session, "SELECT name FROM sqlite_master WHERE type = 'trigger'")):
        _run(session, f'DROP TRIGGER "{name}"')
    changed = {"trace.sealed": "NULL", "clearance.release_at": DAY}
    for number, submission in enumerate((sure, doubtful)):
        family = {table: where.format(submission) for table, where in FAMILY.items()}
        _copy(session, family, many, changed, offset=(number + 1) * 10_000_000)


def _claims(session: Session, many: int, line: str, people: Sequence[str]) -> None:
    """Claims for as many uses of one performer, handed on by one run, and for many performers."""
    of_it = f"transaction_id = '{line}'"
    used = f"SELECT pins ->> 'use_id', pins ->> 'cut_id' FROM accrual WHERE {of_it}"
    (also,) = _run(session, used)
    family = {
        "usage_line": f"id = (SELECT usage_line_id FROM accrual WHERE {of_it})",
        "book_transaction": f"id = '{line}'",
        "book_entry": of_it,
        "accrual": of_it,
    }
    handed_on = {"distribution_line": of_it}
    _copy(session, {**family, **handed_on}, many, {"live_key": "live_key || i"}, also=also)
    whose = _one_of(people)
    others = {"live_key": "live_key || 's' || i", "performer_id": whose, "id": "id || 's' || i"}
    handed_on["distribution_line"] += " AND length(id) = 30 ORDER BY rowid LIMIT 1"
    _copy(session, handed_on, many, others)
    changed = {"performer_id": whose, "id": "id || 's' || i"}
    _copy(session, {"distribution_preview": "TRUE"}, len(people), changed)


def _papers(session: Session, many: int, batch_id: str, complaint: str) -> None:
    """Reports, invoices, batches with payments, disputes, and entries of the public log."""
    _copy(session, {"usage_import": f"{OF_SOCIETY} LIMIT 1"}, many, {"recorded_at": MINUTE})
    _copy(session, {"invoice": "kind = 'invoice'"}, many, {"no": "no + 1 + i"})
    _copy(session, {"payout_batch": "TRUE"}, many, {"number": "number + 1 + i"})
    payees = [row[0] for row in _run(session, "SELECT payee_id FROM performer")]
    paid = {
        "account": "account || i",
        "end_to_end_id": "end_to_end_id || i",
        "payee_id": _one_of(payees),
        "batch_id": f"'{batch_id}'",
    }
    _copy(session, {"payout": f"batch_id = '{batch_id}'"}, many, paid)
    disputed = {
        "complaint": f"id = '{complaint}'",
        "complaint_line": f"complaint_id = '{complaint}'",
    }
    _copy(session, disputed, many, {"live_key": "live_key || i", "recorded_at": MINUTE})
    _run(session, f"UPDATE complaint SET {ENDED} WHERE id <> '{complaint}' AND rowid % 2")
    newest = {"log_leaf": "seq = (SELECT max(seq) FROM log_leaf)"}
    _copy(session, newest, many, {"seq": "seq + 1 + i"})


def _told(session: Session, many: int, tenants: Iterable[str]) -> None:
    """Notices, proposals and entries of the audit log, of each of these."""
    for number, tenant_id in enumerate(tenants):
        for table in ("notice", "approval", "audit_entry"):
            count = _run(session, f"SELECT count(*) FROM {table} WHERE tenant_id = '{tenant_id}'")
            if not count.scalar_one():
                continue
            newest = f"tenant_id = '{tenant_id}' ORDER BY seq DESC LIMIT 1"
            _copy(session, {table: newest}, many, {}, offset=(number + 2) * 10_000_000)


def _one_of(values: Sequence[str]) -> str:
    """One after another of these, and again from the first."""
    cases = " ".join(f"WHEN {number} THEN '{one}'" for number, one in enumerate(values))
    return f"(CASE i % {len(values)} {cases} END)"


def _named(number: int) -> dict[str, str]:
    return {"name": f"Person {number}", "public_name": f"P. {number}"}


def _copy(
    session: Session,
    family: Mapping[str, str],
    many: int,
    changed: Mapping[str, str],
    *,
    offset: int = 1_000_000,
    also: Iterable[str] = (),
) -> None:
    """Copy rows that belong together; each copy has its own ids wherever one of theirs stands."""
    columns = {
        table: [row[1:3] for row in _run(session, f'PRAGMA table_info("{table}")')]
        for table in family
    }
    ids = [
        row[0]
        for table, where in family.items()
        if "id" in dict(columns[table])
        for row in _run(session, f'SELECT id FROM "{table}" WHERE {where}')
    ]
    if "use_version" in family:
        named = f"SELECT use_id FROM use_version WHERE {family['use_version']}"
        ids += [row[0] for row in _run(session, named)]
    ids += also
    for table, where in family.items():
        values = ", ".join(
            changed.get(f"{table}.{name}") or changed.get(name) or _value(name, kind, ids, offset)
            for name, kind in columns[table]
        )
        source = f'(SELECT * FROM "{table}" WHERE {where})'
        into = f'INSERT INTO "{table}" {NUMBERS} SELECT {values} FROM {source}, n'
        _run(session, into, many=many)


def _value(name: str, kind: str, ids: list[str], offset: int) -> str:
    """What a column of a copy holds: numbers go on, texts name the copies."""
    if name == "seq":
        return f"seq + {offset} + i * 20"
    if kind not in {"VARCHAR", "TEXT"}:
        return name
    made = f'"{name}"'
    for each in ids:
        kept, part = each[: -DIGITS - PART], each[-PART:]
        made = f"replace({made}, '{each}', '{kept}' || printf('%0{DIGITS}d', i) || '{part}')"
    return made


def _run(session: Session, statement: str, **values: Any) -> Any:
    return session.connection().execute(text(statement), values)
