"""Books facts again in an empty database of their own, which is gone when the answer is there."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from api.schema import upgrade
from core.clock import utc_now
from core.db import Database
from royalties.forms.books import ReplayedOut
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


def replayed_to_dict(done: Replayed) -> ReplayedOut:
    """What a CLI or an API shows of it."""
    return {
        "same": done.same,
        "book": done.book,
        "transactions": done.transactions,
        "roots": [
            {"month": one.month or None, "stated": one.stated, "recomputed": one.recomputed}
            for one in done.roots
        ],
        "differences": [
            {
                "line": one.line,
                "what": one.what,
                "stated": one.stated,
                "recomputed": one.recomputed,
            }
            for one in done.differences
        ],
        **trial_balance_to_dict(done.balance),
    }
