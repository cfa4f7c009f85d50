"""What a performer's side may be told of a search before and after the release date.

Before it: who searched, for which kind of use and for which term, so that nothing is done behind
a performer's back. The title and the place in the film belong to the studio until the film is out.
"""

from dataclasses import replace
from datetime import UTC, datetime

from registry.models.privacy import Touch


def told(touch: Touch, at: datetime) -> Touch:
    """The part of a search that the performer's side may read at `at`."""
    if touch.release_at <= at.astimezone(UTC).date():
        return replace(touch, released=True)
    return replace(touch, released=False, title="", cut="", spans_ms=())
