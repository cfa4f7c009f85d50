"""The audit trail: who decided what in one's organisation, narrowed, as a table, and checked."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text as sql

from api.opening import open_registry
from api.roles import Role
from api.web import texts
from core import audit
from core.init import World
from core.principal import Principal
from tests.simulators.people import Seat, seat
from tests.simulators.stage import Stage

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 11, 16, 12, tzinfo=UTC)
# What modules that record decisions name besides them: leaves of the log, and notices.
OTHERS = {
    *("collecting.conflict", "erasure.finished", "estate.claimed", "figure.alike", "key.used"),
    *("figure.decided", "figure.ended", "key.bound", "key.ended", "minor.consent.ended"),
    *("estate.confirmed", "estate.withdrawn", "invoice.overdue", "minor.majority"),
    *("money.unclaimed", "payout.returned", "remittance.entered"),
}


class Trail:
    """A studio with an auditor, a clerk and a key, and three decisions on three days."""

    def __init__(self, stage: Stage, world: World) -> None:
        self.id, _ = stage.tenant("studio")
        other_id, _ = stage.tenant("studio", "Another")
        self.auditor, self.clerk, self.other = (
            seat(world.db, tenant, role)
            for tenant, role in (
                (self.id, Role.AUDITOR),
                (self.id, Role.STUDIO),
                (other_id, Role.AUDITOR),
            )
        )
        self.mine, self.theirs, self.not_mine = (
            stage.http(who.token) for who in (self.auditor, self.other, self.clerk)
        )
        self.decide(world, self.clerk, "members.invited", "inv_1", 0)
        self.decide(world, None, "key.made", "=1+1", 1)
        self.decide(world, self.clerk, "members.shut", self.auditor.person_id, 2)

    def decide(
        self, world: World, who: Seat | None, action: str, about: str, days: int
    ) -> audit.Entry:
        person = None if who is None else who.person_id
        principal = Principal(self.id, "key_a", frozenset(), "studio", person)
        with world.db.write() as session:
            return audit.record(
                session,
                principal,
                action=action,
                subject_id=about,
                details={"day": days},
                now=MONDAY + timedelta(days=days),
            )

    def page(self, query: str = "", lang: str = "en", who: httpx2.Client | None = None) -> str:
        answer = (who or self.mine).get(f"/trail?{query}", headers={"Accept-Language": lang})
        assert answer.status_code == 200, answer.text
        return answer.text

    def shown(self, query: str = "") -> list[str]:
        """The kinds of the decisions on a page, as it calls them."""
        return re.findall(r'<th scope="row">([^<:]*)', self.page(query))


@pytest.fixture
def world(stage: Stage) -> Iterator[World]:
    with open_registry(stage.settings) as opened:
        yield opened


@pytest.fixture
def trail(stage: Stage, world: World) -> Trail:
    return Trail(stage, world)


def test_decisions_are_narrowed_by_who_what_and_when(trail: Trail) -> None:
    invited, made, shut = "Invited somebody", "Made an API key", "Shut a member out"
    assert trail.shown() == [shut, made, invited]
    assert trail.shown(f"actor={trail.clerk.person_id}") == [shut, invited]
    assert trail.shown("actor=key_a&action=") == [made]
    assert trail.shown("action=key.made&since=&until=") == [made]
    assert trail.shown("since=2026-11-17&until=2026-11-17") == [made]
    assert trail.shown("until=2026-11-17") == [made, invited]
    assert trail.shown("subject_id=inv_1") == [invited]
    assert "No decision is like that." in trail.page("until=2026-11-15")
    asked = {"Accept": "text/html", "Accept-Language": "de"}
    refused = trail.mine.get("/trail?since=2026-02-31", headers=asked)
    assert "Diesen Tag gibt es nicht." in refused.text
    first = trail.page("limit=2&until=2026-11-18")
    after = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert trail.shown(after.replace("&amp;", "&").partition("?")[2]) == [invited]


def test_an_entry_leads_to_what_it_is_about(trail: Trail) -> None:
    page = trail.page("lang=de")
    assert "Mitglied ausgeschlossen" in page
    assert f"/trail?subject_id={trail.auditor.person_id}" in page
    assert "/log/entries/" in page
    assert 'href="/members"' not in page.split("<main")[1]  # auditors do not look after members


def test_nobody_else_reads_it(trail: Trail) -> None:
    assert trail.not_mine.get("/trail").status_code == 403
    assert trail.not_mine.get("/trail.csv").status_code == 403
    assert "Nothing was decided here yet." in trail.page(who=trail.theirs)


def test_the_table_holds_what_the_page_narrows(trail: Trail) -> None:
    rows = list(csv.DictReader(io.StringIO(trail.mine.get("/trail.csv?action=key.made").text)))
    assert [row["Kind"] for row in rows] == ["key.made"]
    assert rows[0]["Id of what it is about"] == "'=1+1"
    assert len(list(csv.reader(io.StringIO(trail.mine.get("/trail.csv").text)))) == 4


def test_the_chain_is_checked_when_asked(trail: Trail, world: World) -> None:
    assert "Whole" not in trail.page()
    assert ">Whole</span>" in trail.page("check=true")
    with world.db.write() as session:
        session.connection().execute(sql("DROP TRIGGER audit_entry_no_update"))
        change = sql("UPDATE audit_entry SET action = 'key.revoked' WHERE action = 'key.made'")
        session.connection().execute(change)
    assert ">Broken</span>" in trail.page("check=true")
    assert "wurde geändert</li>" in trail.page("check=true", "de")


def test_the_api_narrows_alike(trail: Trail) -> None:
    asked = {"actor": "key_a", "since": "2026-11-17"}
    found = trail.mine.get("/v1/audit", params=asked).json()["items"]
    assert [item["action"] for item in found] == ["key.made"]


def test_every_decision_has_words() -> None:
    known = {lang: texts.catalogue(lang) for lang in texts.LANGUAGES}
    for action in sorted(_actions() - OTHERS):
        keys = (f"trail.act.{action}", f"audit.action.{action}")
        for lang, words in known.items():
            assert any(key in words for key in keys), (lang, action)


def _actions() -> set[str]:
    """What the modules that record decisions may call them."""
    recording = re.compile(r"audit\.record\(|signing_in\.note\(|heldnotes\.|\bnote\(session")
    found: set[str] = set()
    for folder in ("core", "registry", "licensing", "royalties", "api/accounts"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text("utf-8")
            if recording.search(source):
                texts_in = (one for one in ast.walk(ast.parse(source)))
                found |= {
                    one.value
                    for one in texts_in
                    if isinstance(one, ast.Constant)
                    and isinstance(one.value, str)
                    and re.fullmatch(r"[a-z-]+(\.[a-z-]+)+", one.value)
                }
    return found
