"""What players signed becomes usage lines: once, corrected while late events come, then settled."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import keys
from core.clock import to_text
from core.errors import BadInput, BadProof, Conflict, NotFound
from core.usagesettings import UsageSettings
from royalties.models import Origin
from royalties.models_players import BatchReport, Player
from royalties.playerbatch import FORM
from royalties.service import fromevents, players, usageholds
from royalties.store import playerevents
from royalties.store.usage import pages
from tests.fixtures import TestWorld
from tests.store.royalties_stage import Stage, cleared
from tests.store.today import NOW
from tests.unit.royalties.worlds import tariff

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
SETTLED = datetime(2026, 12, 15, 3, tzinfo=UTC)
MONTH = "2026-11"
TERMS = UsageSettings()


@dataclass
class Living:
    """A cleared cut, and the player that shows it."""

    stage: Stage
    cut_id: str
    key: keys.PrivateKey
    player: Player

    def signed(self, *events: dict[str, Any], at: datetime = NOW) -> tuple[str, bytes]:
        text = json.dumps(
            {"form": FORM, "player": self.player.id, "sent_at": to_text(at), "events": events}
        )
        return text, keys.sign(self.key, text.encode())

    def send(self, *events: dict[str, Any], at: datetime = NOW) -> BatchReport:
        return self.take(*self.signed(*events, at=at), at=at)

    def take(self, text: str, signature: bytes, *, at: datetime = NOW) -> BatchReport:
        with self.stage.db.write() as session:
            player, batch = players.opened(session, text, signature, terms=TERMS, now=at)
            return players.take(session, player, batch, terms=TERMS, now=at)

    def event(self, number: int, kind: str = "play", **said: Any) -> dict[str, Any]:
        made = {
            "id": f"event-{number:05d}",
            "kind": kind,
            "cut_id": self.cut_id,
            "territory": "DE",
            "at": "2026-11-20T20:00:00Z",
            "device": f"{number:032x}",
        }
        return {**made, **said}

    def count(self, month: str = MONTH, at: datetime = NOW) -> fromevents.Counted:
        with self.stage.db.write() as session:
            return fromevents.count_month(session, self.stage.studio, month, now=at)

    def settle(self, at: datetime) -> int:
        with self.stage.db.write() as session:
            return fromevents.settle(session, terms=TERMS, now=at)

    def counted(self) -> list[tuple[str, int | None, Origin]]:
        with self.stage.db.read() as session:
            found = pages(session, self.stage.studio, self.cut_id)
            return [(one.territory, one.views, one.origin) for page in found for one in page]


@pytest.fixture
def living(world: TestWorld) -> Iterator[Living]:
    stage, key = Stage(world), keys.generate()
    cut_id, _ = cleared(stage, tariff("per_view", 1_000))
    with stage.db.write() as session:
        player = players.add_player(
            session, stage.studio, label="TV app", did=key.did, scope_id=cut_id, now=SINCE
        )
    yield Living(stage, cut_id, key, player)


def test_signed_events_are_counted_once_and_earn(living: Living) -> None:
    events = [living.event(n) for n in range(3)]
    watch = living.event(3, "watch", watched_ms=90_000)
    assert living.send(*events, watch) == BatchReport(4, 0, ())
    assert living.send(*events, watch, living.event(4)) == BatchReport(1, 4, ())
    assert living.counted() == []
    assert len(living.count().lines) == 1
    assert living.counted() == [("DE", 4, Origin.EVENTS)]
    assert living.count().lines == ()
    assert living.stage.accrue().new == 1


def test_a_batch_sent_again_changes_nothing(living: Living) -> None:
    text, signature = living.signed(living.event(1), living.event(1, "watch", watched_ms=1))
    assert living.take(text, signature) == BatchReport(1, 1, ())
    assert living.take(text, signature) == BatchReport(0, 2, ())
    with pytest.raises(BadInput) as caught:
        living.take(text, signature, at=NOW + timedelta(seconds=301))
    assert caught.value.code == "stale-batch"


def test_only_the_players_own_key_counts(living: Living) -> None:
    text, signature = living.signed(living.event(1))
    other = keys.sign(keys.generate(), text.encode())
    for said, proof in (
        (text, other),
        (text.replace('"DE"', '"AT"'), signature),
        (text + " ", signature),
        (text.replace(living.player.id, "ply_" + "a" * 26), signature),
    ):
        with pytest.raises(BadProof):
            living.take(said, proof)
    with living.stage.db.write() as session:
        players.end_player(session, living.stage.studio, living.player.id, now=NOW)
    with pytest.raises(Conflict, match="ended"):
        living.take(text, signature)
    with pytest.raises(BadProof):
        living.take(text, other)


def test_events_of_other_cuts_and_times_are_refused_one_by_one(living: Living) -> None:
    report = living.send(
        living.event(1),
        living.event(2, cut_id=living.stage.cut()),
        living.event(3, at="2026-11-22T00:00:00Z"),
        living.event(4, at="2026-10-31T20:00:00Z"),
        living.event(5, kind="pause"),
    )
    assert report.accepted == 1
    assert [(one.index, one.cause) for one in report.refused] == [
        (1, "unknown-cut"),
        (2, "in-future"),
        (3, "before-player"),
        (4, "bad-kind"),
    ]


def test_a_player_of_a_work_shows_all_of_its_cuts_and_no_others(living: Living) -> None:
    stage, key = living.stage, keys.generate()
    with stage.db.write() as session:
        from registry.store import works

        work_id = works.get_cut(session, stage.studio, living.cut_id).work_id
        made = players.add_player(
            session, stage.studio, label="Series", did=key.did, scope_id=work_id, now=SINCE
        )
    series = Living(stage, living.cut_id, key, made)
    assert series.send(series.event(1)).accepted == 1
    assert series.send(series.event(2, cut_id=stage.cut())).accepted == 0


def test_a_key_is_one_players_and_a_scope_ones_own(living: Living) -> None:
    stage, stranger = living.stage, living.stage.world.principal("studio")
    for who, did, scope, error in (
        (stage.studio, living.key.did, living.cut_id, Conflict),
        (stranger, keys.generate().did, living.cut_id, NotFound),
        (stage.studio, "did:key:z6Mk", living.cut_id, BadProof),
        (stage.studio, keys.generate().did, "wrk_none", NotFound),
    ):
        with pytest.raises(error), stage.db.write() as session:
            players.add_player(session, who, label="x", did=did, scope_id=scope, now=NOW)
    with pytest.raises(NotFound), stage.db.write() as session:
        players.end_player(session, stranger, living.player.id, now=NOW)


def test_late_events_correct_the_line_until_the_month_is_settled(living: Living) -> None:
    living.send(living.event(1))
    living.count()
    living.stage.accrue()
    late = datetime(2026, 12, 10, tzinfo=UTC)
    assert living.send(living.event(2), at=late).accepted == 1
    assert living.settle(late) == 0
    with living.stage.db.write() as session:
        fromevents.tend(session, now=late)
    assert living.counted() == [("DE", 2, Origin.EVENTS)]
    report = living.stage.accrue()
    assert (report.new, report.reversed) == (1, 1)
    living.send(living.event(3), at=datetime(2026, 12, 14, 23, tzinfo=UTC))
    assert living.settle(SETTLED) == 3
    assert living.counted() == [("DE", 3, Origin.EVENTS)]
    refused = living.send(living.event(3), living.event(4), at=SETTLED).refused
    assert [one.cause for one in refused] == ["too-late", "too-late"]
    assert living.count(at=SETTLED).lines == ()
    assert living.settle(SETTLED) == 0
    assert living.counted() == [("DE", 3, Origin.EVENTS)]


def test_payments_are_income_by_currency(living: Living) -> None:
    living.send(
        living.event(1, "payment", amount="0.50", currency="EUR"),
        living.event(2, "payment", amount="0.75", currency="EUR"),
        living.event(3, "payment", amount="1", currency="CHF"),
        living.event(4),
    )
    assert len(living.count().lines) == 2
    with living.stage.db.read() as session:
        found = [one for page in pages(session, living.stage.studio, living.cut_id) for one in page]
    assert sorted(
        (one.reported.currency, one.reported.payments, one.reported.income_micro, one.views)
        for one in found
    ) == [("CHF", 1, 1_000_000, 1), ("EUR", 2, 1_250_000, None)]


def test_a_report_counts_instead_of_events_and_both_are_listed(living: Living) -> None:
    living.send(*(living.event(n) for n in range(5)), living.event(9, territory="AT"))
    living.count()
    assert {place for place, _, _ in living.counted()} == {"AT", "DE"}
    stage = living.stage
    stage.accrue()
    stage.import_lines(f"{living.cut_id},DE,{MONTH},3")
    assert living.counted() == [("DE", 3, Origin.REPORT)]
    report = stage.accrue()
    assert (report.new, report.reversed) == (1, 2)
    with stage.db.read() as session:
        found = fromevents.differences(session, stage.studio, MONTH)
        other = fromevents.differences(session, stage.world.principal("studio"), MONTH)
    assert [(one.territory, one.reported_views, one.seen_views) for one in found] == [
        ("AT", 0, 1),
        ("DE", 3, 5),
    ]
    assert other == ()


def test_a_device_that_plays_all_day_makes_a_person_look(living: Living) -> None:
    busy = [living.event(n, device="ab" * 16) for n in range(201)]
    living.send(*busy)
    assert living.count().held == 1
    assert living.counted() == []
    with living.stage.db.read() as session:
        (shown,) = usageholds.list_holds(session, living.stage.studio)
    assert [one.code for one in shown.hold.reasons] == ["one-device-plays-much"]
    assert dict(shown.hold.reasons[0].detail) == {"plays": 201}


def test_devices_of_two_days_are_never_linked(living: Living) -> None:
    days = ("2026-11-19T20:00:00Z", "2026-11-20T20:00:00Z", "2026-11-20T21:00:00Z")
    living.send(*(living.event(n, device="ab" * 16, at=day) for n, day in enumerate(days)))
    with living.stage.db.read() as session:
        (seen,) = playerevents.seen(session, living.stage.studio, MONTH)
        held = session.connection().exec_driver_sql("SELECT device FROM player_event").scalars()
        devices = set(held)
    assert (seen.plays, seen.device_plays, len(devices)) == (3, 2, 2)
    assert "ab" * 16 not in devices


def test_the_signature_of_the_example_in_the_documents_holds() -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "usage.md").read_text("utf-8")
    batch, signature, did = (
        text.split(f"<!-- {name} -->\n```")[1].split("\n", 1)[1].split("\n```")[0]
        for name in ("batch", "signature", "key")
    )
    proof = base64.urlsafe_b64decode(signature + "==")
    keys.verify(keys.public_from_did(did), batch.encode(), proof)
    assert json.loads(batch)["form"] == FORM
