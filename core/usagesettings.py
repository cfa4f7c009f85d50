"""Settings of usage that is taken in."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class UsageSettings(BaseModel):
    """How usage lines are watched over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alone_max: int = Field(
        default=100,
        ge=0,
        le=1_000_000,
        description="What a held usage line may come to at most, in units of its currency, for one "
        "clerk alone to release or reject it; above that, or where it is not known, a second "
        "person agrees.",
    )
    remind_days: tuple[int, ...] = Field(
        default=(15, 30),
        max_length=12,
        description="Days after the end of a month on which licensees are reminded of titles "
        "without a report, each once; a JSON list such as `[15, 30]`.",
    )
    estimate_days: int = Field(
        default=60,
        ge=1,
        le=730,
        description="Days after the end of a month from which a missing report is estimated.",
    )
    never_days: int = Field(
        default=180,
        ge=1,
        le=3650,
        description="Days after the end of a month from which a missing report is listed as never "
        "reported; nothing is estimated by itself any more.",
    )

    late_days: int = Field(
        default=14,
        ge=1,
        le=90,
        description="Days after the end of a month until which players' events of it are taken in; "
        "after that they are counted for good, and the single events go.",
    )
    skew_seconds: int = Field(
        default=300,
        ge=1,
        le=3600,
        description="How far the clock of a player may be off, in seconds.",
    )
    batches_hourly_max: int = Field(
        default=240,
        ge=1,
        le=100_000,
        description="How many batches of events one player may send in an hour, and how many that "
        "are refused one address may.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (*self.remind_days, self.estimate_days, self.never_days)
        if days != tuple(sorted(set(days))) or days[0] < 1:
            raise ValueError("remind_days, estimate_days and never_days follow one another")
        return self
