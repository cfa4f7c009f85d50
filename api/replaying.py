"""Books facts again in an empty database of their own, which is gone when the answer is there."""

import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.schema import upgrade
from core.clock import utc_now
from core.db import Database
from royalties.service.replay import Replayed, replay
from royalties.wire import trial_balance_to_dict


def replay_apart(lines: Iterable[str]) -> Replayed:
    """What the facts in `lines` come to; raises what `replay` does."""
    with tempfile.TemporaryDirectory(prefix="ebenbild-replay-") as folder:
        database = Database.open(Path(folder) / "empty.db", create=True)
        try:
            upgrade(database)
            with database.write() as session:
                return replay(session, lines, now=utc_now())
        finally:
            database.close()


def replayed_to_dict(done: Replayed) -> dict[str, Any]:
    """What a CLI or an API shows of it."""
    return {
        "same": done.same,
        "book": done.book,
        "transactions": done.transactions,
        "roots": [
            {"month": one.month or None, "stated": one.stated, "recomputed": one.recomputed}
            for one in done.roots
        ],
        "differences": [asdict(one) for one in done.differences],
        **trial_balance_to_dict(done.balance),
    }
