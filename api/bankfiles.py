"""Taking in a bank's file that was uploaded: a statement, or an answer about payouts, once."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from sqlmodel import Session

from api import uploads
from api.deps import Writing
from core.init import World
from core.principal import require


def taken(
    world: World, writing: Writing, upload_id: str, take: Callable[[Session, bytes], Any]
) -> Response:
    """Answer with what `take` makes of the file's bytes, and delete the upload once it is kept.

    Who may not take in money is refused before a byte is read.
    """
    require(writing.caller, "usage")
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    with uploads.opened(world, writing.caller, upload_id) as path:
        data = path.read_bytes()
    answer = writing.write(lambda session: take(session, data))
    uploads.discard(world.settings, writing.caller, upload_id)
    return answer
