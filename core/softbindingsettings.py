"""Settings of the public question "which certified recording is this?".

They stand apart because they bound what strangers may make this machine do.
"""

from pydantic import BaseModel, ConfigDict, Field

_FROZEN = ConfigDict(frozen=True, extra="forbid")


class SoftBindingSettings(BaseModel):
    """What anybody may ask of released recordings without a key."""

    model_config = _FROZEN

    bytes_max: int = Field(
        default=64 * 1024**2, gt=0, description="Largest file that may be asked about, in bytes."
    )
    seconds_max: int = Field(
        default=600, gt=0, description="Longest recording that may be asked about, in seconds."
    )
    hourly_max: int = Field(
        default=60, gt=0, description="Questions an hour from one address before it has to wait."
    )
    parallel_max: int = Field(
        default=1, gt=0, description="Questions that are worked on at once; others are put off."
    )
