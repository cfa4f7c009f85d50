"""Signs events as a player does: the very text that is sent, in batches that are small enough."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core import keys
from core.clock import to_text, utc_now
from core.errors import BadInput
from royalties.playerbatch import EVENTS_MAX, FORM


def batches(
    player_id: str, file: Path, private: keys.PrivateKey
) -> Iterator[tuple[int, dict[str, str]]]:
    """Signed batches of a file of JSON lines, each with the number of its first event."""
    events: list[Any] = []
    first = 0
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                events.append(_event(line, number))
            if len(events) == EVENTS_MAX:
                yield first, signed(player_id, events, private)
                first, events = first + len(events), []
    if events:
        yield first, signed(player_id, events, private)


def signed(player_id: str, events: list[Any], private: keys.PrivateKey) -> dict[str, str]:
    """A batch as it is sent, signed now."""
    said = {"form": FORM, "player": player_id, "sent_at": to_text(utc_now()), "events": events}
    batch = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    signature = base64.urlsafe_b64encode(keys.sign(private, batch.encode())).decode()
    return {"batch": batch, "signature": signature}


def _event(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as exc:
        raise BadInput(
            f"Line {number} is no JSON object.", next_step="Write one event a line (docs/usage.md)."
        ) from exc
