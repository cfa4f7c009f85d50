"""What a submission shares with earlier ones of the same tenant, as its studio sees it."""

from typing import Self

from pydantic import BaseModel

from api.wire import SpanOut
from fingerprint.content.models import Part
from registry.models.content import ContentLink


class ContentLinkOut(BaseModel):
    """A stretch of one submission that is in an earlier one; `intact` was not scanned again.

    `speed` is how many milliseconds of the earlier one pass in a millisecond of this one.
    """

    id: str
    part: Part
    cut_id: str
    submission_id: str
    here: SpanOut
    known_cut_id: str
    known_submission_id: str
    there: SpanOut
    speed: float
    mirrored: bool
    identical: bool
    intact: list[SpanOut]

    @classmethod
    def of(cls, item: ContentLink) -> Self:
        """The link as data."""
        return cls(
            id=item.id,
            part=item.link.part,
            cut_id=item.cut_id,
            submission_id=item.submission_id,
            here=SpanOut.of(item.link.here),
            known_cut_id=item.known_cut_id,
            known_submission_id=item.known_submission_id,
            there=SpanOut.of(item.link.there),
            speed=round(item.link.speed, 4),
            mirrored=item.link.mirrored,
            identical=item.identical,
            intact=[SpanOut.of(span) for span in item.link.intact],
        )
