"""What a player may send: each event as it is, or refused with its cause."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.errors import BadInput
from core.ids import derived_id
from royalties.counted import corrects, place_of, rows_of
from royalties.models import NOTHING, Origin, Reported, UsageLine, UsageRow
from royalties.models_players import EventKind, Player, PlayerEvent, Seen
from royalties.playerbatch import EVENTS_MAX, FORM, read_batch, why_not
from royalties.tariffs.models import IncomeKind

CUT, PLAYER = derived_id("cut", "a"), derived_id("ply", "a")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
PLAY = {
    "id": "event-0001",
    "kind": "play",
    "cut_id": CUT,
    "territory": "DE",
    "at": "2026-11-21T09:00:00Z",
    "device": "ab" * 16,
}
WATCH = {**PLAY, "kind": "watch", "watched_ms": 60_000}
PAYMENT = {**PLAY, "kind": "payment", "amount": "0.50", "currency": "EUR"}


def batch(*events: Any, **said: Any) -> str:
    made = {"form": FORM, "player": PLAYER, "sent_at": "2026-11-21T10:00:00Z", "events": events}
    return json.dumps({**made, **said})


def test_events_are_read_as_they_are() -> None:
    found = read_batch(batch(PLAY, WATCH, PAYMENT))
    assert (found.player_id, found.sent_at, found.refused) == (PLAYER, NOW, ())
    play, watch, payment = (one for _, one in found.events)
    assert (play.kind, play.watched_ms, play.amount_micro) == (EventKind.PLAY, None, None)
    assert watch.watched_ms == 60_000
    assert (payment.amount_micro, payment.currency, payment.period) == (500_000, "EUR", "2026-11")


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (7, "bad-event"),
        ({**PLAY, "id": "short"}, "bad-id"),
        ({**PLAY, "id": 12345678}, "bad-id"),
        ({**PLAY, "kind": "pause"}, "bad-kind"),
        ({**PLAY, "kind": []}, "bad-kind"),
        ({**PLAY, "cut_id": "cut_1"}, "bad-cut-id"),
        ({**PLAY, "territory": "*"}, "bad-territory"),
        ({**PLAY, "territory": ["DE"]}, "bad-territory"),
        ({**PLAY, "at": "2026-11-21 09:00"}, "bad-at"),
        ({**PLAY, "at": "2026-11-21T09:00:00"}, "bad-at"),
        ({**PLAY, "device": "Annas iPhone"}, "bad-device"),
        ({**WATCH, "watched_ms": 0}, "bad-watched-ms"),
        ({**WATCH, "watched_ms": True}, "bad-watched-ms"),
        ({**WATCH, "watched_ms": 86_400_001}, "bad-watched-ms"),
        ({**WATCH, "watched_ms": "60000"}, "bad-watched-ms"),
        ({**PAYMENT, "amount": "-1"}, "bad-amount"),
        ({**PAYMENT, "amount": 1.5}, "bad-amount"),
        ({**PAYMENT, "amount": 1}, "bad-amount"),
        ({**PAYMENT, "amount": "0"}, "bad-amount"),
        ({**PAYMENT, "amount": "10000.000001"}, "bad-amount"),
        ({**PAYMENT, "currency": "euros"}, "bad-amount"),
    ],
)
def test_one_bad_event_costs_no_other(event: Any, cause: str) -> None:
    found = read_batch(batch(PLAY, event))
    assert [(one.index, one.cause) for one in found.refused] == [(1, cause)]
    assert [index for index, _ in found.events] == [0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        batch(form="other"),
        batch(player="ply_1"),
        batch(sent_at="now"),
        batch(events={"a": 1}),
        batch(*[PLAY] * (EVENTS_MAX + 1)),
        '{"form":"a","form":"b"}',
    ],
)
def test_what_is_no_batch_is_refused_whole(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_batch(text)
    assert caught.value.code == "bad-batch"


@pytest.mark.parametrize(
    ("at", "now", "cause"),
    [
        (NOW, NOW, None),
        (NOW + timedelta(seconds=300), NOW, None),
        (NOW + timedelta(seconds=301), NOW, "in-future"),
        (SINCE - timedelta(seconds=301), NOW, "before-player"),
        (NOW, datetime(2026, 12, 14, 23, 59, tzinfo=UTC), None),
        (NOW, datetime(2026, 12, 15, tzinfo=UTC), "too-late"),
    ],
)
def test_an_event_counts_until_its_month_is_settled(
    at: datetime, now: datetime, cause: str | None
) -> None:
    player = Player(PLAYER, "ten", "TV", "did:key:z", CUT, SINCE)
    event = PlayerEvent("event-0001", EventKind.PLAY, CUT, "DE", at, "ab" * 16)

    def refused(cuts: frozenset[str]) -> str | None:
        return why_not(event, player, cuts, now, late_days=14, skew=timedelta(seconds=300))

    assert refused(frozenset({CUT})) == cause
    assert refused(frozenset()) == "unknown-cut"


def seen(*payments: tuple[str, int, int], plays: int = 3, watched_ms: int = 0) -> Seen:
    return Seen(CUT, "DE", "2026-11", plays, watched_ms, payments, 1)


def test_one_line_holds_all_but_further_currencies() -> None:
    first, second = rows_of(seen(("CHF", 1, 700_000), ("EUR", 2, 1_000_000), watched_ms=5))
    assert (first.views, first.reference) == (3, "players")
    assert first.reported == Reported(
        watched_ms=5,
        income_micro=700_000,
        income_kind=IncomeKind.MICRO_PAYMENTS,
        currency="CHF",
        payments=1,
    )
    assert (second.views, second.reported.payments, second.reported.currency) == (None, 2, "EUR")
    assert first.reported.unique_views is None
    assert [row.reported for row in rows_of(seen())] == [NOTHING]


def line(views: int, name: str) -> UsageLine:
    return UsageLine(
        *(name, "ten", "imp", 1, CUT, "DE", "2026-11", views, "players", "", NOW),
        origin=Origin.EVENTS,
    )


def test_counting_again_corrects_its_own_line_or_changes_nothing() -> None:
    (row,) = rows_of(seen(plays=3))
    assert corrects(row, []) == row
    assert corrects(row, [(line(3, "usg_a"), False)]) is None
    corrected = corrects(row, [(line(2, "usg_a"), False)])
    assert isinstance(corrected, UsageRow)
    assert (corrected.supersedes, corrected.views) == ("usg_a", 3)
    assert place_of(corrected) == place_of(line(2, "usg_a"))


def test_what_a_person_rejected_is_neither_counted_again_nor_corrected() -> None:
    (row,) = rows_of(seen(plays=3))
    assert corrects(row, [(line(2, "usg_a"), False), (line(3, "usg_b"), True)]) is None
    (more,) = rows_of(seen(plays=4))
    again = corrects(more, [(line(2, "usg_a"), False), (line(3, "usg_b"), True)])
    assert again is not None
    assert again.supersedes == "usg_a"
    alone = corrects(more, [(line(3, "usg_b"), True)])
    assert alone is not None
    assert alone.supersedes is None
