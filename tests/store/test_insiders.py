"""Edits past the program are found by a program that shares no code with it."""

import ast
import sqlite3
from pathlib import Path

import pytest

from api.doctoraudit import audited
from core import logkeys, rowseals
from core.checkpoint import log_key
from core.clock import utc_now
from core.keys import generate
from core.signednote import key_from_vkey
from registry.models.works import DeclaredUse
from tests.fixtures import TestWorld
from tests.store.insiders import undetected, without_triggers
from tests.store.licensing_steps import CLONE, a_deal
from witness.audit import examine
from witness.book import instant

ROUNDS = 60


@pytest.fixture
def busy(world: TestWorld) -> TestWorld:
    """A registry with licences, a revocation, a clearance and everything before them, sealed."""
    deal = a_deal(world)
    kept, gone = deal.licence(), deal.licence()
    deal.revoke(gone)
    deal.clear(deal.scanned(DeclaredUse(deal.performer.id, CLONE)))
    assert kept
    with world.db.write() as session:
        url = world.settings.base_url
        logkeys.add_key(session, world.vault, world.operator, url, now=utc_now())
    with world.db.write() as session:
        assert rowseals.seal_rows(session, now=utc_now()) > 10
    with world.db.write() as session:
        assert rowseals.seal_rows(session, now=utc_now()) == 0
    world.db.checkpoint()
    return world


def test_a_sound_registry_has_no_faults(busy: TestWorld) -> None:
    sections = examine(busy.db.path)
    assert [section for section in sections if section.faults] == []
    assert all(section.checked for section in sections), sections
    assert {check.state for check in audited(busy.settings, [])} == {"ok"}


def test_edits_by_sql_are_found(busy: TestWorld, tmp_path: Path) -> None:
    """A share of the thousand of `python -m bench.insiders`."""
    assert undetected(busy.db.path, tmp_path, ROUNDS, seed=1) == []


def test_a_checkpoint_dropped_from_between_two_others_is_found(
    busy: TestWorld, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.db"
    without_triggers(busy.db.path, bare)
    connection = sqlite3.connect(bare)
    sizes = [row[0] for row in connection.execute("SELECT size FROM log_checkpoint ORDER BY size")]
    assert len(sizes) > 3
    connection.execute("DELETE FROM log_checkpoint WHERE size = ?", (sizes[1],))
    connection.commit()
    connection.close()
    assert [section.name for section in examine(bare) if section.faults] == ["sealed rows"]


def test_a_log_signed_anew_under_another_key_is_found_by_who_knows_the_key(
    busy: TestWorld,
) -> None:
    with busy.db.read() as session:
        own = [item.key.vkey for item in logkeys.log_keys(session)]
    assert {check.state for check in audited(busy.settings, own)} == {"ok"}
    stranger = log_key(key_from_vkey(own[0]).name, generate().public).vkey
    bad = [check.name for check in audited(busy.settings, [stranger]) if check.state == "bad"]
    assert bad == ["audit: checkpoints"]


@pytest.mark.parametrize(
    ("stored", "hashed"),
    [
        ("2026-11-21T10:00:00.000000Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.120000Z", "2026-11-21T10:00:00.120Z"),
        ("2026-11-21T10:00:00.120004Z", "2026-11-21T10:00:00.120004Z"),
    ],
)
def test_times_are_read_as_they_were_hashed(stored: str, hashed: str) -> None:
    assert instant(stored) == hashed


def test_the_auditor_imports_nothing_of_the_registry() -> None:
    ours = {"core", "fingerprint", "registry", "licensing", "royalties", "api"}
    for path in (Path(__file__).parents[2] / "witness").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & ours, path
