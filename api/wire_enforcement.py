"""What enforcement says over HTTP: clips found elsewhere, notices to platforms, policies."""

from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field

from api.rates import one_in
from api.wire import FROZEN, SpanOut, Text
from licensing.models_enforcement import Clip, Deadlines, Outcome, Policy, Seen, Takedown
from licensing.service import clips, takedowns


class NewClip(BaseModel):
    """A file that was found, or a use that was found here, and where it is online."""

    model_config = FROZEN
    upload_id: Text | None = None
    use_id: Text | None = None
    location: str = Field(min_length=1, max_length=clips.LOCATION_MAX)


class NewPolicy(BaseModel):
    """What is to be done about uses that nobody licensed."""

    model_config = FROZEN
    policy: Policy


class SenderIn(BaseModel):
    """Who sends the notice, and what is declared in it."""

    model_config = FROZEN
    name: Text
    contact: Text
    capacity: Text
    signature: Text
    good_faith: bool
    accurate: bool


class NewTakedown(BaseModel):
    """To whom; without `sender` the one of the notice about the same recording is used."""

    model_config = FROZEN
    platform: str = Field(min_length=1, max_length=takedowns.PLATFORM_MAX)
    sender: SenderIn | None = None


class Counter(BaseModel):
    """When the counter-notice was received."""

    model_config = FROZEN
    received_at: AwareDatetime


class Closing(BaseModel):
    """How it ended; only what was upheld keeps the recording down from then on."""

    model_config = FROZEN
    outcome: str = Field(min_length=1, max_length=takedowns.PLATFORM_MAX)
    result: Outcome = Outcome.NONE


class PolicyOut(BaseModel):
    """What a performer wants done."""

    performer_id: str
    policy: Policy


class SeenOut(BaseModel):
    """One stretch; `one_in` searches for strangers one is as near by chance."""

    modality: str
    decision: str
    spans: list[SpanOut]
    one_in: int

    @classmethod
    def of(cls, item: Seen) -> Self:
        """The stretch as data, without scores."""
        return cls(
            modality=item.modality.value,
            decision=item.decision.value,
            spans=[SpanOut.of(span) for span in item.spans],
            one_in=one_in(item.fpir),
        )


class ClipOut(BaseModel):
    """A clip and what was found in it; `same_as` is one of the same recording, noticed before.

    One of a use found here has its `use_id`, no `sha256` and no job.
    """

    id: str
    performer_id: str
    location: str
    state: str
    sha256: str
    job_id: str
    handed_in_at: datetime
    same_as: str | None
    use_id: str | None
    seen: list[SeenOut]
    log_index: int | None

    @classmethod
    def of(cls, clip: Clip) -> Self:
        """The clip as data."""
        return cls(
            id=clip.id,
            performer_id=clip.performer_id,
            location=clip.location,
            state=clip.state.value,
            sha256=clip.sha256,
            job_id=clip.job_id,
            handed_in_at=clip.recorded_at,
            same_as=clip.same_as,
            use_id=clip.use_id,
            seen=[SeenOut.of(item) for item in clip.seen],
            log_index=clip.log_index,
        )


class TakedownOut(BaseModel):
    """A notice, and what follows a counter-notice."""

    id: str
    clip_id: str
    performer_id: str
    platform: str
    state: str
    sha256: str
    sent_at: datetime
    countered_at: datetime | None
    closed_at: datetime | None
    outcome: str
    result: Outcome
    deadlines: Deadlines | None

    @classmethod
    def of(cls, item: Takedown) -> Self:
        """The notice as data, without its text."""
        return cls(
            id=item.id,
            clip_id=item.clip_id,
            performer_id=item.performer_id,
            platform=item.platform,
            state=item.state.value,
            sha256=item.sha256,
            sent_at=item.sent_at,
            countered_at=item.countered_at,
            closed_at=item.closed_at,
            outcome=item.outcome,
            result=item.result,
            deadlines=takedowns.deadlines_of(item),
        )
