"""Reads what a player signed: a batch of events, each taken as it is or refused with its cause.

The player signs the very bytes that it sends, so that nothing has to be put in order to be checked.
Form: docs/usage.md.
"""

import re
from collections.abc import Callable, Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from core.canonical import parse_strict
from core.clock import from_text
from core.errors import BadInput
from core.ids import is_id
from core.money import MICRO
from registry.territories import ALPHA_2
from royalties.models_players import Batch, EventKind, Player, PlayerEvent, Refused
from royalties.reports.cells import amount_micro, currency
from royalties.unreported import days_since

FORM = "ebenbild-player-events-1"
EVENTS_MAX = 2_000
BYTES_MAX = 900_000
AMOUNT_MICRO_MAX = 10_000 * MICRO
WATCHED_MS_MAX = 24 * 60 * 60 * 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_DEVICE = re.compile(r"[0-9a-f]{32,64}")


def read_batch(text: str) -> Batch:
    """Read a batch; raises `BadInput` (bad-batch) where it is none, whatever its events are."""
    try:
        data = parse_strict(text.encode(), bytes_max=BYTES_MAX)
        events = data["events"]
        if data["form"] != FORM or not isinstance(events, list) or len(events) > EVENTS_MAX:
            raise ValueError("another form, or too many")
        player_id, sent_at = str(data["player"]), from_text(data["sent_at"])
        if not is_id("ply", player_id):
            raise ValueError("no player")
    except (BadInput, KeyError, TypeError, ValueError) as exc:
        raise _no_batch() from exc
    read = [(index, _event(one)) for index, one in enumerate(events)]
    return Batch(
        player_id,
        sent_at,
        tuple((index, one) for index, one in read if isinstance(one, PlayerEvent)),
        tuple(Refused(index, one) for index, one in read if isinstance(one, str)),
    )


def why_not(
    event: PlayerEvent,
    player: Player,
    cut_ids: Set[str],
    now: datetime,
    *,
    late_days: int,
    skew: timedelta,
) -> str | None:
    """The cause for which an event cannot count, by its cut and its time; None where it can."""
    if event.cut_id not in cut_ids:
        return "unknown-cut"
    if event.at > now + skew:
        return "in-future"
    if event.at < player.recorded_at - skew:
        return "before-player"
    return "too-late" if days_since(event.period, now) > late_days else None


def _event(data: Any) -> PlayerEvent | str:
    """The event, or the cause for which it is none."""
    if not isinstance(data, Mapping):
        return "bad-event"
    for name, fits in _CHECKS.items():
        if not isinstance(data.get(name), str) or not fits(data[name]):
            return f"bad-{name.replace('_', '-')}"
    kind = EventKind(data["kind"])
    figures = _figures(kind, data)
    if isinstance(figures, str):
        return figures
    at = from_text(data["at"])
    return PlayerEvent(
        data["id"], kind, data["cut_id"], data["territory"], at, data["device"], **figures
    )


def _is_time(text: str) -> bool:
    try:
        from_text(text)
    except BadInput:
        return False
    return True


def _figures(kind: EventKind, data: Mapping[str, Any]) -> dict[str, Any] | str:
    if kind is EventKind.WATCH:
        watched = data.get("watched_ms")
        fits = type(watched) is int and 0 < watched <= WATCHED_MS_MAX
        return {"watched_ms": watched} if fits else "bad-watched-ms"
    if kind is EventKind.PLAY:
        return {}
    said = (data.get("amount"), data.get("currency"))
    try:
        # A number of JSON would be money in binary fractions.
        if not all(isinstance(one, str) for one in said):
            raise ValueError("no text")
        amount, unit = amount_micro(data["amount"]), currency(data["currency"])
    except ValueError:
        return "bad-amount"
    fits = 0 < amount <= AMOUNT_MICRO_MAX
    return {"amount_micro": amount, "currency": unit} if fits else "bad-amount"


def _no_batch() -> BadInput:
    return BadInput(
        "This is no batch of player events.",
        next_step=f"Send the form {FORM} with at most {EVENTS_MAX} events (docs/usage.md).",
        code="bad-batch",
    )


# What each event has to tell, and in which form.
_CHECKS: Mapping[str, Callable[[str], object]] = {
    "id": _NAME.fullmatch,
    "kind": {kind.value for kind in EventKind}.__contains__,
    "cut_id": lambda text: is_id("cut", text),
    "territory": ALPHA_2.__contains__,
    "at": _is_time,
    "device": _DEVICE.fullmatch,
}
